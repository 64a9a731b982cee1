//! Bytes to blocks with roles: which words of a page are the article, who wrote and who published it, and what
//! on the page speaks of its date.
//!
//! Reading never fails: any bytes give a [`Page`], possibly empty, with diagnostics.

mod appeals;
mod article;
mod blocks;
mod byline;
mod candidates;
mod cards;
mod dates;
mod decode;
mod dom;
mod flat;
mod hints;
mod html;
mod images;
mod kind;
mod lines;
mod listed;
mod listing;
mod live;
mod meta;
mod repeats;
mod structured;
mod words;

pub use dates::printed::stamp;
pub use decode::decode;
use jiff::{Timestamp, civil};
pub use listing::{FIRST_YEAR, Listing, ListingKind, feed_date, is_believed};
use reportedly_text::{Language, Span};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

/// What a page's bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Form {
    /// Not told: decided by content.
    #[default]
    Unknown,
    /// HTML.
    Html,
    /// A page flattened to text, everything around the article included.
    Flat,
    /// Clean article text: nothing is extracted, the text comes out byte for byte.
    Text,
}

/// A page as it came, with what is known about it from outside.
#[derive(Clone, Debug, Default)]
pub struct Input<'a> {
    /// The page's bytes.
    pub bytes: &'a [u8],
    /// What they are.
    pub form: Form,
    /// The `Content-Type` header, if any.
    pub content_type: Option<&'a str>,
    /// The page's address, if known.
    pub url: Option<&'a str>,
    /// The title, if known from outside.
    pub title: Option<&'a str>,
    /// The outlet, if known from outside.
    pub outlet: Option<&'a str>,
    /// The publication date, if known from outside: a day or an instant.
    pub published: Option<&'a str>,
    /// When the page was fetched, if known.
    pub fetched: Option<Timestamp>,
    /// What a feed or a sitemap says of the page, if one does.
    pub listing: Option<&'a Listing>,
}

/// What kind of page it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PageKind {
    /// One news item.
    #[default]
    Article,
    /// A live blog: updates in order, each with its time.
    LiveBlog,
    /// The beginning of an article behind a wall.
    Stub,
    /// No article: a front, section, tag or search page.
    Index,
    /// No article: a video player.
    Video,
    /// No article: a picture gallery.
    Gallery,
    /// No article: a discussion: a forum's thread, questions and answers.
    Forum,
    /// No article: an error page.
    Error,
    /// No article: a wall alone: a request to log in, to register or to accept cookies.
    Wall,
    /// No article: nothing to read.
    Empty,
}

impl PageKind {
    /// Whether the page carries an article.
    pub const fn is_article(self) -> bool {
        matches!(self, Self::Article | Self::LiveBlog | Self::Stub)
    }

    /// The word for it in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Article => "article",
            Self::LiveBlog => "live-blog",
            Self::Stub => "stub",
            Self::Index => "index",
            Self::Video => "video",
            Self::Gallery => "gallery",
            Self::Forum => "forum",
            Self::Error => "error",
            Self::Wall => "wall",
            Self::Empty => "empty",
        }
    }
}

/// What a block of a page is for. The first eight make up an article's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// The lead-in under the headline.
    Standfirst,
    /// A heading inside the article.
    Subhead,
    /// A paragraph.
    Paragraph,
    /// An item of a list.
    ListItem,
    /// A block quotation.
    Quote,
    /// A table, one line a row.
    Table,
    /// An embedded post that the article quotes.
    Embed,
    /// An update of a live blog.
    Update,
    /// The headline.
    Title,
    /// The byline.
    Byline,
    /// A line that gives the publication date.
    DateLine,
    /// A picture's caption.
    Caption,
    /// A masthead: the outlet's name, the day of the visit.
    Masthead,
    /// Navigation.
    Nav,
    /// A news feed.
    Feed,
    /// What is read most.
    Trending,
    /// Topics and tags.
    Topics,
    /// Teasers for other articles.
    Related,
    /// Teasers for videos.
    Video,
    /// Promotion and advertisement.
    Promo,
    /// Newsletter sign-up.
    Newsletter,
    /// Sharing.
    Share,
    /// Reader comments.
    Comments,
    /// Cookie consent.
    Consent,
    /// Legal notes, imprint, copyright.
    Legal,
    /// Anything else that is not the article.
    Other,
}

impl Role {
    /// Whether blocks of this role make up an article's text.
    pub const fn is_text(self) -> bool {
        (self as u8) <= (Self::Update as u8)
    }

    /// The word for it in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Standfirst => "standfirst",
            Self::Subhead => "subhead",
            Self::Paragraph => "paragraph",
            Self::ListItem => "list-item",
            Self::Quote => "quote",
            Self::Table => "table",
            Self::Embed => "embed",
            Self::Update => "update",
            Self::Title => "title",
            Self::Byline => "byline",
            Self::DateLine => "date-line",
            Self::Caption => "caption",
            Self::Masthead => "masthead",
            Self::Nav => "nav",
            Self::Feed => "feed",
            Self::Trending => "trending",
            Self::Topics => "topics",
            Self::Related => "related",
            Self::Video => "video",
            Self::Promo => "promo",
            Self::Newsletter => "newsletter",
            Self::Share => "share",
            Self::Comments => "comments",
            Self::Consent => "consent",
            Self::Legal => "legal",
            Self::Other => "other",
        }
    }
}

