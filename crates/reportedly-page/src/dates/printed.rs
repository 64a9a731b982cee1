//! Full dates as people and machines print them, in any language that has a `months.tsv`.
//!
//! A date counts as one only with its year; what is written without ("March 2") is the text's business.

use crate::When;
use jiff::{Timestamp, civil::Date, civil::DateTime};
use reportedly_text::{Language, Span, languages, rows};
use rustc_hash::FxHashMap;
use std::sync::LazyLock;

/// A date found in a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Printed {
    /// Where it stands.
    pub(crate) span: Span,
    /// The day.
    pub(crate) day: Date,
    /// The other reading, where day and month could stand either way round ("03/02/2031").
    pub(crate) other: Option<Date>,
}

/// Years that a page may speak of.
const YEARS: std::ops::RangeInclusive<i32> = 1800..=2100;
/// The Buddhist era, which Thai pages count in, is ahead by this many years.
const BUDDHIST: i32 = 543;
/// The most tokens of a text that are looked through.
const MOST_TOKENS: usize = 20_000;

type Months = FxHashMap<&'static str, i8>;

/// Month names by language, and all languages' together where they agree.
static MONTHS: LazyLock<(FxHashMap<Language, Months>, Months)> = LazyLock::new(|| {
    let mut by_language: FxHashMap<Language, Months> = FxHashMap::default();
    let mut all: FxHashMap<&'static str, Option<i8>> = FxHashMap::default();
    for language in languages("months") {
        let months = by_language.entry(language).or_default();
        for row in rows(Some(language), "months") {
            let (Some(name), Some(number)) = (row.first(), row.get(1).and_then(|n| n.parse().ok())) else {
                continue;
            };
            let name = name.trim_end_matches('.');
            months.insert(name, number);
            // A name that means different months in different languages needs its language.
            let known = all.entry(name).or_insert(Some(number));
            if *known != Some(number) {
                *known = None;
            }
        }
    }
    (by_language, all.into_iter().filter_map(|(name, number)| Some((name, number?))).collect())
});

fn month(word: &str, language: Option<Language>) -> Option<i8> {
    let (by_language, all) = &*MONTHS;
    language.and_then(|l| by_language.get(&l)?.get(word)).or_else(|| all.get(word)).copied()
}

#[derive(Debug)]
enum Token {
    Number { value: i64, digits: usize },
    Word(String),
}

struct Scan<'t> {
    text: &'t str,
    tokens: Vec<(Span, Token)>,
}

impl<'t> Scan<'t> {
    fn new(text: &'t str) -> Self {
        let mut tokens = Vec::new();
        let mut chars = text.char_indices().peekable();
        while let Some((start, c)) = chars.next() {
            if tokens.len() >= MOST_TOKENS {
                break;
            }
            let mut end = start + c.len_utf8();
            if let Some(digit) = digit(c) {
                let (mut value, mut digits) = (i64::from(digit), 1);
                while let Some(d) = chars.peek().and_then(|&(_, c)| self::digit(c)) {
                    value = value.saturating_mul(10).saturating_add(i64::from(d));
                    digits += 1;
                    end = chars.next().map_or(end, |(i, c)| i + c.len_utf8());
                }
                tokens.push((Span::new(start, end), Token::Number { value, digits }));
            } else if is_letter(c) {
                let unspaced = is_ideograph(c);
                // The stop inside Thai abbreviations ("ม.ค.") belongs to the word.
                while let Some(&(i, n)) = chars.peek() {
                    let thai_stop = n == '.' && ('\u{0e00}'..='\u{0e7f}').contains(&c);
                    if unspaced || !(is_letter(n) && !is_ideograph(n) || thai_stop) {
                        break;
                    }
                    end = i + n.len_utf8();
                    chars.next();
                }
                let word = text[start..end].to_lowercase();
                tokens.push((Span::new(start, end), Token::Word(word.trim_end_matches('.').to_owned())));
            }
        }
        Self { text, tokens }
    }

    fn number(&self, i: usize) -> Option<(i64, usize)> {
        match self.tokens.get(i)?.1 {
            Token::Number { value, digits } => Some((value, digits)),
            Token::Word(_) => None,
        }
    }

    fn word(&self, i: usize) -> Option<&str> {
        match &self.tokens.get(i)?.1 {
            Token::Word(word) => Some(word),
            Token::Number { .. } => None,
        }
    }

