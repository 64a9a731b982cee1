//! What a [`Tally`](crate::Tally) found: outlets and whom they cite, topics and their stories, what moved in a week.

use crate::{
    error::Error,
    gists::gist,
    library::{Found, View},
    sight::instant,
    tally::gists_of,
};
use jiff::Timestamp;
use reportedly_story::{headline, name_key};
use rustc_hash::FxHashMap;
use std::{cmp::Reverse, sync::Arc};

/// Topics of a story.
pub(crate) const TOPICS: usize = 6;
/// Nothing, where a number is asked for.
pub(crate) const NONE: u32 = u32::MAX;
/// States of a story's articles whose headlines are compared where it stands in a list.
const HEADLINES: usize = 80;
/// Stories of a topic that may be related, the newest.
const AKIN: usize = 1_000;

/// A story, by what is counted of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StoryCount {
    pub(crate) place: u32,
    pub(crate) topics: [u32; TOPICS],
    pub(crate) last: i64,
    /// Its articles.
    pub articles: u32,
    /// Those of them that are copies.
    pub copies: u32,
    /// Outlets with a text of their own.
    pub outlets: u32,
}

impl StoryCount {
    /// What it is about, as numbers of topics.
    pub(crate) fn topics(&self) -> impl Iterator<Item = u32> + use<> {
        self.topics.into_iter().filter(|topic| *topic != NONE)
    }

    /// When it was last heard of.
    pub fn last(&self) -> Timestamp {
        instant(self.last)
    }
}

/// What stories are about.
#[derive(Clone, Debug)]
pub struct Topic {
    /// Its name.
    pub name: Arc<str>,
    /// Stories about it.
    pub stories: u32,
    pub(crate) last: i64,
    /// Where its stories begin in the list of those of all topics.
    pub(crate) from: u32,
}

impl Topic {
    pub(crate) fn of(name: Arc<str>) -> Self {
        Self { name, stories: 0, last: i64::MIN, from: 0 }
    }

    /// When one of its stories was last heard of.
    pub fn last(&self) -> Timestamp {
        instant(self.last)
    }
}

/// An outlet, by what is counted of it.
#[derive(Clone, Debug)]
pub struct OutletCount {
    /// Its name.
    pub name: Arc<str>,
    /// Articles that it published; none where others only cite it.
    pub articles: u32,
    /// Those of them that are copies of another's text.
    pub copies: u32,
    /// Outlets that it cites.
    pub cites: u32,
    /// Outlets that cite it.
    pub cited: u32,
    /// Stories of several outlets that it was the first to carry, and alone so.
    pub first: u32,
    pub(crate) last: i64,
    /// Its newest articles, the newest first.
    pub(crate) newest: Vec<u32>,
}

impl OutletCount {
    pub(crate) fn of(name: Arc<str>) -> Self {
        Self {
            name,
            articles: 0,
            copies: 0,
            cites: 0,
            cited: 0,
            first: 0,
            last: i64::MIN,
            newest: Vec::new(),
        }
    }

    /// Whether anything is counted of it: a name stays known after the last article that had it has gone.
    fn is_here(&self) -> bool {
        self.articles > 0 || self.cited > 0
    }

    /// When it last published something; nothing where it never did.
    pub fn last(&self) -> Option<Timestamp> {
        (self.articles > 0).then(|| instant(self.last))
    }
}

/// That one outlet cites another.
#[derive(Clone, Copy, Debug)]
pub struct Cites {
    pub(crate) from: u32,
    pub(crate) to: u32,
    /// In how many articles, copies left out.
    pub articles: u32,
    /// The newest of them.
    pub(crate) evidence: u32,
}

/// A story that was reported on in the week.
#[derive(Clone, Copy, Debug)]
pub struct Moved {
    pub(crate) story: u32,
    /// Outlets that took it up in the week, with texts of their own.
    pub outlets: u32,
}

/// A story beside another, and what both are about.
#[derive(Clone, Debug)]
pub struct Related<'c> {
    /// The story.
    pub story: &'c StoryCount,
    /// The topics that both have, the rarest first.
    pub topics: Vec<Arc<str>>,
}

/// An article or a story as a list has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Its id.
    pub id: String,
    /// Its headline; nothing where none is known.
    pub title: String,
    /// Who published it; for a story, who published its first article.
    pub outlet: Option<String>,
    /// When it was known; for a story, when its first article was.
    pub known_at: Timestamp,
}

