//! Looking through a library for damage, and what to do about it.

use crate::{
    checkpoints,
    error::{Error, REBUILD, RESTORE_ALL},
    folding,
    library::Library,
    sight::sortable,
    store::CHECKPOINTS,
    stored::{hash, unpack, unpack_reading},
};
use rayon::prelude::*;
use reportedly_read::Reading;
use reportedly_story::Features;
use reportedly_text::Span;
use rusqlite::{Connection, params};

/// Observations that are looked through side by side.
const SIDE_BY_SIDE: usize = 256;
/// Faults of the database file that are told.
const FAULTS: i64 = 20;

/// What to do about a damaged observation.
const REMOVE: &str =
    "restore a backup, or let `reportedly check --remove-damaged` take it out and add the page again";

/// Something that is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// What, in one line.
    pub what: String,
    /// What to do about it.
    pub cure: &'static str,
    /// The observation that cannot be used any more.
    pub(crate) observation: Option<i64>,
}

/// What a check found.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Observations that were looked at.
    pub observations: usize,
    /// Pages.
    pub pages: usize,
    /// Those that were ordered forgotten.
    pub forgotten: usize,
    /// Stories.
    pub stories: usize,
    /// What is wrong.
    pub faults: Vec<Fault>,
}

impl Report {
    fn fault(&mut self, what: String, cure: &'static str) {
        self.faults.push(Fault { what, cure, observation: None });
    }
}

/// A row that is looked at.
struct Kept {
    seq: i64,
    article: String,
    content: i64,
    page_hash: Vec<u8>,
    has_page: bool,
    reading: Option<Vec<u8>>,
}

impl Library {
    /// Looks through everything: the file, every reading and page, the log of stories, the states of the fold. With
    /// `deep`, everything is folded once more and compared with the log.
    pub fn check(&self, deep: bool) -> Result<Report, Error> {
        let mut report = Report::default();
        let connection = &self.store.connection;
        let checked = (|| {
            let transaction = connection.unchecked_transaction()?;
            file(&transaction, &mut report)?;
            observations(&transaction, &mut report)?;
            pages(&transaction, &mut report)?;
            forgotten(&transaction, &mut report)?;
            forgetting(&transaction, &mut report)?;
            log(&transaction, &mut report)?;
            self.states(&transaction, &mut report)
        })();
        match checked {
            Ok(()) => {}
            // Where pages of the file itself are damaged, looking ends; what was found before is told.
            Err(e) if !report.faults.is_empty() => {
                report.fault(format!("looking further failed: {}", self.store.error(e)), RESTORE_ALL);
            }
            Err(e) => return Err(self.store.error(e)),
        }
        if deep && report.faults.is_empty() {
            match folding::compare(&self.store) {
                Ok(None) => {}
                Ok(Some(what)) => report.fault(what, REBUILD),
                Err(Error::Damaged { what, why, .. }) => {
                    report.fault(format!("{what} is damaged: {why}"), REBUILD);
                }
                Err(e) => return Err(e),
            }
        }
        match crate::searching::faults(&self.store) {
            Ok(faults) => faults.into_iter().for_each(|what| report.fault(what, REBUILD)),
            Err(Error::Index { why, .. }) => {
                report.fault(format!("the search index is damaged: {why}"), REBUILD);
            }
            Err(Error::Unreadable { source, .. }) => {
                report.fault(format!("the search index cannot be read: {source}"), "check who owns it");
            }
            Err(e) => return Err(e),
        }
        Ok(report)
    }

    fn states(&self, connection: &Connection, report: &mut Report) -> rusqlite::Result<()> {
        for (steps, file, hash) in checkpoints::listed(connection)? {
            let path = self.store.folder.join(CHECKPOINTS).join(file);
            if let Err(e) = checkpoints::load(&path, &hash) {
                report.fault(
                    format!("the fold's state after {steps} steps ({}): {e}", path.display()),
                    "nothing is lost: the next `reportedly add` takes longer and makes it again",
                );
            }
        }
        Ok(())
    }
}

