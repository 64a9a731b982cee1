//! How an article changed from one sight to the next: told word by word, as JSON.
//!
//! Sights that show the same are one observation. The JSON:
//!
//! ```json
//! {"article": "5c1f20ab93d4e671", "as_of": null, "observations": [
//!   {"id": "5c1f20ab93d4e671", "seen": "2031-03-01T10:00:00Z", "recorded_at": "…", "known_at": "…",
//!    "last_seen": "2031-03-02T10:00:00Z", "sights": 2, "kind": "article", "url": "…", "title": "…", "changes": []},
//!   {"id": "5c1f20ab93d4e671-2", "seen": "2031-03-10T10:00:00Z", "…": "…", "changes": [
//!     {"in": "text", "change": "replaced", "about": "figure",
//!      "removed": {"start": 131, "end": 135, "text": "four"}, "added": {"start": 131, "end": 134, "text": "six"}}]}]}
//! ```
//!
//! `removed` is a span of what the observation before it says, `added` of what this one does, in code points; either is
//! `null` where nothing went or came. `in` is `title`, `text`, `caption` or `credit`, in which case each side names
//! its picture (`"in": "caption:0"`), or, without offsets, `authors`, `agencies`, `outlet`, `published`, `updated` or
//! `kind`. `change` is `replaced`, `added`, `removed` or `moved` (a paragraph that stands elsewhere). `about` says what
//! the change is about where its words tell: `figure`, `date`, `name`, `quotation`, or `update` for what was added
//! after all that there was, or as an update; else `null`. A sight without an article (a wall, an error) says only
//! that, and the next one is compared with the last that had one.

mod difference;

use crate::when;
use difference::{Apart, Difference, Numbers, Piece};
use jiff::Timestamp;
use reportedly_read::{Image, Reading, Role, When};
use reportedly_text::{CodePoints, Language, Span, TokenKind, rows, split};
use reportedly_time::TimexKind;
use serde::Serialize;
use std::rc::Rc;

/// One sight of an article, as a library keeps it.
#[derive(Clone, Debug)]
pub struct Sight {
    /// The state of the article that it shows; `None` where there was no article.
    pub id: Option<String>,
    /// When the page was seen.
    pub seen: Option<Timestamp>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When its text was public.
    pub known_at: Timestamp,
    /// What was read.
    pub reading: Reading,
}

/// Sights in a row that show the same, with what had changed before them.
#[derive(Clone, Debug)]
pub struct Observed {
    /// The name of the state that they show.
    pub id: Option<String>,
    /// When it was first seen like this.
    pub seen: Option<Timestamp>,
    /// When that was recorded.
    pub recorded_at: Timestamp,
    /// When its text was public.
    pub known_at: Timestamp,
    /// When it was last seen like this.
    pub last_seen: Option<Timestamp>,
    /// How often.
    pub sights: usize,
    /// What it was compared with.
    pub(crate) before: Option<Rc<Reading>>,
    pub(crate) reading: Rc<Reading>,
    pub(crate) changes: Vec<Change>,
}

impl Observed {
    /// Whether nothing was seen before.
    pub fn is_first(&self) -> bool {
        self.before.is_none()
    }
}

/// What a change is a change of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part {
    Kind,
    Title,
    Authors,
    Agencies,
    Outlet,
    Published,
    Updated,
    Text,
    Caption,
    Credit,
}

impl Part {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Kind => "kind",
            Self::Title => "title",
            Self::Authors => "authors",
            Self::Agencies => "agencies",
            Self::Outlet => "outlet",
            Self::Published => "published",
            Self::Updated => "updated",
            Self::Text => "text",
            Self::Caption => "caption",
            Self::Credit => "credit",
        }
    }

    /// The words of a part that has some; of a picture, by its index.
    pub(crate) fn of(self, reading: &Reading, picture: usize) -> Option<&str> {
        match self {
            Self::Title => reading.title.as_deref(),
            Self::Text => Some(&reading.text),
            Self::Caption => reading.images.get(picture)?.caption.as_deref(),
            Self::Credit => reading.images.get(picture)?.credit.as_deref(),
            _ => None,
        }
    }
}

