//! Dates of the calendar: days, months, quarters, seasons, years, and units related to now.

use crate::TimexKind;
use crate::expression::{Calendar, Origin, Unit, Which, Year};
use crate::find::{Finder, Found};
use crate::lexicon::{Role, Trust};
use crate::piece::Digits;

/// Where a date ends, and what it says.
pub(crate) type Dated = (usize, Calendar, &'static str);

impl Finder<'_, '_> {
    /// The longest date at `i`, with the words before it that tell where in it ("early", "late", "the end of").
    pub(crate) fn date(&self, i: usize) -> Option<Dated> {
        let readings = [
            self.weekday_date(i),
            self.month_first(i),
            self.day_first(i),
            self.year_alone(i),
            self.quarter(i),
            self.season(i),
            self.decade(i),
            self.century(i),
            self.named_day(i),
            self.related(i),
            self.ordinal_day(i),
        ];
        let mut best: Option<Dated> = None;
        for reading in readings.into_iter().flatten() {
            if best.is_none_or(|b| reading.0 > b.0) {
                best = Some(reading);
            }
        }
        best
    }

    /// "Friday", "Friday, Oct. 13", "last Friday", "this coming Sunday, March eighth".
    fn weekday_date(&self, i: usize) -> Option<Dated> {
        let (at, which) = self.which(i).unwrap_or((i, Which::Unsaid));
        let (weekday, trust) = self.entry(at)?.weekday?;
        if !self.capital(at) {
            return None;
        }
        let mut end = at + 1;
        // "Sun." keeps its stop where the sentence goes on.
        if trust == Trust::Abbreviation && self.lower(end) == "." && end + 1 < self.pieces.len() {
            end += 1;
        }
        let comma = usize::from(self.lower(end) == ",");
        let the = usize::from(self.is(end + comma, Role::The));
        let dated = self.month_first(end + comma).or_else(|| self.day_first(end + comma + the));
        if let Some((after, Calendar::Day { year, month, day, .. }, _)) = dated {
            let date = Calendar::Day { year, month, day, weekday: Some(weekday) };
            return Some((after, date, "weekday-date"));
        }
        if trust == Trust::Abbreviation && end == at + 1 && !self.is(end, Role::Am) && !self.clock_near(end) {
            return None;
        }
        Some((end, Calendar::Weekday { which, weekday }, "weekday"))
    }

    fn clock_near(&self, i: usize) -> bool {
        matches!(self.digits(i), Digits::Clock(..) | Digits::HalfDayClock(..))
            || matches!(self.role(i + 1), Some(Role::Am | Role::Pm))
    }

    /// "March 2", "March 2, 2025", "March 2025", "March of last year", "March".
    fn month_first(&self, i: usize) -> Option<Dated> {
        let (at, which) = match self.which(i) {
            Some((end, which)) if self.is_month(end) => (end, Year::Which(which)),
            _ => (i, Year::Unsaid),
        };
        let (end, month, trust) = self.month(at)?;
        let spoken =
            self.is(end, Role::The) && self.ordinal_word(end + 1).is_some() && !self.capital(end + 1);
        let day_at = end + usize::from(spoken);
        if which == Year::Unsaid
            && self.year_number(end).is_none_or(|(_, y)| y < 1000)
            && let Some((after, day)) = self.day_number(day_at)
            && !self.counts_something(after, day_at)
        {
            let (after, year) = self.year_after(after).unwrap_or((after, Year::Unsaid));
            return Some((after, Calendar::Day { year, month, day, weekday: None }, "month-day"));
        }
        if which == Year::Unsaid
            && let Some((after, year)) = self.year_after(end)
        {
            return Some((after, Calendar::Month { year, month }, "month-year"));
        }
        (which != Year::Unsaid || self.month_alone(at, trust)).then_some((
            end,
            Calendar::Month { year: which, month },
            "month",
        ))
    }

    /// A number after a month that counts what follows: "in March 12 people".
    fn counts_something(&self, after: usize, day_at: usize) -> bool {
        matches!(self.digits(day_at), Digits::Integer(..))
            && (matches!(self.lower(after), "%" | "percent" | "million" | "billion")
                || self.unit(after).is_some_and(|(_, _, many)| many))
    }

    /// A month's name by itself: common words and names of people are told by what stands around them.
    fn month_alone(&self, i: usize, trust: Trust) -> bool {
        let led = i > 0
            && matches!(
                self.role(i - 1),
                Some(
                    Role::In
                        | Role::Since
                        | Role::Until
                        | Role::By
                        | Role::Of
                        | Role::From
                        | Role::To
                        | Role::On
                        | Role::After
                        | Role::EarlierBefore
                        | Role::Early
                        | Role::Late
                        | Role::Mid
                        | Role::For
                        | Role::Every
                )
            );
        match trust {
            Trust::Abbreviation => led && self.lower(i).ends_with('.'),
            Trust::Ambiguous => led && !self.name_follows(i + 1),
            Trust::Plain => led || !self.name_follows(i + 1) && !self.name_precedes(i),
        }
    }

    fn name_follows(&self, i: usize) -> bool {
        self.capital(i) && self.entry(i).is_none()
    }

    fn name_precedes(&self, i: usize) -> bool {
        i > 1 && self.capital(i - 1) && self.entry(i - 1).is_none()
    }

    /// "2 March", "2 March 2025", "the 21st of February, 1921", "the 28th of that month".
    fn day_first(&self, i: usize) -> Option<Dated> {
        let the = usize::from(self.is(i, Role::The));
        let (end, day) = match self.digits(i + the) {
            Digits::None if the == 0 => return None,
            _ => self.day_number(i + the)?,
        };
        let of = usize::from(self.is(end, Role::Of));
        // "5-7 March": the first day of a range takes the month after the second.
        if let Some((after, _)) = self.day_number(end)
            && self.piece(end).is_some_and(|p| p.joined)
            && let Some((after, month, _)) = self.month(after)
        {
            let year = self.year_after(after).map_or(Year::Unsaid, |(_, year)| year);
            return Some((end, Calendar::Day { year, month, day, weekday: None }, "day-month"));
        }
        // "between 2 and 4 March"
        if i > 0
            && self.before(i, Role::From)
            && matches!(self.role(end), Some(Role::And | Role::To))
            && let Some((after, _)) = self.day_number(end + 1)
            && let Some((after, month, _)) = self.month(after)
        {
            let year = self.year_after(after).map_or(Year::Unsaid, |(_, year)| year);
            return Some((end, Calendar::Day { year, month, day, weekday: None }, "day-month"));
        }
        if let Some((after, month, trust)) = self.month(end + of) {
            let bare = matches!(self.digits(i + the), Digits::Integer(..));
            if trust == Trust::Ambiguous && self.name_follows(after) && bare {
                return None;
            }
            let (after, year) = self.year_after(after).unwrap_or((after, Year::Unsaid));
            return Some((after, Calendar::Day { year, month, day, weekday: None }, "day-month"));
        }
        if of == 1
            && let Some((after, Which::Same | Which::This)) = self.which(end + 1)
            && let Some((after, Unit::Month, false)) = self.unit(after)
        {
            return Some((after, Calendar::DayOfMonth(day), "day-of-month"));
        }
        None
    }

    /// "the 5th", where no noun follows that it could count.
    fn ordinal_day(&self, i: usize) -> Option<Dated> {
        let Digits::Ordinal(day @ 1..=31) = self.digits(i + 1) else { return None };
        let led = i > 0 && matches!(self.role(i - 1), Some(Role::On | Role::By | Role::Until | Role::Of));
        (self.is(i, Role::The) && led && self.ends_phrase(i + 2)).then_some((
            i + 2,
            Calendar::DayOfMonth(day as u8),
            "day-of-month",
        ))
    }

    /// A year by itself, where nothing makes it an amount.
    fn year_alone(&self, i: usize) -> Option<Dated> {
        // "the year 1950", "fiscal 1989", "fiscal year 1989"
        let mut at = i;
        let the = self.is(at, Role::The);
        at += usize::from(the);
        let fiscal = self.is(at, Role::Fiscal);
        at += usize::from(fiscal);
        let word = matches!(self.unit(at), Some((_, Unit::Year, false)));
        at += usize::from(word);
        if fiscal || word {
            if let Some((end, year)) = self.year_number(at) {
                return Some((end, Calendar::Year(Year::Given(year)), "named-year"));
            }
            if word
                && let Some((end, Some(amount))) = self.number(at)
                && (1000..2200).contains(&amount.whole)
            {
                return Some((end, Calendar::Year(Year::Given(amount.whole as i16)), "named-year"));
            }
            return None;
        }
        if the {
            return None;
        }
        let (end, year) = self.year_number(i)?;
        let Digits::Integer(number, ..) = self.digits(i) else {
            let spoken = self.digits(i) == Digits::None && self.entry(i).is_some_and(|e| e.numeral.is_some());
            let plausible = !spoken || (1500..2100).contains(&year) && self.unit(end).is_none();
            return plausible.then_some((end, Calendar::Year(Year::Given(year)), "year"));
        };
        let before = i.checked_sub(1).and_then(|k| self.piece(k));
        if before.is_some_and(|p| {
            p.digits != Digits::None
                || matches!(
                    p.lower,
                    "$" | "£" | "€" | "#" | "no." | "no" | "page" | "article" | "section" | "/" | "+"
                )
                || matches!(p.role(), Some(Role::Least | Role::Than | Role::Over | Role::Up))
                || p.span.end == self.pieces[i].span.start
                    && !matches!(p.lower, "(" | "[" | "-" | "–" | "—")
                    && !p.lower.ends_with(['"', '“', '‘', '\'', '/'])
        }) {
            return None;
        }
        let next = self.lower(end);
        if matches!(next, "%" | "percent" | "million" | "billion" | "/" | "°")
            || self.unit(end).is_some_and(|u| u.2)
        {
            return None;
        }
        let led = before.is_some_and(|p| {
            matches!(
                p.role(),
                Some(
                    Role::The
                        | Role::As
                        | Role::In
                        | Role::Since
                        | Role::Until
                        | Role::By
                        | Role::Of
                        | Role::From
                        | Role::After
                        | Role::EarlierBefore
                        | Role::Early
                        | Role::Late
                        | Role::Mid
                        | Role::For
                        | Role::Comparable
                )
            ) || matches!(p.lower, "(" | "[" | "," | ";" | "-" | "–")
                // "1782 and 1783"
                || matches!(p.role(), Some(Role::And | Role::Or | Role::To))
                    && i.checked_sub(2).is_some_and(|k| self.year_number(k).is_some())
        });
        let alone = i == 0 && end >= self.pieces.len();
        let counts = self.entry(end).is_none()
            && next.len() > 3
            && next.ends_with('s')
            && next.starts_with(char::is_alphabetic)
            && !self.capital(end);
        let plausible = match number {
            1900..=2059 => !counts || number % 10 != 0 || led && !self.before(i, Role::Of),
            1000..=1899 => (led || alone) && !counts,
            _ => false,
        };
        plausible.then_some((end, Calendar::Year(Year::Given(year)), "year"))
    }

    /// "last year", "that year", "the previous year": a year by its relation.
    pub(crate) fn year_reference(&self, i: usize) -> Option<(usize, Which)> {
        let (end, which) = self.which(i)?;
        match self.unit(end) {
            Some((end, Unit::Year, false)) => Some((end, which)),
            _ => None,
        }
    }

    /// A year as it stands before or after a quarter: "1988", "this year's", "fiscal 1989".
    fn year_of(&self, i: usize) -> Option<(usize, Year)> {
        let at = if self.is(i, Role::Fiscal) { i + 1 } else { i };
        let at = if at > i && matches!(self.unit(at), Some((_, Unit::Year, false))) { at + 1 } else { at };
        if let Some((end, year)) = self.year_number(at) {
            return Some((end, Year::Given(year)));
        }
        let (end, which) = self.year_reference(i)?;
        let end = if self.is(end, Role::Possessive) { end + 1 } else { end };
        Some((end, Year::Of(which)))
    }

    /// Quarters, halves and the periods of company reports.
    fn quarter(&self, i: usize) -> Option<Dated> {
        let mut at = i;
        let the = self.is(at, Role::The);
        let mut year = Year::Unsaid;
        let mut which = None;
        if let Some((end, y)) = self.year_of(at).filter(|(end, _)| self.piece(*end).is_some()) {
            (at, year) = (end, y);
        } else if let Some((end, w)) = self.which(at) {
            (at, which) = (end, Some(w));
        } else if the {
            at += 1;
        }
        // "the comparable year-ago quarter", "the 1988 fiscal third quarter"
        for _ in 0..4 {
            if matches!(self.role(at), Some(Role::Fiscal | Role::Comparable | Role::Full)) {
                at += 1;
            } else if year == Year::Unsaid
                && let Some((end, y)) = self.year_number(at)
            {
                (at, year) = (end, Year::Given(y));
            } else if let Some((end, Unit::Year, false)) = self.unit(at)
                && matches!(self.role(end), Some(Role::Ago | Role::Earlier))
            {
                which = Some(Which::YearAgo);
                at = end + 1;
            } else {
                break;
            }
        }
        let determined = at > i;
        if let Some((end, n)) = self.ordinal(at)
            && (1..=4).contains(&n)
        {
            // In "the third-quarter results" and "said that third-quarter results" the article is not the quarter's.
            if determined && year == Year::Unsaid && self.piece(end).is_some_and(|p| p.joined) {
                return None;
            }
            let end = match self.piece(end) {
                Some(_) if self.is(end, Role::Fiscal) => end + 1,
                _ => end,
            };
            let half = self.is(end, Role::Half) && n <= 2;
            let is_quarter = matches!(self.unit(end), Some((_, Unit::Quarter, false)));
            if half || is_quarter {
                let after = end + 1;
                let (after, year) = self.quarter_year(after, year, which);
                let date = if half {
                    Calendar::Half { year, half: n as u8 }
                } else {
                    Calendar::Quarter { year, quarter: n as u8 }
                };
                return Some((after, date, "quarter"));
            }
            return None;
        }
        // "year-ago results", "a year-earlier loss"
        if which == Some(Which::YearAgo)
            && self.piece(at.wrapping_sub(1)).is_some_and(|p| p.joined)
            && !matches!(self.unit(at), Some((_, Unit::Quarter | Unit::Period, false)))
        {
            return (!self.is(i, Role::The)).then_some((
                at,
                Calendar::Unit { which: Which::YearAgo, unit: Unit::Year },
                "year-ago",
            ));
        }
        // "the last half of 1989"
        if self.is(at, Role::Half) && which == Some(Which::Last) {
            let (after, year) = self.quarter_year(at + 1, year, None);
            return (year != Year::Unsaid).then_some((after, Calendar::Half { year, half: 2 }, "quarter"));
        }
        if !determined {
            return None;
        }
        let (end, unit, many) = self.unit(at)?;
        if many || !matches!(unit, Unit::Quarter | Unit::Period) {
            return None;
        }
        let (end, year) = self.quarter_year(end, year, None);
        let which = match (year, which) {
            (Year::Of(Which::Last | Which::YearAgo), _) => Which::YearAgo,
            (_, Some(w)) => w,
            (Year::Given(y), None) => {
                return Some((end, Calendar::Quarter { year: Year::Given(y), quarter: 0 }, "quarter"));
            }
            _ if unit == Unit::Period => return None,
            _ => Which::Unsaid,
        };
        if unit == Unit::Period && !matches!(which, Which::Latest | Which::YearAgo) {
            return None;
        }
        Some((end, Calendar::Unit { which, unit }, "quarter"))
    }

    /// What follows a quarter: "of 1990", "last year", "a year ago".
    fn quarter_year(&self, i: usize, year: Year, which: Option<Which>) -> (usize, Year) {
        let of = usize::from(self.is(i, Role::Of));
        if year == Year::Unsaid && which.is_none() {
            if let Some((end, year)) = self.year_of(i + of) {
                return (end, year);
            }
            if of == 0
                && self.is(i, Role::A)
                && matches!(self.unit(i + 1), Some((_, Unit::Year, false)))
                && matches!(self.role(i + 2), Some(Role::Ago | Role::Earlier))
            {
                return (i + 3, Year::Of(Which::YearAgo));
            }
        }
        let year = match (year, which) {
            (Year::Unsaid, Some(Which::YearAgo)) => Year::Of(Which::YearAgo),
            (Year::Unsaid, Some(w)) => Year::Which(w),
            (year, _) => year,
        };
        (i, year)
    }

    /// "summer", "last summer", "the spring of 1776", "fall 1919".
    fn season(&self, i: usize) -> Option<Dated> {
        let (at, which) = match self.which(i) {
            Some((end, which)) => (end, Year::Which(which)),
            None if self.is(i, Role::The) => (i + 1, Year::Unsaid),
            None => (i, Year::Unsaid),
        };
        let at = if matches!(self.role(at), Some(Role::Early | Role::Late)) { at + 1 } else { at };
        let (season, trust) = self.entry(at)?.season?;
        let end = at + 1;
        if self.piece(end).is_some_and(|p| p.joined) {
            return None;
        }
        // "The Winter Gardens": a name.
        if self.capital(at) && self.capital(end) && self.entry(end).is_none() {
            return None;
        }
        if which == Year::Unsaid
            && let Some((end, year)) = self.year_after(end)
        {
            return Some((end, Calendar::Season { year, season }, "season"));
        }
        let led = at > 0 && matches!(self.role(at - 1), Some(Role::In | Role::The | Role::Since | Role::By));
        let sure = match trust {
            Trust::Plain => true,
            _ if which != Year::Unsaid => true,
            _ => {
                led && self.ends_phrase(end)
                    && !self.is(end, Role::Of)
                    && (at < 2
                        || !self.is(at - 1, Role::The)
                        || matches!(self.role(at - 2), Some(Role::In | Role::By | Role::For)))
            }
        };
        sure.then_some((end, Calendar::Season { year: which, season }, "season"))
    }

    /// "the 1990s", "the '80s", "the nineties".
    fn decade(&self, i: usize) -> Option<Dated> {
        let the = usize::from(self.is(i, Role::The));
        let mut at = i + the;
        if matches!(self.role(at), Some(Role::Early | Role::Late | Role::Mid)) {
            at += 1;
        }
        if self.is(at, Role::Mid) {
            at += 1;
        }
        let apostrophe = matches!(self.lower(at), "'" | "‘" | "’");
        let date = match self.digits(at + usize::from(apostrophe)) {
            Digits::Decade(n, 4) => Calendar::Decade((n / 10) as i16),
            Digits::Decade(n, 2) if n % 10 == 0 && (apostrophe || the == 1) => {
                Calendar::Decade(two_digit_decade((n / 10) as i16))
            }
            _ => {
                let n = self.entry(at)?.decade?;
                if the == 0 || apostrophe {
                    return None;
                }
                return Some((at + 1, Calendar::Decade(two_digit_decade(i16::from(n))), "decade"));
            }
        };
        Some((at + 1 + usize::from(apostrophe), date, "decade"))
    }

    /// "the 20th century".
    fn century(&self, i: usize) -> Option<Dated> {
        let the = usize::from(self.is(i, Role::The));
        let mut at = i + the;
        if matches!(self.role(at), Some(Role::Early | Role::Late | Role::Mid)) {
            at += 1;
        }
        let (end, n) = self.ordinal(at)?;
        match self.unit(end) {
            Some((end, Unit::Century, false)) if (10..=22).contains(&n) => {
                Some((end, Calendar::Century(n as i16 - 1), "century"))
            }
            _ => None,
        }
    }

    /// "today", "yesterday", "tomorrow".
    fn named_day(&self, i: usize) -> Option<Dated> {
        let amount = match self.role(i)? {
            Role::Today => 0,
            Role::Yesterday => -1,
            Role::Tomorrow => 1,
            _ => return None,
        };
        if self.in_a_name(i) {
            return None;
        }
        let date = Calendar::Shift { origin: Origin::Published, amount: Some(amount), unit: Unit::Day };
        Some((i + 1, date, "named-day"))
    }

    /// A capital inside a sentence: "USA Today", "This Week".
    fn in_a_name(&self, i: usize) -> bool {
        let text = self.text(i);
        i > 0
            && text.starts_with(char::is_uppercase)
            && text.chars().any(char::is_lowercase)
            && !matches!(
                self.lower(i - 1),
                "\"" | "“" | "'" | "‘" | "`" | "``" | ":" | "--" | "—" | "_" | ")" | "("
            )
    }

    /// "last week", "this year", "the following month", "the weekend", "the day before", holidays so named.
    fn related(&self, i: usize) -> Option<Dated> {
        if let Some((end, which)) = self.which(i) {
            let determined = self.is(i, Role::The);
            if let Some((after, unit, false)) = self.unit(end) {
                if unit.is_clock() || unit == Unit::Period || unit == Unit::Fortnight {
                    return None;
                }
                if self.piece(after).is_some_and(|p| p.joined)
                    || self.is(after, Role::Old)
                    || self.in_a_name(end)
                {
                    return None;
                }
                // "the past month" is a length, "the past year" a year.
                if self.is(end - 1, Role::Past) && unit != Unit::Year {
                    return None;
                }
                if unit == Unit::Day && matches!(which, Which::Last | Which::Latest) {
                    return None;
                }
                let mut after = after;
                if self.is(after, Role::Or) && self.is(after + 1, Role::So) {
                    after += 2;
                }
                let which = if determined && which == Which::This { Which::This } else { which };
                return Some((after, Calendar::Unit { which, unit }, "related-unit"));
            }
            // "last Thanksgiving"
            if let Some(found) = self.holiday_at(end) {
                let (after, Calendar::Holiday { holiday, .. }, _) = found else { return None };
                return Some((after, Calendar::Holiday { year: Year::Which(which), holiday }, "holiday"));
            }
            return None;
        }
        let the = usize::from(self.is(i, Role::The));
        let fiscal = usize::from(the == 1 && matches!(self.role(i + 1), Some(Role::Fiscal | Role::Full)));
        let at = i + the + fiscal;
        let (end, unit, many) = self.unit(at)?;
        // "year-end", "year's end"
        let possessive = usize::from(self.is(end, Role::Possessive));
        if unit == Unit::Year && self.is(end + possessive, Role::End) && (the == 0 || possessive == 1) {
            let date = if self.piece(end).is_some_and(|p| p.joined) {
                Calendar::Day { year: Year::Unsaid, month: 12, day: 31, weekday: None }
            } else {
                Calendar::Unit { which: Which::Unsaid, unit }
            };
            return Some((end + possessive + 1, date, "year-end"));
        }
        if many || self.piece(end).is_some_and(|p| p.joined) {
            return None;
        }
        if the == 0 {
            return None;
        }
        let origin = Origin::Mentioned;
        // "the day before", "the year after"
        if unit != Unit::Quarter && self.ends_clause(end + 1) {
            match self.role(end) {
                Some(Role::EarlierBefore | Role::Earlier) => {
                    return Some((
                        end + 1,
                        Calendar::Shift { origin, amount: Some(-1), unit },
                        "from-mentioned",
                    ));
                }
                Some(Role::After | Role::Later) => {
                    return Some((
                        end + 1,
                        Calendar::Shift { origin, amount: Some(1), unit },
                        "from-mentioned",
                    ));
                }
                _ => {}
            }
        }
        let which = Which::Unsaid;
        match unit {
            Unit::Week if self.is(end, Role::Of) => {
                match self.month_first(end + 1).or_else(|| self.day_first(end + 1))? {
                    (after, Calendar::Day { year, month, day, .. }, _) => {
                        Some((after, Calendar::WeekOf { year, month, day }, "week-of"))
                    }
                    _ => None,
                }
            }
            Unit::Year | Unit::Month | Unit::Week | Unit::Quarter | Unit::Weekend => {
                // A year that is said to end is a length: "for the year ended June 30".
                let length = unit == Unit::Year && self.is(end, Role::Ended);
                let noun = self.ends_phrase(end) || self.is(end, Role::Possessive);
                (noun && !length).then_some((end, Calendar::Unit { which, unit }, "unit"))
            }
            _ => None,
        }
    }

    /// A holiday at `i`, as a date.
    pub(crate) fn holiday_at(&self, i: usize) -> Option<Dated> {
        let phrases = &self.entry(i)?.phrases;
        phrases.iter().find_map(|phrase| {
            let crate::lexicon::Meaning::Holiday(holiday) = phrase.meaning else { return None };
            let fits = phrase.rest.iter().enumerate().all(|(k, word)| self.lower(i + 1 + k) == *word);
            (fits && self.capital(i)).then_some((
                i + 1 + phrase.rest.len(),
                Calendar::Holiday { year: Year::Unsaid, holiday },
                "holiday",
            ))
        })
    }

    /// "the end of 1990", "the beginning of October", "mid-March", "early next week", "later this year".
    pub(crate) fn boundary(&self, i: usize) -> Option<Found> {
        let mut at = i;
        if self.is(at, Role::About) {
            at += 1;
        }
        let the = self.is(at, Role::The);
        let after_the = at + usize::from(the);
        match self.role(after_the)? {
            Role::Start | Role::Middle | Role::End => {
                let of = after_the + 1;
                if !self.is(of, Role::Of) {
                    return None;
                }
                let (end, date, rule) = self.date(of + 1)?;
                matches!(
                    date,
                    Calendar::Month { .. }
                        | Calendar::Year(_)
                        | Calendar::Quarter { .. }
                        | Calendar::Half { .. }
                        | Calendar::Unit { .. }
                        | Calendar::Season { .. }
                        | Calendar::Decade(_)
                        | Calendar::Century(_)
                )
                .then(|| Found::point(end, rule, date, None))
            }
            Role::Early | Role::Late | Role::Mid | Role::Later | Role::Earlier => {
                let mut next = after_the + 1;
                // In "the late-March trip" the article is the trip's.
                if the && self.piece(next)?.joined {
                    return None;
                }
                if matches!(self.role(next), Some(Role::In | Role::On)) && !self.piece(next)?.joined {
                    next += 1;
                }
                // "earlier this month", "later today", but in "later Friday" only the day is the date.
                let comparative = matches!(self.role(after_the), Some(Role::Later | Role::Earlier));
                let related = self.which(next).is_some()
                    || self.role(next).is_some_and(day_word)
                    || self.is(next, Role::The);
                if comparative && !related {
                    return None;
                }
                self.timed(next)
            }
            _ => None,
        }
    }

    /// What recurs: "daily", "every Tuesday", "each July", "Tuesdays".
    pub(crate) fn recurring(&self, i: usize) -> Option<Found> {
        let entry = self.entry(i)?;
        let set = |end, value: String| Some(Found::fixed(end, TimexKind::Set, "recurring", value));
        if let Some((value, adverb)) = entry.recurring {
            return if adverb && !self.ends_phrase(i + 1) { None } else { set(i + 1, value.to_owned()) };
        }
        if let Some(weekday) = entry.weekdays.filter(|_| self.capital(i)) {
            return match self.entry(i + 1).and_then(|e| e.part) {
                Some(part) => set(i + 2, format!("XXXX-WXX-{weekday}T{}", part.code)),
                None => set(i + 1, format!("XXXX-WXX-{weekday}")),
            };
        }
        if let Some((weekday, _)) = entry.weekday
            && let Some(part) = self.entry(i + 1).and_then(|e| e.part).filter(|p| p.many)
        {
            return set(i + 2, format!("XXXX-WXX-{weekday}T{}", part.code));
        }
        if self.is(i, Role::Per) {
            let (end, unit, many) = self.unit(i + 1)?;
            return if many || unit.is_clock() && unit != Unit::Hour {
                None
            } else {
                set(end, unit.duration(Some(crate::expression::Amount::whole(1))))
            };
        }
        if !self.is(i, Role::Every) {
            return None;
        }
        if let Some((weekday, _)) = self.entry(i + 1).and_then(|e| e.weekday) {
            return match self.entry(i + 2).and_then(|e| e.part) {
                Some(part) => set(i + 3, format!("XXXX-WXX-{weekday}T{}", part.code)),
                None => set(i + 2, format!("XXXX-WXX-{weekday}")),
            };
        }
        if let Some((end, month, _)) = self.month(i + 1) {
            return set(end, format!("XXXX-{month:02}"));
        }
        if let Some((season, _)) = self.entry(i + 1).and_then(|e| e.season) {
            return set(i + 2, format!("XXXX-{}", season.code()));
        }
        if let Some(part) = self.entry(i + 1).and_then(|e| e.part) {
            return set(i + 2, format!("XXXX-XX-XXT{}", part.code));
        }
        if let Some((end, unit, false)) =
            self.unit(i + 1).filter(|u| !matches!(u.1, Unit::Second | Unit::Period))
        {
            return set(end, unit.duration(Some(crate::expression::Amount::whole(1))));
        }
        // "every other day"
        if self.is(i + 1, Role::Other)
            && let Some((end, unit, false)) = self.unit(i + 2)
        {
            return set(end, unit.duration(Some(crate::expression::Amount::whole(2))));
        }
        let counted = self.counted(i + 1).filter(|c| c.by == crate::amount::By::Number)?;
        set(counted.end, counted.unit.duration(counted.amount))
    }
}

const fn day_word(role: Role) -> bool {
    matches!(role, Role::Today | Role::Yesterday | Role::Tomorrow)
}

/// Decades without a century are those of the twentieth, except the first two.
const fn two_digit_decade(n: i16) -> i16 {
    if n < 2 { 200 + n } else { 190 + n }
}