/// The database file by itself.
fn file(connection: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    let mut check = connection.prepare(&format!("PRAGMA integrity_check({FAULTS})"))?;
    for said in check.query_map([], |row| row.get::<_, String>(0))? {
        let said = said?;
        if said != "ok" {
            report.fault(format!("the database: {said}"), RESTORE_ALL);
        }
    }
    let mut keys = connection.prepare("SELECT \"table\", rowid FROM pragma_foreign_key_check LIMIT ?1")?;
    let orphans = keys.query_map([FAULTS], |row| Ok((row.get::<_, String>(0)?, row.get::<_, i64>(1)?)))?;
    for orphan in orphans {
        let (table, row) = orphan?;
        report.fault(format!("row {row} of {table} belongs to no observation"), RESTORE_ALL);
    }
    Ok(())
}

/// Every observation with its reading.
fn observations(connection: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    let mut some = connection.prepare(
        "SELECT seq, article, content, page_hash, page_kept, body FROM observation LEFT JOIN reading USING (seq)
         WHERE seq > ?1 AND forgotten_at IS NULL ORDER BY seq LIMIT ?2",
    )?;
    let mut page = connection.prepare("SELECT 1 FROM page WHERE hash = ?1")?;
    let mut last = 0;
    loop {
        let rows = some.query_map(params![last, SIDE_BY_SIDE as i64], |row| {
            Ok(Kept {
                seq: row.get(0)?,
                article: row.get(1)?,
                content: row.get(2)?,
                page_hash: row.get(3)?,
                has_page: row.get(4)?,
                reading: row.get(5)?,
            })
        })?;
        let rows: Vec<Kept> = rows.collect::<Result<_, _>>()?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = end.seq;
        report.observations += rows.len();
        for row in rows.iter().filter(|r| r.has_page) {
            if !page.exists([&row.page_hash])? {
                report.faults.push(Fault {
                    what: format!("the page of article {} (observation {}) is missing", row.article, row.seq),
                    cure: REMOVE,
                    observation: Some(row.seq),
                });
            }
        }
        let wrong: Vec<Option<Fault>> = rows.into_par_iter().map(|row| observation(&row)).collect();
        report.faults.extend(wrong.into_iter().flatten());
    }
}

fn observation(row: &Kept) -> Option<Fault> {
    let name = || format!("the reading of article {} (observation {})", row.article, row.seq);
    let fault = |what: String| Some(Fault { what, cure: REMOVE, observation: Some(row.seq) });
    let Some(packed) = &row.reading else { return fault(format!("{} is missing", name())) };
    let reading = match unpack_reading(packed, name) {
        Ok(reading) => reading,
        Err(Error::Damaged { what, why, .. }) => return fault(format!("{what} is damaged: {why}")),
        Err(e) => return fault(e.to_string()),
    };
    if sortable(Features::of(&reading).content()) != row.content {
        return fault(format!("{} is not the one that was stored", name()));
    }
    let outside = spans(&reading).find(|s| reading.text.get(s.start..s.end).is_none())?;
    fault(format!("{} points outside its text (bytes {} to {})", name(), outside.start, outside.end))
}

/// The spans of a reading that lie in its text.
fn spans(reading: &Reading) -> impl Iterator<Item = Span> {
    let parties = |s: &reportedly_said::Statement| {
        let parties = s.source.iter().chain(&s.relays).map(|p| p.span);
        parties.chain(s.cue).chain(s.content.iter().copied()).collect::<Vec<_>>()
    };
    let evidence = reading.published.evidence.iter().filter_map(|e| e.span);
    let blocks = reading.blocks.iter().map(|b| b.span);
    let times = reading.times.iter().map(|t| t.span);
    let names = reading.names.mentions.iter().map(|n| n.span);
    let events = reading.events.iter().map(|e| e.span);
    let statements = reading.statements.iter().flat_map(parties);
    blocks.chain(times).chain(names).chain(events).chain(statements).chain(evidence)
}