/// A block of the article's text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Block {
    /// What it is for; [`Role::is_text`] holds.
    pub role: Role,
    /// Where it stands in [`Page::text`].
    pub span: Span,
}

/// A picture with what is said about it.
#[derive(Clone, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Image {
    /// Its address.
    pub url: Option<String>,
    /// Its caption, without the credit.
    pub caption: Option<String>,
    /// Whose picture it is.
    pub credit: Option<String>,
}

/// A piece of the page that is not the article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Other {
    /// What it is for; [`Role::is_text`] does not hold.
    pub role: Role,
    /// Its words.
    pub text: String,
}

/// A date as precise as it was given.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum When {
    /// A day, in the page's own zone.
    Day(civil::Date),
    /// A day with a clock time, zone unknown.
    Local(civil::DateTime),
    /// An instant with the offset it was printed with, in seconds east of UTC.
    Instant(Timestamp, i32),
}

impl When {
    /// The day as printed.
    pub fn day(&self) -> civil::Date {
        match self {
            Self::Day(day) => *day,
            Self::Local(time) => time.date(),
            Self::Instant(instant, seconds) => {
                let offset = jiff::tz::Offset::from_seconds(*seconds).unwrap_or(jiff::tz::Offset::UTC);
                offset.to_datetime(*instant).date()
            }
        }
    }
}

/// What a date on a page is evidence for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bearing {
    /// This is when the article was published.
    Published,
    /// This is when it was last changed.
    Updated,
    /// It was published on this day or before: a masthead's day of the visit, the fetch.
    NotAfter,
    /// It was published on this day or after: a caption's or a text's past date.
    NotBefore,
}

/// One piece of evidence for the publication date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DateCandidate {
    /// What found it: "json-ld", "meta", "time-element", "url", "date-line", "byline", "dateline", "masthead", "caption" …
    pub rule: &'static str,
    /// The words it was found in.
    pub text: String,
    /// Where they stand in [`Page::text`], for those that stand there.
    pub span: Option<Span>,
    /// The date.
    pub says: When,
    /// What it is evidence for.
    pub bearing: Bearing,
    /// How far it is to be believed, 0 to 100: candidates that agree add up, the strongest day wins.
    pub weight: u8,
}

/// A page taken apart.
#[derive(Clone, Debug, Default)]
pub struct Page {
    /// What kind of page it is.
    pub kind: PageKind,
    /// The article's headline.
    pub title: Option<String>,
    /// The people who wrote it.
    pub authors: Vec<String>,
    /// The agencies it is credited to.
    pub agencies: Vec<String>,
    /// Who publishes it.
    pub outlet: Option<String>,
    /// The page's own address: as it gives it (canonical link), unless it is known to have been reached at another site;
    /// else as it was told.
    pub url: Option<String>,
    /// The language of the article.
    pub language: Option<Language>,
    /// The article's text: blocks with a blank line between them.
    pub text: String,
    /// The blocks of the text, in order.
    pub blocks: Vec<Block>,
    /// The article's pictures, the lead first.
    pub images: Vec<Image>,
    /// What else is on the page, in order.
    pub other: Vec<Other>,
    /// What speaks of the publication date, strongest first.
    pub dates: Vec<DateCandidate>,
    /// What a reader of this reading should know: "encoding: …", "cut: …", "wall: …", "language: …".
    pub diagnostics: Vec<String>,
}

/// Bytes of a page that are read. The largest of 2,400 pages measured had 4 MB.
pub const MOST_BYTES: usize = 8 << 20;
/// Blocks that a clean text is taken apart into; a long book has some 20,000 paragraphs.
const MOST_BLOCKS: usize = 50_000;

/// Takes a page apart.
pub fn read(input: &Input<'_>) -> Page {
    let cut = input.bytes.len() > MOST_BYTES;
    let all = Input { bytes: within_limit(input.bytes), ..input.clone() };
    let mut page = match input.form {
        Form::Text => clean_text(&all),
        Form::Flat => flattened(&all),
        Form::Html => markup(&all),
        Form::Unknown => unknown(&all),
    };
    if cut {
        page.diagnostics
            .push(format!("cut: the page is read to byte {}, and there is more", all.bytes.len()));
    }
    if let Some(listing) = input.listing {
        listed::complete(&mut page, listing, &all);
    }
    let told = |s: Option<&str>| s.filter(|s| !s.is_empty()).map(str::to_owned);
    page.title = told(input.title).or(page.title);
    page.outlet = told(input.outlet).or(page.outlet);
    // The address by which a site knows its page is the same however the page was reached. What a page says of another
    // site's is a claim.
    page.url = match (told(input.url), page.url.take()) {
        (Some(reached), Some(own)) if meta::are_of_one_site(&reached, &own) => Some(own),
        (reached, own) => reached.or(own),
    };
    let given = input.published.filter(|s| !s.is_empty());
    if given.is_some_and(|text| told_date(text).is_none()) {
        page.diagnostics
            .push("published: the date given is neither a day nor an instant, and is not used".to_owned());
    }
    if let Some(text) = given
        && let Some(says) = told_date(text)
    {
        let told = DateCandidate {
            rule: "given",
            text: text.to_owned(),
            span: None,
            says,
            bearing: Bearing::Published,
            weight: 100,
        };
        // What the caller says about the date is not weighed against the page.
        page.dates.retain(|d| d.bearing != Bearing::Published);
        page.dates.insert(0, told);
    }
    page
}