    /// What stands between token `i` and the next.
    fn gap(&self, i: usize) -> &str {
        match (self.tokens.get(i), self.tokens.get(i + 1)) {
            (Some(a), Some(b)) => self.text.get(a.0.end..b.0.start).unwrap_or(""),
            _ => "\n",
        }
    }

    /// Whether only spaces and small signs stand between `i` and the next.
    fn near(&self, i: usize) -> bool {
        let gap = self.gap(i);
        gap.chars().count() <= 3
            && gap.chars().all(|c| {
                matches!(c, ' ' | '\u{a0}' | '\u{202f}' | ',' | '.' | '-' | '/' | '،' | '\'' | '’' | '–')
            })
    }

    fn span(&self, first: usize, last: usize) -> Span {
        match (self.tokens.get(first), self.tokens.get(last)) {
            (Some(a), Some(b)) => a.0.to(b.0),
            _ => Span::default(),
        }
    }

    /// A year of four digits at `i`.
    fn year(&self, i: usize) -> Option<i64> {
        self.number(i)
            .filter(|&(y, digits)| digits == 4 && (1800..=2100 + i64::from(BUDDHIST)).contains(&y))
            .map(|(y, _)| y)
    }

    /// The year at the head of a number that the next element's has run into: "2 March 20315 min read".
    fn run_in_year(&self, i: usize) -> Option<i64> {
        let (value, digits) = self.number(i).filter(|&(_, digits)| matches!(digits, 5 | 6))?;
        let year = value / if digits == 5 { 10 } else { 100 };
        let is_minutes = self.word(i + 1).is_some_and(|w| w.starts_with("min"));
        (is_minutes && (1990..=2100).contains(&year)).then_some(year)
    }

    fn small(&self, i: usize, most: i64) -> Option<i64> {
        self.number(i).filter(|&(n, digits)| digits <= 2 && (1..=most).contains(&n)).map(|(n, _)| n)
    }

    /// Past what may stand between the parts of a date: ordinal endings, "de", "of".
    fn past_links(&self, mut i: usize) -> Option<usize> {
        for _ in 0..2 {
            let link = self.word(i).is_some_and(|w| {
                matches!(
                    w,
                    "st" | "nd"
                        | "rd"
                        | "th"
                        | "er"
                        | "de"
                        | "del"
                        | "of"
                        | "den"
                        | "do"
                        | "ο"
                        | "m"
                        | "g"
                        | "จ"
                        | "พ.ศ"
                )
            });
            if !link {
                break;
            }
            if !self.near(i) {
                return None;
            }
            i += 1;
        }
        Some(i)
    }
}

fn is_letter(c: char) -> bool {
    c.is_alphabetic()
        || matches!(c, '\u{0300}'..='\u{036f}' | '\u{0900}'..='\u{0dff}' | '\u{0e31}' | '\u{0e34}'..='\u{0e3a}' | '\u{0e47}'..='\u{0e4e}')
}

fn is_ideograph(c: char) -> bool {
    matches!(c, '\u{3040}'..='\u{30ff}' | '\u{3400}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}')
}

/// The value of a decimal digit of any script that dates are printed in.
fn digit(c: char) -> Option<u32> {
    c.to_digit(10).or_else(|| {
        [0x0660, 0x06f0, 0x0966, 0x09e6, 0x0e50, 0xff10]
            .iter()
            .find(|&&zero| (zero..zero + 10).contains(&(c as u32)))
            .map(|zero| c as u32 - zero)
    })
}

/// A day of the calendar; Buddhist years are brought back.
fn day(y: i64, m: i64, d: i64) -> Option<Date> {
    let mut y = i32::try_from(y).ok()?;
    if y > *YEARS.end() + 300 {
        y -= BUDDHIST;
    }
    if !YEARS.contains(&y) {
        return None;
    }
    Date::new(i16::try_from(y).ok()?, i8::try_from(m).ok()?, i8::try_from(d).ok()?).ok()
}

