//! Amounts of time: durations, and distances from now or from a date spoken of.

use crate::TimexKind;
use crate::expression::{Amount, Calendar, Origin, Unit, Which};
use crate::find::{Finder, Found};
use crate::lexicon::{Numeral, Role};
use crate::piece::Digits;

/// A number of units as it stands.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Counted {
    pub(crate) end: usize,
    /// `None` where the number is not told.
    pub(crate) amount: Option<Amount>,
    pub(crate) unit: Unit,
    /// How the number is said.
    pub(crate) by: By,
    /// The unit stands in the singular.
    pub(crate) unit_is_one: bool,
}

/// How a number is said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum By {
    /// A number or a word like "several".
    Number,
    /// An article: "a week".
    Article,
    /// Nothing but the plural: "weeks".
    Plural,
}

impl Finder<'_, '_> {
    /// "3", "twenty-four", "a hundred", "2 1/2", "several", "a few", "a couple of": where it ends, and how many.
    pub(crate) fn number(&self, i: usize) -> Option<(usize, Option<Amount>)> {
        match self.digits(i) {
            Digits::Integer(n, _, _) => {
                if self.digits(i + 1) == Digits::Half {
                    return Some((i + 2, Some(Amount { whole: n, half: true })));
                }
                return Some((i + 1, Some(Amount::whole(n))));
            }
            Digits::Decimal(amount) => return Some((i + 1, Some(amount))),
            Digits::Half => return Some((i + 1, Some(Amount { whole: 0, half: true }))),
            Digits::None => {}
            _ => return None,
        }
        match self.role(i) {
            Some(Role::Few | Role::Several) => return Some((i + 1, None)),
            Some(Role::Couple) => {
                let end = if self.is(i + 1, Role::Of) { i + 2 } else { i + 1 };
                return Some((end, Some(Amount::whole(2))));
            }
            Some(Role::A) => {
                return match self.role(i + 1) {
                    Some(Role::Few | Role::Couple) => self.number(i + 1),
                    _ => match self.entry(i + 1)?.numeral? {
                        Numeral::Scale(n) => Some((i + 2, Some(Amount::whole(n)))),
                        _ => None,
                    },
                };
            }
            _ => {}
        }
        self.cardinal(i).map(|(end, n)| (end, Some(Amount::whole(n))))
    }

    /// Number words: "twenty-four", "two hundred and ten".
    fn cardinal(&self, i: usize) -> Option<(usize, u32)> {
        let mut end = i;
        let (mut total, mut group) = (0u32, 0u32);
        let mut any = false;
        // Twelve words hold every number that is worth counting.
        for _ in 0..12 {
            match self.entry(end).and_then(|e| e.numeral) {
                Some(Numeral::Cardinal(n)) => {
                    if any
                        && !(group % 100 == 0 && group > 0 || group % 100 >= 20 && group % 10 == 0 && n < 10)
                    {
                        break;
                    }
                    group = group.saturating_add(n);
                }
                Some(Numeral::Scale(n)) if any => {
                    group = group.max(1).saturating_mul(n);
                    if n >= 1000 {
                        total = total.saturating_add(group);
                        group = 0;
                    }
                }
                _ => {
                    let goes_on = any
                        && self.is(end, Role::And)
                        && group % 100 == 0
                        && (group > 0 || total > 0)
                        && matches!(self.entry(end + 1).and_then(|e| e.numeral), Some(Numeral::Cardinal(_)));
                    if !goes_on {
                        break;
                    }
                    end += 1;
                    continue;
                }
            }
            any = true;
            end += 1;
        }
        any.then_some((end, total.saturating_add(group)))
    }

    /// A unit's word.
    pub(crate) fn unit(&self, i: usize) -> Option<(usize, Unit, bool)> {
        let (unit, many) = self.entry(i)?.unit?;
        Some((i + 1, unit, many))
    }