/// What a change is about, as far as its words tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum About {
    Figure,
    Date,
    Name,
    Quotation,
    Update,
}

impl About {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Figure => "figure",
            Self::Date => "date",
            Self::Name => "name",
            Self::Quotation => "quotation",
            Self::Update => "update",
        }
    }
}

/// One side of a change: words, and where they stand. Without words it is the place between two of them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Side {
    pub(crate) text: String,
    pub(crate) span: Span,
    /// Which picture.
    pub(crate) picture: usize,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Change {
    pub(crate) part: Part,
    pub(crate) removed: Side,
    pub(crate) added: Side,
    pub(crate) moved: bool,
    /// A paragraph that came or went as a whole.
    pub(crate) block: bool,
    pub(crate) about: Option<About>,
}

impl Change {
    pub(crate) fn word(&self) -> &'static str {
        match (self.moved, self.removed.text.is_empty(), self.added.text.is_empty()) {
            (true, ..) => "moved",
            (_, true, _) => "added",
            (_, _, true) => "removed",
            _ => "replaced",
        }
    }

    /// A change of what has no words on the page.
    fn of_value(part: Part, removed: Option<String>, added: Option<String>) -> Self {
        let side = |text: Option<String>| Side { text: text.unwrap_or_default(), ..Side::default() };
        let (removed, added) = (side(removed), side(added));
        Self { part, removed, added, moved: false, block: false, about: None }
    }
}

/// Puts the sights of an article together, one after the other: it keeps no more than the last two.
#[derive(Debug, Default)]
pub struct History {
    open: Option<Observed>,
    /// The last reading with an article.
    article: Option<Rc<Reading>>,
}

impl History {
    /// Takes the next sight. Gives what was observed before it, where it shows something else.
    pub fn see(&mut self, sight: Sight) -> Option<Observed> {
        let Sight { id, seen, recorded_at, known_at, reading } = sight;
        let (before, changes) = match &self.open {
            None => (None, Vec::new()),
            Some(open) => {
                let mut changes = Vec::new();
                let (old, new) = (open.reading.kind.word(), reading.kind.word());
                if old != new {
                    changes.push(Change::of_value(Part::Kind, Some(old.to_owned()), Some(new.to_owned())));
                }
                let before = Rc::clone(self.article.as_ref().unwrap_or(&open.reading));
                if reading.kind.is_article() && before.kind.is_article() {
                    differ(&before, &reading, &mut changes);
                }
                (Some(before), changes)
            }
        };
        if let Some(open) = &mut self.open
            && changes.is_empty()
        {
            open.sights += 1;
            open.last_seen = open.last_seen.max(seen);
            return None;
        }
        let reading = Rc::new(reading);
        if reading.kind.is_article() {
            self.article = Some(Rc::clone(&reading));
        }
        let last_seen = seen;
        self.open.replace(Observed {
            id,
            seen,
            recorded_at,
            known_at,
            last_seen,
            sights: 1,
            before,
            reading,
            changes,
        })
    }

    /// What was observed last.
    pub fn end(self) -> Option<Observed> {
        self.open
    }
}

