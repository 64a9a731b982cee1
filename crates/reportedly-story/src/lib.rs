//! Readings in order of becoming known to copies, stories, claims, origins and timelines.
//!
//! A fold over observations ordered by (known at, id): the answer as of T equals a run over only what was known by T.

use jiff::{Timestamp, civil::Date};
use reportedly_read::Reading;
use reportedly_said::{PartyKind, Status};

/// One sight of a page.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The article's id.
    pub id: String,
    /// The file it came from, if any.
    pub path: Option<String>,
    /// What it says; `reading.fetched` is when it was first seen.
    pub reading: Reading,
}

/// An article as a story lists it.
#[derive(Clone, Debug)]
pub struct Member {
    /// The article, as an index into the observations given.
    pub article: usize,
    /// When its text was public, as far as can be told.
    pub known_at: Option<Timestamp>,
    /// The article it is a copy of, as an index.
    pub copy_of: Option<usize>,
    /// Publisher, relays, origin of the leading claim as this article tells it.
    pub chain: Vec<Option<String>>,
}

/// Whether an article asserts or denies a claim.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stance {
    /// It says so.
    Asserts,
    /// It says that it is not so.
    Denies,
}

/// One article's part in a claim.
#[derive(Clone, Debug)]
pub struct Carrier {
    /// The article, as an index.
    pub article: usize,
    /// By way of whom it has the claim.
    pub chain: Vec<Option<String>>,
    /// What it does with it.
    pub stance: Stance,
    /// The statement's index in its reading; `None` for the outlet's own voice.
    pub statement: Option<usize>,
}

/// Who first puts a claim forward, as far as the texts say.
#[derive(Clone, Debug)]
pub struct Origin {
    /// Its name or description; `None` where nobody is named.
    pub name: Option<String>,
    /// The outlet that spoke to it, where the chains name one.
    pub via: Option<String>,
    /// Its kind; `None` where nobody is named.
    pub kind: Option<PartyKind>,
    /// The articles that have the claim from it, as indices.
    pub articles: Vec<usize>,
}

/// The same content across articles.
#[derive(Clone, Debug)]
pub struct Claim {
    /// The words of the first article that carries it.
    pub text: String,
    /// Who carries it.
    pub articles: Vec<Carrier>,
    /// Who stands behind it.
    pub origins: Vec<Origin>,
    /// How many origins assert it independently of each other.
    pub independent_origins: usize,
}

/// What a timeline's date rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DatedBy {
    /// The event's own date.
    Event,
    /// The report that raised it.
    Report,
}

/// One dated entry of a story's timeline.
#[derive(Clone, Debug)]
pub struct Development {
    /// Its day, month or year.
    pub date: String,
    /// What the date rests on.
    pub dated_by: DatedBy,
    /// The day it became known.
    pub known: Option<Date>,
    /// The sentence that says it.
    pub text: String,
    /// How it stands now.
    pub status: Status,
    /// The articles that say it, as indices.
    pub articles: Vec<usize>,
}

/// Articles about one developing event.
#[derive(Clone, Debug)]
pub struct Story {
    /// The id of the article that founded it.
    pub id: String,
    /// Its title: the headline that stands for most.
    pub title: String,
    /// The first day of its articles.
    pub first: Option<Date>,
    /// The last.
    pub last: Option<Date>,
    /// What it is about, in the articles' own words.
    pub topics: Vec<String>,
    /// Its articles, in order of becoming known.
    pub articles: Vec<Member>,
    /// Its claims, the leading one first.
    pub claims: Vec<Claim>,
    /// Its timeline, in order.
    pub timeline: Vec<Development>,
}

/// What is asked.
#[derive(Clone, Copy, Debug, Default)]
pub struct Question {
    /// Only what was known by then.
    pub as_of: Option<Timestamp>,
    /// Date by the latest possible day instead of the best one.
    pub strict: bool,
}

/// The story and copy links of one observation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// The id of its story.
    pub story: String,
    /// The id of the article it is a copy of.
    pub copy_of: Option<String>,
}

/// Tells the stories of the observations, newest first.
pub fn stories(observations: &[Observation], question: &Question) -> Vec<Story> {
    let _ = (observations, question);
    Vec::new()
}

/// Folds observations in the order given and says where each ended up.
pub fn assign(observations: &[Observation]) -> Vec<Assignment> {
    observations.iter().map(|o| Assignment { story: o.id.clone(), copy_of: None }).collect()
}

/// One day of a story's timeline in sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// The sentences that tell it best, the first the most telling.
    pub sentences: Vec<String>,
}

/// The `dates` most telling days of one story, each with at most `sentences` sentences; in order of date.
/// `query` holds words that the timeline is about.
pub fn timeline(observations: &[Observation], dates: usize, sentences: usize, query: &[String]) -> Vec<Day> {
    let _ = (observations, dates, sentences, query);
    Vec::new()
}