    /// "three weeks", "a month", "2 1/2 years", "two to three weeks", "years".
    pub(crate) fn counted(&self, i: usize) -> Option<Counted> {
        if let Some((end, unit, true)) = self.unit(i) {
            let end = self.or_unit(end);
            return Some(Counted { end, amount: None, unit, by: By::Plural, unit_is_one: false });
        }
        if self.is(i, Role::Half) {
            let at = if self.is(i + 1, Role::A) { i + 2 } else { i + 1 };
            let (end, unit, _) = self.unit(at)?;
            let amount = Some(Amount { whole: 0, half: true });
            return Some(Counted { end, amount, unit, by: By::Number, unit_is_one: true });
        }
        if self.is(i, Role::A) || self.is(i, Role::Another) {
            let mut at = i + 1;
            while matches!(self.role(at), Some(Role::Full | Role::Other)) {
                at += 1;
            }
            if let Some((end, unit, false)) = self.unit(at) {
                let mut counted = Counted {
                    end: self.or_unit(end),
                    amount: Some(Amount::whole(1)),
                    unit,
                    by: By::Article,
                    unit_is_one: true,
                };
                if self.is(i, Role::Another) {
                    counted.by = By::Number;
                }
                if self.is(end, Role::And) && self.is(end + 1, Role::A) && self.is(end + 2, Role::Half) {
                    counted.amount = Some(Amount { whole: 1, half: true });
                    counted.by = By::Number;
                    counted.end = end + 3;
                }
                return Some(counted);
            }
            if self.is(i, Role::Another) {
                return self.counted(at).filter(|c| c.by == By::Number);
            }
        }
        let (mut at, mut amount) = self.number(i)?;
        // "two to three", "12 or 18": the value keeps the first, as one cannot hold both.
        if matches!(self.role(at), Some(Role::To | Role::Or)) || self.piece(at).is_some_and(|p| p.joined) {
            let from = if self.role(at).is_some() { at + 1 } else { at };
            if let Some((end, Some(_))) = self.number(from)
                && self.unit(end).is_some()
            {
                at = end;
            }
        }
        // "three and a half years"
        if self.is(at, Role::And) && self.is(at + 1, Role::A) && self.is(at + 2, Role::Half) {
            amount = amount.map(|a| Amount { half: true, ..a });
            at += 3;
        }
        while matches!(self.role(at), Some(Role::Full | Role::Other | Role::More)) {
            at += 1;
        }
        let (end, unit, many) = self.unit(at)?;
        // "three-quarters", "three quarters of": a fraction.
        if unit == Unit::Quarter
            && many
            && (self.piece(end - 1).is_some_and(|p| p.joined) || self.is(end, Role::Of))
        {
            return None;
        }
        if unit == Unit::Period || unit == Unit::Second && !many && amount != Some(Amount::whole(1)) {
            return None;
        }
        let mut end = end;
        if many && self.is(end, Role::And) && self.is(end + 1, Role::A) && self.is(end + 2, Role::Half) {
            amount = amount.map(|a| Amount { half: true, ..a });
            end += 3;
        }
        Some(Counted { end: self.or_unit(end), amount, unit, by: By::Number, unit_is_one: !many })
    }

    /// "weeks or months", "two years or so": the first says how long.
    fn or_unit(&self, end: usize) -> usize {
        if !self.is(end, Role::Or) && !self.is(end, Role::And) {
            return end;
        }
        match self.unit(end + 1) {
            Some((after, _, true)) => after,
            _ if self.is(end, Role::Or)
                && (self.is(end + 1, Role::So)
                    || self
                        .number(end + 1)
                        .is_some_and(|(after, _)| after == end + 2 && self.unit(after).is_none())) =>
            {
                end + 2
            }
            _ => end,
        }
    }

    /// Words before an amount that blur it: "about", "more than", "at least", "up to", "no more than".
    pub(crate) fn approximation(&self, i: usize) -> usize {
        let at = if self.is(i, Role::No) { i + 1 } else { i };
        match self.role(at) {
            Some(Role::About) if at == i => i + 1,
            Some(Role::Over) if at == i && !matches!(self.role(i + 1), Some(Role::The | Role::This)) => i + 1,
            Some(Role::More) if self.is(at + 1, Role::Than) => at + 2,
            Some(Role::At) if self.is(at + 1, Role::Least) => at + 2,
            Some(Role::Up) if self.is(at + 1, Role::To) => at + 2,
            _ => i,
        }
    }

