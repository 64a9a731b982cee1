//! How an article changed, for people: the words that went and came, among those around them.

use crate::{
    Style,
    history::{About, Change, Observed, Part},
    style::{count, cut, visible},
};
use jiff::Timestamp;
use reportedly_read::Reading;
use reportedly_text::Span;
use std::fmt::Write;

/// How much of what went or came in one place is shown, in characters.
const EXCERPT: usize = 480;
/// How many words around a change are shown on either side.
const AROUND: usize = 7;

/// What was observed: when, and what had changed since.
pub fn observed_text(o: &Observed, style: Style) -> String {
    let mut out = String::new();
    let head = match (&o.before, o.seen) {
        (None, Some(seen)) => format!("{}  first seen", at(seen)),
        (Some(_), Some(seen)) => format!("{}  changed", at(seen)),
        // When it was seen is not known; when its text was public is, or when it came into the library.
        (None, None) => format!("{}  known", at(o.known_at)),
        (Some(_), None) => format!("{}  changed, known from then on", at(o.known_at)),
    };
    let id = o.id.as_ref().map(|id| format!(" · {id}")).unwrap_or_default();
    let _ = writeln!(out, "{}{}", style.strong(&head), style.faint(&visible(&id)));
    if o.before.is_none() {
        let title = o.reading.title.as_deref().unwrap_or("(no title)");
        let _ = writeln!(out, "{}", style.wrapped(title, 2));
        let from = [&o.reading.outlet, &o.reading.url].into_iter().flatten();
        let from = from.map(String::as_str).collect::<Vec<_>>().join(" · ");
        if !from.is_empty() {
            let _ = writeln!(out, "{}", style.faint(&style.wrapped(&from, 2)));
        }
    }
    for passage in passages(o) {
        let what = style.strong(&passage.what);
        let text = painted(&passage.pieces, style);
        let _ = writeln!(out, "{}", style.hanging_painted(&format!("{what}: {text}"), 2, 4));
    }
    if o.sights > 1 {
        let last = o.last_seen.map(|last| format!(", last seen {}", at(last))).unwrap_or_default();
        let line = format!("still so{last} ({})", count(o.sights, "sight"));
        let _ = writeln!(out, "{}", style.faint(&style.wrapped(&line, 2)));
    }
    out
}

/// A moment, UTC.
fn at(time: Timestamp) -> String {
    time.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

/// Whether two changes stand in one paragraph, title or caption.
fn is_close(first: &Change, next: &Change, reading: &Reading) -> bool {
    let inline = |c: &Change| !c.block && spanned(c.part);
    first.part == next.part
        && inline(first)
        && inline(next)
        && first.added.picture == next.added.picture
        && (first.part != Part::Text || paragraph(reading, first) == paragraph(reading, next))
}

const fn spanned(part: Part) -> bool {
    matches!(part, Part::Title | Part::Text | Part::Caption | Part::Credit)
}

/// The paragraph that a change stands in.
fn paragraph(reading: &Reading, change: &Change) -> Span {
    let at = reading.blocks.partition_point(|b| b.span.end < change.added.span.end);
    reading.blocks.get(at).map_or(Span::new(0, reading.text.len()), |b| b.span)
}

/// What changed in one place, for people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Passage {
    /// What changed, and what that is about.
    pub what: String,
    /// The words that went and came, among those around them, cut where they are many.
    pub pieces: Vec<(Mark, String)>,
}

/// What became of some words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// They stayed.
    Same,
    /// They went.
    Removed,
    /// They came.
    Added,
}

/// What changed, place by place.
pub fn passages(o: &Observed) -> Vec<Passage> {
    let mut passages = Vec::new();
    let mut changes = o.changes.as_slice();
    while let Some(first) = changes.first() {
        let together = 1 + changes[1..].iter().take_while(|next| is_close(first, next, &o.reading)).count();
        let (now, later) = changes.split_at(together);
        passages.push(passage(first, now, &o.reading));
        changes = later;
    }
    passages
}