/// Everything that is counted of a library in one state.
#[derive(Debug)]
pub struct Counts {
    /// Articles in all.
    pub articles: usize,
    /// The week that ends with the newest article: its first moment and its last.
    pub week: Option<(Timestamp, Timestamp)>,
    /// By the place of the founder.
    stories: Arc<Vec<StoryCount>>,
    outlets: Vec<OutletCount>,
    cites: Vec<Cites>,
    /// Places in `cites`, by who is cited.
    cited: Vec<u32>,
    topics: Vec<Topic>,
    of_topics: Vec<u32>,
    by_name: Vec<u32>,
    by_stories: Vec<u32>,
    by_last: Vec<u32>,
    moved: Vec<Moved>,
}

/// In which order topics stand.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TopicOrder {
    /// Those with the most stories first.
    #[default]
    Stories,
    /// Those heard of last first.
    Newest,
    /// By name.
    Name,
}

impl Counts {
    #[expect(clippy::too_many_arguments, reason = "what a tally hands over, once")]
    pub(crate) fn of(
        articles: usize,
        stories: Arc<Vec<StoryCount>>,
        outlets: Vec<OutletCount>,
        cites: Vec<Cites>,
        topics: Vec<Topic>,
        of_topics: Vec<u32>,
        moved: Vec<Moved>,
        week: Option<(Timestamp, Timestamp)>,
    ) -> Self {
        let mut cited: Vec<u32> = (0..cites.len() as u32).collect();
        cited.sort_by_key(|i| (cites[*i as usize].to, cites[*i as usize].from));
        let mut by_name: Vec<u32> =
            (0..topics.len() as u32).filter(|i| topics[*i as usize].stories > 0).collect();
        by_name.sort_by_cached_key(|i| name_key(&topics[*i as usize].name));
        let (mut by_stories, mut by_last) = (by_name.clone(), by_name.clone());
        by_stories.sort_by_key(|i| Reverse(topics[*i as usize].stories));
        by_last.sort_by_key(|i| Reverse(topics[*i as usize].last));
        Self {
            articles,
            week,
            stories,
            outlets,
            cites,
            cited,
            topics,
            of_topics,
            by_name,
            by_stories,
            by_last,
            moved,
        }
    }

    /// How many stories there are.
    pub fn stories(&self) -> usize {
        self.stories.len()
    }

    /// How many topics they have.
    pub fn topics(&self) -> usize {
        self.by_name.len()
    }

    /// The topics in an order, from one of them on.
    pub fn topics_from(&self, order: TopicOrder, from: usize) -> impl Iterator<Item = &Topic> {
        let order = match order {
            TopicOrder::Stories => &self.by_stories,
            TopicOrder::Newest => &self.by_last,
            TopicOrder::Name => &self.by_name,
        };
        order.iter().skip(from).map(|i| &self.topics[*i as usize])
    }

    /// The topic of this name.
    pub fn topic(&self, name: &str) -> Option<&Topic> {
        let wanted = name_key(name);
        let key = |i: &u32| name_key(&self.topics[*i as usize].name);
        let found = self.by_name.binary_search_by(|i| key(i).cmp(&wanted)).ok()?;
        self.by_name.get(found).map(|i| &self.topics[*i as usize])
    }

