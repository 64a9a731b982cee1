//! The newest developments of all stories: what the news feed shows.

use crate::{
    dates,
    story::{Source, outlet, status},
};
use jiff::Timestamp;
use reportedly_library::{Error, Library};
use std::collections::BTreeSet;

/// Stories that are told for the front: those heard of last.
const STORIES: usize = 120;

/// The front of a library in one state.
#[derive(Debug, Default)]
pub struct Front {
    /// The newest first.
    pub news: Vec<News>,
    /// Who published them, what they are about, in which languages: for the filters.
    pub outlets: BTreeSet<String>,
    pub topics: BTreeSet<String>,
    pub languages: BTreeSet<String>,
    /// How many stories there are in all.
    pub stories: usize,
    /// How many articles.
    pub articles: usize,
}

/// What became known of one story at one moment.
#[derive(Debug)]
pub struct News {
    pub known: Timestamp,
    pub shown: String,
    pub story: String,
    pub title: String,
    pub developments: Vec<Development>,
    pub origins: usize,
    pub outlets: Vec<String>,
    pub topics: Vec<String>,
    pub languages: Vec<String>,
}

/// One development.
#[derive(Debug)]
pub struct Development {
    pub text: String,
    pub status: &'static str,
    pub who: Vec<Source>,
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.outlet)
    }
}

impl Front {
    /// Tells the newest stories and takes their developments.
    pub fn of(library: &Library) -> Result<Self, Error> {
        let view = library.view(None)?;
        let newest = view.newest(Some(STORIES))?;
        let mut front = Self { stories: view.stories()?, articles: view.articles()?, ..Self::default() };
        for told in view.tell_all(&newest) {
            let told = told?;
            let (story, of) = (&told.story, told.observations.as_slice());
            let known = |article: &usize| {
                story.articles.iter().find(|m| m.article == *article).and_then(|m| m.known_at)
            };
            let origins = story.claims.first().map_or(0, |claim| claim.independent_origins);
            let mut news: Vec<News> = Vec::new();
            for d in &story.timeline {
                let Some(at) = d.articles.iter().filter_map(known).min() else { continue };
                let mut who: Vec<Source> = Vec::new();
                let mut languages: Vec<String> = Vec::new();
                for article in &d.articles {
                    let name = outlet(&of[*article]);
                    if !who.iter().any(|w| w.outlet == name) {
                        who.push(Source { outlet: name, article: of[*article].id.clone() });
                    }
                    let language = of[*article].reading.language.map(|l| l.code().to_owned());
                    languages.extend(language.filter(|l| !languages.contains(l)));
                }
                let outlets = who.iter().map(|w| w.outlet.clone());
                front.outlets.extend(outlets.clone());
                front.languages.extend(languages.iter().cloned());
                let place = news.iter().position(|n| n.known == at).unwrap_or_else(|| {
                    news.push(News {
                        known: at,
                        shown: dates::moment(at),
                        story: story.id.clone(),
                        title: story.title.clone(),
                        developments: Vec::new(),
                        origins,
                        outlets: Vec::new(),
                        topics: story.topics.clone(),
                        languages: Vec::new(),
                    });
                    news.len() - 1
                });
                let of_then = &mut news[place];
                of_then.outlets.extend(outlets);
                of_then.languages.extend(languages);
                of_then.developments.push(Development {
                    text: d.text.clone(),
                    status: status(d.status),
                    who,
                });
            }
            front.news.append(&mut news);
            front.topics.extend(story.topics.iter().cloned());
        }
        front.news.sort_by(|a, b| (b.known, &a.story).cmp(&(a.known, &b.story)));
        Ok(front)
    }
}
