//! When an event took or takes place: the temporal expression of its clause, as a day, a month or a year.

use super::clause::{Clauses, Link};
use super::group::{Kind, Reader};
use super::words::ClauseWord;
use jiff::ToSpan;
use jiff::civil::Date;
use reportedly_text::{Pos, TokenKind, VerbForm, rows};
use reportedly_time::{Anchor, Timex, TimexKind};
use std::ops::Range;

/// Within this many tokens of its beginning a sentence may have a dateline.
const DATELINE: usize = 16;

/// A day this near to the publication is meant even where the verb seems to say otherwise: "had put the handover
/// at dawn on 18 March", written ten days before. As in the reading of times.
const CLOSE_DAYS: i32 = 90;

/// Which way from the day of publication an event lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Direction {
    Past,
    Future,
    /// Called off in the past: a weekday is taken as past, a month as the nearest.
    CalledOff,
    /// After a day in the past, on which it was called off.
    After(Date),
}

/// A temporal expression of a sentence.
#[derive(Clone, Debug)]
pub(super) struct Stamp<'a> {
    pub(super) timex: &'a Timex,
    pub(super) tokens: Range<usize>,
    /// The predicate whose clause it stands in.
    pub(super) owner: Option<usize>,
    /// Says until when: the day of what was moved there, or of what does not happen before.
    pub(super) until: bool,
}

