//! Observations as they lie in a library, one after the other, for whoever makes the same library elsewhere or looks
//! at them as a table.

use crate::{
    error::Error,
    forget::spellings,
    library::View,
    sight::{instant, microseconds},
    stored::{Hash, unpack, unpack_reading},
};
use jiff::Timestamp;
use rayon::prelude::*;
use reportedly_read::{PageKind, Reading};
use rusqlite::{OptionalExtension, Transaction, params};
use serde::{
    Deserialize,
    de::{IntoDeserializer, value::StrDeserializer},
};

/// Observations that are unpacked side by side.
const SIDE_BY_SIDE: usize = 64;
/// Packed bytes that are taken at a time, unless one observation alone has more.
const PACKED_BYTES: usize = 2 << 20;

/// Which observations are wanted, and what of them.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Those recorded from then on.
    pub since: Option<Timestamp>,
    /// Those of this outlet.
    pub outlet: Option<String>,
    /// With the bytes of their pages, where they were kept.
    pub pages: bool,
    /// With the stories that they are in.
    pub stories: bool,
}

/// One observation with all that is known of it and does not follow from the rest.
#[derive(Clone, Debug)]
pub struct Kept {
    /// The article's id.
    pub article: String,
    /// What was read, with all that was told about it: who has it has read it.
    pub sight: Hash,
    /// The page by hash.
    pub page_hash: Hash,
    /// Where the page lay.
    pub path: Option<String>,
    /// What the page is.
    pub kind: PageKind,
    /// When it was first seen.
    pub first_seen: Option<Timestamp>,
    /// When it was recorded.
    pub recorded_at: Timestamp,
    /// When its text was public.
    pub known_at: Timestamp,
    /// The same, strictly.
    pub known_strict: Timestamp,
    /// The headers that it came with, one a line.
    pub headers: Option<String>,
    /// The archive that it lay in, and where in it.
    pub archive: Option<(String, u64)>,
    /// When it was ordered forgotten.
    pub forgotten_at: Option<Timestamp>,
    /// What was read; `None` of what was forgotten.
    pub reading: Option<Reading>,
    /// The page's bytes, where they were kept and are wanted.
    pub page: Option<Vec<u8>>,
    /// Its story, where it is in one and that was asked for.
    pub place: Option<Place>,
}

/// Where an observation stands among the stories.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// The name of the article's state that it is: its id, or its id with -2, -3 … behind it.
    pub name: String,
    /// The story's id.
    pub story: String,
    /// The article that this one is a copy of.
    pub family: Option<String>,
}

/// A row with its reading and page still packed.
struct Packed {
    seq: i64,
    kept: Kept,
    reading: Option<Vec<u8>>,
    page: Option<Vec<u8>>,
}