/// Some changes of one place, the first of which is given.
fn passage(first: &Change, changes: &[Change], reading: &Reading) -> Passage {
    let mut what: Vec<&str> = vec![match (first.part, first.moved, first.block, first.word()) {
        (Part::Text, true, ..) => "moved",
        (Part::Text, _, true, word) => word,
        (part, ..) => part.word(),
    }];
    for about in changes.iter().filter_map(|c| c.about) {
        let word = if about == About::Update && first.block { "as an update" } else { about.word() };
        if !what.contains(&word) {
            what.push(word);
        }
    }
    let said = |mark, text: &str| (mark, visible(&cut(text.trim(), EXCERPT)));
    let pieces = if first.moved {
        vec![said(Mark::Same, &first.added.text)]
    } else if first.block || !spanned(first.part) {
        vec![said(Mark::Removed, &first.removed.text), said(Mark::Added, &first.added.text)]
    } else {
        among(first, changes, reading)
    };
    let pieces = pieces.into_iter().filter(|(_, text)| !text.is_empty()).collect();
    Passage { what: what.join(", "), pieces }
}

/// What went and what came, as a terminal shows it.
fn painted(pieces: &[(Mark, String)], style: Style) -> String {
    let mut out = String::new();
    let mut before = Mark::Same;
    for (mark, text) in pieces {
        match mark {
            Mark::Same => out.push_str(text),
            Mark::Removed => out.push_str(&style.removed(text)),
            Mark::Added => {
                // Colours alone do not part two words.
                if style.color && before == Mark::Removed {
                    out.push(' ');
                }
                out.push_str(&style.added(text));
            }
        }
        before = *mark;
    }
    out
}

/// Changes of some words among the words around them.
fn among(first: &Change, changes: &[Change], reading: &Reading) -> Vec<(Mark, String)> {
    let words = first.part.of(reading, first.added.picture).unwrap_or_default();
    let whole = match first.part {
        Part::Text => paragraph(reading, first),
        _ => Span::new(0, words.len()),
    };
    let mut pieces: Vec<(Mark, String)> = Vec::new();
    let mut from = whole.start;
    for change in changes {
        let between = Span::new(from, change.added.span.start).of(words);
        let mut same = around(between, from > whole.start, true);
        let (removed, added) = (&change.removed.text, &change.added.text);
        let last = if same.is_empty() { pieces.last().map(|p| p.1.as_str()) } else { Some(same.as_str()) };
        if added.is_empty() && last.is_some_and(|l| l.ends_with(|c: char| !c.is_whitespace())) {
            same.push(' ');
        }
        let said = |text: &str| visible(&cut(text, EXCERPT));
        pieces.extend([(Mark::Same, same), (Mark::Removed, said(removed)), (Mark::Added, said(added))]);
        from = change.added.span.end;
        if added.is_empty() && words[from.min(words.len())..].starts_with(|c: char| !c.is_whitespace()) {
            pieces.push((Mark::Same, " ".to_owned()));
        }
    }
    pieces.push((Mark::Same, around(Span::new(from, whole.end).of(words), true, false)));
    pieces
}

/// Words between two changes, or before the first or after the last, cut to those next to them.
fn around(words: &str, after: bool, before: bool) -> String {
    let mut starts: Vec<usize> = Vec::new();
    let mut in_word = false;
    for (i, c) in words.char_indices() {
        if !in_word && !c.is_whitespace() {
            starts.push(i);
        }
        in_word = !c.is_whitespace();
    }
    let kept = AROUND * (usize::from(after) + usize::from(before));
    if starts.len() <= kept + 2 {
        return visible(words);
    }
    let head = if after { &words[..starts[AROUND]] } else { "" };
    let tail = if before { &words[starts[starts.len() - AROUND]..] } else { "" };
    let end = if before { " " } else { "" };
    visible(&format!("{head}…{end}{tail}"))
}