    /// Its stories, the newest first.
    pub fn stories_of<'c>(&'c self, topic: &Topic) -> impl Iterator<Item = &'c StoryCount> + use<'c> {
        let (from, count) = (topic.from as usize, topic.stories as usize);
        let own = self.of_topics.get(from..from + count).unwrap_or_default();
        own.iter().map(|i| &self.stories[*i as usize])
    }

    /// What a story is about.
    pub fn topics_of(&self, story: &StoryCount) -> impl Iterator<Item = &Topic> {
        story.topics().filter_map(|topic| self.topics.get(topic as usize))
    }

    /// All outlets, in no particular order.
    pub fn outlets(&self) -> impl Iterator<Item = &OutletCount> {
        self.outlets.iter().filter(|o| o.is_here())
    }

    /// The outlet of this name.
    pub fn outlet(&self, name: &str) -> Option<&OutletCount> {
        self.number_of(name).map(|i| &self.outlets[i as usize]).filter(|o| o.is_here())
    }

    fn number_of(&self, name: &str) -> Option<u32> {
        let wanted = name_key(name);
        self.outlets.iter().position(|o| name_key(&o.name) == wanted).map(|i| i as u32)
    }

    /// Whom an outlet cites, those it cites most first.
    pub fn cites(&self, outlet: &OutletCount) -> Vec<(&OutletCount, Cites)> {
        let Some(own) = self.number_of(&outlet.name) else { return Vec::new() };
        let from = self.cites.partition_point(|c| c.from < own);
        let pairs = self.cites[from..].iter().take_while(|c| c.from == own);
        self.ordered(pairs.map(|c| (c.to, *c)))
    }

    /// Who cites an outlet, those who do most first.
    pub fn cited_by(&self, outlet: &OutletCount) -> Vec<(&OutletCount, Cites)> {
        let Some(own) = self.number_of(&outlet.name) else { return Vec::new() };
        let pair = |i: &u32| self.cites[*i as usize];
        let from = self.cited.partition_point(|i| pair(i).to < own);
        let pairs = self.cited[from..].iter().map(pair).take_while(|c| c.to == own);
        self.ordered(pairs.map(|c| (c.from, c)))
    }

    fn ordered(&self, pairs: impl Iterator<Item = (u32, Cites)>) -> Vec<(&OutletCount, Cites)> {
        let mut all: Vec<(&OutletCount, Cites)> =
            pairs.map(|(other, c)| (&self.outlets[other as usize], c)).collect();
        all.sort_by(|a, b| (Reverse(a.1.articles), &a.0.name).cmp(&(Reverse(b.1.articles), &b.0.name)));
        all
    }

    /// The stories that were reported on in the week, those that most outlets took up first.
    pub fn moved(&self) -> impl Iterator<Item = (&StoryCount, Moved)> {
        self.moved.iter().map(|m| (&self.stories[m.story as usize], *m))
    }

    /// The story that this is.
    pub fn story(&self, found: &Found) -> Option<&StoryCount> {
        let place = u32::try_from(found.place).ok()?;
        self.stories.binary_search_by_key(&place, |s| s.place).ok().map(|i| &self.stories[i])
    }

    /// Stories about what a story is about, at most so many, those most like it first.
    ///
    /// What few stories are about binds more than what many are: a topic counts by the logarithm of the share of
    /// stories that do without it. One topic that no more stories have than the root of their number is enough; of
    /// commoner ones it takes several.
    pub fn related(&self, story: &StoryCount, most: usize) -> Vec<Related<'_>> {
        let all = (self.stories.len() as f64).max(2.0);
        let enough = all.ln() / 2.0;
        let mut shared: FxHashMap<u32, (f64, Vec<u32>)> = FxHashMap::default();
        let mut topics: Vec<u32> = story.topics().collect();
        topics.sort_by_key(|t| self.topics[*t as usize].stories);
        for topic in topics {
            let of_it = &self.topics[topic as usize];
            let weight = (all / f64::from(of_it.stories.max(1))).ln();
            for other in self.stories_of(of_it).take(AKIN).filter(|o| o.place != story.place) {
                let entry = shared.entry(other.place).or_default();
                entry.0 += weight;
                entry.1.push(topic);
            }
        }
        let mut related: Vec<(f64, Related<'_>)> = shared
            .into_iter()
            .filter(|(_, (weight, _))| *weight >= enough)
            .filter_map(|(place, (weight, topics))| {
                let i = self.stories.binary_search_by_key(&place, |s| s.place).ok()?;
                let topics = topics.iter().map(|t| Arc::clone(&self.topics[*t as usize].name)).collect();
                Some((weight, Related { story: &self.stories[i], topics }))
            })
            .collect();
        related.sort_by(|a, b| {
            let key = |r: &Related<'_>| (Reverse(r.story.last), r.story.place);
            b.0.total_cmp(&a.0).then_with(|| key(&a.1).cmp(&key(&b.1)))
        });
        related.truncate(most);
        related.into_iter().map(|(_, related)| related).collect()
    }
}

