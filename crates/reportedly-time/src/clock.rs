//! Times of day, alone and with their date.

use crate::expression::{Calendar, Origin, TimeOfDay, Unit, Which};
use crate::find::{Finder, Found};
use crate::lexicon::{PartWord, Role};
use crate::piece::{Digits, twelve_hour};

impl Finder<'_, '_> {
    /// A date, a time of day, or both.
    pub(crate) fn timed(&self, i: usize) -> Option<Found> {
        let i_after = self.approximation(i);
        if let Some(found) = self.clock_date(i_after) {
            return Some(found);
        }
        if let Some(found) = self.part_date(i) {
            return Some(found);
        }
        // "around Nov. 1": only a day can be blurred.
        let start = if self.is(i, Role::About) { i + 1 } else { i };
        let (end, date, rule) = self.date(start).or_else(|| self.holiday_at(start))?;
        if start > i
            && !matches!(
                date,
                Calendar::Day { .. } | Calendar::Month { .. } | Calendar::Year(_) | Calendar::Unit { .. }
            )
        {
            return None;
        }
        Some(self.with_part(end, date, rule))
    }

    /// A date with the part of the day or the clock time that follows it: "Monday morning", "May 8 1:00AM".
    pub(crate) fn with_part(&self, end: usize, date: Calendar, rule: &'static str) -> Found {
        if is_day(date) {
            let at = if matches!(self.role(end), Some(Role::Early | Role::Late)) { end + 1 } else { end };
            if let Some((after, part)) = self.part(at).filter(|(_, p)| !p.many)
                && !self.piece(after).is_some_and(|p| p.joined)
            {
                return Found::point(after, "day-part", date, Some(part_time(part)));
            }
            let comma = usize::from(self.lower(end) == ",");
            let at = usize::from(self.is(end + comma, Role::At));
            if let Some((after, time)) = self.clock(end + comma + at, true) {
                return Found::point(after, "day-clock", date, Some(time));
            }
        }
        Found::point(end, rule, date, None)
    }

    /// "10 a.m.", "5 p.m. EST, Nov. 6", "noon Saturday", "4 in the morning".
    fn clock_date(&self, i: usize) -> Option<Found> {
        let (end, time) = self.clock(i, self.clock_is_led(i))?;
        let comma = usize::from(self.lower(end) == ",");
        let on = usize::from(matches!(self.role(end + comma), Some(Role::On | Role::Of)));
        if let Some((after, date, _)) = self.date(end + comma + on)
            && is_day(date)
        {
            return Some(Found::point(after, "clock", date, Some(time)));
        }
        if self.is(end, Role::Tonight) {
            let today = Calendar::Shift { origin: Origin::Published, amount: Some(0), unit: Unit::Day };
            return Some(Found::point(end + 1, "clock", today, Some(time)));
        }
        Some(Found::point(end, "clock", Calendar::Unsaid, Some(time)))
    }

    fn clock_is_led(&self, i: usize) -> bool {
        i == 0
            || matches!(
                self.role(i - 1),
                Some(
                    Role::At
                        | Role::By
                        | Role::Until
                        | Role::Since
                        | Role::From
                        | Role::To
                        | Role::After
                        | Role::EarlierBefore
                        | Role::About
                )
            )
    }

    /// A clock time. Digits without a.m. or p.m. count only where `led` by a word that times follow.
    fn clock(&self, i: usize, led: bool) -> Option<(usize, TimeOfDay)> {
        let clock = |hour, minute| TimeOfDay::Clock { hour, minute };
        let (end, time) = match self.digits(i) {
            Digits::HalfDayClock(hour, minute) => (i + 1, clock(hour, minute)),
            Digits::Clock(hour, minute) => match self.role(i + 1) {
                Some(role @ (Role::Am | Role::Pm)) => {
                    (i + 2, clock(twelve_hour(u32::from(hour), role == Role::Pm)?, minute))
                }
                _ if self.unit(i + 1).is_some_and(|(_, unit, _)| unit == Unit::Hour) => {
                    (i + 2, clock(hour, minute))
                }
                _ if led || self.zone(i + 1) => (i + 1, clock(hour, minute)),
                _ => return None,
            },
            Digits::Integer(hour, 1..=2, false) => match self.role(i + 1) {
                Some(role @ (Role::Am | Role::Pm)) => (i + 2, clock(twelve_hour(hour, role == Role::Pm)?, 0)),
                Some(Role::OClock) if hour <= 12 => self.half_of_day(i + 2, hour)?,
                Some(Role::In) if self.is(i + 2, Role::The) && hour <= 12 => {
                    self.part(i + 3)?;
                    self.half_of_day(i + 1, hour)?
                }
                _ => return None,
            },
            Digits::None => {
                let part = self.entry(i)?.part?;
                (i + 1, clock_part(part)?)
            }
            _ => return None,
        };
        let end = if self.zone(end) { end + 1 } else { end };
        Some((end, time))
    }