/// Finds the full dates of a text, in order.
pub(crate) fn find(text: &str, language: Option<Language>) -> Vec<Printed> {
    if !text.contains(|c| digit(c).is_some()) {
        return Vec::new();
    }
    let scan = Scan::new(text);
    let mut found = Vec::new();
    let mut i = 0;
    while i < scan.tokens.len() {
        if let Some((last, day, other)) = at(&scan, i, language) {
            found.push(Printed { span: scan.span(i, last), day, other });
            i = last + 1;
        } else {
            i += 1;
        }
    }
    found
}

/// A date that begins at token `i`: its last token, the day, the other reading.
fn at(scan: &Scan<'_>, i: usize, language: Option<Language>) -> Option<(usize, Date, Option<Date>)> {
    let month = |k: usize| month(scan.word(k)?, language).map(i64::from);
    if let Some(m) = month(i) {
        // March 2, 2031
        let d = scan.small(i + 1, 31).filter(|_| scan.near(i))?;
        let y = scan.past_links(i + 2).filter(|_| scan.near(i + 1))?;
        let year = scan.year(y).or_else(|| scan.run_in_year(y))?;
        return Some((y, day(year, m, d)?, None));
    }
    let (first, digits) = scan.number(i)?;
    if digits == 4 {
        let y = scan.year(i)?;
        // 2031年3月2日
        if matches!(scan.word(i + 1), Some("年" | "년")) {
            let m = scan.small(i + 2, 12)?;
            let d = scan.small(i + 4, 31).filter(|_| matches!(scan.word(i + 3), Some("月" | "월")))?;
            return Some((i + 4, day(y, m, d)?, None));
        }
        // 2031. március 2.
        if let Some(k) = scan.past_links(i + 1)
            && let Some(m) = month(k)
            && scan.near(i)
            && scan.near(k)
        {
            return Some((k + 1, day(y, m, scan.small(k + 1, 31)?)?, None));
        }
        // 2031-03-02
        let same = scan.gap(i).trim() == scan.gap(i + 1).trim() && is_separator(scan.gap(i));
        let (m, d) = (scan.small(i + 1, 12)?, scan.small(i + 2, 31)?);
        return same.then(|| day(y, m, d)).flatten().map(|day| (i + 2, day, None));
    }
    if digits > 2 || !(1..=31).contains(&first) {
        return None;
    }
    // 2 March 2031, 2nd of March 2031, 2 de marzo de 2031
    let k = scan.past_links(i + 1)?;
    if let Some(m) = month(k)
        && scan.near(i)
    {
        let y = scan.past_links(k + 1).filter(|_| scan.near(k))?;
        let year = scan.year(y).or_else(|| scan.run_in_year(y)).or_else(|| short_year(scan, y))?;
        return Some((y, day(year, m, first)?, None));
    }
    // 02.03.2031, 02/03/2031, 02-03-2031
    let gap = scan.gap(i);
    if !is_separator(gap) || scan.gap(i + 1).trim() != gap.trim() {
        return None;
    }
    let second = scan.small(i + 1, 31)?;
    // "18.2. 15:32" goes on with a clock time.
    let year = scan.year(i + 2).or_else(|| short_year(scan, i + 2).filter(|_| scan.gap(i + 1) == gap))?;
    // A version or a telephone number goes on.
    let end = scan.tokens.get(i + 2)?.0.end;
    let goes_on = scan.text[end..].starts_with(gap.trim())
        && scan.text[end + gap.trim().len()..].starts_with(|c: char| c.is_ascii_digit());
    if goes_on || scan.year(i + 2).is_none() && scan.text[end..].starts_with(':') {
        return None;
    }
    let (dmy, mdy) = (day(year, second, first), day(year, first, second));
    let month_first = language.is_none_or(|l| l == Language::EN) && matches!(gap.trim(), "/" | "-");
    let (day, other) = if month_first { (mdy.or(dmy)?, dmy) } else { (dmy.or(mdy)?, mdy) };
    Some((i + 2, day, other.filter(|o| *o != day)))
}

fn is_separator(gap: &str) -> bool {
    matches!(gap.trim(), "-" | "/" | "." | "–") && gap.len() <= 4
}

/// A year of two digits: of this century.
fn short_year(scan: &Scan<'_>, i: usize) -> Option<i64> {
    scan.number(i).filter(|&(y, digits)| digits == 2 && y <= 60).map(|(y, _)| y + 2000)
}