impl View<'_> {
    /// How many observations there are of those wanted, tombstones among them.
    pub fn count(&self, wanted: &Wanted) -> Result<usize, Error> {
        let count = format!("SELECT count(*) FROM observation WHERE {FILTER}");
        let outlets = self.outlets_of(wanted)?;
        let count: i64 = self.ask(|t| {
            let last = self.as_of().map_or(i64::MAX, microseconds);
            let since = wanted.since.map_or(i64::MIN, microseconds);
            t.prepare_cached(&count)?.query_row(params![last, since, outlets], |row| row.get(0))
        })?;
        Ok(count as usize)
    }

    /// Hands over every observation that is wanted and was known, in the order in which they were recorded, and the
    /// tombstones of what was forgotten after them.
    pub fn observations<E: From<Error>>(
        &self,
        wanted: &Wanted,
        mut each: impl FnMut(Kept) -> Result<(), E>,
    ) -> Result<(), E> {
        let outlets = self.outlets_of(wanted)?;
        for forgotten in [false, true] {
            let mut last = 0;
            loop {
                let packed = self.ask(|t| self.rows(t, wanted, outlets.as_deref(), forgotten, last))?;
                let Some(end) = packed.last() else { break };
                last = end.seq;
                let unpacked: Vec<_> = packed.into_par_iter().map(Packed::unpack).collect();
                for kept in unpacked {
                    each(kept?)?;
                }
            }
        }
        Ok(())
    }

    /// The outlet that is wanted as pages spell it, as JSON.
    fn outlets_of(&self, wanted: &Wanted) -> Result<Option<String>, Error> {
        let Some(outlet) = &wanted.outlet else { return Ok(None) };
        let all = self.ask(|t| spellings(t, outlet))?;
        Ok(Some(serde_json::Value::from(all).to_string()))
    }

    fn rows(
        &self,
        t: &Transaction<'_>,
        wanted: &Wanted,
        outlets: Option<&str>,
        forgotten: bool,
        after: i64,
    ) -> rusqlite::Result<Vec<Packed>> {
        let mut rows = t.prepare_cached(&format!(
            "SELECT seq, article, sight, page_hash, path, kind, first_seen, recorded_at, known_at, known_strict, headers,
               archive, archive_offset, forgotten_at, reading.body,
               CASE WHEN ?6 AND page_kept THEN page.body END
             FROM observation LEFT JOIN reading USING (seq) LEFT JOIN page ON page.hash = page_hash
             WHERE {FILTER} AND (forgotten_at IS NOT NULL) = ?4 AND seq > ?5 ORDER BY seq LIMIT {SIDE_BY_SIDE}"
        ))?;
        let mut rows = rows.query(params![
            self.as_of().map_or(i64::MAX, microseconds),
            wanted.since.map_or(i64::MIN, microseconds),
            outlets,
            forgotten,
            after,
            wanted.pages,
        ])?;
        let (mut packed, mut bytes) = (Vec::new(), 0);
        while bytes < PACKED_BYTES
            && let Some(row) = rows.next()?
        {
            let time = |column| row.get(column).map(instant);
            let maybe = |column| row.get::<_, Option<i64>>(column).map(|t| t.map(instant));
            let kind: String = row.get(5)?;
            let (archive, offset): (Option<String>, Option<i64>) = (row.get(11)?, row.get(12)?);
            let seq = row.get(0)?;
            let next = Packed {
                seq,
                kept: Kept {
                    article: row.get(1)?,
                    sight: row.get(2)?,
                    page_hash: row.get(3)?,
                    path: row.get(4)?,
                    kind: kind_of(&kind),
                    first_seen: maybe(6)?,
                    recorded_at: time(7)?,
                    known_at: time(8)?,
                    known_strict: time(9)?,
                    headers: row.get(10)?,
                    archive: archive.zip(offset.map(|at| at as u64)),
                    forgotten_at: maybe(13)?,
                    reading: None,
                    page: None,
                    place: if wanted.stories { self.place(t, seq)? } else { None },
                },
                reading: row.get(14)?,
                page: row.get(15)?,
            };
            bytes += next.reading.as_ref().map_or(0, Vec::len) + next.page.as_ref().map_or(0, Vec::len);
            packed.push(next);
        }
        Ok(packed)
    }

    /// Where an observation went, as of the view.
    fn place(&self, t: &Transaction<'_>, seq: i64) -> rusqlite::Result<Option<Place>> {
        /// Place, name, story and family as the log has them.
        type Logged = (i64, String, i64, Option<i64>);
        // A sight that says what an earlier one said has no place of its own, but that one's.
        let placed: Option<Logged> = t
            .prepare_cached(
                "SELECT placed.place, placed.name, placed.story, placed.family
                 FROM observation AS this JOIN observation AS same USING (article, content)
                   JOIN placed ON placed.seq = same.seq
                 WHERE this.seq = ?1 AND placed.step < ?2 AND placed.place IS NOT NULL AND placed.story IS NOT NULL",
            )?
            .query_row(params![seq, self.steps], |row| {
                Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
            })
            .optional()?;
        let Some((place, name, story, family)) = placed else { return Ok(None) };
        let mut first = family.unwrap_or(place);
        let mut merged = t.prepare_cached("SELECT kept FROM family_merged WHERE gone = ?1 AND step < ?2")?;
        while let Some(next) = merged.query_row(params![first, self.steps], |row| row.get(0)).optional()? {
            first = next;
        }
        let named = |place: i64| {
            t.prepare_cached("SELECT name FROM placed WHERE place = ?1")?.query_row([place], |row| row.get(0))
        };
        let story = named(self.story_of(t, story)?)?;
        let family = if first != place { Some(named(first)?) } else { None };
        Ok(Some(Place { name, story, family }))
    }
}

/// The kind from the word for it.
fn kind_of(word: &str) -> PageKind {
    let word: StrDeserializer<'_, serde::de::value::Error> = word.into_deserializer();
    PageKind::deserialize(word).unwrap_or_default()
}

/// Those known by ?1, recorded or forgotten from ?2 on, of the outlets in ?3, which is JSON.
const FILTER: &str = "known_at <= ?1 AND max(recorded_at, coalesce(forgotten_at, recorded_at)) >= ?2 AND (?3 IS NULL OR outlet IN (SELECT value FROM json_each(?3)))";

impl Packed {
    fn unpack(self) -> Result<Kept, Error> {
        let Self { seq, mut kept, reading, page } = self;
        let name = |what: &str| format!("the {what} of article {} (observation {seq})", kept.article);
        let reading = match reading {
            Some(body) => Some(unpack_reading(&body, || name("reading"))?),
            None if kept.forgotten_at.is_some() => None,
            None => {
                return Err(Error::Damaged {
                    what: name("reading"),
                    why: "it is missing".to_owned(),
                    cure: crate::error::RESTORE,
                });
            }
        };
        kept.page = page.map(|body| unpack(&body, || name("page"))).transpose()?;
        kept.reading = reading;
        Ok(kept)
    }
}
