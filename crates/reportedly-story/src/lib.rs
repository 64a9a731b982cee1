//! Readings in order of becoming known to copies, stories, claims, origins and timelines.
//!
//! A fold over observations ordered by (known at, id): the answer as of T equals a run over only what was known by T.

mod claims;
mod copies;
mod credits;
mod developments;
#[cfg(test)]
mod example;
mod features;
mod figures;
mod fold;
mod gist;
mod group;
mod headline;
mod kin;
mod known;
mod members;
mod originals;
mod origins;
mod outlets;
mod places;
mod positions;
mod predicates;
mod save;
mod saying;
mod sources;
mod states;
mod table;
mod terms;
mod timeline;
mod wording;

pub use features::{Damaged, Features};
pub use fold::{Cache, Fold, Merge, Past, Step, VERSION as FOLD_VERSION, turn};
pub use gist::{Cited, Gist, VERSION as GIST_VERSION};
pub use headline::{headline, topics};
pub use known::{known_at, tell_apart};
pub use origins::key as name_key;
pub use outlets::Outlets;
pub use saying::without_dateline;
pub use terms::stemmer;
pub use timeline::{is_spoken_of, timeline, timeline_of_story};

use jiff::{Timestamp, civil::Date};
use rayon::prelude::*;
use reportedly_read::{Reading, When};
use reportedly_said::{PartyKind, Status};
use reportedly_text::{Analysis, Language, analyse};
use std::collections::BTreeMap;
use std::sync::Arc;

/// One sight of a page.
#[derive(Clone, Debug)]
pub struct Observation {
    /// The article's id; once told apart, of a later state with -2, -3 … behind it.
    pub id: String,
    /// Which of the article's states it is: 1 the first, and wherever they are not told apart.
    pub state: u32,
    /// The file it came from, if any.
    pub path: Option<String>,
    /// What it says; `reading.fetched` is when it was first seen.
    pub reading: Reading,
}

impl Observation {
    /// The article's id, whichever of its states this is.
    pub fn article(&self) -> &str {
        let number = || format!("-{}", self.state);
        if self.state > 1 { self.id.strip_suffix(&number()).unwrap_or(&self.id) } else { &self.id }
    }
}

/// An article as a story lists it: in the newest state that is known.
#[derive(Clone, Debug)]
pub struct Member {
    /// The article, as an index into the observations given.
    pub article: usize,
    /// When this text was public, as far as can be told.
    pub known_at: Option<Timestamp>,
    /// The article it is a copy of, as an index.
    pub copy_of: Option<usize>,
    /// Publisher, relays, origin of the leading claim as this article tells it.
    pub chain: Vec<Option<String>>,
    /// The place of its state among all states of the story's articles, in order of becoming known.
    pub turn: usize,
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
    /// Where somebody said on this day that something is to come, or rejected it: how that stands.
    pub said: Option<Status>,
    /// In what way it is denied, where [`Development::told`] says that it is and the texts say in which.
    pub denial: Option<Denial>,
    /// The articles that say it, as indices.
    pub articles: Vec<usize>,
}

/// In what way something is denied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Denial {
    /// It is not so, or did not take place.
    Negated,
    /// Somebody says that it is not so, or will not have it.
    Refused,
    /// It was planned, and is off.
    CalledOff,
    /// It was moved to another day.
    Postponed,
}

