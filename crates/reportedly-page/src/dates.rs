//! What on a page speaks of the publication date: candidates, each with its words, its bearing and a weight.
//!
//! Nothing is decided here. The reader above weighs the candidates against each other and against the text.

mod data;
mod markup;
mod order;
pub(crate) mod printed;
mod visible;

pub(crate) use markup::{Seen, gather as markup};
pub(crate) use order::settle as settle_order;
pub(crate) use visible::visible;

use crate::{Bearing, DateCandidate, Page, When};

// Weights, in per cent of a sure thing; two that agree add up. Set by hand with the dates figures of `cargo xtask gate`.

/// A date in the page's address.
const IN_ADDRESS: u8 = 45;
/// A printed date between headline and text.
pub(crate) const UNDER_HEADLINE: u8 = 50;
/// What "published" before a printed date adds.
pub(crate) const SAID: u8 = 20;
/// A printed date right above the headline.
pub(crate) const ABOVE_HEADLINE: u8 = 42;
/// A printed date right after the article.
pub(crate) const AFTER_ARTICLE: u8 = 30;
/// A full date before the dash that an agency's first sentence follows.
pub(crate) const DATELINE: u8 = 60;

/// Whether words give a date and say that something was published or changed on it.
pub(crate) fn says_what_a_date_is(words: &str) -> bool {
    visible(words, None).iter().any(|v| v.said)
}

/// A candidate without a place in the text.
pub(crate) fn candidate(
    rule: &'static str,
    text: &str,
    says: When,
    bearing: Bearing,
    weight: u8,
) -> DateCandidate {
    let text = text.trim();
    let end = text.floor_char_boundary(200);
    DateCandidate { rule, text: text[..end].to_owned(), span: None, says, bearing, weight }
}

/// The date in a page's address: "/2031/03/02/", "/2031-03-02-title", "/20310302/".
pub(crate) fn in_address(url: &str) -> Option<DateCandidate> {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = path.split(['?', '#']).next().unwrap_or("");
    let path = path.split_once('/')?.1;
    let found = address_day(path)?;
    Some(candidate("url", found.1, When::Day(found.0), Bearing::Published, IN_ADDRESS))
}

/// The month in a page's address, as blogs file their pages: "/2031/03/title". First day and last.
pub(crate) fn month_in_address(url: &str) -> Vec<DateCandidate> {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let path = path.split(['?', '#']).next().unwrap_or("");
    let mut parts = path.split('/').skip(1).peekable();
    while let Some(part) = parts.next() {
        let year = part.parse::<i16>().ok().filter(|y| part.len() == 4 && (1990..=2100).contains(y));
        let month = parts.peek().filter(|m| m.len() == 2).and_then(|m| m.parse::<i8>().ok());
        if let (Some(year), Some(month)) = (year, month)
            && let Ok(first) = jiff::civil::Date::new(year, month, 1)
        {
            let text = format!("{year}/{month:02}");
            return vec![
                candidate("url-month", &text, When::Day(first), Bearing::NotBefore, IN_ADDRESS),
                candidate(
                    "url-month",
                    &text,
                    When::Day(first.last_of_month()),
                    Bearing::NotAfter,
                    IN_ADDRESS,
                ),
            ];
        }
    }
    Vec::new()
}

fn address_day(path: &str) -> Option<(jiff::civil::Date, &str)> {
    let bytes = path.as_bytes();
    let digits = |from: usize, n: usize| -> Option<i16> {
        let part = path.get(from..from + n)?;
        part.bytes().all(|b| b.is_ascii_digit()).then(|| part.parse().ok())?
    };
    for start in 0..bytes.len() {
        let begins = start == 0 || !bytes[start - 1].is_ascii_alphanumeric();
        let Some(year) = digits(start, 4).filter(|y| begins && (1990..=2100).contains(y)) else { continue };
        let rest = start + 4;
        let separator = bytes.get(rest).copied().unwrap_or(0);
        let (month_at, wide) =
            if matches!(separator, b'/' | b'-' | b'_') { (rest + 1, true) } else { (rest, false) };
        let (month, day, end) = if wide {
            let month_digits = if digits(month_at, 2).is_some() { 2 } else { 1 };
            let day_at = month_at + month_digits + 1;
            if bytes.get(day_at - 1) != Some(&separator) {
                continue;
            }
            let day_digits = if digits(day_at, 2).is_some() { 2 } else { 1 };
            (digits(month_at, month_digits), digits(day_at, day_digits), day_at + day_digits)
        } else {
            (digits(month_at, 2), digits(month_at + 2, 2), month_at + 4)
        };
        if bytes.get(end).is_some_and(u8::is_ascii_digit) {
            continue;
        }
        if let (Some(month), Some(day)) = (month, day)
            && let Ok(date) = jiff::civil::Date::new(year, month as i8, day as i8)
        {
            return Some((date, path.get(start..end)?));
        }
    }
    None
}