/// Every page by its hash.
fn pages(connection: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    let mut some =
        connection.prepare("SELECT id, hash, body FROM page WHERE id > ?1 ORDER BY id LIMIT ?2")?;
    let mut sights =
        connection.prepare("SELECT seq, article FROM observation WHERE page_hash = ?1 LIMIT 1")?;
    let mut last = 0;
    loop {
        let rows = some.query_map(params![last, SIDE_BY_SIDE as i64], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?))
        })?;
        let rows: Vec<(i64, Vec<u8>, Vec<u8>)> = rows.collect::<Result<_, _>>()?;
        let Some(end) = rows.last() else { return Ok(()) };
        last = end.0;
        report.pages += rows.len();
        let wrong: Vec<(Vec<u8>, String)> = rows
            .into_par_iter()
            .filter_map(|(_, expected, body)| {
                let why = match unpack(&body, String::new) {
                    Ok(page) if hash(&page).as_slice() == expected => return None,
                    Ok(_) => "it is not the one that was stored".to_owned(),
                    Err(Error::Damaged { why, .. }) => why,
                    Err(e) => e.to_string(),
                };
                Some((expected, why))
            })
            .collect();
        for (hash, why) in wrong {
            let mut sight = sights.query_map([&hash], |row| Ok((row.get(0)?, row.get::<_, String>(1)?)))?;
            let Some((seq, article)) = sight.next().transpose()? else {
                report.fault(format!("a page of no observation is damaged: {why}"), REMOVE);
                continue;
            };
            report.faults.push(Fault {
                what: format!("the page of article {article} (observation {seq}) is damaged: {why}"),
                cure: REMOVE,
                observation: Some(seq),
            });
        }
    }
}

/// Of what was forgotten nothing may be left.
fn forgotten(connection: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    let count = "SELECT count(*) FROM observation WHERE forgotten_at IS NOT NULL";
    let count: i64 = connection.query_row(count, [], |row| row.get(0))?;
    report.forgotten = count as usize;
    let mut left = connection.prepare(
        "SELECT article FROM observation WHERE forgotten_at IS NOT NULL
           AND (seq IN (SELECT seq FROM reading) OR seq IN (SELECT seq FROM features)
             OR seq IN (SELECT seq FROM gist))",
    )?;
    for article in left.query_map([], |row| row.get::<_, String>(0))? {
        report.fault(
            format!("article {} was ordered forgotten, and something of it is left", article?),
            "order it forgotten again (`reportedly forget`)",
        );
    }
    Ok(())
}

/// Whether forgetting came to its end.
fn forgetting(connection: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    if crate::forget::left(connection)?.is_some() {
        report.fault(
            "bytes of what was ordered forgotten may still lie on the disk, since forgetting was broken off"
                .to_owned(),
            "the next `reportedly add` or `reportedly rebuild` takes them away",
        );
    }
    Ok(())
}

/// The log of stories against the observations.
fn log(connection: &Connection, report: &mut Report) -> rusqlite::Result<()> {
    let one = |sql: &str| connection.query_row(sql, [], |row| row.get::<_, i64>(0));
    let steps = folding::steps(connection)?;
    report.stories =
        one("SELECT coalesce((SELECT stories FROM placed ORDER BY step DESC LIMIT 1), 0)")? as usize;
    if one("SELECT count(*) FROM placed")? != steps {
        report.fault("steps of the log of stories are missing".to_owned(), REBUILD);
        return Ok(());
    }
    let waiting = one("SELECT count(*) FROM observation
         WHERE is_article = 1 AND forgotten_at IS NULL AND seq NOT IN (SELECT seq FROM placed)")?;
    if waiting > 0 {
        report.fault(
            format!("{waiting} observations are not yet part of stories"),
            "nothing is lost: the next `reportedly add` goes on with them",
        );
    }
    let strangers = one("SELECT count(*) FROM placed JOIN observation USING (seq)
         WHERE is_article = 0 OR forgotten_at IS NOT NULL OR placed.known_at <> observation.known_at
            OR placed.article <> observation.article")?;
    if strangers > 0 {
        report.fault(format!("{strangers} steps of the log of stories are of no observation"), REBUILD);
    }
    Ok(())
}
