//! What is new in a story that somebody follows.

use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// What kind of news it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum News {
    /// A story that a saved search finds for the first time.
    Story,
    /// Somebody asserts a claim who did not before, and not by way of those who did.
    Origin,
    /// A development is not as it was: what was planned has happened, or will not.
    Status,
    /// Somebody denies a claim.
    Denial,
}

/// One alert: what is new, and where it is to be read. Sent as JSON to programs, as text to people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// Sixteen hexadecimal digits: the same news of the same story has the same, so that a receiver can tell a repeat.
    pub id: String,
    /// What was followed, by the name that it was given.
    pub follow: String,
    /// What kind of news it is.
    pub news: News,
    /// The story's id.
    pub story: String,
    /// Its headline.
    pub headline: String,
    /// What is new, in the words of an article: the claim, or the development.
    pub text: String,
    /// How the development stood before.
    pub before: Option<String>,
    /// How it stands now.
    pub status: Option<String>,
    /// Who says so: of a claim, those that are new.
    pub origins: Vec<AlertOrigin>,
    /// How many independent origins the claim has by now.
    pub independent_origins: Option<usize>,
    /// Where it is to be read.
    pub links: Vec<Link>,
    /// From when on it was known.
    pub known_at: Timestamp,
}

/// Who says something.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AlertOrigin {
    /// By name, or as described.
    pub name: String,
    /// person, org, outlet, anonymous, document.
    pub kind: Option<String>,
    /// Whom the articles have it from.
    pub via: Option<String>,
}

/// An article to read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Link {
    /// Its id.
    pub article: String,
    /// Its address.
    pub url: Option<String>,
    /// Its title.
    pub title: Option<String>,
    /// Who published it.
    pub outlet: Option<String>,
    /// On which day.
    pub published: Option<Date>,
}
