//! Finding temporal expressions: one pass over the tokens, at each the longest reading that the tables allow.

use crate::expression::{Calendar, Expression, TimeOfDay, Year};
use crate::lexicon::{Condition, Entry, Lexicon, Meaning, Numeral, Role, TenseWord, Trust};
use crate::piece::{Digits, Piece, pieces, two_digit_year};
use crate::{Mention, TimexKind};
use reportedly_text::{Analysis, Pos, Span, TokenKind};

/// What was read at a place: up to which piece, and what it means.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) end: usize,
    pub(crate) kind: TimexKind,
    pub(crate) rule: &'static str,
    pub(crate) expression: Expression,
}

impl Found {
    pub(crate) fn fixed(end: usize, kind: TimexKind, rule: &'static str, value: impl Into<String>) -> Self {
        Self { end, kind, rule, expression: Expression::Fixed(value.into()) }
    }

    pub(crate) fn point(end: usize, rule: &'static str, date: Calendar, time: Option<TimeOfDay>) -> Self {
        let kind = if time.is_some() { TimexKind::Time } else { TimexKind::Date };
        Self { end, kind, rule, expression: Expression::Point { date, time } }
    }
}

/// The pieces of one sentence with their readings.
pub(crate) struct Finder<'a, 't> {
    pub(crate) analysis: &'a Analysis<'t>,
    pub(crate) pieces: &'a [Piece<'a>],
}

/// Finds the temporal expressions of a text, in order, none overlapping.
pub fn find(analysis: &Analysis<'_>) -> Vec<Mention> {
    let Some(lexicon) = Lexicon::of(analysis.language) else { return Vec::new() };
    let mut mentions = Vec::new();
    let mut buffer = Vec::new();
    for sentence in &analysis.sentences {
        pieces(analysis, sentence.tokens.clone(), lexicon, &mut buffer);
        let first = mentions.len();
        Finder { analysis, pieces: &buffer }.run(&mut mentions);
        share_years(analysis, lexicon, &mut mentions[first..]);
    }
    mentions
}

/// Two dates joined by "and", "to" or a dash share a year that only one of them names: "from May 15 to August 16,
/// 1988".
fn share_years(analysis: &Analysis<'_>, lexicon: &Lexicon, mentions: &mut [Mention]) {
    for i in (1..mentions.len()).rev() {
        let (before, after) = mentions.split_at_mut(i);
        let (Some(first), Some(second)) = (before.last_mut(), after.first_mut()) else { continue };
        let mut between = analysis.tokens_in(Span::new(first.span.end, second.span.start));
        let joined = between.len() <= 3
            && between.all(|t| {
                let lower = analysis.lower(t);
                matches!(lower, "-" | "–" | "—" | "," | "(")
                    || lexicon.get(lower).and_then(|e| e.role).is_some_and(|r| {
                        matches!(r, Role::And | Role::To | Role::Until | Role::The | Role::On | Role::In)
                    })
            });
        if !joined || between.is_empty() && first.span.end == second.span.start {
            continue;
        }
        let (Some((first_year, from)), Some((second_year, to))) =
            (year_within(&mut first.expression), year_within(&mut second.expression))
        else {
            continue;
        };
        match (*first_year, *second_year) {
            (Year::Unsaid, Year::Given(year)) => {
                *first_year = Year::Given(if from <= to { year } else { year.saturating_sub(1) });
            }
            (Year::Given(year), Year::Unsaid) => {
                *second_year = Year::Given(if from <= to { year } else { year.saturating_add(1) });
            }
            _ => {}
        }
    }
}

/// The year of a date within one, to be changed, and where in the year it stands.
fn year_within(expression: &mut Expression) -> Option<(&mut Year, u16)> {
    let Expression::Point { date, .. } = expression else { return None };
    match date {
        Calendar::Day { year, month, day, .. } => Some((year, u16::from(*month) * 32 + u16::from(*day))),
        Calendar::Month { year, month } => Some((year, u16::from(*month) * 32)),
        Calendar::Season { year, season } => Some((year, u16::from(season.month()) * 32)),
        Calendar::Quarter { year, quarter: quarter @ 1.. } => Some((year, u16::from(*quarter) * 96 - 64)),
        _ => None,
    }
}

