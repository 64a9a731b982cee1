//! One page through every reader: bytes and what is known from outside in, a [`Reading`] out.
//!
//! A pure function: no clock, no disk, no network, no randomness. Any bytes give a reading.

pub mod published;

pub use published::{Evidence, Published};
pub use reportedly_page::{
    Block, Form, Image, Input, Listing, ListingKind, MOST_BYTES, Other, PageKind, Role, When,
};

use jiff::Timestamp;
use reportedly_names::Names;
use reportedly_said::{Event, Statement};
use reportedly_text::{Language, analyse, rows};
use reportedly_time::{Anchor, Timex};
use serde::{Deserialize, Serialize};

/// All that one page says.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Reading {
    /// What kind of page it is.
    pub kind: PageKind,
    /// The page's address, if known.
    pub url: Option<String>,
    /// When it was fetched, if known.
    pub fetched: Option<Timestamp>,
    /// The headline.
    pub title: Option<String>,
    /// The people who wrote it.
    pub authors: Vec<String>,
    /// The agencies it is credited to.
    pub agencies: Vec<String>,
    /// Who publishes it.
    pub outlet: Option<String>,
    /// Its language.
    pub language: Option<Language>,
    /// When it was published, as bounds with evidence.
    pub published: Published,
    /// When it says that it was last changed.
    pub updated: Option<When>,
    /// The article's text; every span below lies in it.
    pub text: String,
    /// Its blocks.
    pub blocks: Vec<Block>,
    /// Its pictures.
    pub images: Vec<Image>,
    /// What else is on the page.
    pub other: Vec<Other>,
    /// Its temporal expressions, resolved against the publication date.
    pub times: Vec<Timex>,
    /// Its names.
    pub names: Names,
    /// Who said what, by way of whom.
    pub statements: Vec<Statement>,
    /// What took or takes place.
    pub events: Vec<Event>,
    /// What a reader of this should know.
    pub diagnostics: Vec<String>,
}

/// Words a minute that reading time is computed with.
const WORDS_A_MINUTE: usize = 230;

impl Reading {
    /// Reading time in minutes, rounded up; 0 for no text.
    pub fn minutes(&self) -> usize {
        self.text.split_whitespace().count().div_ceil(WORDS_A_MINUTE)
    }
}

/// Reads one page.
pub fn read(input: &Input<'_>) -> Reading {
    let page = reportedly_page::read(input);
    let language = page.language.unwrap_or(Language::EN);
    let mut diagnostics = page.diagnostics;
    diagnostics.extend(page.language.and_then(left_out));
    let analysis = analyse(&page.text, language);
    if analysis.end < page.text.len() {
        diagnostics.push(format!(
            "cut: times, names and statements are read from the first {} of {} bytes of text",
            analysis.end,
            page.text.len()
        ));
    }
    let mentions = reportedly_time::find(&analysis);
    let names = reportedly_names::read(&analysis);
    let located = Input { url: page.url.as_deref(), ..input.clone() };
    let (published, updated) = published::bounds(&located, &page.dates, &mentions, &analysis);
    // Programs that write pages give the same time for both where nothing was changed.
    let updated = updated.filter(|u| published.best.as_ref() != Some(u));
    let anchor = Anchor {
        best: published.best.as_ref().map(When::day),
        earliest: published.earliest,
        latest: published.latest,
    };
    let times = reportedly_time::resolve(&mentions, &analysis, &anchor);
    let said = if page.kind.is_article() {
        reportedly_said::read(&analysis, &times, &names, page.outlet.as_deref(), &anchor)
    } else {
        reportedly_said::Said::default()
    };
    drop(analysis);
    Reading {
        kind: page.kind,
        url: page.url,
        fetched: input.fetched,
        title: page.title,
        authors: page.authors,
        agencies: page.agencies,
        outlet: page.outlet,
        language: page.language,
        published,
        updated,
        text: page.text,
        blocks: page.blocks,
        images: page.images,
        other: page.other,
        times,
        names,
        statements: said.statements,
        events: said.events,
        diagnostics,
    }
}

/// What is left out in a language, for want of the table that it begins with.
fn left_out(language: Language) -> Option<String> {
    const BEGIN_WITH: [(&str, &str); 3] =
        [("times", "time-units"), ("names", "closed-words"), ("statements and events", "cues")];
    let lacking = BEGIN_WITH.iter().filter(|(_, table)| rows(Some(language), table).next().is_none());
    let left_out: Vec<&str> = lacking.map(|(what, _)| *what).collect();
    (!left_out.is_empty())
        .then(|| format!("language: {} are not read in \"{}\" yet", left_out.join(", "), language.code()))
}