impl Development {
    /// How that stands which its sentence tells: that somebody says "it will close" has happened, the closing has not.
    pub fn told(&self) -> Status {
        self.said.unwrap_or(self.status)
    }
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

/// Where the fold put an article, for [`tell`].
#[derive(Clone, Copy, Debug)]
pub struct Placed {
    /// The article, as an index into the observations given.
    pub article: usize,
    /// When its text was public, as far as can be told.
    pub known_at: Option<Timestamp>,
    /// The first article of its family of copies, as an index too; `None` where it is that one or alone.
    pub family: Option<usize>,
}

/// Tells the stories of the observations, newest first. Each observation is a state of an article with a name of its
/// own, as [`tell_apart`] gives them.
pub fn stories(observations: &[Observation], question: &Question) -> Vec<Story> {
    let known = known::order(observations, question);
    let order: Vec<usize> = known.iter().map(|k| k.0).collect();
    let (fold, places) = folded(observations, &order);
    let mut members: BTreeMap<u32, Vec<Placed>> = BTreeMap::new();
    for ((article, known_at), place) in known.iter().zip(&places) {
        let family = fold.family(*place);
        members.entry(fold.story(*place)).or_default().push(Placed {
            article: *article,
            known_at: *known_at,
            family: Some(order[family as usize]).filter(|f| f != article),
        });
    }
    let outlets = Outlets::of(order.iter().filter_map(|i| observations[*i].reading.outlet.as_deref()));
    let mut stories: Vec<Story> = members.into_values().map(|m| tell(observations, &m, &outlets)).collect();
    newest_first(&mut stories);
    stories
}

/// Puts stories in the order of an answer: what was heard of last comes first; stories of unknown date come at the end.
pub fn newest_first(stories: &mut [Story]) {
    stories.sort_by_cached_key(|s| {
        let last = s.articles.iter().filter_map(|m| m.known_at).max();
        (std::cmp::Reverse(last), s.id.clone())
    });
}

/// Tells one story. The states of its articles are in the order of the fold, and with one of a family of copies all of
/// it is among them. Each article is told in its newest state, an older one adds nothing; the outlets are those known by the time that is asked about.
pub fn tell(observations: &[Observation], placed: &[Placed], outlets: &Outlets) -> Story {
    let mut articles = members::told(observations, placed);
    let reading = |m: &Member| &observations[m.article].reading;
    let days = || articles.iter().filter_map(|m| day(reading(m)).or_else(|| m.known_at.map(known::day)));
    let (first, last) = (days().min(), days().max());
    // A copy's headline and names say nothing that its original has not said.
    let own = articles.iter().filter(|m| m.copy_of.is_none());
    let own: Vec<Gist> = own.map(|m| Gist::without_cites(reading(m))).collect();
    let (title, topics) = (headline(&own), topics(&own));
    let texts = texts(observations, &articles);
    let (claims, chains) = claims::of_story(observations, &articles, &texts, outlets);
    for (member, chain) in articles.iter_mut().zip(chains) {
        member.chain = chain;
    }
    let mut timeline = developments::of_story(observations, &articles, &texts, &claims);
    members::known_before(&mut timeline, observations, placed);
    let id = placed.first().map(|m| observations[m.article].id.clone()).unwrap_or_default();
    Story { id, title, first, last, topics, articles, claims, timeline }
}

/// The texts of a story's articles taken apart: the dearest part of telling it, and each by itself.
fn texts<'o>(observations: &'o [Observation], articles: &[Member]) -> Vec<Analysis<'o>> {
    let text = |member: &Member| {
        let reading = &observations[member.article].reading;
        analyse(&reading.text, reading.language.unwrap_or(Language::EN))
    };
    each(articles, text)
}

/// Articles up to which a story is read on one thread: others are told at the same time, and to hand pieces over and
/// to wait for them costs as much again.
const FEW: usize = 24;

/// Does something with each of a story's articles.
pub fn each<T: Sync, R: Send>(articles: &[T], of: impl Fn(&T) -> R + Sync + Send) -> Vec<R> {
    if articles.len() <= FEW {
        articles.iter().map(of).collect()
    } else {
        articles.par_iter().map(of).collect()
    }
}

/// The day an article is of: the day it was published, else the last day it can have been.
fn day(reading: &Reading) -> Option<Date> {
    reading.published.best.as_ref().map(When::day).or(reading.published.latest)
}

/// Folds observations in the order given and says where each ended up. What is no article is left by itself.
pub fn assign(observations: &[Observation]) -> Vec<Assignment> {
    let order: Vec<usize> =
        (0..observations.len()).filter(|i| observations[*i].reading.kind.is_article()).collect();
    let (fold, places) = folded(observations, &order);
    let id = |i: usize| observations[i].id.clone();
    let mut assignments: Vec<Assignment> =
        (0..observations.len()).map(|i| Assignment { story: id(i), copy_of: None }).collect();
    // The observation that is at a place.
    let mut at: Vec<usize> = Vec::new();
    let mut families: BTreeMap<u32, Vec<usize>> = BTreeMap::new();
    for (i, place) in order.iter().zip(&places) {
        if *place as usize == at.len() {
            at.push(*i);
            families.entry(fold.family(*place)).or_default().push(*i);
        }
        assignments[*i].story = id(at[fold.story(*place) as usize]);
    }
    for family in families.values().filter(|f| f.len() > 1) {
        let original = family[originals::original(observations, family)];
        for i in family.iter().filter(|i| **i != original) {
            assignments[*i].copy_of = Some(id(original));
        }
    }
    assignments
}

/// The fold over the observations in `order`, and for each of them its place.
fn folded(observations: &[Observation], order: &[usize]) -> (Fold, Vec<u32>) {
    let features: Vec<Arc<Features>> =
        order.par_iter().map(|i| Arc::new(Features::of(&observations[*i].reading))).collect();
    let mut fold = Fold::new();
    let mut past: Vec<Arc<Features>> = Vec::with_capacity(features.len());
    let mut places = Vec::with_capacity(features.len());
    for (i, features) in order.iter().zip(features) {
        let Ok(step) = fold.add(&observations[*i].id, &features, &mut past);
        if !step.again {
            past.push(features);
        }
        places.push(step.place);
    }
    (fold, places)
}

/// One day of a story's timeline in sentences.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub date: Date,
    /// The sentences that tell it best, the first the most telling.
    pub sentences: Vec<String>,
    /// For each sentence the article it stands in, as an index.
    pub articles: Vec<usize>,
}
