//! Statements (source, cue, content, chain, status) and events.
//!
//! A statement is one content handed to one source, in the terms of the PARC attribution scheme (Pareti 2012).

mod chains;
mod find;
mod lexicon;
mod parties;
pub mod phrases;
pub mod quotes;
pub mod status;

use reportedly_names::Names;
use reportedly_text::{Analysis, Rule, Span};
use reportedly_time::{Anchor, Timex};
use serde::{Deserialize, Serialize};
pub use status::Status;

/// What the source did.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Act {
    /// Said, wrote, published, announced.
    Speech,
    /// Found, recorded, estimated.
    Finding,
    /// Believes, thinks, expects.
    Belief,
    /// Wants, plans, hopes to.
    Intention,
    /// Declined to say, would not comment.
    Refusal,
}

impl Act {
    /// The word for it in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Speech => "speech",
            Self::Finding => "finding",
            Self::Belief => "belief",
            Self::Intention => "intention",
            Self::Refusal => "refusal",
        }
    }
}

/// What kind of party a source or relay is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PartyKind {
    /// A named person, or a definite holder of a role.
    Person,
    /// An institution, and its unnamed spokesperson.
    Org,
    /// A news outlet or agency.
    Outlet,
    /// Any other unnamed person or group.
    Anonymous,
    /// A text whose author is not given.
    Document,
}

impl PartyKind {
    /// The word for it in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Person => "person",
            Self::Org => "org",
            Self::Outlet => "outlet",
            Self::Anonymous => "anonymous",
            Self::Document => "document",
        }
    }
}

/// Who something comes from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Party {
    /// Where the text names or describes it.
    pub span: Span,
    /// Its kind.
    pub kind: PartyKind,
    /// The longest proper name that the text gives it, else the words themselves.
    pub name: String,
}

/// One content handed to one source.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// What the source did.
    pub act: Act,
    /// The deepest party: the origin. `None` where nobody is named or described.
    pub source: Option<Party>,
    /// The word that hands the content over.
    pub cue: Option<Span>,
    /// What is said; in pieces where the cue divides it.
    pub content: Vec<Span>,
    /// Those it came through, outermost first; the publisher is not among them.
    pub relays: Vec<Party>,
    /// Publisher, relays, origin, by name; `None` where unknown.
    pub chain: Vec<Option<String>>,
    /// How the content stands.
    pub status: Status,
    /// Why: "modal:will", "negation:no", "cue:dismiss" …
    pub reason: String,
    /// What found it.
    #[serde(deserialize_with = "reportedly_text::rule::known")]
    pub rule: Rule,
}

/// Something that a text says took or takes place.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// The verb without auxiliaries, a light verb with its noun, or the noun.
    pub span: Span,
    /// How it stands.
    pub status: Status,
    /// Why.
    pub reason: String,
    /// When it took or takes place, as precise as the text: a TIMEX3 day, month or year.
    pub when: Option<String>,
    /// What found it.
    #[serde(deserialize_with = "reportedly_text::rule::known")]
    pub rule: Rule,
}

/// What a text says by whom, and what took place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Said {
    /// Its statements, in order of their first content.
    pub statements: Vec<Statement>,
    /// Its events, in order.
    pub events: Vec<Event>,
}

/// Finds the statements and events of a text. `outlet` is who publishes it, the first link of every chain.
pub fn read(
    analysis: &Analysis<'_>,
    times: &[Timex],
    names: &Names,
    outlet: Option<&str>,
    anchor: &Anchor,
) -> Said {
    let lexicon = lexicon::Lexicon::of(analysis.language);
    let quotes = quotes::find(analysis);
    let phrases = phrases::Phrases::new(analysis, lexicon, names, &quotes);
    let parties = parties::Parties::new(&phrases, names, outlet);
    let found = find::Finder::run(&phrases, &parties, &quotes);
    let statements = chains::build(&phrases, &parties, found, outlet);
    Said { statements, events: status::events(analysis, times, anchor) }
}
