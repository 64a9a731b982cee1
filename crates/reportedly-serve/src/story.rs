//! A story as its page shows it.

use crate::{dates, graph};
use jiff::Timestamp;
use reportedly_library::ToldStory;
use reportedly_said::Status;
use reportedly_story::{Carrier, Claim, DatedBy, Member, Observation, Stance, Story};

/// A story, ready to be drawn.
pub struct StoryView {
    pub id: String,
    pub title: String,
    pub span: String,
    pub articles: usize,
    pub copies: usize,
    pub outlets: usize,
    pub topics: Vec<String>,
    pub leading: Option<ClaimView>,
    pub denied: Vec<ClaimView>,
    pub others: Vec<ClaimView>,
    pub timeline: Vec<Entry>,
    pub families: Vec<Family>,
    pub graph: Option<graph::Graph>,
}

/// A claim, and whose word it is.
pub struct ClaimView {
    pub text: String,
    pub carriers: usize,
    pub independent: usize,
    pub origins: Vec<OriginView>,
}

/// Who stands behind a claim.
pub struct OriginView {
    pub name: Option<String>,
    pub kind: Option<&'static str>,
    pub via: Option<String>,
    pub ways: Vec<Way>,
}

/// By way of whom an article has it.
pub struct Way {
    pub article: String,
    pub links: Vec<String>,
    pub copy: bool,
}

/// One entry of the timeline.
pub struct Entry {
    pub date: String,
    pub shown: String,
    pub by_report: bool,
    pub status: &'static str,
    pub text: String,
    pub who: Vec<Source>,
    pub more: usize,
}

/// An outlet, and its article.
pub struct Source {
    pub outlet: String,
    pub article: String,
}

/// An article with its copies.
pub struct Family {
    pub head: ArticleLine,
    pub copies: Vec<ArticleLine>,
}

/// An article in a list.
pub struct ArticleLine {
    pub id: String,
    pub title: String,
    pub outlet: String,
    pub day: Option<String>,
    pub known: Option<Timestamp>,
    pub chain: Vec<String>,
}

/// Outlets that are named behind an entry.
const NAMED: usize = 3;

/// The status in the word that the pages and their styles have for it.
pub fn status(status: Status) -> &'static str {
    status.word()
}

/// Who published an article, as far as that is known.
pub fn outlet(of: &Observation) -> String {
    let file = || of.path.as_deref().and_then(|path| path.rsplit(['/', '\\']).next()).map(str::to_owned);
    of.reading.outlet.clone().or_else(file).unwrap_or_else(|| of.id.clone())
}

impl StoryView {
    /// Of a story as it was told.
    pub fn of(told: &ToldStory) -> Self {
        let (story, of) = (&told.story, told.observations.as_slice());
        let mut outlets: Vec<&str> =
            story.articles.iter().filter_map(|m| of[m.article].reading.outlet.as_deref()).collect();
        outlets.sort_unstable();
        outlets.dedup();
        let denies = |claim: &&Claim| claim.articles.iter().any(|c| c.stance == Stance::Denies);
        let rest = || story.claims.iter().skip(1);
        Self {
            id: story.id.clone(),
            title: story.title.clone(),
            span: reportedly_answer::span_of_dates(story.first, story.last),
            articles: story.articles.len(),
            copies: story.articles.iter().filter(|m| m.copy_of.is_some()).count(),
            outlets: outlets.len(),
            topics: story.topics.clone(),
            leading: story.claims.first().map(|claim| ClaimView::of(claim, story, of)),
            denied: rest().filter(denies).map(|claim| ClaimView::of(claim, story, of)).collect(),
            others: rest().filter(|c| !denies(c)).map(|claim| ClaimView::of(claim, story, of)).collect(),
            timeline: timeline(story, of),
            families: families(story, of),
            graph: story.claims.first().and_then(|claim| graph::Graph::of(claim, story, of)),
        }
    }
}

impl ClaimView {
    fn of(claim: &Claim, story: &Story, of: &[Observation]) -> Self {
        let mut carriers: Vec<usize> = claim.articles.iter().map(|c| c.article).collect();
        carriers.sort_unstable();
        carriers.dedup();
        let origins = claim.origins.iter().map(|origin| {
            let ways = claim.articles.iter().filter(|c| origin.articles.contains(&c.article));
            let mut seen = Vec::new();
            let ways = ways.filter_map(|c| {
                let way = Way::of(c, story, of);
                let key = (way.links.clone(), way.copy);
                let new = !seen.contains(&key);
                seen.push(key);
                new.then_some(way)
            });
            OriginView {
                name: origin.name.clone(),
                kind: origin.kind.map(reportedly_said::PartyKind::word),
                via: origin.via.clone().filter(|via| Some(via) != origin.name.as_ref()),
                ways: ways.collect(),
            }
        });
        Self {
            text: claim.text.clone(),
            carriers: carriers.len(),
            independent: claim.independent_origins,
            origins: origins.collect(),
        }
    }
}

impl Way {
    fn of(carrier: &Carrier, story: &Story, of: &[Observation]) -> Self {
        // The origin stands above.
        let relays = carrier.chain.get(..carrier.chain.len().saturating_sub(1).max(1)).unwrap_or_default();
        let mut links: Vec<String> =
            relays.iter().map(|link| link.clone().unwrap_or_else(|| "unknown".to_owned())).collect();
        let publisher = outlet(&of[carrier.article]);
        match links.first_mut() {
            Some(first) => *first = publisher,
            None => links.push(publisher),
        }
        Self { article: of[carrier.article].id.clone(), links, copy: is_copy(story, carrier.article) }
    }
}

fn is_copy(story: &Story, article: usize) -> bool {
    story.articles.iter().any(|m| m.article == article && m.copy_of.is_some())
}

/// What happened last comes last: a timeline is read downwards.
fn timeline(story: &Story, of: &[Observation]) -> Vec<Entry> {
    let entry = |d: &reportedly_story::Development| {
        let mut who: Vec<Source> = Vec::new();
        for article in &d.articles {
            let name = outlet(&of[*article]);
            if !who.iter().any(|w| w.outlet == name) {
                who.push(Source { outlet: name, article: of[*article].id.clone() });
            }
        }
        let more = who.len().saturating_sub(NAMED);
        who.truncate(NAMED);
        Entry {
            date: d.date.clone(),
            shown: dates::long(&d.date),
            by_report: d.dated_by == DatedBy::Report,
            status: status(d.status),
            text: d.text.clone(),
            who,
            more,
        }
    };
    story.timeline.iter().map(entry).collect()
}

fn families(story: &Story, of: &[Observation]) -> Vec<Family> {
    let line = |m: &Member| {
        let reading = &of[m.article].reading;
        ArticleLine {
            id: of[m.article].id.clone(),
            title: reading.title.clone().unwrap_or_else(|| of[m.article].id.clone()),
            outlet: outlet(&of[m.article]),
            day: reading.published.best.as_ref().map(|when| dates::day(when.day())),
            known: m.known_at,
            chain: m.chain.iter().map(|link| link.clone().unwrap_or_else(|| "unknown".to_owned())).collect(),
        }
    };
    let own = story.articles.iter().filter(|m| m.copy_of.is_none());
    own.map(|head| {
        let copies = story.articles.iter().filter(|m| m.copy_of == Some(head.article));
        Family { head: line(head), copies: copies.map(line).collect() }
    })
    .collect()
}