/// All that differs between two readings.
fn differ(old: &Reading, new: &Reading, changes: &mut Vec<Change>) {
    let language = new.language.or(old.language).unwrap_or(Language::EN);
    title(old, new, language, changes);
    people(Part::Authors, &old.authors, &new.authors, changes);
    people(Part::Agencies, &old.agencies, &new.agencies, changes);
    if old.outlet != new.outlet {
        changes.push(Change::of_value(Part::Outlet, old.outlet.clone(), new.outlet.clone()));
    }
    date(Part::Published, old.published.best.as_ref(), new.published.best.as_ref(), changes);
    date(Part::Updated, old.updated.as_ref(), new.updated.as_ref(), changes);
    if old.text != new.text {
        let mut numbers = Numbers::default();
        let blocks = |r: &Reading| r.blocks.iter().map(|b| b.span).collect::<Vec<_>>();
        let a = Apart::new(&old.text, &blocks(old), language, &mut numbers);
        let b = Apart::new(&new.text, &blocks(new), language, &mut numbers);
        let sides = Sides { old, new, language };
        changes.extend(difference::difference(&a, &b).iter().map(|d| sides.change(d)));
    }
    pictures(Part::Caption, |i| i.caption.as_deref(), old, new, language, changes);
    pictures(Part::Credit, |i| i.credit.as_deref(), old, new, language, changes);
}

fn title(old: &Reading, new: &Reading, language: Language, changes: &mut Vec<Change>) {
    if old.title == new.title {
        return;
    }
    let (a, b) = (old.title.as_deref().unwrap_or_default(), new.title.as_deref().unwrap_or_default());
    let mut numbers = Numbers::default();
    let old_words = Apart::new(a, &[], language, &mut numbers);
    let new_words = Apart::new(b, &[], language, &mut numbers);
    for Difference { removed, added, .. } in difference::difference_in_words(&old_words, &new_words) {
        let side = |text: &str, piece: Piece| Side {
            text: piece.span.of(text).to_owned(),
            span: piece.span,
            picture: 0,
        };
        let (removed, added) = (side(a, removed), side(b, added));
        let about = about_figures(&removed.text, &added.text, language);
        changes.push(Change { part: Part::Title, removed, added, moved: false, block: false, about });
    }
}

/// Names in no particular order.
fn people(part: Part, old: &[String], new: &[String], changes: &mut Vec<Change>) {
    let mut gone = old.iter().filter(|name| !new.contains(name));
    let mut come = new.iter().filter(|name| !old.contains(name));
    loop {
        match (gone.next(), come.next()) {
            (None, None) => break,
            (removed, added) => changes.push(Change::of_value(part, removed.cloned(), added.cloned())),
        }
    }
}

fn date(part: Part, old: Option<&When>, new: Option<&When>, changes: &mut Vec<Change>) {
    let same = match (old, new) {
        (Some(When::Instant(a, _)), Some(When::Instant(b, _))) => a == b,
        (Some(a), Some(b)) => a.day() == b.day(),
        (a, b) => a == b,
    };
    if !same {
        changes.push(Change::of_value(part, old.map(when), new.map(when)));
    }
}

/// Captions or credits, each compared with the one that it is most like.
fn pictures(
    part: Part,
    words: impl Fn(&Image) -> Option<&str>,
    old: &Reading,
    new: &Reading,
    language: Language,
    changes: &mut Vec<Change>,
) {
    let a = Joined::new(&old.images, &words);
    let b = Joined::new(&new.images, &words);
    if a.text == b.text {
        return;
    }
    let mut numbers = Numbers::default();
    let old_words = Apart::new(&a.text, &a.spans, language, &mut numbers);
    let new_words = Apart::new(&b.text, &b.spans, language, &mut numbers);
    // Pictures in another order are no change of what is said.
    for d in difference::difference(&old_words, &new_words).iter().filter(|d| !d.moved) {
        let (removed, added) = (a.side(d.removed), b.side(d.added));
        let about = about_figures(&removed.text, &added.text, language);
        changes.push(Change { part, removed, added, moved: false, block: false, about });
    }
}

/// What is said of pictures, put together so that it can be compared as a text.
struct Joined {
    text: String,
    spans: Vec<Span>,
    pictures: Vec<usize>,
}

