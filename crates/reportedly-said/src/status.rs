//! How things stand: happened, planned, possible, denied; and the events of a text.

use crate::Event;
use reportedly_text::{Analysis, Span};
use reportedly_time::{Anchor, Timex};

/// How a proposition or an event stands, as the text puts it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
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
    let _ = (analysis, content, cue);
    (Status::Happened, "plain".to_owned())
}

/// The events of a text, in order.
pub fn events(analysis: &Analysis<'_>, times: &[Timex], anchor: &Anchor) -> Vec<Event> {
    let _ = (analysis, times, anchor);
    Vec::new()
}
