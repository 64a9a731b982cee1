//! The newest developments of all stories: what the news feed shows.

use crate::{
    dates,
    story::{LONG_BEFORE, Source, Stand, Told, foreign, outlet},
};
use jiff::{Timestamp, civil::Date};
use reportedly_library::{Error, Library, ToldStory};
use reportedly_said::Status;
use reportedly_story::Member;
use rustc_hash::FxHashMap;
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
    /// The last observation that is in it.
    pub last: i64,
}

/// What became known of one story at one moment.
#[derive(Debug)]
pub struct News {
    pub known: Timestamp,
    /// The observation that it came in with.
    pub came: i64,
    pub story: String,
    pub title: String,
    /// The latest day first.
    pub developments: Vec<Development>,
    /// How many more there are of days long before, which the news came to speak of again.
    pub earlier: usize,
    pub origins: usize,
    /// Who tells it, where it has no developments that could be told.
    pub carriers: Vec<Source>,
    pub outlets: Vec<String>,
    pub topics: Vec<String>,
    /// Those of the story's articles.
    pub languages: BTreeSet<String>,
}

/// One development.
#[derive(Debug)]
pub struct Development {
    pub date: String,
    pub text: String,
    /// One; or more, where a sentence tells what happened and what is to come.
    pub stands: Vec<Stand>,
    pub who: Vec<Source>,
    pub lang: Option<String>,
}

impl Development {
    /// Whether it stands so, by its sentence.
    pub fn is(&self, status: &str) -> bool {
        self.stands.iter().any(|stand| stand.status == status)
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.outlet)
    }
}

impl News {
    /// Of a story in which nothing is told that could stand on a timeline: that it is there, since its first article.
    fn plain(
        told: &ToldStory,
        came: &FxHashMap<String, i64>,
        origins: usize,
        languages: &BTreeSet<String>,
    ) -> Option<Self> {
        let (story, of) = (&told.story, told.observations.as_slice());
        let first = story.articles.iter().filter(|m| m.known_at.is_some()).min_by_key(|m| m.known_at)?;
        let mut carriers: Vec<Source> = Vec::new();
        for member in &story.articles {
            let name = outlet(&of[member.article]);
            if !carriers.iter().any(|c| c.outlet == name) {
                carriers.push(Source { outlet: name, article: of[member.article].id.clone() });
            }
        }
        Some(Self {
            known: first.known_at?,
            came: came.get(&of[first.article].id).copied().unwrap_or(0),
            story: story.id.clone(),
            title: story.title.clone(),
            developments: Vec::new(),
            earlier: 0,
            origins,
            outlets: carriers.iter().map(|c| c.outlet.clone()).collect(),
            carriers,
            topics: story.topics.clone(),
            languages: languages.clone(),
        })
    }

    /// What is of these days comes first, and what is of days long before is counted, where there is both.
    fn sort_out(&mut self) {
        let known = dates::day_of(self.known);
        // A month or a year is no older than its report.
        let is_old = |d: &Development| {
            let day: Option<Date> = d.date.parse().ok();
            day.is_some_and(|day| known.duration_since(day).as_hours() / 24 > LONG_BEFORE)
        };
        let (old, mut new): (Vec<_>, Vec<_>) = self.developments.drain(..).partition(is_old);
        if new.is_empty() {
            new = old;
        } else {
            self.earlier = old.len();
        }
        new.reverse();
        // What has happened is read before what may.
        new.sort_by_key(|d| !d.is(Status::Happened.word()));
        self.developments = new;
    }
}

impl Front {
    /// Tells the newest stories and takes their developments.
    pub fn of(library: &Library) -> Result<Self, Error> {
        let view = library.view(None)?;
        let newest = view.newest(Some(STORIES))?;
        let (stories, articles, last) = (view.stories()?, view.articles()?, view.last_observation()?);
        let mut front = Self { stories, articles, last, ..Self::default() };
        for (found, told) in newest.iter().zip(view.tell_all(&newest)) {
            let told = told?;
            let came: FxHashMap<String, i64> =
                view.members_of(found)?.into_iter().map(|m| (m.name, m.first)).collect();
            let (story, of) = (&told.story, told.observations.as_slice());
            let origins = story.claims.first().map_or(0, |claim| claim.independent_origins);
            // Whoever reads a language is shown the stories that somebody tells in it.
            let of_article = |m: &Member| of[m.article].reading.language.map(|l| l.code().to_owned());
            let languages: BTreeSet<String> = story.articles.iter().filter_map(of_article).collect();
            let mut news: Vec<News> = Vec::new();
            for Told { development: d, known, tellers } in Told::all(story, of) {
                let Some(at) = known else { continue };
                let mut who: Vec<Source> = Vec::new();
                for article in &tellers {
                    let name = outlet(&of[*article]);
                    if !who.iter().any(|w| w.outlet == name) {
                        who.push(Source { outlet: name, article: of[*article].id.clone() });
                    }
                }
                let outlets = who.iter().map(|w| w.outlet.clone());
                front.outlets.extend(outlets.clone());
                let place = news.iter().position(|n| n.known == at).unwrap_or_else(|| {
                    news.push(News {
                        known: at,
                        came: 0,
                        earlier: 0,
                        story: story.id.clone(),
                        title: story.title.clone(),
                        developments: Vec::new(),
                        origins,
                        carriers: Vec::new(),
                        outlets: Vec::new(),
                        topics: story.topics.clone(),
                        languages: languages.clone(),
                    });
                    news.len() - 1
                });
                let of_then = &mut news[place];
                let came = tellers.iter().filter_map(|a| came.get(&of[*a].id)).min();
                of_then.came = of_then.came.max(came.copied().unwrap_or(0));
                of_then.outlets.extend(outlets);
                let stand = Stand::of(d);
                match of_then.developments.iter_mut().find(|there| there.text == d.text) {
                    Some(there) if there.stands.contains(&stand) => {}
                    Some(there) => there.stands.push(stand),
                    None => of_then.developments.push(Development {
                        date: d.date.clone(),
                        text: d.text.clone(),
                        stands: vec![stand],
                        who,
                        lang: tellers.first().and_then(|a| foreign(&of[*a].reading)),
                    }),
                }
            }
            if news.is_empty() {
                news.extend(News::plain(&told, &came, origins, &languages));
                front.outlets.extend(news.iter().flat_map(|n| &n.outlets).cloned());
            }
            front.languages.extend(languages);
            for news in &mut news {
                news.sort_out();
            }
            front.news.append(&mut news);
            front.topics.extend(story.topics.iter().cloned());
        }
        front.news.sort_by(|a, b| (b.known, &a.story).cmp(&(a.known, &b.story)));
        Ok(front)
    }
}
