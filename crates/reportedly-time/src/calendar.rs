//! Days of the calendar: holidays, ISO weeks, and the days that a TIMEX3 value covers.

use crate::expression::Season;
use jiff::ToSpan;
use jiff::civil::{Date, ISOWeekDate, Weekday};

/// When a holiday falls.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Holiday {
    /// A month and a day.
    Fixed(u8, u8),
    /// Month, ISO weekday, which of them (-1 is the last), and days after it.
    Nth(u8, u8, i8, u8),
    /// So many days after Easter Sunday.
    Easter(i16),
    /// One day of history: year, month, day.
    Once(i16, u8, u8),
}

impl Holiday {
    /// Reads "12-25", "11-thu4", "11-tue-after-mon1", "easter-2", "1944-06-06"; see `holidays.tsv`.
    pub(crate) fn from_rule(rule: &str) -> Option<Self> {
        if let Some(days) = rule.strip_prefix("easter") {
            return days.parse().ok().map(Self::Easter);
        }
        let parts: Vec<&str> = rule.split('-').collect();
        match parts.as_slice() {
            [year, month, day] if year.len() == 4 && day.len() == 2 => {
                Some(Self::Once(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
            }
            [month, day] if day.parse::<u8>().is_ok() => {
                Some(Self::Fixed(month.parse().ok()?, day.parse().ok()?))
            }
            [month, after, "after", nth] => {
                let (base, n) = nth_weekday(nth)?;
                let (after, _) = nth_weekday(after)?;
                Some(Self::Nth(month.parse().ok()?, base, n, (after + 7 - base) % 7))
            }
            [month, weekday, "1"] => Some(Self::Nth(month.parse().ok()?, nth_weekday(weekday)?.0, -1, 0)),
            [month, nth] => {
                let (weekday, n) = nth_weekday(nth)?;
                Some(Self::Nth(month.parse().ok()?, weekday, n, 0))
            }
            _ => None,
        }
    }

    /// The day in a year.
    pub fn day(self, year: i16) -> Option<Date> {
        match self {
            Self::Fixed(month, day) => Date::new(year, month as i8, day as i8).ok(),
            Self::Nth(month, weekday, n, after) => Date::new(year, month as i8, 1)
                .ok()?
                .nth_weekday_of_month(n, Weekday::from_monday_one_offset(weekday as i8).ok()?)
                .ok()?
                .checked_add((after as i32).days())
                .ok(),
            Self::Easter(days) => easter(year)?.checked_add((days as i32).days()).ok(),
            Self::Once(year, month, day) => Date::new(year, month as i8, day as i8).ok(),
        }
    }
}

fn nth_weekday(text: &str) -> Option<(u8, i8)> {
    let weekday = match text.get(..3)? {
        "mon" => 1,
        "tue" => 2,
        "wed" => 3,
        "thu" => 4,
        "fri" => 5,
        "sat" => 6,
        "sun" => 7,
        _ => return None,
    };
    Some((weekday, text.get(3..)?.parse().unwrap_or(1)))
}

/// Easter Sunday of the Gregorian calendar, by Gauss's reckoning with the corrections for any century.
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let golden = y.rem_euclid(19);
    let century = y.div_euclid(100);
    // Days from March 21 to the full moon that counts.
    let epact = (19 * golden + 15 + century - century / 4 - (8 * century + 13) / 25).rem_euclid(30);
    let moon = if epact == 29 || epact == 28 && golden > 10 { epact - 1 } else { epact };
    let full_moon = plus_days(Date::new(year, 3, 21).ok()?, moon)?;
    plus_days(full_moon, 7 - i32::from(weekday(full_moon) % 7))
}

/// The date `days` later (negative: earlier).
pub(crate) fn plus_days(date: Date, days: i32) -> Option<Date> {
    date.checked_add(days.days()).ok()
}

/// The same day `months` later, or the last of that month.
pub(crate) fn plus_months(date: Date, months: i32) -> Option<Date> {
    date.checked_add(months.months()).ok()
}

/// Monday is 1.
pub(crate) fn weekday(date: Date) -> u8 {
    date.weekday().to_monday_one_offset() as u8
}

/// "2025-W09".
pub(crate) fn week_value(date: Date) -> String {
    let week = date.iso_week_date();
    format!("{:04}-W{:02}", week.year(), week.week())
}

/// The first and last day of a TIMEX3 date value ("2025", "2025-03", "2025-W09", "2025-Q1", "2025-03-02T10:30",
/// "2025-SU", "199", "19").
///
/// `None` for durations, sets, references, and values with unknown parts where these make the days unknown.
pub fn days(value: &str) -> Option<(Date, Date)> {
    let date = value.split('T').next()?;
    let mut parts = date.split('-');
    let head = parts.next()?;
    if !head.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    let years = match head.len() {
        4 => (head.parse::<i16>().ok()?, head.parse::<i16>().ok()?),
        3 => (head.parse::<i16>().ok()? * 10, head.parse::<i16>().ok()? * 10 + 9),
        2 => (head.parse::<i16>().ok()? * 100, head.parse::<i16>().ok()? * 100 + 99),
        _ => return None,
    };
    let year = years.0;
    let month_span = |from: i8, count: i32| {
        let first = Date::new(year, from, 1).ok()?;
        Some((first, plus_months(first, count)?.yesterday().ok()?))
    };
    let Some(second) = parts.next() else {
        return Some((Date::new(years.0, 1, 1).ok()?, Date::new(years.1, 12, 31).ok()?));
    };
    let third = parts.next();
    if head.len() != 4 || parts.next().is_some() {
        return None;
    }
    if let Some(week) = second.strip_prefix('W').and_then(|w| w.parse::<i8>().ok()) {
        let monday = ISOWeekDate::new(year, week, Weekday::Monday).ok()?.date();
        return match third {
            None => Some((monday, plus_days(monday, 6)?)),
            Some("WE") => Some((plus_days(monday, 5)?, plus_days(monday, 6)?)),
            Some(d) => {
                let day = plus_days(monday, d.parse::<i32>().ok().filter(|d| (1..=7).contains(d))? - 1)?;
                Some((day, day))
            }
        };
    }
    if let Some(season) = Season::from_code(second) {
        return month_span(season.month() as i8, 3);
    }
    match (second, third) {
        ("Q1", None) => month_span(1, 3),
        ("Q2", None) => month_span(4, 3),
        ("Q3", None) => month_span(7, 3),
        ("Q4", None) => month_span(10, 3),
        ("H1", None) => month_span(1, 6),
        ("H2", None) => month_span(7, 6),
        (month, None | Some("XX")) => month_span(month.parse().ok().filter(|m| (1..=12).contains(m))?, 1),
        (month, Some(day)) => {
            let day = Date::new(year, month.parse().ok()?, day.parse().ok()?).ok()?;
            Some((day, day))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holidays_fall_on_their_days() {
        let check = |rule: &str, expected: &str| {
            let year = expected[..4].parse().unwrap();
            let day = Holiday::from_rule(rule).and_then(|h| h.day(year)).map(|d| d.to_string());
            assert_eq!(day.as_deref(), Some(expected), "{rule}");
        };
        check("12-25", "2025-12-25");
        check("11-thu4", "2025-11-27");
        check("05-mon-1", "2025-05-26");
        check("11-tue-after-mon1", "2022-11-08");
        check("11-tue-after-mon1", "2026-11-03");
        check("easter+0", "2025-04-20");
        check("easter+0", "2000-04-23");
        check("easter+0", "1981-04-19");
        check("easter+0", "2049-04-18");
        check("easter-2", "2024-03-29");
        check("1944-06-06", "1944-06-06");
    }
}
