//! `reportedly add`: pages into the library.

use crate::{
    Usage,
    arguments::{Known, Work},
    config::{Pages, Settings},
    indexing::index,
    pages::{self, Place, Tally},
    terminal::say,
};
use anyhow::{Context, Result};
use clap::Args;
use reportedly_follow::told;
use reportedly_gather::Record;
use reportedly_library::{Added, BATCH, Library, Row, Sight, Told, Writer};
use reportedly_story::Observation;
use std::{
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
    sync::Mutex,
    time::{Duration, Instant},
};

/// Bytes of pages and readings that are stored in one go.
const BATCH_BYTES: usize = 16 << 20;
/// How long a page that was read waits for others before it is stored.
const PATIENCE: Duration = Duration::from_secs(2);

/// `add`
#[derive(Debug, Args)]
#[command(
    after_help = "With --jsonl and - as the path, standard input is NDJSON as for `read`. With --jsonl, one
{\"id\",\"path\",\"added\"} is given back for each page, once it is on disk; \"added\" is false where it
was there already.

Examples:
  reportedly add saved-pages/ crawl.warc.gz
  reportedly add --jsonl - < records.jsonl
  reportedly add feed/ --outlet \"Harbour Wire\" --fetched 2031-03-04T10:00:00Z

Exit status: 0 when all was added, 1 when something was not (and it is said what),
2 for a wrong command line."
)]
pub struct Add {
    /// Pages, folders of pages, archives, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// One JSON object a page, once it is on disk
    #[arg(long)]
    pub jsonl: bool,
    /// What is known from outside.
    #[command(flatten)]
    pub known: Known,
    /// How it is done.
    #[command(flatten)]
    pub work: Work,
}

/// A page that was read and is to be stored.
struct Ready {
    id: String,
    path: Option<String>,
    /// `None` where it is there already.
    row: Option<io::Result<Box<Row>>>,
}

/// Pages on their way to the disk.
struct Batch<'w> {
    writer: &'w mut Writer,
    ready: Vec<Ready>,
    bytes: usize,
    since: Instant,
    added: Added,
    out: Option<BufWriter<io::StdoutLock<'static>>>,
}

impl Add {
    /// Reads the pages and adds them.
    pub fn run(&self, settings: &Settings, tally: &mut Tally) -> Result<()> {
        let source = pages::source(&self.paths, self.jsonl, tally).map_err(|e| Usage(e.to_string()))?;
        let folder = settings.library()?;
        let mut writer = Writer::open(folder)?;
        let keep_pages = settings.pages.value == Pages::All;
        let library = Mutex::new(Library::open(folder)?);
        let known = |told: &Told| library.lock().ok()?.known(told).ok()?;
        let show = |observation: Observation, record: Record, place: Option<Place>, told: Told| {
            let sight = Sight {
                observation,
                page: Some(&record.bytes),
                told: Some(told),
                headers: record.headers.clone(),
                archive: place.map(|(archive, at)| (archive.display().to_string(), at)),
            };
            let row = Some(Row::of(&sight, keep_pages).map(Box::new));
            let Observation { id, path, .. } = sight.observation;
            Ready { id, path, row }
        };
        let mut batch = Batch {
            writer: &mut writer,
            ready: Vec::new(),
            bytes: 0,
            since: Instant::now(),
            added: Added::default(),
            out: self.jsonl.then(|| BufWriter::new(io::stdout().lock())),
        };
        let how = self.work.how(settings);
        let wanted = |record: &Record, path: Option<&Path>| {
            let told = told(record);
            match known(&told) {
                None => Ok(told),
                Some(id) => Err(Ready { id, path: path.and_then(pages::shown), row: None }),
            }
        };
        // What SQLite says has to get through a sink that only knows of input and output.
        let mut failed = None;
        let sink = |ready: Ready, idle: bool| {
            batch.take(ready, idle).map_err(|e| {
                let kind = e.downcast_ref::<io::Error>().map_or(io::ErrorKind::Other, io::Error::kind);
                failed = Some(e);
                io::Error::from(kind)
            })
        };
        let read = pages::observe_wanted(source, &self.known, None, how, wanted, show, sink, tally);
        if let Some(failed) = failed {
            return Err(failed);
        }
        read?;
        batch.store()?;
        let added = batch.added;
        drop(batch);
        writer.fold()?;
        index(&mut writer, how.quiet)
            .context("the pages are in the library, but the search index is not up to date")?;
        if !how.quiet {
            say(&summary(added, tally));
        }
        Ok(())
    }
}

/// One line for standard error: what was added, what was there, what was passed over.
fn summary(added: Added, tally: &Tally) -> String {
    let mut parts = vec![format!("added {}", added.added)];
    let known = added.known + tally.unwanted;
    if known > 0 {
        parts.push(format!("{known} already there"));
    }
    if added.forgotten > 0 {
        parts.push(format!("{} of articles that were ordered forgotten", added.forgotten));
    }
    format!("{}: {}", parts.join(", "), tally.summary())
}

impl Batch<'_> {
    fn take(&mut self, ready: Ready, idle: bool) -> Result<()> {
        match &ready.row {
            Some(row) => self.bytes += row.as_ref().map_or(0, |row| row.size()),
            // There is nothing to be done, and nobody who wants to hear of it.
            None if self.out.is_none() => return Ok(()),
            None => {}
        }
        if self.ready.is_empty() {
            self.since = Instant::now();
        }
        self.ready.push(ready);
        let full = self.ready.len() >= BATCH || self.bytes >= BATCH_BYTES;
        if full || (idle && self.since.elapsed() >= PATIENCE) {
            self.store()?;
        }
        Ok(())
    }

    /// Puts what is ready on disk, and says so.
    fn store(&mut self) -> Result<()> {
        let mut rows = Vec::with_capacity(self.ready.len());
        let mut said = Vec::with_capacity(self.ready.len());
        for Ready { id, path, row } in self.ready.drain(..) {
            said.push((id.clone(), path, row.is_some()));
            let row = row.transpose().with_context(|| format!("{id}: cannot be packed"))?;
            rows.extend(row.map(|row| *row));
        }
        self.bytes = 0;
        let (added, new) = self.writer.add_rows(&rows)?;
        self.added += added;
        if let Some(out) = &mut self.out {
            let mut new = new.into_iter();
            for (id, path, is_read) in &said {
                let added = *is_read && new.next().unwrap_or(false);
                serde_json::to_writer(
                    &mut *out,
                    &serde_json::json!({"id": id, "path": path, "added": added}),
                )?;
                out.write_all(b"\n")?;
            }
            out.flush()?;
        }
        self.writer.fold_in_order()?;
        Ok(())
    }
}
