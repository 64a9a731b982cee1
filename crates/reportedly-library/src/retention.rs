//! Rules for how long things are kept: what they would take is said before anything goes.

use crate::{
    error::Error,
    forget::{Which, name},
    library::Library,
    sight::{instant, microseconds},
    writer::Writer,
};
use jiff::Timestamp;
use rusqlite::{Connection, params};
use rustc_hash::{FxHashMap, FxHashSet};

/// What goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goes {
    /// The bytes of pages; what was read from them stays.
    Pages,
    /// Articles whole, as [`Writer::forget`] takes them.
    Articles,
}

/// A rule, at the time at which it is applied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What goes.
    pub goes: Goes,
    /// What was recorded before then, the last time.
    pub before: Timestamp,
    /// Of this outlet only.
    pub outlet: Option<String>,
    /// What is in a story that was heard of since then stays.
    pub developing: Option<Timestamp>,
}

/// What a rule takes that those before it have not.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Takes {
    /// Articles of which something goes.
    pub articles: usize,
    /// Observations of them.
    pub observations: usize,
    /// Pages whose bytes go.
    pub pages: usize,
    /// Bytes that they take in the library.
    pub bytes: u64,
    /// When the first of them was recorded.
    pub oldest: Option<Timestamp>,
    /// And the last.
    pub newest: Option<Timestamp>,
}

/// What rules take: of each how much, and by name.
#[derive(Debug, Default)]
struct Plan {
    takes: Vec<Takes>,
    pages: FxHashSet<i64>,
    articles: FxHashSet<String>,
}

/// An observation as rules see it.
struct Seen {
    article: String,
    outlet: Option<String>,
    recorded_at: i64,
    page: Option<i64>,
    bytes: u64,
}

impl Library {
    /// Says what rules would take.
    pub fn would_take(&self, rules: &[Rule]) -> Result<Vec<Takes>, Error> {
        plan(&self.store.connection, rules).map(|p| p.takes).map_err(|e| self.store.error(e))
    }
}

impl Writer {
    /// Takes what rules say, on disk as well.
    pub fn take(&mut self, rules: &[Rule]) -> Result<Vec<Takes>, Error> {
        let dropped = (|| {
            let transaction = self.store.connection.transaction()?;
            let plan = plan(&transaction, rules)?;
            for page in &plan.pages {
                transaction
                    .prepare_cached(
                        "UPDATE observation SET page_kept = 0 WHERE page_hash = (SELECT hash FROM page WHERE id = ?1)",
                    )?
                    .execute([page])?;
                transaction.prepare_cached("DELETE FROM page WHERE id = ?1")?.execute([page])?;
            }
            transaction.commit()?;
            Ok(plan)
        })();
        let Plan { takes, pages, articles } = dropped.map_err(|e| self.store.error(e))?;
        let mut articles: Vec<String> = articles.into_iter().collect();
        articles.sort_unstable();
        if !articles.is_empty() {
            self.forget(&Which::Articles(articles))?;
        } else if !pages.is_empty() {
            self.tidy()?;
        }
        Ok(takes)
    }
}

/// A thing that may go, with all sights of it.
#[derive(Default)]
struct Thing {
    sights: Vec<usize>,
    newest: i64,
}

