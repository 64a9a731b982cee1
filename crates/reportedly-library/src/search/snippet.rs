//! What a hit shows of its text: the stretch that has most of what was asked for.

use super::query::Query;
use super::words::{push_term, words};
use reportedly_text::{Language, Span};

/// Bytes of a snippet, about two lines.
const LENGTH: usize = 240;
/// Bytes of a text that are looked through.
const SEARCHED: usize = 1 << 18;

/// A stretch of a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Snippet {
    /// Where it stands, on word boundaries.
    pub span: Span,
    /// The words that were asked for, in it.
    pub hits: Vec<Span>,
}

/// The words of a text that were asked for: all of a phrase, and the words that fields name.
pub fn highlights(query: &Query, text: &str, language: Language) -> Vec<Span> {
    find(query, text, language).into_iter().map(|h| h.0).collect()
}

/// The stretch of a text that has most different things that were asked for, then most of them, then comes first; its
/// beginning where it has none.
pub fn snippet(query: &Query, text: &str, language: Language) -> Snippet {
    let hits = find(query, text, language);
    let mut best = (0, 0, 0, 0);
    let mut first = 0;
    let kinds = hits.iter().map(|h| h.1 + 1).max().unwrap_or(0);
    let mut within = vec![0usize; kinds];
    let mut different = 0;
    for (last, (span, kind)) in hits.iter().enumerate() {
        different += usize::from(within[*kind] == 0);
        within[*kind] += 1;
        while first < last && span.end - hits[first].0.start > LENGTH * 3 / 4 {
            let gone = hits[first].1;
            within[gone] -= 1;
            different -= usize::from(within[gone] == 0);
            first += 1;
        }
        let n = last + 1 - first;
        if (different, n) > (best.0, best.1) {
            best = (different, n, first, last);
        }
    }
    let (start, end) = match hits.get(best.2).zip(hits.get(best.3)) {
        Some((first, last)) => {
            let longest = text.floor_char_boundary(first.0.start + LENGTH);
            (first.0.start, last.0.end.min(longest))
        }
        None => (0, 0),
    };
    let span = widened(text, Span::new(start, end));
    let hits = hits.into_iter().map(|h| h.0).filter(|h| span.contains(*h)).collect();
    Snippet { span, hits }
}

/// What was asked for in a text, and which part of the query it is.
fn find(query: &Query, text: &str, language: Language) -> Vec<(Span, usize)> {
    let text = within(text, SEARCHED);
    let mut wanted: Vec<Vec<String>> = Vec::new();
    for phrase in query.wanted(true) {
        let terms = phrase.iter().map(|w| {
            let mut term = String::new();
            push_term(&mut term, &w.lower, w.bare, language);
            term
        });
        let terms: Vec<String> = terms.collect();
        if !terms.is_empty() && !wanted.contains(&terms) {
            wanted.push(terms);
        }
    }
    let mut found: Vec<(Span, usize)> = Vec::new();
    // The last words that could be parts of a phrase.
    let longest = wanted.iter().map(Vec::len).max().unwrap_or(0);
    let mut last: Vec<(String, Span)> = Vec::new();
    words(text, language, |w| {
        if last.len() == longest && longest > 0 {
            last.rotate_left(1);
        } else if longest > 0 {
            last.push((String::new(), Span::default()));
        }
        let Some(place) = last.last_mut() else { return };
        place.0.clear();
        place.1 = w.span;
        push_term(&mut place.0, w.lower, w.bare, language);
        for (kind, terms) in wanted.iter().enumerate() {
            let Some(from) = last.len().checked_sub(terms.len()) else { continue };
            if last[from..].iter().map(|l| &l.0).eq(terms) {
                found.push((last[from].1.to(w.span), kind));
            }
        }
    });
    // Of what overlaps the longer stays: a phrase before its words.
    found.sort_by_key(|(span, kind)| (span.start, usize::MAX - span.end, *kind));
    let mut end = 0;
    found.retain(|(span, _)| {
        let free = span.start >= end;
        end = end.max(span.end);
        free
    });
    found
}

/// At most so many bytes of a text.
fn within(text: &str, bytes: usize) -> &str {
    let mut end = text.len().min(bytes);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A span with what stands around it, as long as a snippet: from the beginning of its sentence where that is near, not
/// out of its paragraph where that is long enough, on word boundaries.
fn widened(text: &str, span: Span) -> Span {
    let spare = LENGTH.saturating_sub(span.len());
    let mut start = span.start.saturating_sub(spare / 3);
    while !text.is_char_boundary(start) {
        start += 1;
    }
    let before = &text[start..span.start];
    let ends = |c: &(usize, char)| ['\n', '.', '!', '?', '。', '！', '？'].contains(&c.1);
    let sentence = before.char_indices().rfind(ends).map(|(i, c)| i + c.len_utf8());
    let sentence = sentence.filter(|i| {
        text[start + i..].starts_with(|c: char| !c.is_alphanumeric()) || before.contains(['\n', '。'])
    });
    if start > 0 {
        let word = before.find(char::is_whitespace);
        start += sentence.or(word).unwrap_or(0);
    }
    let mut end = (start + LENGTH).max(span.end).min(text.len());
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    let end = end.max(span.end);
    let after = &text[span.end..end];
    let cut = if let Some(paragraph) = after.find("\n\n") {
        span.end + paragraph
    } else if end < text.len() && !text[end..].starts_with(char::is_whitespace) {
        after.rfind(char::is_whitespace).map_or(end, |i| span.end + i)
    } else {
        end
    };
    Span::new(start.min(span.start), cut).trimmed(text)
}
