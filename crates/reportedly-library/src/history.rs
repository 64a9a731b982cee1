//! The sights of one article, one after the other.

use crate::{
    error::{Error, RESTORE},
    library::View,
    sight::{instant, microseconds},
    stored::{unpack, unpack_reading},
};
use jiff::Timestamp;
use reportedly_read::Reading;
use rusqlite::{OptionalExtension, params};
use rustc_hash::FxHashMap;

/// One sight of an article.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The name of the state that it shows: the article's id, or its id with -2, -3 … behind it; `None` where the page
    /// carried no article.
    pub state: Option<String>,
    /// When the page was seen, if that is known.
    pub first_seen: Option<Timestamp>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When its text was public.
    pub known_at: Timestamp,
    /// What was read.
    pub reading: Reading,
}

/// A page's bytes as they were kept, and the headers that it came with, one a line.
pub type KeptPage = (Vec<u8>, Option<String>);

/// What a row has beside its reading.
struct Row {
    seq: i64,
    content: i64,
    first_seen: Option<i64>,
    recorded_at: i64,
    known_at: i64,
}

impl View<'_> {
    /// The articles that somebody may mean: the one with this id, the one of which a state has it, or all that were
    /// seen at this address.
    pub fn articles_named(&self, which: &str) -> Result<Vec<String>, Error> {
        const BY: [&str; 3] = [
            "SELECT article FROM observation WHERE article = ?1 AND forgotten_at IS NULL AND known_at <= ?2 LIMIT 1",
            "SELECT article FROM placed WHERE name = ?1 AND known_at <= ?2 LIMIT 1",
            "SELECT DISTINCT article FROM observation WHERE url = ?1 AND forgotten_at IS NULL AND known_at <= ?2
             ORDER BY article",
        ];
        for by in BY {
            let articles = self.ask(|t| {
                let mut articles = t.prepare_cached(by)?;
                let articles = articles.query_map(params![which, self.last()], |row| row.get(0))?;
                articles.collect::<rusqlite::Result<Vec<String>>>()
            })?;
            if !articles.is_empty() {
                return Ok(articles);
            }
        }
        Ok(Vec::new())
    }

    /// The name of the newest state of an article, where that with this name is an older one.
    pub fn newer_state(&self, name: &str) -> Result<Option<String>, Error> {
        self.ask(|t| {
            let of = "SELECT article FROM placed WHERE name = ?1 AND step < ?2";
            let mut of = t.prepare_cached(of)?;
            let mut article = |name: &str| -> rusqlite::Result<Option<String>> {
                of.query_row(params![name, self.steps], |row| row.get(0)).optional()
            };
            let Some(id) = article(name)? else { return Ok(None) };
            // States are named in order, without a gap.
            let mut newest = id.clone();
            for nth in 2.. {
                let next = format!("{id}-{nth}");
                if article(&next)?.as_ref() != Some(&id) {
                    break;
                }
                newest = next;
            }
            Ok(Some(newest).filter(|newest| newest != name))
        })
    }

    /// Hands over the sights of an article that were known, in the order in which the page was seen; one of which that
    /// is not known stands where its text was public.
    pub fn sights<E: From<Error>>(
        &self,
        article: &str,
        mut each: impl FnMut(Seen) -> Result<(), E>,
    ) -> Result<(), E> {
        let states: FxHashMap<i64, String> = self.ask(|t| {
            let mut states = t.prepare_cached(
                "SELECT content, name FROM observation JOIN placed USING (seq, article)
                 WHERE article = ?1 AND name IS NOT NULL AND step < ?2",
            )?;
            let states =
                states.query_map(params![article, self.steps], |row| Ok((row.get(0)?, row.get(1)?)))?;
            states.collect()
        })?;
        let rows: Vec<Row> = self.ask(|t| {
            let mut rows = t.prepare_cached(
                "SELECT seq, content, first_seen, recorded_at, known_at FROM observation
                 WHERE article = ?1 AND forgotten_at IS NULL AND known_at <= ?2
                 ORDER BY coalesce(first_seen, known_at), known_at, content, page_hash",
            )?;
            let rows = rows.query_map(params![article, self.last()], |row| {
                Ok(Row {
                    seq: row.get(0)?,
                    content: row.get(1)?,
                    first_seen: row.get(2)?,
                    recorded_at: row.get(3)?,
                    known_at: row.get(4)?,
                })
            })?;
            rows.collect()
        })?;
        for row in rows {
            let what = || format!("the reading of article {article} (observation {})", row.seq);
            let body: Option<Vec<u8>> = self.ask(|t| {
                t.prepare_cached("SELECT body FROM reading WHERE seq = ?1")?
                    .query_row([row.seq], |row| row.get(0))
                    .optional()
            })?;
            let Some(body) = body else {
                let why = "it is missing".to_owned();
                return Err(Error::Damaged { what: what(), why, cure: RESTORE }.into());
            };
            let reading = unpack_reading(&body, what)?;
            each(Seen {
                state: states.get(&row.content).filter(|_| reading.kind.is_article()).cloned(),
                first_seen: row.first_seen.map(instant),
                recorded_at: instant(row.recorded_at),
                known_at: instant(row.known_at),
                reading,
            })?;
        }
        Ok(())
    }

    /// The bytes of a page as they were kept, of this state of an article or of its newest sight that has them; and its
    /// headers, as they were told.
    pub fn kept_page(&self, name: &str) -> Result<Option<KeptPage>, Error> {
        let found: Option<KeptPage> = self.ask(|t| {
            let article: Option<(String, i64)> = t
                .prepare_cached(
                    "SELECT article, content FROM placed JOIN observation USING (seq, article)
                     WHERE name = ?1 AND step < ?2",
                )?
                .query_row(params![name, self.steps], |row| Ok((row.get(0)?, row.get(1)?)))
                .optional()?;
            let (article, content) = match article {
                Some((article, content)) => (article, Some(content)),
                None => (name.to_owned(), None),
            };
            t.prepare_cached(
                "SELECT body, headers FROM observation JOIN page ON page.hash = page_hash
                 WHERE article = ?1 AND (?2 IS NULL OR content = ?2) AND page_kept = 1 AND forgotten_at IS NULL
                   AND known_at <= ?3
                 ORDER BY seq DESC LIMIT 1",
            )?
            .query_row(params![article, content, self.last()], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()
        })?;
        let unpacked = found.map(|(body, headers)| {
            let what = || format!("the page of article {name}");
            unpack(&body, what).map(|bytes| (bytes, headers))
        });
        unpacked.transpose()
    }

    /// The last instant that counts, as it is stored.
    fn last(&self) -> i64 {
        self.as_of().map_or(i64::MAX, microseconds)
    }
}