/// A full date at the very beginning of an article's text, before the dash that its first sentence follows:
/// "KESTREL BAY, 2 March 2031 (Pylon) - The …".
pub(crate) fn dateline(text: &str, language: Option<reportedly_text::Language>) -> Option<DateCandidate> {
    /// How far into the text a dateline reaches.
    const REACH: usize = 90;
    let head = &text[..text.floor_char_boundary(REACH)];
    let head = head.split('\n').next().unwrap_or("");
    let dash = [" - ", " – ", " — ", "– ", "— "].iter().filter_map(|d| head.find(d)).min()?;
    let found = printed::find(&head[..dash], language).into_iter().next()?;
    Some(DateCandidate {
        rule: "dateline",
        text: found.span.of(text).to_owned(),
        span: Some(found.span),
        says: When::Day(found.day),
        bearing: Bearing::Published,
        weight: DATELINE,
    })
}

/// Full dates that begin one of an article's first paragraphs: "02.03.2031 – The …", "(2 March 2031) The …".
pub(crate) fn paragraph_heads(page: &Page) -> Option<DateCandidate> {
    /// Paragraphs that are looked at, and bytes of each.
    const FIRST: usize = 3;
    const REACH: usize = 48;
    /// Words that say before the date what it is.
    const LABEL: usize = 3;
    page.blocks.iter().take(FIRST).find_map(|block| {
        let text = block.span.of(&page.text);
        let head = &text[..text.floor_char_boundary(REACH)];
        let found = printed::find(head, page.language).into_iter().next()?;
        let bracket = head[..found.span.start].trim();
        let after = head[found.span.end..].trim_start();
        // "Press release of 2 March 2031 | Lune – The …"
        let labelled = bracket.split_whitespace().count() <= LABEL
            && visible::cue(bracket).is_some_and(|c| c.bearing() == Bearing::Published && c.is_said());
        let closes = labelled && after.starts_with(['-', '–', '—', '|', '/', ':'])
            || if bracket == "(" || bracket == "[" {
                after.starts_with([')', ']'])
            } else {
                // A date in figures is no part of a sentence that goes on with a capital.
                let figures = !found.span.of(head).contains(char::is_alphabetic);
                let opens = |c: char| c.is_uppercase() || matches!(c, '„' | '“' | '"' | '«' | '»');
                bracket.is_empty()
                    && (after.starts_with(['-', '–', '—', '|', '/', ':'])
                        || figures && after.starts_with(opens))
            };
        closes.then(|| {
            let span = reportedly_text::Span::new(
                block.span.start + found.span.start,
                block.span.start + found.span.end,
            );
            DateCandidate {
                rule: "dateline",
                text: found.span.of(head).to_owned(),
                span: Some(span),
                says: When::Day(found.day),
                bearing: Bearing::Published,
                weight: DATELINE,
            }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_give_days() {
        let check = |url: &str, want: Option<&str>| {
            assert_eq!(in_address(url).map(|c| c.says.day().to_string()).as_deref(), want, "{url}");
        };
        check("https://tarnherald.example/2031/05/07/harbour-closes", Some("2031-05-07"));
        check("https://tarnherald.example/news/harbour-2031-05-07.html?day=2030-01-01", Some("2031-05-07"));
        check("https://tarnherald.example/20310507/harbour", Some("2031-05-07"));
        check("https://tarnherald.example/2031/5/7/harbour", Some("2031-05-07"));
        check("https://tarnherald.example/2031/05/harbour", None);
        check("https://tarnherald.example/article-203105079", None);
        check("https://tarnherald.example/2031/13/40/harbour", None);
        check("", None);
    }

    #[test]
    fn addresses_give_months() {
        let check = |url: &str, want: &[&str]| {
            let found: Vec<String> = month_in_address(url).iter().map(|c| c.says.day().to_string()).collect();
            assert_eq!(found, want, "{url}");
        };
        check("https://tarnherald.example/2031/02/harbour", &["2031-02-01", "2031-02-28"]);
        check("https://tarnherald.example/blog/2031/12/07/harbour", &["2031-12-01", "2031-12-31"]);
        check("https://tarnherald.example/2031/13/harbour", &[]);
        check("https://tarnherald.example/2031", &[]);
    }

    #[test]
    fn datelines_stand_at_the_beginning() {
        let says = |text: &str| dateline(text, None).map(|c| c.says.day().to_string());
        assert_eq!(says("LUNE, 7 May 2031 (Pylon) - The harbour closes.").as_deref(), Some("2031-05-07"));
        assert_eq!(says("The harbour of Lune closed on 7 May 2031."), None);
    }

    #[test]
    fn words_before_a_date_say_what_it_is() {
        let check = |line: &str, want: &[(Bearing, bool)]| {
            let found: Vec<_> = visible(line, None).iter().map(|v| (v.bearing, v.said)).collect();
            assert_eq!(found, want, "{line}");
        };
        check("Published May 7, 2031", &[(Bearing::Published, true)]);
        check("May 7, 2031", &[(Bearing::Published, false)]);
        check(
            "Veröffentlicht am 7. Mai 2031, aktualisiert am 8. Mai 2031",
            &[(Bearing::Published, true), (Bearing::Updated, true)],
        );
        check("更新日 2031年5月8日", &[(Bearing::Updated, true)]);
    }
}