/// As many bytes as are read, not cut in the middle of a UTF-8 character.
fn within_limit(bytes: &[u8]) -> &[u8] {
    let Some(within) = bytes.get(..MOST_BYTES).filter(|w| w.len() < bytes.len()) else { return bytes };
    // A character has four bytes at most; what has no beginning in sight is no UTF-8.
    let back = (0..4).find(|n| bytes.get(MOST_BYTES - n).is_some_and(|b| !(0x80..0xc0).contains(b)));
    &within[..MOST_BYTES - back.unwrap_or(0)]
}

/// Markup in whatever encoding.
fn markup(input: &Input<'_>) -> Page {
    let (text, note) = decode(input.bytes, input.content_type);
    let mut page = html::read(&text, input.url);
    page.diagnostics.splice(0..0, note);
    page
}

/// Bytes of which nobody said what they are.
fn unknown(input: &Input<'_>) -> Page {
    let head = &input.bytes[..input.bytes.len().min(SNIFFED)];
    let unreadable = [
        (&b"%PDF-"[..], "a PDF file"),
        (b"PK\x03\x04", "a ZIP archive"),
        (b"\x1f\x8b", "gzip data"),
        (b"\x89PNG", "a picture"),
        (b"\xff\xd8\xff", "a picture"),
        (b"GIF8", "a picture"),
    ];
    let known = unreadable.iter().find(|(magic, _)| head.starts_with(magic)).map(|(_, what)| *what);
    let wide = head.starts_with(b"\xff\xfe") || head.starts_with(b"\xfe\xff");
    if let Some(what) = known.or_else(|| (!wide && head.contains(&0)).then_some("binary data")) {
        return Page { kind: PageKind::Empty, diagnostics: vec![format!("form: {what}")], ..Page::default() };
    }
    let said = input.content_type.map(str::to_ascii_lowercase).unwrap_or_default();
    // A page of two bytes a character has its tags so as well.
    let even = &head[..head.len() / 2 * 2];
    let lower = if wide { decode(even, None).0 } else { String::from_utf8_lossy(head) };
    let lower = lower.to_ascii_lowercase();
    let tags =
        ["<!doctype", "<html", "<head", "<body", "<div", "<p>", "<p ", "<article", "<script", "<meta", "<h1"];
    if said.contains("html") || (!said.contains("text/plain") && tags.iter().any(|t| lower.contains(t))) {
        return markup(input);
    }
    flattened(input)
}

/// A page flattened to text, in whatever encoding.
fn flattened(input: &Input<'_>) -> Page {
    let (text, note) = decode(input.bytes, input.content_type);
    let mut page = flat::read(&text, input);
    page.diagnostics.splice(0..0, note);
    page
}

/// Bytes that are looked at to tell what a page is.
const SNIFFED: usize = 4096;

/// A day or an instant in ISO 8601, as callers give it.
fn told_date(text: &str) -> Option<When> {
    let text = text.trim();
    if let Ok(instant) = text.parse::<Timestamp>() {
        let offset = jiff::fmt::temporal::Pieces::parse(text)
            .ok()
            .and_then(|p| p.to_numeric_offset())
            .map_or(0, jiff::tz::Offset::seconds);
        return Some(When::Instant(instant, offset));
    }
    if let Ok(time) = text.parse::<civil::DateTime>()
        && text.len() > 10
    {
        return Some(When::Local(time));
    }
    text.parse::<civil::Date>().ok().map(When::Day)
}

/// Text that is the article already: one block a line, the text itself untouched.
fn clean_text(input: &Input<'_>) -> Page {
    let text = String::from_utf8_lossy(input.bytes);
    let mut diagnostics = Vec::new();
    if matches!(text, Cow::Owned(_)) {
        diagnostics.push("encoding: UTF-8 with invalid bytes".to_owned());
    }
    let text = text.into_owned();
    let mut blocks = Vec::new();
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        let span = Span::new(start, start + line.len()).trimmed(&text);
        start += line.len();
        if !span.is_empty() && blocks.len() == MOST_BLOCKS {
            diagnostics.push(format!("cut: blocks are told to byte {} of the text", span.start));
            break;
        }
        if !span.is_empty() {
            blocks.push(Block { role: Role::Paragraph, span });
        }
    }
    let language = reportedly_text::detect(&text);
    let kind = if blocks.is_empty() { PageKind::Empty } else { PageKind::Article };
    Page { kind, language, text, blocks, diagnostics, ..Page::default() }
}