impl Reader<'_> {
    /// The temporal expressions of a sentence that can date an event, each with the predicate it belongs to.
    pub(super) fn stamps<'t>(&self, clauses: &Clauses<'_>, times: &'t [Timex]) -> Vec<Stamp<'t>> {
        let Some(last) = clauses.tokens.end.checked_sub(1) else { return Vec::new() };
        let span = self.analysis.span(clauses.tokens.start..last + 1);
        let from = times.partition_point(|t| t.span.end <= span.start);
        times[from..]
            .iter()
            .take_while(|t| t.span.start < span.end)
            .filter_map(|timex| {
                let tokens = self.touched(timex.span);
                let dates = matches!(timex.kind, TimexKind::Date | TimexKind::Time);
                let owner =
                    self.owner(clauses, &tokens).filter(|_| !self.is_attributive(clauses, timex, &tokens));
                let ahead = timex.kind == TimexKind::Duration && self.is_ahead(clauses, &tokens, owner);
                ((dates || ahead)
                    && !self.is_aside(clauses, timex, &tokens)
                    && !self.is_habit(&tokens, times)
                    && !tokens.is_empty()
                    && !self.is_bound(clauses, &tokens))
                .then(|| Stamp { timex, owner, until: self.is_until(clauses, &tokens), tokens })
            })
            .collect()
    }

    /// A weekday of what recurs is no single day: "on the first Sunday of every month", "were told each Monday that they
    /// would leave on Friday".
    fn is_habit(&self, tokens: &Range<usize>, times: &[Timex]) -> bool {
        let weekday = tokens.clone().any(|i| self.weekday(self.lower(i)).is_some());
        if !weekday || tokens.clone().any(|i| self.analysis.tokens[i].kind == TokenKind::Number) {
            return false;
        }
        let Some(sentence) = self.analysis.sentence_of(tokens.start) else { return false };
        let span = self.analysis.sentences[sentence].span;
        let here = self.analysis.tokens[tokens.start].span.start;
        let behind = self.lower(tokens.end) == "of";
        let next = self.analysis.tokens.get(tokens.end + 1).map(|t| t.span.start);
        times[times.partition_point(|t| t.span.start < span.start)..]
            .iter()
            .take_while(|t| t.span.end <= span.end)
            .filter(|t| t.kind == TimexKind::Set)
            .any(|t| {
                let weekly = t.value.as_deref().is_some_and(|v| v.starts_with("XXXX-WXX"));
                weekly && t.span.end <= here || behind && Some(t.span.start) == next
            })
    }

    /// "in a week" counts from today where the clause looks ahead, "in a week's time" always; "had risen in a week"
    /// says how long.
    fn is_ahead(&self, clauses: &Clauses<'_>, tokens: &Range<usize>, owner: Option<usize>) -> bool {
        let led = tokens.start > clauses.tokens.start
            && self.words.temporal(self.lower(tokens.start - 1)) == "in"
            && self.words.temporal(self.lower(tokens.end)) != "the";
        let counted = (tokens.start..tokens.end + 2).any(|i| self.words.temporal(self.lower(i)) == "time");
        led && (counted || owner.is_some_and(|k| !clauses.predicates[k].group.tells_past()))
    }

    /// "the Oct. 7 attack", "a March 2 letter": a day that tells which, not when; but "in the Oct. 7 attack".
    fn is_attributive(&self, clauses: &Clauses<'_>, timex: &Timex, tokens: &Range<usize>) -> bool {
        let day = timex.kind == TimexKind::Date
            && timex.value.as_deref().and_then(calendar_day).is_some()
            && tokens.clone().any(|i| self.analysis.tokens[i].kind == TokenKind::Number);
        let noun = |i: usize| self.pos(i) == Pos::Noun || self.words.is_event_noun(self.lower(i));
        let head = (tokens.end..clauses.tokens.end)
            .take_while(|i| self.is_word(*i) && (noun(*i) || self.pos(*i) == Pos::Adj))
            .last()
            .filter(|i| noun(*i));
        let Some(head) = head.filter(|_| day) else { return false };
        let mut first = tokens.start;
        // Before what happens one more word describes, however it was tagged: "the deadly May 7 raid".
        let event = self.words.is_event_noun(self.lower(head));
        if event && first > clauses.tokens.start + 1 {
            let word = first - 1;
            let plain = self.is_word(word) && !self.is_capital(word);
            let led = self.words.clause_word(self.lower(word - 1)) == Some(ClauseWord::Determiner);
            first -= usize::from(plain && led && self.words.clause_word(self.lower(word)).is_none());
        }
        let describes = |i: usize| {
            matches!(self.pos(i), Pos::Adj | Pos::Adv)
                || matches!(self.form(i), VerbForm::Gerund | VerbForm::PastParticiple)
        };
        while first > clauses.tokens.start && describes(first - 1) {
            first -= 1;
        }
        if first == clauses.tokens.start
            || self.words.clause_word(self.lower(first - 1)) != Some(ClauseWord::Determiner)
        {
            return false;
        }
        let within = first - 1 > clauses.tokens.start
            && matches!(self.words.temporal(self.lower(first - 2)), "in" | "at" | "on")
            && event;
        !within
    }

    fn touched(&self, span: reportedly_text::Span) -> Range<usize> {
        let all = &self.analysis.tokens;
        let start = all.partition_point(|t| t.span.end <= span.start);
        let end = all.partition_point(|t| t.span.start < span.end);
        start..end
    }

    /// An expression that says since or until when, or compares, does not date its clause.
    fn is_bound(&self, clauses: &Clauses<'_>, tokens: &Range<usize>) -> bool {
        let mut i = tokens.start;
        for _ in 0..3 {
            if i <= clauses.tokens.start {
                return false;
            }
            i -= 1;
            match self.words.temporal(self.lower(i)) {
                "since" | "than" => return true,
                "the" | "early" | "late" | "mid" | "about" | "at" | "least" => {}
                _ => return false,
            }
        }
        false
    }

    /// An expression that dates no event: a time of day without a day, the day of a dateline, "the oar of 1911",
    /// "between May and September".
    fn is_aside(&self, clauses: &Clauses<'_>, timex: &Timex, tokens: &Range<usize>) -> bool {
        let before = if tokens.start > clauses.tokens.start { self.lower(tokens.start - 1) } else { "" };
        let value = timex.value.as_deref().unwrap_or("");
        if before == "between" || before == "of" && value.len() == 4 {
            return true;
        }
        if timex.kind == TimexKind::Time {
            let dated = |i: usize| {
                let word = self.lower(i);
                self.words.is_calendar_word(word)
                    || self.weekday(word).is_some()
                    || matches!(word, "this" | "last" | "next" | "yesterday" | "today" | "ago" | "overnight")
            };
            if !tokens.clone().any(dated) {
                return true;
            }
        }
        let verb = clauses.predicates.first().map_or(clauses.tokens.end, |p| p.group.tokens.start);
        (tokens.end..verb.min(clauses.tokens.start + DATELINE))
            .any(|i| matches!(self.lower(i), "-" | "–" | "—" | "--"))
    }

    fn is_until(&self, clauses: &Clauses<'_>, tokens: &Range<usize>) -> bool {
        tokens.start > clauses.tokens.start && self.words.temporal(self.lower(tokens.start - 1)) == "until"
    }

    /// The predicate whose clause a temporal expression stands in.
    fn owner(&self, clauses: &Clauses<'_>, tokens: &Range<usize>) -> Option<usize> {
        let predicates = &clauses.predicates;
        let next = predicates.iter().position(|p| p.group.tokens.start >= tokens.end);
        let last = predicates.iter().rposition(|p| p.group.tokens.start < tokens.start);
        let main = |from: usize| {
            predicates.iter().enumerate().skip(from).find(|(_, p)| p.link == Link::Main).map(|(k, _)| k)
        };
        let Some(last) = last else {
            // Before the first verb: "On Monday …", or in the first subject.
            let first = next?;
            let inside = predicates[first].link == Link::Subordinate
                && (predicates[first].start <= tokens.start)
                && !self.comma(tokens.end..predicates[first].group.tokens.start);
            return if inside || predicates[first].link == Link::Relative {
                Some(first)
            } else {
                main(first).or(Some(first))
            };
        };
        let gap = predicates[last].group.tokens.end.min(tokens.start)..tokens.start;
        let Some(next) = next else {
            // "…, police said on Tuesday" owns what follows it; a comma does not end the last clause.
            return Some(self.back(clauses, last, &gap));
        };
        let p = &predicates[next];
        let begun = p.group.kind == Kind::Finite && p.start <= tokens.start && p.start > gap.start
            || gap.clone().any(|i| {
                matches!(self.lower(i), ";" | ":")
                    || matches!(
                        self.words.clause_word(self.lower(i)),
                        Some(ClauseWord::Complementizer | ClauseWord::Question)
                    )
            });
        if begun && p.group.kind == Kind::Finite {
            return Some(next);
        }
        Some(self.back(clauses, last, &gap))
    }

    fn comma(&self, mut range: Range<usize>) -> bool {
        range.any(|i| self.lower(i) == ",")
    }

    /// The last predicate before an expression, or the one before it where a comma closes an inserted clause.
    fn back(&self, clauses: &Clauses<'_>, last: usize, gap: &Range<usize>) -> usize {
        let p = &clauses.predicates[last];
        if !self.comma(gap.clone()) || !matches!(p.link, Link::Relative | Link::Adjunct) {
            return last;
        }
        (0..last)
            .rev()
            .find(|k| !matches!(clauses.predicates[*k].link, Link::Relative | Link::Adjunct))
            .unwrap_or(last)
    }

    /// A temporal expression as a day, month or year, read in the direction that the event lies in.
    pub(super) fn date(&self, stamp: &Stamp<'_>, direction: Direction, anchor: &Anchor) -> Option<String> {
        let value = stamp.timex.value.as_deref();
        let words: Vec<&str> = stamp
            .tokens
            .clone()
            .filter(|i| self.analysis.tokens[*i].kind != TokenKind::Punct)
            .map(|i| self.lower(i))
            .collect();
        if let Some(day) = anchor.best {
            if let Some(day) = self.bare_weekday(&words, day, direction) {
                return Some(day.to_string());
            }
            if let Some((year, month)) = self.bare_month(&words, value, day, direction) {
                return Some(format!("{year:04}-{month:02}"));
            }
            if let Some(date) = self.counted(stamp, &words, day) {
                return Some(date.to_string());
            }
            if let Some(date) = value.and_then(calendar_day) {
                return Some(self.turned(&words, date, day, direction).to_string());
            }
            let just_now = words
                .iter()
                .any(|w| matches!(*w, "moments" | "minutes" | "seconds" | "moment" | "hours" | "hour"));
            if just_now && words.contains(&"ago") && value.and_then(calendar_day).is_none() {
                return Some(day.to_string());
            }
        }
        plain(stamp.timex)
    }

    /// "Monday", "Monday night": the latest or the next one, the day of publication included.
    fn bare_weekday(&self, words: &[&str], published: Date, direction: Direction) -> Option<Date> {
        let mut weekday = None;
        for word in words {
            match self.weekday(word) {
                Some(number) if weekday.is_none() => weekday = Some(number),
                Some(_) => return None,
                None if matches!(
                    *word,
                    "on" | "morning"
                        | "afternoon"
                        | "evening"
                        | "night"
                        | "midnight"
                        | "noon"
                        | "early"
                        | "late"
                        | "'s"
                ) => {}
                None => return None,
            }
        }
        let number = weekday?;
        let today = published.weekday().to_monday_one_offset();
        let days = match direction {
            Direction::Past | Direction::CalledOff => -i64::from((today - number).rem_euclid(7)),
            Direction::Future => i64::from((number - today).rem_euclid(7)),
            Direction::After(day) => {
                let from = day.weekday().to_monday_one_offset();
                let ahead = i64::from((number - from).rem_euclid(7));
                return day.checked_add(ahead.days()).ok();
            }
        };
        published.checked_add(days.days()).ok()
    }

    /// "three weeks ago", "in a fortnight": counted from the day of publication.
    fn counted(&self, stamp: &Stamp<'_>, words: &[&str], published: Date) -> Option<Date> {
        let before = stamp.tokens.start.checked_sub(1).map_or("", |i| self.lower(i));
        let after = self.lower(stamp.tokens.end);
        let ahead =
            words.first() == Some(&"in") || before == "in" || words.last() == Some(&"now") || after == "from";
        let back = words.last() == Some(&"ago") || after == "ago";
        if ahead == back {
            return None;
        }
        let weeks = |n: i64| if back { -7 * n } else { 7 * n };
        let days = words.windows(2).find_map(|w| match w[1] {
            "week" | "weeks" => Some(weeks(self.number(w[0])?)),
            "fortnight" => Some(weeks(2)),
            "day" | "days" if ahead => Some(self.number(w[0])?),
            _ => None,
        })?;
        published.checked_add(days.days()).ok()
    }

    /// A small number in words or digits.
    fn number(&self, word: &str) -> Option<i64> {
        if matches!(word, "a" | "one") {
            return Some(1);
        }
        let table = || {
            rows(Some(self.analysis.language), "numerals")
                .find(|r| r.first() == Some(&word))?
                .get(1)?
                .parse()
                .ok()
        };
        word.parse().ok().or_else(table).filter(|n| (1..1000).contains(n))
    }

    fn weekday(&self, word: &str) -> Option<i8> {
        rows(Some(self.analysis.language), "weekdays")
            .find(|r| r.first() == Some(&word))?
            .get(1)?
            .parse()
            .ok()
    }

    /// "April": the latest or the next one, the month of publication included.
    fn bare_month(
        &self,
        words: &[&str],
        value: Option<&str>,
        published: Date,
        direction: Direction,
    ) -> Option<(i16, i8)> {
        let [word] = words else { return None };
        let value = value.filter(|v| v.len() == 7)?;
        let month: i8 = value.get(5..)?.parse().ok()?;
        rows(Some(self.analysis.language), "months").any(|r| r.first() == Some(word)).then_some(())?;
        let year = match direction {
            Direction::Past if month > published.month() => published.year() - 1,
            Direction::Future if month < published.month() => published.year() + 1,
            Direction::CalledOff | Direction::After(_) if month > published.month() + 6 => {
                published.year() - 1
            }
            Direction::CalledOff | Direction::After(_) if month + 6 < published.month() => {
                published.year() + 1
            }
            _ => published.year(),
        };
        Some((year, month))
    }

    /// A day and month without a year, turned to the year that fits the direction.
    fn turned(&self, words: &[&str], date: Date, published: Date, direction: Direction) -> Date {
        let dated = words.iter().any(|w| w.len() == 4 && w.bytes().all(|b| b.is_ascii_digit()));
        let month =
            words.iter().any(|w| rows(Some(self.analysis.language), "months").any(|r| r.first() == Some(w)));
        if dated || !month || words.len() > 4 || (date - published).get_days().abs() <= CLOSE_DAYS {
            return date;
        }
        let year = match direction {
            Direction::Past if date > published => -1,
            Direction::Future if date < published => 1,
            _ => return date,
        };
        date.checked_add(year.years()).unwrap_or(date)
    }
}

fn calendar_day(value: &str) -> Option<Date> {
    value.get(..10).filter(|d| d.as_bytes()[4] == b'-')?.parse().ok()
}

/// The value as a day, month or year: of a week or a weekend the first day, of a quarter the first month.
fn plain(timex: &Timex) -> Option<String> {
    let value = timex.value.as_deref()?;
    let digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    let year = value.get(..4).filter(|y| digits(y))?;
    match value.get(4..) {
        Some("") => Some(year.to_owned()),
        Some(rest)
            if rest.starts_with("-W") && rest.len() > 3 && digits(rest.get(2..4).unwrap_or("x"))
                || rest.starts_with("-Q") =>
        {
            let first = timex.days()?.0.to_string();
            Some(if rest.starts_with("-Q") { first.get(..7)?.to_owned() } else { first })
        }
        Some(rest) if rest.len() == 3 && rest.starts_with('-') => {
            Some(if digits(&rest[1..]) { value.to_owned() } else { year.to_owned() })
        }
        Some(_) => calendar_day(value).map(|d| d.to_string()),
        None => None,
    }
}