impl Joined {
    fn new(images: &[Image], words: impl Fn(&Image) -> Option<&str>) -> Self {
        let mut joined = Self { text: String::new(), spans: Vec::new(), pictures: Vec::new() };
        for (picture, said) in images.iter().enumerate().filter_map(|(i, image)| Some((i, words(image)?))) {
            if said.is_empty() {
                continue;
            }
            let start = joined.text.len();
            joined.text.push_str(said);
            joined.spans.push(Span::new(start, joined.text.len()));
            joined.pictures.push(picture);
            joined.text.push('\n');
        }
        joined
    }

    fn side(&self, piece: Piece) -> Side {
        let start = self.spans.get(piece.block).map_or(piece.span.start, |s| s.start);
        Side {
            text: piece.span.of(&self.text).to_owned(),
            span: Span::new(piece.span.start.saturating_sub(start), piece.span.end.saturating_sub(start)),
            picture: self.pictures.get(piece.block).copied().unwrap_or(0),
        }
    }
}

/// Two readings of which the texts differ.
struct Sides<'r> {
    old: &'r Reading,
    new: &'r Reading,
    language: Language,
}

impl Sides<'_> {
    fn change(&self, d: &Difference) -> Change {
        let side = |r: &Reading, piece: Piece| Side {
            text: piece.span.of(&r.text).to_owned(),
            span: piece.span,
            picture: 0,
        };
        let (removed, added) = (side(self.old, d.removed), side(self.new, d.added));
        let whole = |r: &Reading, span: Span| {
            let at = r.blocks.partition_point(|b| b.span.start < span.start);
            r.blocks.get(at).filter(|b| b.span == span).map(|b| b.role)
        };
        let came = whole(self.new, added.span).filter(|_| removed.text.is_empty());
        let went = whole(self.old, removed.span).filter(|_| added.text.is_empty());
        let block = d.moved || came.is_some() || went.is_some();
        let about = if d.moved {
            None
        } else if d.at_end || came == Some(Role::Update) {
            Some(About::Update)
        } else {
            self.about(&removed, &added)
        };
        Change { part: Part::Text, removed, added, moved: d.moved, block, about }
    }

    /// What a change of some words for others is about.
    fn about(&self, removed: &Side, added: &Side) -> Option<About> {
        if removed.text.is_empty() || added.text.is_empty() {
            return None;
        }
        let both =
            |is: &dyn Fn(&Reading, Span) -> bool| is(self.old, removed.span) && is(self.new, added.span);
        if both(&|r, span| {
            let from = r.times.partition_point(|t| t.span.end <= span.start);
            let overlapping = r.times[from..].iter().take_while(|t| t.span.start < span.end);
            overlapping.into_iter().any(|t| matches!(t.kind, TimexKind::Date | TimexKind::Time))
        }) {
            return Some(About::Date);
        }
        if let Some(figure) = about_figures(&removed.text, &added.text, self.language) {
            return Some(figure);
        }
        if both(&|r, span| {
            let from = r.names.mentions.partition_point(|n| n.span.end <= span.start);
            r.names.mentions.get(from).is_some_and(|n| n.span.overlaps(span))
        }) {
            return Some(About::Name);
        }
        both(&is_quoted).then_some(About::Quotation)
    }
}

/// Whether some words stand between quotation marks that open in the same block.
fn is_quoted(r: &Reading, span: Span) -> bool {
    let block = r.blocks.partition_point(|b| b.span.end < span.start);
    let Some(block) = r.blocks.get(block) else { return false };
    let mut open = None;
    for c in Span::new(block.span.start, span.start).of(&r.text).chars() {
        open = match (open, c) {
            (None, '"' | '“' | '„' | '«' | '»' | '「' | '『') => Some(c),
            // What closes depends on the language; no quotation has one within it that opens alike.
            (Some(_), '"' | '”' | '“' | '«' | '»' | '」' | '』') => None,
            (open, _) => open,
        };
    }
    open.is_some()
}