    /// "two weeks ago", "a year earlier", "three days after", "months later", "ten days from now".
    pub(crate) fn relative(&self, i: usize) -> Option<Found> {
        let start = self.approximation(i);
        let counted = self.counted(start)?;
        // "a year-ago profit" is read with the quarters.
        if self.piece(counted.end).is_some_and(|p| p.joined) {
            return None;
        }
        let (end, origin, sign) = match self.role(counted.end)? {
            Role::Ago => (counted.end + 1, Origin::Published, -1),
            Role::Later => (counted.end + 1, Origin::Mentioned, 1),
            Role::Earlier => (counted.end + 1, Origin::Mentioned, -1),
            Role::EarlierBefore if self.ends_clause(counted.end + 1) => {
                (counted.end + 1, Origin::Mentioned, -1)
            }
            // "in two weeks' time"
            Role::Possessive if self.is(counted.end + 1, Role::Time) && self.before(i, Role::In) => {
                (counted.end + 2, Origin::Published, 1)
            }
            Role::From if self.is(counted.end + 1, Role::Now) => (counted.end + 2, Origin::Published, 1),
            _ => return None,
        };
        let amount = counted.amount.map(|a| sign * a.whole.min(9999) as i32);
        let rule = if origin == Origin::Published { "from-published" } else { "from-mentioned" };
        if counted.unit.is_clock() && origin == Origin::Published {
            let today = Calendar::Shift { origin, amount: Some(0), unit: Unit::Day };
            return Some(Found::point(end, rule, today, None));
        }
        if counted.unit.is_clock() || amount.is_none() {
            let value = if amount.is_none() {
                if sign < 0 { "PAST_REF".to_owned() } else { "FUTURE_REF".to_owned() }
            } else {
                counted.unit.duration(counted.amount)
            };
            let kind = if amount.is_none() { TimexKind::Date } else { TimexKind::Duration };
            return Some(Found::fixed(end, kind, rule, value));
        }
        // "half a year ago", "a year and a half later": to the month.
        let (amount, unit) = match (amount, counted.amount, counted.unit) {
            (Some(years), Some(Amount { half: true, .. }), Unit::Year) => {
                (Some(years * 12 + sign * 6), Unit::Month)
            }
            (amount, _, unit) => (amount, unit),
        };
        let date = Calendar::Shift { origin, amount, unit };
        Some(Found::point(end, rule, date, None))
    }

    /// Lengths of time.
    pub(crate) fn duration_reading(&self, i: usize) -> Option<Found> {
        let start = self.approximation(i);
        let blurred = start > i;
        let definite = self.definite_amount(start);
        if let Some(found) = definite {
            return Some(found);
        }
        let counted = self.counted(start)?;
        let clean = match counted.by {
            By::Number => true,
            By::Article => self.article_means_length(start, &counted, blurred),
            By::Plural => {
                blurred && !self.is(i, Role::Over)
                    || counted.unit != Unit::Period
                        && counted.unit != Unit::Quarter
                        && (self.is(counted.end, Role::Of) && self.date(counted.end + 1).is_none()
                            || self.is(counted.end, Role::Long)
                                && self.piece(counted.end).is_some_and(|p| p.joined))
                    || i > 0
                        && matches!(
                            self.role(i - 1),
                            Some(Role::For | Role::In | Role::After | Role::Over | Role::Of | Role::Some)
                        )
                        && self.ends_phrase(counted.end)
            }
        };
        if !clean || self.unit_is_no_time(start, &counted) {
            return None;
        }
        let mut end = counted.end;
        // "day-long", "decades-long"
        if self.is(end, Role::Long) && self.piece(end).is_some_and(|p| p.joined) {
            end += 1;
        }
        // Ages say how old somebody is, not how long something took.
        if self.is(end, Role::Old) {
            return None;
        }
        if counted.by == By::Article && self.rate(start) && !blurred {
            return Some(Found::fixed(end, TimexKind::Set, "rate", counted.unit.duration(counted.amount)));
        }
        Some(Found::fixed(end, TimexKind::Duration, "amount", counted.unit.duration(counted.amount)))
    }