impl View<'_> {
    /// A counted story, to be told. Nothing where the library has gone on, and the story became part of another.
    pub fn counted_story(&self, story: &StoryCount) -> Result<Option<Found>, Error> {
        let place = i64::from(story.place);
        let is_here = self.ask(|t| {
            let here = "SELECT 1 FROM placed WHERE place = ?1 AND story = place AND step < ?2";
            Ok(t.prepare_cached(here)?.exists([place, self.steps])? && self.story_of(t, place)? == place)
        })?;
        if !is_here {
            return Ok(None);
        }
        Ok(Some(Found { place, id: self.name(place)?, last: story.last() }))
    }

    /// Counted stories as a list has them, without those that the library does not have any more.
    pub fn story_lines<'c>(
        &self,
        stories: impl IntoIterator<Item = &'c StoryCount>,
    ) -> Result<Vec<(StoryCount, Line)>, Error> {
        let mut lines = Vec::new();
        for story in stories {
            let Some(found) = self.counted_story(story)? else { continue };
            let Some(mut line) = self.line(story.place)? else { continue };
            let gists = self.ask(|t| {
                let parts = self.parts(t, found.place)?;
                let mut family =
                    t.prepare_cached("SELECT 1 FROM placed WHERE place = ?1 AND family IS NULL")?;
                let is_own = |place: u32| family.exists([place]).unwrap_or(true);
                gists_of(t, story.place, &parts, is_own, HEADLINES)
            })?;
            line.title = headline(&gists);
            lines.push((*story, line));
        }
        Ok(lines)
    }

    /// An outlet's newest articles.
    pub fn newest_of(&self, outlet: &OutletCount) -> Result<Vec<Line>, Error> {
        let lines = outlet.newest.iter().filter_map(|place| self.line(*place).transpose());
        lines.collect()
    }

    /// The newest article in which one outlet cites another.
    pub fn evidence(&self, cites: &Cites) -> Result<Option<Line>, Error> {
        self.line(cites.evidence)
    }

    /// The pages that are videos, the newest first, from one of them on.
    pub fn videos(&self, from: usize, most: usize) -> Result<Vec<Line>, Error> {
        self.ask(|t| {
            // Of each page its newest sight; of its sights not all need be videos.
            let mut rows = t.prepare_cached(
                "SELECT article, title, outlet, known_at FROM observation AS own
                 WHERE kind = 'video' AND is_article = 0 AND forgotten_at IS NULL
                   AND NOT EXISTS (SELECT 1 FROM observation AS newer
                     WHERE newer.article = own.article AND newer.seq > own.seq AND newer.forgotten_at IS NULL)
                 ORDER BY known_at DESC, article LIMIT ?1 OFFSET ?2",
            )?;
            let rows = rows.query_map([most as i64, from as i64], |row| {
                let title: Option<String> = row.get(1)?;
                Ok(Line {
                    id: row.get(0)?,
                    title: title.unwrap_or_default(),
                    outlet: row.get(2)?,
                    known_at: instant(row.get(3)?),
                })
            })?;
            rows.collect()
        })
    }

    /// Further articles of a story, of others than this outlet, the newest first: one of each outlet, no copies.
    pub fn others_of(&self, found: &Found, outlet: Option<&str>, most: usize) -> Result<Vec<Line>, Error> {
        let own = outlet.map(name_key);
        let mut seen = Vec::new();
        let mut lines = Vec::new();
        let places = self.ask(|t| {
            let mut rows = t.prepare_cached(
                "SELECT place FROM placed WHERE story = ?1 AND family IS NULL AND name = article AND step < ?2
                 ORDER BY step DESC LIMIT ?3",
            )?;
            let rows = rows.query_map([found.place, self.steps, HEADLINES as i64], |row| row.get(0))?;
            rows.collect::<rusqlite::Result<Vec<u32>>>()
        })?;
        for place in places {
            let Some(line) = self.line(place)? else { continue };
            let key = line.outlet.as_deref().map(name_key);
            if key != own && !seen.contains(&key) && lines.len() < most {
                seen.push(key);
                lines.push(line);
            }
        }
        Ok(lines)
    }

    fn line(&self, place: u32) -> Result<Option<Line>, Error> {
        self.ask(|t| {
            let mut row =
                t.prepare_cached("SELECT name, seq, known_at FROM placed WHERE place = ?1 AND step < ?2")?;
            let mut rows = row.query([i64::from(place), self.steps])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            let (id, seq, known_at) = (row.get(0)?, row.get(1)?, instant(row.get(2)?));
            let gist = gist(t, seq)?;
            Ok(Some(Line { id, title: gist.title.unwrap_or_default(), outlet: gist.outlet, known_at }))
        })
    }

    /// The stories that became part of a story.
    fn parts(&self, t: &rusqlite::Transaction<'_>, story: i64) -> rusqlite::Result<Vec<u32>> {
        let mut gone = t.prepare_cached("SELECT gone FROM merged WHERE kept = ?1 AND step < ?2")?;
        let mut parts: Vec<u32> = Vec::new();
        let mut next = vec![story];
        while let Some(story) = next.pop() {
            let rows = gone.query_map([story, self.steps], |row| row.get::<_, u32>(0))?;
            for part in rows {
                let part = part?;
                parts.push(part);
                next.push(part.into());
            }
        }
        Ok(parts)
    }
}