fn plan(connection: &Connection, rules: &[Rule]) -> rusqlite::Result<Plan> {
    let mut plan = Plan::default();
    if rules.is_empty() {
        return Ok(plan);
    }
    let seen = observations(connection)?;
    let mut sizes = connection.prepare("SELECT id, length(body) FROM page")?;
    let sizes = sizes.query_map([], |row| Ok((row.get(0)?, row.get::<_, i64>(1)? as u64)))?;
    let sizes: FxHashMap<i64, u64> = sizes.collect::<Result<_, _>>()?;
    // The same bytes may be several articles' page: they go when none of them needs them.
    let (mut by_page, mut by_article) = (FxHashMap::default(), FxHashMap::default());
    for (i, sight) in seen.iter().enumerate() {
        let add = |thing: &mut Thing| {
            thing.newest =
                if thing.sights.is_empty() { sight.recorded_at } else { thing.newest.max(sight.recorded_at) };
            thing.sights.push(i);
        };
        add(by_article.entry(sight.article.as_str()).or_default());
        if let Some(page) = sight.page {
            add(by_page.entry(page).or_default());
        }
    }
    let heard =
        if rules.iter().any(|r| r.developing.is_some()) { heard(connection)? } else { FxHashMap::default() };
    for rule in rules {
        let mut takes = Takes::default();
        let mut of: FxHashSet<&str> = FxHashSet::default();
        let wanted = rule.outlet.as_deref().map(name);
        let applies = |thing: &Thing| {
            let old = thing.newest < microseconds(rule.before);
            old && thing.sights.iter().filter_map(|i| seen.get(*i)).all(|sight| {
                let developing = rule.developing.map(microseconds);
                let stays = developing
                    .is_some_and(|since| heard.get(&sight.article).is_some_and(|last| *last >= since));
                !stays
                    && wanted
                        .as_ref()
                        .is_none_or(|wanted| sight.outlet.as_deref().map(name).as_ref() == Some(wanted))
            })
        };
        let mut count = |thing: &Thing, more: u64, own: bool| {
            takes.bytes += more;
            for sight in thing.sights.iter().filter_map(|i| seen.get(*i)) {
                takes.observations += 1;
                takes.bytes += if own { sight.bytes } else { 0 };
                of.insert(&sight.article);
                let at = instant(sight.recorded_at);
                takes.oldest = Some(takes.oldest.map_or(at, |oldest| oldest.min(at)));
                takes.newest = Some(takes.newest.map_or(at, |newest| newest.max(at)));
            }
        };
        let mut pages = 0;
        match rule.goes {
            Goes::Pages => {
                for (page, thing) in by_page.iter().filter(|(_, thing)| applies(thing)) {
                    if plan.pages.insert(*page) {
                        count(thing, sizes.get(page).copied().unwrap_or_default(), false);
                        pages += 1;
                    }
                }
            }
            Goes::Articles => {
                let mut gone: Vec<&Thing> = Vec::new();
                for (article, thing) in by_article.iter().filter(|(_, thing)| applies(thing)) {
                    if plan.articles.insert((*article).to_owned()) {
                        gone.push(thing);
                    }
                }
                for thing in gone {
                    count(thing, 0, true);
                    // A page goes with the last article that it is of.
                    for page in thing.sights.iter().filter_map(|i| seen.get(*i)?.page) {
                        let all = by_page.get(&page).map(|p: &Thing| p.sights.as_slice()).unwrap_or_default();
                        let mut articles = all.iter().filter_map(|i| Some(&seen.get(*i)?.article));
                        if articles.all(|a| plan.articles.contains(a)) && plan.pages.insert(page) {
                            count(&Thing::default(), sizes.get(&page).copied().unwrap_or_default(), false);
                            pages += 1;
                        }
                    }
                }
            }
        }
        takes.pages = pages;
        takes.articles = of.len();
        plan.takes.push(takes);
    }
    Ok(plan)
}

fn observations(connection: &Connection) -> rusqlite::Result<Vec<Seen>> {
    let mut rows = connection.prepare(
        "SELECT article, outlet, recorded_at, page.id, coalesce(length(reading.body), 0) + coalesce(length(features.body), 0)
         FROM observation LEFT JOIN reading USING (seq) LEFT JOIN features USING (seq)
           LEFT JOIN page ON page_kept = 1 AND page.hash = page_hash
         WHERE forgotten_at IS NULL ORDER BY seq",
    )?;
    let rows = rows.query_map([], |row| {
        Ok(Seen {
            article: row.get(0)?,
            outlet: row.get(1)?,
            recorded_at: row.get(2)?,
            page: row.get(3)?,
            bytes: row.get::<_, i64>(4)? as u64,
        })
    })?;
    rows.collect()
}

/// When the story of each article was heard of last.
fn heard(connection: &Connection) -> rusqlite::Result<FxHashMap<String, i64>> {
    let mut rows = connection.prepare("SELECT gone, kept FROM merged")?;
    let merged = rows.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let merged: FxHashMap<i64, i64> = merged.collect::<Result<_, _>>()?;
    let now = |mut story: i64| {
        while let Some(next) = merged.get(&story) {
            story = *next;
        }
        story
    };
    let mut rows =
        connection.prepare("SELECT article, story, known_at FROM placed WHERE story IS NOT NULL")?;
    let rows = rows.query_map(params![], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let rows: Vec<(String, i64, i64)> = rows.collect::<Result<_, _>>()?;
    let mut last: FxHashMap<i64, i64> = FxHashMap::default();
    for (_, story, known_at) in &rows {
        let last = last.entry(now(*story)).or_insert(*known_at);
        *last = (*last).max(*known_at);
    }
    let mut heard: FxHashMap<String, i64> = FxHashMap::default();
    for (article, story, known_at) in rows {
        let at = last.get(&now(story)).copied().unwrap_or(known_at);
        let latest = heard.entry(article).or_insert(at);
        *latest = (*latest).max(at);
    }
    Ok(heard)
}