    /// "the past two months", "the next few years", "the nine months", "the first three quarters".
    fn definite_amount(&self, i: usize) -> Option<Found> {
        let mut at = i;
        let the = matches!(self.role(at), Some(Role::The | Role::This));
        if the {
            at += 1;
        }
        let mut related = false;
        while matches!(
            self.role(at),
            Some(
                Role::Last
                    | Role::Past
                    | Role::Next
                    | Role::Coming
                    | Role::Previous
                    | Role::Following
                    | Role::Latest
                    | Role::Full
                    | Role::Same
            )
        ) || self.ordinal_word(at).is_some_and(|(_, n)| n == 1)
        {
            at += 1;
            related = true;
        }
        // "the year-earlier nine months"
        if matches!(self.unit(at), Some((_, Unit::Year, false)))
            && matches!(self.role(at + 1), Some(Role::Ago | Role::Earlier))
            && self.piece(at + 1).is_some_and(|p| p.joined)
        {
            at += 2;
            related = true;
        }
        // "the past decade": a length, but "the past year" is a year.
        if related
            && self.before(at, Role::Past)
            && let Some((end, unit, false)) = self.unit(at)
            && !matches!(unit, Unit::Year | Unit::Period | Unit::Second)
        {
            let value = unit.duration(Some(Amount::whole(1)));
            return Some(Found::fixed(end, TimexKind::Duration, "definite-amount", value));
        }
        // "the year ended June 30"
        let fiscal = usize::from(self.is(at, Role::Fiscal));
        if the
            && matches!(self.unit(at + fiscal), Some((_, Unit::Year, false)))
            && self.is(at + fiscal + 1, Role::Ended)
        {
            let value = Unit::Year.duration(Some(Amount::whole(1)));
            return Some(Found::fixed(at + fiscal + 1, TimexKind::Duration, "definite-amount", value));
        }
        if !the && !related || self.piece(at).is_some_and(|p| p.joined) {
            return None;
        }
        let counted = self.counted(at)?;
        match counted.by {
            By::Number => {}
            By::Plural if related => {}
            _ => return None,
        }
        if self.is(counted.end, Role::Old) || !the && counted.by == By::Plural {
            return None;
        }
        // "the two-day visit", "the two day visit" name the visit: only the length is an expression.
        let adjective = self.piece(counted.end.wrapping_sub(1)).is_some_and(|p| p.joined)
            || counted.unit_is_one && counted.amount != Some(Amount::whole(1));
        if !related && adjective {
            return None;
        }
        let value = counted.unit.duration(counted.amount);
        Some(Found::fixed(counted.end, TimexKind::Duration, "definite-amount", value))
    }

    /// An article before a unit gives a length in "for a week", "a year of fighting", a rate in "$10 a day".
    fn article_means_length(&self, i: usize, counted: &Counted, blurred: bool) -> bool {
        if matches!(counted.unit, Unit::Second | Unit::Quarter | Unit::Period | Unit::Weekend) {
            return false;
        }
        let joined = self.piece(counted.end).is_some_and(|p| p.joined);
        blurred || !joined && (self.ends_phrase(counted.end) || self.rate(i))
    }

    /// "$10 a day", "two percent a year": an amount of something stands before.
    fn rate(&self, i: usize) -> bool {
        let Some(p) = i.checked_sub(1).and_then(|k| self.pieces.get(k)) else { return false };
        p.digits != Digits::None
            || matches!(
                p.lower,
                "%" | "percent" | "dollars" | "million" | "billion" | "times" | "once" | "twice"
            )
    }

    /// A number that belongs to something else: "$30 seconds", "No. 5 day".
    fn unit_is_no_time(&self, i: usize, counted: &Counted) -> bool {
        counted.by == By::Number && i > 0 && matches!(self.lower(i - 1), "$" | "£" | "€" | "#" | "no." | "/")
    }

    /// Which one a determiner names, where it names one: "last", "this", "the following", "that same".
    pub(crate) fn which(&self, i: usize) -> Option<(usize, Which)> {
        let the = self.is(i, Role::The);
        let at = if the { i + 1 } else { i };
        let (mut end, which) = match self.role(at)? {
            Role::Last => (at + 1, Which::Last),
            Role::This if !the => match self.role(at + 1) {
                Some(Role::Past | Role::Last) => (at + 2, Which::Last),
                Some(Role::Coming | Role::Next) => (at + 2, Which::Next),
                Some(Role::Same) => (at + 2, Which::Same),
                _ => (at + 1, Which::This),
            },
            Role::That if !the => (if self.is(at + 1, Role::Same) { at + 2 } else { at + 1 }, Which::Same),
            Role::Same if the => (at + 1, Which::Same),
            Role::Next if the => (at + 1, Which::After),
            Role::Next | Role::Coming => (at + 1, Which::Next),
            Role::Previous => (at + 1, Which::Before),
            Role::Following => (at + 1, Which::After),
            Role::Latest => (at + 1, Which::Latest),
            Role::Current => (at + 1, Which::This),
            Role::Past if the => (at + 1, Which::Last),
            _ => return None,
        };
        while matches!(self.role(end), Some(Role::Full | Role::Fiscal)) {
            end += 1;
        }
        Some((end, which))
    }
}
