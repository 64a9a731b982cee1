//! How things stand: happened, planned, possible, denied; and the events of a text.
//!
//! A sentence is read as verb groups ([`group`]) that are linked to one another ([`clause`]); each stands as its own
//! words say, changed by every word that governs it ([`rules`]): "has not ruled out closing" is possible, because a
//! rejection that is itself negated leaves the matter open. The words are in tables ([`words`]).

mod clause;
mod events;
mod group;
mod predications;
mod rules;
mod when;
mod words;

use crate::Event;
use group::Reader;
pub use predications::Predication;
use reportedly_text::{Analysis, ByLanguage, Span};
use reportedly_time::{Anchor, Timex};
use serde::{Deserialize, Serialize};
use words::Words;

static WORDS: ByLanguage<Words> = ByLanguage::new(Words::new);

/// How a proposition or an event stands, as the text puts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// Past or present fact, as told.
    Happened,
    /// A future put as settled.
    Planned,
    /// Anything short of that.
    Possible,
    /// Negated, rejected, called off.
    Denied,
}

impl Status {
    /// The word for it in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Happened => "happened",
            Self::Planned => "planned",
            Self::Possible => "possible",
            Self::Denied => "denied",
        }
    }
}

/// How the first main proposition of a statement's content stands, and why.
///
/// `content` is what is said, in pieces; `cue` the word that hands it over.
pub fn of_content(analysis: &Analysis<'_>, content: &[Span], cue: Option<Span>) -> (Status, String) {
    let Some(words) = WORDS.get(analysis.language) else { return (Status::Happened, "plain".to_owned()) };
    let standing = Reader { analysis, words }.content(content, cue);
    (standing.status, standing.reason)
}

/// What a content says of whom, clause by clause; nothing where the grammar of the language is not known.
pub fn predications(analysis: &Analysis<'_>, content: &[Span]) -> Vec<Predication> {
    let Some(words) = WORDS.get(analysis.language).filter(|words| words.has_verbs()) else {
        return Vec::new();
    };
    Reader { analysis, words }.predications(content)
}

/// The events of a text, in order.
pub fn events(analysis: &Analysis<'_>, times: &[Timex], anchor: &Anchor) -> Vec<Event> {
    let mut events = Vec::new();
    let Some(words) = WORDS.get(analysis.language) else { return events };
    let reader = Reader { analysis, words };
    for sentence in &analysis.sentences {
        reader.sentence_events(sentence.tokens.clone(), times, anchor, &mut events);
    }
    events
}