/// Whether the month comes first in the dates in figures of a text, where one of them tells.
pub(crate) fn is_month_first(text: &str) -> Option<bool> {
    let scan = Scan::new(text);
    (0..scan.tokens.len()).find_map(|i| {
        let gap = scan.gap(i);
        let in_figures = matches!(gap, "/" | "-") && scan.gap(i + 1) == gap && scan.year(i + 2).is_some();
        let (first, second) = (scan.small(i, 31)?, scan.small(i + 1, 31)?);
        (in_figures && (first > 12) != (second > 12)).then_some(second > 12)
    })
}

/// Whether day and month of the first date in a text could stand either way round.
pub(crate) fn is_ambiguous(text: &str) -> bool {
    find(text, None).first().is_some_and(|f| f.other.is_some())
        || find(text, Language::from_tag("de")).first().is_some_and(|f| f.other.is_some())
}

/// A date as markup gives it: ISO 8601, RFC 2822, seconds since 1970, eight digits, or any that [`find`] finds.
pub fn stamp(text: &str, language: Option<Language>) -> Option<When> {
    let text = text.trim().trim_matches('"');
    if text.is_empty() || text.len() > 120 {
        return None;
    }
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return all_digits(text);
    }
    // 20310302T101500Z
    if let Some((date, rest)) = text.split_at_checked(8)
        && date.bytes().all(|b| b.is_ascii_digit())
        && rest.starts_with(['T', ' ', '-'])
    {
        let Some(When::Day(day)) = all_digits(date) else { return None };
        return Some(with_time(day, rest));
    }
    let first = find(text, language).into_iter().next()?;
    Some(with_time(first.day, &text[first.span.end..]))
}

fn all_digits(text: &str) -> Option<When> {
    let number: i64 = text.parse().ok()?;
    match text.len() {
        8 => day(number / 10_000, number / 100 % 100, number % 100).map(When::Day),
        10 => Timestamp::from_second(number).ok().map(|t| When::Instant(t, 0)),
        13 => Timestamp::from_millisecond(number).ok().map(|t| When::Instant(t, 0)),
        12 | 14 => {
            let day = all_digits(&text[..8])?.day();
            let hour = text[8..10].parse().ok()?;
            let minute = text[10..12].parse().ok()?;
            DateTime::new(day.year(), day.month(), day.day(), hour, minute, 0, 0).ok().map(When::Local)
        }
        _ => None,
    }
}

/// The clock time and offset that follow a date, if any: "T10:15:00+01:00", " 10:15:00 GMT".
fn with_time(day: Date, rest: &str) -> When {
    let rest =
        rest.trim_start_matches(['T', 't', ' ', ',', '\u{a0}', '-', '|', '.']).trim_start_matches("at ");
    let bytes = rest.as_bytes();
    let two = |i: usize| -> Option<i8> {
        let (a, b) = (bytes.get(i)?, bytes.get(i + 1)?);
        (a.is_ascii_digit() && b.is_ascii_digit()).then(|| ((a - b'0') * 10 + (b - b'0')) as i8)
    };
    let colon = usize::from(bytes.get(2) == Some(&b':'));
    let Some((hour, minute)) = two(0).zip(two(2 + colon)).filter(|&(h, m)| h < 24 && m < 60) else {
        return When::Day(day);
    };
    let mut i = 4 + colon;
    let mut second = 0;
    if let Some(s) = two(i + colon)
        && (colon == 0 || bytes.get(i) == Some(&b':'))
    {
        second = s.min(59);
        i += 2 + colon;
    }
    if matches!(bytes.get(i), Some(b'.' | b',')) {
        i += 1;
        while bytes.get(i).is_some_and(u8::is_ascii_digit) {
            i += 1;
        }
    }
    let Ok(local) = DateTime::new(day.year(), day.month(), day.day(), hour, minute, second, 0) else {
        return When::Day(day);
    };
    let zone = rest.get(i..).unwrap_or("").trim_start();
    let lower = zone.to_ascii_lowercase();
    if lower.starts_with("am") || lower.starts_with("pm") {
        let hour = hour % 12 + if lower.starts_with("pm") { 12 } else { 0 };
        return DateTime::new(day.year(), day.month(), day.day(), hour, minute, second, 0)
            .map_or(When::Day(day), When::Local);
    }
    match offset(zone) {
        Some(seconds) => jiff::tz::Offset::from_seconds(seconds)
            .and_then(|o| o.to_timestamp(local))
            .map_or(When::Local(local), |t| When::Instant(t, seconds)),
        None => When::Local(local),
    }
}