    /// "in the morning" after an hour.
    fn half_of_day(&self, i: usize, hour: u32) -> Option<(usize, TimeOfDay)> {
        let (end, afternoon) = match self.part(i + 2) {
            Some((end, part)) if self.is(i, Role::In) && self.is(i + 1, Role::The) => {
                (end, part.code != "MO")
            }
            _ => (i, false),
        };
        Some((end, TimeOfDay::Clock { hour: twelve_hour(hour, afternoon)?, minute: 0 }))
    }

    fn zone(&self, i: usize) -> bool {
        self.entry(i).is_some_and(|e| e.zone) && self.text(i).chars().all(|c| c.is_uppercase() || c == '.')
    }

    /// "morning", "mid-afternoon".
    fn part(&self, i: usize) -> Option<(usize, PartWord)> {
        let at = if matches!(self.role(i), Some(Role::Mid | Role::Early | Role::Late)) { i + 1 } else { i };
        self.entry(at)?.part.map(|part| (at + 1, part))
    }

    /// "this morning", "last night", "tonight", "the night of April 18", "the next morning", "mid-afternoon yesterday".
    fn part_date(&self, i: usize) -> Option<Found> {
        let today = Calendar::Shift { origin: Origin::Published, amount: Some(0), unit: Unit::Day };
        if self.is(i, Role::Tonight) {
            return Some(Found::point(i + 1, "day-part", today, Some(TimeOfDay::Part("NI"))));
        }
        if let Some((end, which)) = self.which(i) {
            let (end, part) = self.part(end).filter(|(_, p)| !p.many)?;
            let date = match which {
                Which::This => today,
                Which::Last => {
                    Calendar::Shift { origin: Origin::Published, amount: Some(-1), unit: Unit::Day }
                }
                Which::Next | Which::After => {
                    Calendar::Shift { origin: Origin::Mentioned, amount: Some(1), unit: Unit::Day }
                }
                Which::Before => {
                    Calendar::Shift { origin: Origin::Mentioned, amount: Some(-1), unit: Unit::Day }
                }
                Which::Same => {
                    Calendar::Shift { origin: Origin::Mentioned, amount: Some(0), unit: Unit::Day }
                }
                _ => return None,
            };
            if clock_part(part).is_some() {
                return None;
            }
            return Some(Found::point(end, "day-part", date, Some(part_time(part))));
        }
        let the = usize::from(self.is(i, Role::The));
        let (end, part) = self.part(i + the).filter(|(_, p)| !p.many)?;
        let time = Some(part_time(part));
        let of = usize::from(matches!(self.role(end), Some(Role::Of | Role::On)));
        if let Some((after, date, _)) = self.date(end + of)
            && is_day(date)
        {
            return Some(Found::point(after, "part-of-day", date, time));
        }
        let led = i > 0 && matches!(self.role(i - 1), Some(Role::In | Role::For | Role::By));
        (the == 1 && led && clock_part(part).is_none() && part.code != "NI")
            .then(|| Found::point(end, "part-of-day", Calendar::Unsaid, time))
    }
}

/// Whether a time of day can belong to it.
const fn is_day(date: Calendar) -> bool {
    matches!(
        date,
        Calendar::Day { .. }
            | Calendar::DayOfMonth(_)
            | Calendar::Weekday { .. }
            | Calendar::Holiday { .. }
            | Calendar::Shift { unit: Unit::Day, .. }
            | Calendar::Unit { unit: Unit::Day, .. }
    )
}

/// "noon" and "midnight" stand in the table of parts with their clock time.
fn clock_part(part: PartWord) -> Option<TimeOfDay> {
    let (hour, minute) = part.code.split_once(':')?;
    Some(TimeOfDay::Clock { hour: hour.parse().ok()?, minute: minute.parse().ok()? })
}

fn part_time(part: PartWord) -> TimeOfDay {
    clock_part(part).unwrap_or(TimeOfDay::Part(part.code))
}