impl<'a> Finder<'a, '_> {
    fn run(&self, mentions: &mut Vec<Mention>) {
        let mut i = 0;
        while i < self.pieces.len() {
            let starts = self.pieces[i].entry.is_some() || self.pieces[i].digits != Digits::None;
            let found = if !starts || self.pieces[i].joined { None } else { self.at(i) };
            let Some(found) = found.filter(|f| f.end > i) else {
                i += 1;
                continue;
            };
            // A reading must end with its token, unless a range goes on from there.
            let mut run = vec![found];
            while let Some(next) = run.last().and_then(|last| self.continued(last)) {
                run.push(next);
            }
            if !run.last().is_some_and(|f| self.ends_token(f.end)) {
                i += 1;
                continue;
            }
            for found in run {
                let first = if found.end > i { self.skip_range_word(i, found.end) } else { i };
                let span = self.span(first, found.end);
                i = found.end;
                mentions.push(Mention {
                    span,
                    kind: found.kind,
                    rule: found.rule,
                    expression: found.expression,
                });
            }
        }
    }

    /// The longest reading at piece `i`.
    fn at(&self, i: usize) -> Option<Found> {
        let readings = [
            self.phrase(i),
            self.whole_number_date(i),
            self.recurring(i),
            self.relative(i),
            self.timed(i),
            self.boundary(i),
            self.duration_reading(i),
        ];
        let mut best: Option<Found> = None;
        for reading in readings.into_iter().flatten() {
            if best.as_ref().is_none_or(|b| reading.end > b.end) {
                best = Some(reading);
            }
        }
        best
    }

    /// In a range the second part may be shorter than the first: "July 3-5", "1990-95".
    fn continued(&self, last: &Found) -> Option<Found> {
        let i = last.end;
        let Expression::Point { date, time: None } = &last.expression else { return None };
        let (at, joined) = match self.piece(i) {
            Some(p) if p.joined => (i, true),
            Some(p) if matches!(p.lower, "-" | "–" | "—") => (i + 1, false),
            Some(p) if p.role() == Some(Role::And) && self.ends_phrase(i + 2) => (i + 1, false),
            _ => return None,
        };
        let piece = self.piece(at)?;
        match (*date, piece.digits) {
            (
                Calendar::Day { year, month, day, .. },
                Digits::Integer(next, 1..=2, false) | Digits::Ordinal(next),
            ) if next > u32::from(day) && next <= 31 && !self.is_month(at + 1) => {
                let (end, year) = match self.year_after(at + 1) {
                    Some((end, year)) => (end, year),
                    None => (at + 1, year),
                };
                Some(Found::point(
                    end,
                    "range",
                    Calendar::Day { year, month, day: next as u8, weekday: None },
                    None,
                ))
            }
            (Calendar::Year(Year::Given(year)), Digits::Integer(next, digits @ (2 | 4), false))
                if next > if digits == 2 { year as u32 % 100 } else { year as u32 } && next < 2200 =>
            {
                let year = if digits == 2 { year / 100 * 100 + next as i16 } else { next as i16 };
                Some(Found::point(at + 1, "range", Calendar::Year(Year::Given(year)), None))
            }
            _ if joined => self.at(at),
            _ => None,
        }
    }

    fn skip_range_word(&self, i: usize, end: usize) -> usize {
        if i + 1 < end && (matches!(self.lower(i), "-" | "–" | "—") || self.is(i, Role::And)) {
            i + 1
        } else {
            i
        }
    }

    /// Fixed phrases and holidays.
    fn phrase(&self, i: usize) -> Option<Found> {
        let phrases = &self.entry(i)?.phrases;
        for phrase in phrases {
            let end = i + 1 + phrase.rest.len();
            if end > self.pieces.len()
                || !phrase.rest.iter().enumerate().all(|(k, word)| self.lower(i + 1 + k) == *word)
            {
                continue;
            }
            match phrase.meaning {
                Meaning::Holiday(holiday) => {
                    if !self.capital(i) {
                        continue;
                    }
                    let (end, year) = match self.year_after(end) {
                        Some((end, year)) => (end, year),
                        None => (end, Year::Unsaid),
                    };
                    return Some(self.with_part(end, Calendar::Holiday { year, holiday }, "holiday"));
                }
                Meaning::Value(value, condition) => {
                    let holds = match condition {
                        Condition::Always => true,
                        Condition::Noun => self.ends_phrase(end),
                        Condition::Future => {
                            (i > 0 && self.is_future(i - 1) || self.is_future(end)) && !self.is(end, Role::As)
                        }
                    };
                    if holds {
                        let kind = if value.starts_with('P') && !value.ends_with("REF") {
                            TimexKind::Duration
                        } else {
                            TimexKind::Date
                        };
                        return Some(Found::fixed(end, kind, "reference", value));
                    }
                }
            }
        }
        None
    }

    /// "2025-03-02", "2/28/25".
    fn whole_number_date(&self, i: usize) -> Option<Found> {
        let piece = self.piece(i)?;
        if let Digits::Slashed(year, month, day) = piece.digits {
            let date = Calendar::Day { year: Year::Given(year), month, day, weekday: None };
            return Some(Found::point(i + 1, "numeric-date", date, None));
        }
        let Digits::Integer(year @ 1000..=2199, 4, false) = piece.digits else { return None };
        let (Some(month), Some(day)) = (self.piece(i + 1), self.piece(i + 2)) else { return None };
        if !month.joined || !day.joined {
            return None;
        }
        let (Digits::Integer(month @ 1..=12, 2, _), Digits::Integer(day @ 1..=31, 2, _)) =
            (month.digits, day.digits)
        else {
            return None;
        };
        let (year, month, day) = (Year::Given(year as i16), month as u8, day as u8);
        let date = Calendar::Day { year, month, day, weekday: None };
        Some(Found::point(i + 3, "numeric-date", date, None))
    }

    fn is_future(&self, i: usize) -> bool {
        self.entry(i).is_some_and(|e| e.tense == Some(TenseWord::Future))
    }

    // Looking at pieces.

    pub(crate) fn piece(&self, i: usize) -> Option<&Piece<'a>> {
        self.pieces.get(i)
    }

    pub(crate) fn lower(&self, i: usize) -> &'a str {
        self.pieces.get(i).map_or("", |p| p.lower)
    }

    pub(crate) fn entry(&self, i: usize) -> Option<&'static Entry> {
        self.pieces.get(i).and_then(|p| p.entry)
    }

    pub(crate) fn role(&self, i: usize) -> Option<Role> {
        self.pieces.get(i).and_then(Piece::role)
    }

    pub(crate) fn is(&self, i: usize, role: Role) -> bool {
        self.role(i) == Some(role)
    }

    /// Whether the piece before `i` plays this part.
    pub(crate) fn before(&self, i: usize, role: Role) -> bool {
        i > 0 && self.is(i - 1, role)
    }

    pub(crate) fn digits(&self, i: usize) -> Digits {
        self.pieces.get(i).map_or(Digits::None, |p| p.digits)
    }

    /// The text of piece `i` as it stands.
    pub(crate) fn text(&self, i: usize) -> &'a str {
        self.pieces.get(i).map_or("", |p| p.span.of(self.analysis.text))
    }

    pub(crate) fn capital(&self, i: usize) -> bool {
        self.text(i).starts_with(char::is_uppercase)
    }

    pub(crate) fn ends_token(&self, end: usize) -> bool {
        end == 0 || self.pieces.get(end - 1).is_some_and(|p| p.last)
    }

    fn span(&self, start: usize, end: usize) -> Span {
        match (self.pieces.get(start), self.pieces.get(end.wrapping_sub(1))) {
            (Some(a), Some(b)) => a.span.to(b.span),
            _ => Span::default(),
        }
    }

    /// Nothing follows at `i` that the words before it could describe: no noun and nothing that leads to one.
    pub(crate) fn ends_phrase(&self, i: usize) -> bool {
        self.pieces.get(i).is_none_or(|p| {
            let noun = self.analysis.tokens.get(p.token).is_some_and(|t| match t.pos {
                Pos::Noun | Pos::Propn | Pos::Adj | Pos::Num => true,
                Pos::X => !matches!(t.kind, TokenKind::Punct | TokenKind::Quote),
                _ => false,
            });
            p.role().is_some() || !noun
        })
    }

    /// Nothing but a stop, comma or the like follows at `i`.
    pub(crate) fn ends_clause(&self, i: usize) -> bool {
        self.pieces.get(i).is_none_or(|p| {
            let kind = self.analysis.tokens.get(p.token).map(|t| t.kind);
            matches!(kind, Some(TokenKind::Punct | TokenKind::Quote))
        })
    }

    // The small readings that others are built of: each gives where it ends and what it says.

    /// A month's name, where its form can be trusted to be one.
    pub(crate) fn month(&self, i: usize) -> Option<(usize, u8, Trust)> {
        let (month, trust) = self.entry(i)?.month?;
        self.capital(i).then_some((i + 1, month, trust))
    }

    pub(crate) fn is_month(&self, i: usize) -> bool {
        self.month(i).is_some()
    }

    /// A day of the month: "3", "3rd", "third".
    pub(crate) fn day_number(&self, i: usize) -> Option<(usize, u8)> {
        match self.digits(i) {
            Digits::Integer(n @ 1..=31, 1..=2, false) | Digits::Ordinal(n @ 1..=31) => Some((i + 1, n as u8)),
            Digits::None => self.ordinal_word(i).filter(|(_, n)| *n <= 31).map(|(end, n)| (end, n as u8)),
            _ => None,
        }
    }

    /// "third", "twenty-first", "3rd".
    pub(crate) fn ordinal(&self, i: usize) -> Option<(usize, u32)> {
        match self.digits(i) {
            Digits::Ordinal(n) => Some((i + 1, n)),
            _ => self.ordinal_word(i),
        }
    }

    pub(crate) fn ordinal_word(&self, i: usize) -> Option<(usize, u32)> {
        match self.entry(i)?.numeral? {
            Numeral::Ordinal(n) => Some((i + 1, n)),
            Numeral::Cardinal(tens @ 20..=90) => match self.entry(i + 1)?.numeral? {
                Numeral::Ordinal(n @ 1..=9) => Some((i + 2, tens + n)),
                _ => None,
            },
            _ => None,
        }
    }

    /// A year in four digits, or spoken: "nineteen ninety-seven".
    pub(crate) fn year_number(&self, i: usize) -> Option<(usize, i16)> {
        match self.digits(i) {
            Digits::Integer(n @ 1000..=2199, 4, false) => return Some((i + 1, n as i16)),
            Digits::None => {}
            _ => return None,
        }
        if matches!(self.lower(i), "'" | "‘" | "’") {
            let glued = self.piece(i)?.span.end == self.piece(i + 1)?.span.start;
            return match self.digits(i + 1) {
                Digits::Integer(n, 2, false) if glued => Some((i + 2, two_digit_year(n as i16))),
                _ => None,
            };
        }
        let Numeral::Cardinal(century @ 11..=20) = self.entry(i)?.numeral? else { return None };
        let Numeral::Cardinal(tens) = self.entry(i + 1)?.numeral? else { return None };
        if tens < 10 {
            return None;
        }
        let (end, units) = match self.entry(i + 2).and_then(|e| e.numeral) {
            Some(Numeral::Cardinal(units @ 1..=9)) if tens >= 20 => (i + 3, units),
            _ => (i + 2, 0),
        };
        Some((end, (century * 100 + tens + units) as i16))
    }

    /// The year that may follow a day, month or season: "1998", ", 1998", "of 1998", "last year", "of that year".
    pub(crate) fn year_after(&self, i: usize) -> Option<(usize, Year)> {
        let comma = usize::from(self.lower(i) == ",");
        let of = usize::from(comma == 0 && (self.is(i, Role::Of) || self.is(i, Role::In)));
        let at = i + comma + of;
        if let Some((end, year)) = self.year_number(at) {
            // A unit that is counted makes the number an amount: "in January 2000 people".
            if self.digits(at) != Digits::None && (comma == 0 || self.closes_year(end)) {
                return Some((end, Year::Given(year)));
            }
            return (comma == 0).then_some((end, Year::Given(year)));
        }
        if comma == 1 || of == 1 && !self.is(i, Role::Of) {
            return None;
        }
        self.year_reference(at).map(|(end, which)| (end, Year::Of(which)))
    }

    /// After a comma a number is a year where the sentence goes on without a noun for it to count.
    fn closes_year(&self, end: usize) -> bool {
        self.digits(end) == Digits::None
            && !self.piece(end).is_some_and(|p| p.joined)
            && !matches!(self.lower(end), "%" | "percent" | "million")
    }
}
