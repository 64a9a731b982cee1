//! Temporal expressions with TIMEX3 values (TimeML 1.2.1, <https://timeml.github.io>).
//!
//! Finding and resolving are apart: a page's own words help to date it ("reported on March 2"), and its date is
//! what its words are resolved against.

mod amount;
mod calendar;
mod clock;
mod date;
mod expression;
mod find;
mod lexicon;
mod piece;
mod resolve;
mod tense;

pub use calendar::{Holiday, days};
pub use expression::{Amount, Calendar, Expression, Origin, Season, TimeOfDay, Unit, Which, Year};
pub use find::find;
pub use resolve::resolve;

use jiff::civil::Date;
use reportedly_text::{Rule, Span};
use serde::{Deserialize, Serialize};

/// TIMEX3 types.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TimexKind {
    /// A calendar date of any precision.
    Date,
    /// A time of day.
    Time,
    /// A length of time.
    Duration,
    /// Something that recurs.
    Set,
}

impl TimexKind {
    /// The word for it in answers.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Date => "DATE",
            Self::Time => "TIME",
            Self::Duration => "DURATION",
            Self::Set => "SET",
        }
    }
}

/// A temporal expression with its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Timex {
    /// Where it stands.
    pub span: Span,
    /// Its type.
    pub kind: TimexKind,
    /// Its TIMEX3 value ("2025-03-02", "2025-W09", "P3D", "PRESENT_REF"); `None` where it cannot be told.
    pub value: Option<String>,
    /// What found it.
    #[serde(deserialize_with = "reportedly_text::rule::known")]
    pub rule: Rule,
}

impl Timex {
    /// The days covered by the value, first and last, where it is a calendar date or a time on one.
    pub fn days(&self) -> Option<(Date, Date)> {
        days(self.value.as_deref()?)
    }
}

/// What a text is resolved against: when it was published, as far as is known.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Anchor {
    /// The day, where it is known.
    pub best: Option<Date>,
    /// Not before this day.
    pub earliest: Option<Date>,
    /// Not after this day.
    pub latest: Option<Date>,
}

impl Anchor {
    /// A day that is known.
    pub const fn day(day: Date) -> Self {
        Self { best: Some(day), earliest: Some(day), latest: Some(day) }
    }
}

/// A temporal expression before it is resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// Where it stands.
    pub span: Span,
    /// Its type.
    pub kind: TimexKind,
    /// What found it.
    pub rule: &'static str,
    /// What it says, before it is known when.
    pub expression: Expression,
}
