//! Tokens cut at their hyphens, so that "third-quarter" and "third quarter" read alike, and the numbers in them.

use crate::expression::Amount;
use crate::lexicon::{Entry, Lexicon, Role};
use reportedly_text::{Analysis, Span, TokenKind};

/// A token, or the part of one between hyphens.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece<'a> {
    pub(crate) span: Span,
    pub(crate) lower: &'a str,
    pub(crate) entry: Option<&'static Entry>,
    pub(crate) token: usize,
    /// A hyphen joins it to the piece before.
    pub(crate) joined: bool,
    /// Nothing of its token follows.
    pub(crate) last: bool,
    pub(crate) digits: Digits,
}

/// What a piece made of digits can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Digits {
    /// No number.
    None,
    /// Digits alone: the value, how many digits, whether commas part them.
    Integer(u32, u8, bool),
    /// "2.5", as an amount to the half; other fractions round down.
    Decimal(Amount),
    /// "1/2".
    Half,
    /// "21st".
    Ordinal(u32),
    /// "1990s", "80s".
    Decade(u32, u8),
    /// "10:30".
    Clock(u8, u8),
    /// "5:30pm", "10am": hour on the 24-hour clock and minute.
    HalfDayClock(u8, u8),
    /// "2/28/25", "28.2.2025".
    Slashed(i16, u8, u8),
}

/// Cuts the tokens of one sentence into pieces, with what the lexicon knows of each.
pub(crate) fn pieces<'a>(
    analysis: &'a Analysis<'_>,
    tokens: std::ops::Range<usize>,
    lexicon: &'static Lexicon,
    out: &mut Vec<Piece<'a>>,
) {
    out.clear();
    for token in tokens {
        let Some(t) = analysis.tokens.get(token) else { break };
        let lower = analysis.lower(token);
        // Lower case may change lengths outside ASCII; such words are not cut.
        if matches!(t.kind, TokenKind::Word | TokenKind::Number)
            && lower.is_ascii()
            && lower.contains('-')
            && lower.len() == t.span.len()
        {
            let mut start = 0;
            for part in lower.split('-') {
                let span = Span::new(t.span.start + start, t.span.start + start + part.len());
                out.push(piece(part, span, token, start > 0, span.end == t.span.end, lexicon));
                start += part.len() + 1;
            }
        } else {
            out.push(piece(lower, t.span, token, false, true, lexicon));
        }
    }
}

fn piece<'a>(
    lower: &'a str,
    span: Span,
    token: usize,
    joined: bool,
    last: bool,
    lexicon: &'static Lexicon,
) -> Piece<'a> {
    let digits =
        if lower.as_bytes().first().is_some_and(u8::is_ascii_digit) { digits(lower) } else { Digits::None };
    Piece { span, lower, entry: lexicon.get(lower), token, joined, last, digits }
}

fn digits(text: &str) -> Digits {
    let lead = text.bytes().take_while(u8::is_ascii_digit).count();
    let (number, rest) = text.split_at(lead);
    let Some(value) = number.parse::<u32>().ok().filter(|_| lead <= 9) else { return Digits::None };
    match rest {
        "" => return Digits::Integer(value, lead as u8, false),
        "st" | "nd" | "rd" | "th" => return Digits::Ordinal(value),
        "s" if lead == 4 || lead == 2 => return Digits::Decade(value, lead as u8),
        "am" | "pm" | "a.m." | "p.m." => return half_day(value, 0, rest),
        _ => {}
    }
    if let Some(after) = rest.strip_prefix(':') {
        let count = after.bytes().take_while(u8::is_ascii_digit).count();
        let (minute, tail) = after.split_at(count);
        let Some(minute) = minute.parse::<u32>().ok().filter(|m| count == 2 && *m < 60) else {
            return Digits::None;
        };
        return match tail {
            "" if value <= 24 => Digits::Clock(value as u8, minute as u8),
            "am" | "pm" | "a.m." | "p.m." => half_day(value, minute, tail),
            // Seconds are read and dropped.
            _ if value <= 24 && tail.len() == 3 && tail.starts_with(':') => {
                Digits::Clock(value as u8, minute as u8)
            }
            _ => Digits::None,
        };
    }
    if rest.starts_with(',') {
        let plain: String = text.chars().filter(|c| *c != ',').collect();
        let groups = text.split(',').skip(1).all(|g| g.len() == 3);
        return match plain.parse() {
            Ok(value) if groups => Digits::Integer(value, plain.len() as u8, true),
            _ => Digits::None,
        };
    }
    if text == "1/2" {
        return Digits::Half;
    }
    let separator = if rest.starts_with('/') { '/' } else { '.' };
    let mut parts = text.split(separator);
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(a), Some(b), Some(c), None) => slashed(a, b, c, separator == '.'),
        (Some(_), Some(b), None, None) if separator == '.' && b.bytes().all(|b| b.is_ascii_digit()) => {
            Digits::Decimal(Amount { whole: value, half: b.starts_with('5') })
        }
        _ => Digits::None,
    }
}

/// Month first where strokes part the numbers, day first where stops do; the other way where only that fits.
fn slashed(a: &str, b: &str, year: &str, day_first: bool) -> Digits {
    if !matches!(year.len(), 2 | 4) || a.len() > 2 || b.len() > 2 {
        return Digits::None;
    }
    let (Ok(a), Ok(b), Ok(y)) = (a.parse::<u8>(), b.parse::<u8>(), year.parse::<i16>()) else {
        return Digits::None;
    };
    let (mut month, mut day) = if day_first { (b, a) } else { (a, b) };
    if month > 12 {
        (month, day) = (day, month);
    }
    let year = if year.len() == 4 { y } else { two_digit_year(y) };
    if (1..=12).contains(&month) && (1..=31).contains(&day) && (1000..2200).contains(&year) {
        Digits::Slashed(year, month, day)
    } else {
        Digits::None
    }
}

/// "98" is 1998 and "25" is 2025: news speaks of the past and the near future.
pub(crate) const fn two_digit_year(year: i16) -> i16 {
    if year < 50 { 2000 + year } else { 1900 + year }
}

fn half_day(hour: u32, minute: u32, suffix: &str) -> Digits {
    match twelve_hour(hour, suffix.starts_with('p')) {
        Some(hour) => Digits::HalfDayClock(hour, minute as u8),
        None => Digits::None,
    }
}

/// The hour on the 24-hour clock.
pub(crate) fn twelve_hour(hour: u32, afternoon: bool) -> Option<u8> {
    match (hour, afternoon) {
        (12, false) => Some(0),
        (12, true) => Some(12),
        (1..=11, false) => Some(hour as u8),
        (1..=11, true) => Some(hour as u8 + 12),
        _ => None,
    }
}

impl Piece<'_> {
    pub(crate) fn role(&self) -> Option<Role> {
        self.entry.and_then(|e| e.role)
    }
}
