//! Stories as JSON. References between objects are article ids.

use reportedly_story::{Claim, DatedBy, Observation, Origin, Stance, Story};
use serde::Serialize;

/// The answer to `stories`.
#[derive(Debug, Serialize)]
pub struct StoriesAnswer<'s> {
    as_of: Option<&'s str>,
    stories: Vec<StoryAnswer<'s>>,
}

/// One story.
#[derive(Debug, Serialize)]
pub struct StoryAnswer<'s> {
    id: &'s str,
    title: &'s str,
    first: Option<String>,
    last: Option<String>,
    topics: &'s [String],
    articles: Vec<ArticleAnswer<'s>>,
    claims: Vec<ClaimAnswer<'s>>,
    origins: Vec<OriginAnswer<'s>>,
    independent_origins: usize,
    timeline: Vec<DevelopmentAnswer<'s>>,
}

#[derive(Debug, Serialize)]
struct ArticleAnswer<'s> {
    id: &'s str,
    path: Option<&'s str>,
    url: Option<&'s str>,
    title: Option<&'s str>,
    outlet: Option<&'s str>,
    published: Option<String>,
    known_at: Option<String>,
    copy_of: Option<&'s str>,
    chain: &'s [Option<String>],
}

#[derive(Debug, Serialize)]
struct ClaimAnswer<'s> {
    text: &'s str,
    articles: Vec<CarrierAnswer<'s>>,
    origins: Vec<OriginAnswer<'s>>,
    independent_origins: usize,
}

#[derive(Debug, Serialize)]
struct CarrierAnswer<'s> {
    id: &'s str,
    chain: &'s [Option<String>],
    stance: &'static str,
    statement: Option<usize>,
}

#[derive(Debug, Serialize)]
struct OriginAnswer<'s> {
    name: Option<&'s str>,
    via: Option<&'s str>,
    kind: Option<&'static str>,
    articles: Vec<&'s str>,
}

#[derive(Debug, Serialize)]
struct DevelopmentAnswer<'s> {
    date: &'s str,
    dated_by: &'static str,
    known: Option<String>,
    text: &'s str,
    status: &'static str,
    articles: Vec<&'s str>,
}

/// Puts stories into the published shape. `as_of` is the date asked for, as it was given.
pub fn stories<'s>(stories: &'s [Story], of: &'s [Observation], as_of: Option<&'s str>) -> StoriesAnswer<'s> {
    StoriesAnswer { as_of, stories: stories.iter().map(|s| story(s, of)).collect() }
}

/// Puts one story into the published shape.
pub fn story<'s>(story: &'s Story, of: &'s [Observation]) -> StoryAnswer<'s> {
    let claims: Vec<_> = story.claims.iter().map(|c| claim(c, of)).collect();
    let leading = story.claims.first();
    StoryAnswer {
        id: &story.id,
        title: &story.title,
        first: story.first.map(|d| d.to_string()),
        last: story.last.map(|d| d.to_string()),
        topics: &story.topics,
        articles: story
            .articles
            .iter()
            .map(|m| {
                let o = &of[m.article];
                ArticleAnswer {
                    id: &o.id,
                    path: o.path.as_deref(),
                    url: o.reading.url.as_deref(),
                    title: o.reading.title.as_deref(),
                    outlet: o.reading.outlet.as_deref(),
                    published: o.reading.published.best.as_ref().map(|p| p.day().to_string()),
                    known_at: m.known_at.map(|k| k.to_string()),
                    copy_of: m.copy_of.map(|c| of[c].id.as_str()),
                    chain: &m.chain,
                }
            })
            .collect(),
        origins: leading.map(|c| origins(&c.origins, of)).unwrap_or_default(),
        independent_origins: leading.map_or(0, |c| c.independent_origins),
        claims,
        timeline: story
            .timeline
            .iter()
            .map(|d| DevelopmentAnswer {
                date: &d.date,
                dated_by: match d.dated_by {
                    DatedBy::Event => "event",
                    DatedBy::Report => "report",
                },
                known: d.known.map(|k| k.to_string()),
                text: &d.text,
                status: d.status.word(),
                articles: ids(&d.articles, of),
            })
            .collect(),
    }
}

fn claim<'s>(claim: &'s Claim, of: &'s [Observation]) -> ClaimAnswer<'s> {
    ClaimAnswer {
        text: &claim.text,
        articles: claim
            .articles
            .iter()
            .map(|c| CarrierAnswer {
                id: &of[c.article].id,
                chain: &c.chain,
                stance: match c.stance {
                    Stance::Asserts => "asserts",
                    Stance::Denies => "denies",
                },
                statement: c.statement,
            })
            .collect(),
        origins: origins(&claim.origins, of),
        independent_origins: claim.independent_origins,
    }
}

fn origins<'s>(origins: &'s [Origin], of: &'s [Observation]) -> Vec<OriginAnswer<'s>> {
    origins
        .iter()
        .map(|o| OriginAnswer {
            name: o.name.as_deref(),
            via: o.via.as_deref(),
            kind: o.kind.map(reportedly_said::PartyKind::word),
            articles: ids(&o.articles, of),
        })
        .collect()
}

fn ids<'s>(articles: &[usize], of: &'s [Observation]) -> Vec<&'s str> {
    articles.iter().map(|a| of[*a].id.as_str()).collect()
}