/// Seconds east of UTC: "Z", "UTC", "GMT", "+01:00", "-0500", "+01".
fn offset(zone: &str) -> Option<i32> {
    if zone.is_empty() {
        return None;
    }
    let zone = zone.trim_start_matches("GMT").trim_start_matches("UTC");
    let mut chars = zone.chars();
    let sign = match chars.next() {
        None | Some('Z' | 'z' | ' ') => return Some(0),
        Some('+') => 1,
        Some('-' | '−') => -1,
        Some(_) => return None,
    };
    let digits: Vec<i32> =
        chars.filter(|c| *c != ':').map_while(|c| c.to_digit(10)).map(|d| d as i32).take(4).collect();
    let hours = digits.first()? * 10 + digits.get(1)?;
    let minutes = digits.get(2).copied().unwrap_or(0) * 10 + digits.get(3).copied().unwrap_or(0);
    (hours <= 15 && minutes < 60).then_some(sign * (hours * 3600 + minutes * 60))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_are_read_in_many_languages() {
        let check = |text: &str, language: &str, want: &str| {
            let found: Vec<String> =
                find(text, Language::from_tag(language)).iter().map(|f| f.day.to_string()).collect();
            assert_eq!(found.join(" "), want, "{text}");
        };
        check("Published May 7, 2031 at noon", "en", "2031-05-07");
        check("7th of May 2031", "en", "2031-05-07");
        check("May 7, 20315 min read", "en", "2031-05-07");
        check("2031-05-07T10:15:00Z", "en", "2031-05-07");
        check("05/07/2031", "en", "2031-05-07");
        check("05/07/2031", "fr", "2031-07-05");
        check("25/07/2031", "en", "2031-07-25");
        check("7. Mai 2031 und 8.5.31", "de", "2031-05-07 2031-05-08");
        check("7.5. 15:32 und 7.5.15:32", "de", "");
        check("1er mai 2031", "fr", "2031-05-01");
        check("7 de mayo de 2031", "es", "2031-05-07");
        check("7 maja 2031", "pl", "2031-05-07");
        check("2031. május 7.", "hu", "2031-05-07");
        check("2031年5月7日", "ja", "2031-05-07");
        check("2031년 5월 7일", "ko", "2031-05-07");
        check("7 พ.ค. 2574", "th", "2031-05-07");
        check("7 мая 2031", "ru", "2031-05-07");
        check("5 listopada 2031", "pl", "2031-11-05");
        check("5 listopada 2031", "hr", "2031-10-05");
        check("May 7 and version 1.2.3.4 of 31 February 2031", "en", "");
    }

    #[test]
    fn stamps_keep_their_zone() {
        let check = |text: &str, want: Option<&str>| {
            let shown = stamp(text, None).map(|w| match w {
                When::Day(d) => d.to_string(),
                When::Local(t) => t.to_string(),
                When::Instant(t, offset) => format!("{t} {offset}"),
            });
            assert_eq!(shown.as_deref(), want, "{text}");
        };
        check("2031-05-07T10:15:00+02:00", Some("2031-05-07T08:15:00Z 7200"));
        check("2031-05-07T10:15:00.250Z", Some("2031-05-07T10:15:00Z 0"));
        check("2031-05-07 10:15", Some("2031-05-07T10:15:00"));
        check("Wed, 07 May 2031 10:15:00 GMT", Some("2031-05-07T10:15:00Z 0"));
        check("20310507", Some("2031-05-07"));
        check("20310507T101500-0500", Some("2031-05-07T15:15:00Z -18000"));
        check("1936000000", Some("2031-05-08T09:46:40Z 0"));
        check("yesterday", None);
    }

    proptest! {
        #[test]
        fn any_text_is_scanned(text in "([0-9]{1,4}|[A-Za-z]{1,5}|May|мая|年|月|日|[-/.,: T])* ?\\PC{0,20}") {
            for found in find(&text, None) {
                prop_assert!(text.get(found.span.start..found.span.end).is_some_and(|t| !t.is_empty()));
            }
            let _ = stamp(&text, None);
        }
    }
}