/// Whether numbers were changed for others.
fn about_figures(removed: &str, added: &str, language: Language) -> Option<About> {
    /// Words of a change that are looked at: a figure stands among few.
    const MOST_WORDS: usize = 40;
    let figures = |text: &str| -> Vec<String> {
        // A change of a whole page is not about a figure in it.
        if text.len() > 16 * MOST_WORDS {
            return Vec::new();
        }
        let words = split(text, language);
        let is_numeral = |word: &str| {
            let mut numerals = rows(Some(language), "numerals").filter(|r| r.get(2) == Some(&"cardinal"));
            numerals.any(|r| r.first() == Some(&word))
        };
        let figure = |i: &usize| words.tokens[*i].kind == TokenKind::Number || is_numeral(words.lower(*i));
        let figures = (0..words.tokens.len().min(MOST_WORDS)).filter(figure);
        figures.map(|i| words.lower(i).to_owned()).collect()
    };
    let (a, b) = (figures(removed), figures(added));
    (!a.is_empty() && !b.is_empty() && a != b).then_some(About::Figure)
}

/// Sights in a row that show the same, in the published shape.
#[derive(Debug, Serialize)]
pub struct ObservedAnswer<'o> {
    id: Option<&'o str>,
    seen: Option<String>,
    recorded_at: String,
    known_at: String,
    last_seen: Option<String>,
    sights: usize,
    kind: &'static str,
    url: Option<&'o str>,
    title: Option<&'o str>,
    changes: Vec<ChangeAnswer<'o>>,
}

#[derive(Debug, Serialize)]
struct ChangeAnswer<'o> {
    #[serde(rename = "in")]
    part: &'static str,
    change: &'static str,
    about: Option<&'static str>,
    removed: Option<SideAnswer<'o>>,
    added: Option<SideAnswer<'o>>,
}

#[derive(Debug, Serialize)]
struct SideAnswer<'o> {
    #[serde(rename = "in", skip_serializing_if = "Option::is_none")]
    part: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    start: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    end: Option<usize>,
    text: &'o str,
}

/// Puts what was observed into the published shape.
pub fn observed(o: &Observed) -> ObservedAnswer<'_> {
    let before = o.before.as_deref();
    let (old, new) = (CodePoints::new(before.map_or("", |r| &r.text)), CodePoints::new(&o.reading.text));
    ObservedAnswer {
        id: o.id.as_deref(),
        seen: o.seen.map(|t| t.to_string()),
        recorded_at: o.recorded_at.to_string(),
        known_at: o.known_at.to_string(),
        last_seen: o.last_seen.map(|t| t.to_string()),
        sights: o.sights,
        kind: o.reading.kind.word(),
        url: o.reading.url.as_deref(),
        title: o.reading.title.as_deref(),
        changes: o
            .changes
            .iter()
            .map(|c| ChangeAnswer {
                part: c.part.word(),
                change: c.word(),
                about: c.about.map(About::word),
                removed: side(c.part, &c.removed, before, &old),
                added: side(c.part, &c.added, Some(&o.reading), &new),
            })
            .collect(),
    }
}

fn side<'o>(
    part: Part,
    side: &'o Side,
    reading: Option<&Reading>,
    text: &CodePoints<'_>,
) -> Option<SideAnswer<'o>> {
    if side.text.is_empty() {
        return None;
    }
    let Span { start, end } = side.span;
    let span = match part {
        Part::Text => Some((text.at(start), text.at(end))),
        _ => reading.and_then(|r| part.of(r, side.picture)).map(|words| {
            let words = CodePoints::new(words);
            (words.at(start), words.at(end))
        }),
    };
    let of_picture = matches!(part, Part::Caption | Part::Credit);
    let part = of_picture.then(|| format!("{}:{}", part.word(), side.picture));
    Some(SideAnswer { part, start: span.map(|s| s.0), end: span.map(|s| s.1), text: &side.text })
}

#[cfg(test)]
mod tests;
