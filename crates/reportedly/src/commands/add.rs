//! `reportedly add`: pages into the library.

use crate::{
    Usage,
    arguments::{Known, Work},
    commands::{import::subscriptions, update::update},
    config::{Pages, Settings},
    indexing::index,
    network::{self, Network, run},
    pages::{self, Place, Tally},
    terminal::say,
};
use anyhow::{Context, Result};
use clap::Args;
use jiff::Timestamp;
use reportedly_answer::count;
use reportedly_follow::{Found, Which, keep, look, told};
use reportedly_gather::Record;
use reportedly_library::{Added, BATCH, Library, Row, Sight, Subscribed, Subscription, Told, Writer};
use reportedly_story::Observation;
use std::{
    fs::File,
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

An address is looked at: an article is added; a feed, a sitemap, a list of feeds (OPML) or a site
that has a feed is subscribed to, and what is new there fetched at once. From then on `update` does.

Examples:
  reportedly add saved-pages/ crawl.warc.gz
  reportedly add https://wire.example/2031/crane https://gazette.example/feed.xml
  reportedly add subscriptions.opml
  reportedly add --jsonl - < records.jsonl
  reportedly add feed/ --outlet \"Harbour Wire\" --fetched 2031-03-04T10:00:00Z

Exit status: 0 when all was added, 1 when something was not (and it is said what),
2 for a wrong command line."
)]
pub struct Add {
    /// Pages, folders of pages, archives, or - for standard input; addresses of articles, feeds,
    /// sites, sitemaps; lists of feeds (.opml)
    #[arg(required = true, value_name = "PATH|URL")]
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
    /// How the network is asked.
    #[command(flatten)]
    pub network: Network,
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
        let mut paths = self.paths.clone();
        let urls: Vec<String> =
            paths.extract_if(.., |path| is_url(path)).map(|url| url.to_string_lossy().into_owned()).collect();
        let lists: Vec<PathBuf> = paths.extract_if(.., |path| is_list(path)).collect();
        for list in &lists {
            let input = File::open(list).with_context(|| list.display().to_string())?;
            subscriptions(input, &list.display().to_string(), settings, self.work.quiet, tally)?;
        }
        if !paths.is_empty() {
            self.add_paths(&paths, settings, tally)?;
        }
        if !urls.is_empty() {
            self.add_urls(&urls, settings, tally)?;
        }
        Ok(())
    }

    /// Looks what is at addresses: articles are added, feeds subscribed to and asked.
    fn add_urls(&self, urls: &[String], settings: &Settings, tally: &mut Tally) -> Result<()> {
        let folder = settings.library()?;
        let fetcher = self.network.fetcher(settings)?;
        let mut writer = Writer::open(folder)?;
        let library = Library::open(folder)?;
        let keep_pages = settings.pages.value == Pages::All;
        let quiet = self.work.quiet;
        let mut added = Added::default();
        let mut subscribed = Vec::new();
        let mut out = self.jsonl.then(|| io::stdout().lock());
        for url in urls {
            let found = run(look(&fetcher, url, Timestamp::now()))?;
            let wanted = match found {
                Err(what) => {
                    tally.problem(format!("{}: {what}", network::without_password(url)));
                    continue;
                }
                Ok(Found::Page(mut record, mut observation)) => {
                    if self.known.outlet.is_some() {
                        // Who publishes it bears on who says what.
                        record.outlet.clone_from(&self.known.outlet);
                        (*observation, _) = reportedly_follow::read(&mut record, None);
                    }
                    let (kind, id) = (observation.reading.kind, observation.id.clone());
                    let now = keep(&mut writer, &library, &record, *observation, keep_pages)?;
                    added += now;
                    if let Some(out) = &mut out {
                        let line = serde_json::json!({"id": id, "url": url, "added": now.added > 0});
                        writeln!(out, "{line}")?;
                    } else if !quiet && !kind.is_article() {
                        let what = format!(
                            "{url}: no article but a page of kind \"{}\", and no feed there",
                            kind.word()
                        );
                        say(&what);
                    }
                    continue;
                }
                Ok(Found::Subscription(subscription)) => vec![subscription],
                Ok(Found::Site(feeds)) => {
                    let others = feeds.len() - 1;
                    let more = match others {
                        0 => String::new(),
                        n => format!("; it has {n} more: `reportedly subscriptions find {url}` shows them"),
                    };
                    let first = feeds.into_iter().next();
                    let feed = first.map(|feed| Subscription {
                        url: feed.url,
                        title: feed.title,
                        ..Subscription::default()
                    });
                    if let (Some(feed), false) = (&feed, quiet) {
                        say(&format!("{url}: a site, of which the feed {} is taken{more}", feed.url));
                    }
                    feed.into_iter().collect()
                }
                Ok(Found::List(list, problems)) => {
                    for (line, what) in problems {
                        tally.problem(format!("{url}, line {line}: {what}"));
                    }
                    list
                }
            };
            let there = writer.subscribe(&wanted)?;
            if !quiet {
                say(&subscribed_to(&wanted, there));
            }
            subscribed.extend(wanted.into_iter().map(|s| s.url));
        }
        if !subscribed.is_empty() {
            let which = Which::These(subscribed);
            let updated = update(settings, folder, &mut writer, fetcher, &which, quiet, tally)?;
            added.added += updated.observations;
        } else {
            writer.fold()?;
            index(&mut writer, quiet)
                .context("the pages are in the library, but the search index is not up to date")?;
        }
        if !quiet {
            let known =
                if added.known > 0 { format!(", {} already there", added.known) } else { String::new() };
            say(&format!("added {}{known}", added.added));
        }
        Ok(())
    }

    fn add_paths(&self, paths: &[PathBuf], settings: &Settings, tally: &mut Tally) -> Result<()> {
        let source = pages::source(paths, self.jsonl, tally).map_err(|e| Usage(e.to_string()))?;
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

/// Whether somebody means an address on the web.
fn is_url(path: &Path) -> bool {
    let scheme = |text: &str| {
        ["http://", "https://"].iter().any(|s| text.get(..s.len()).is_some_and(|t| t.eq_ignore_ascii_case(s)))
    };
    path.to_str().is_some_and(scheme)
}

/// Whether a file is a list of feeds, by its name.
fn is_list(path: &Path) -> bool {
    path.extension().is_some_and(|e| e.eq_ignore_ascii_case("opml"))
}

/// One line for standard error: what was subscribed to.
fn subscribed_to(wanted: &[Subscription], there: Subscribed) -> String {
    match (wanted, there.known) {
        ([one], 0) => format!(
            "subscribed to {}",
            one.title.as_ref().map_or_else(
                || network::without_password(&one.url),
                |t| format!("{t} ({})", network::without_password(&one.url))
            )
        ),
        ([one], _) => format!("{}: subscribed to already", network::without_password(&one.url)),
        (_, 0) => format!("subscribed to {}", count(there.added, "feed")),
        (_, known) => format!("subscribed to {}, {known} already there", count(there.added, "feed")),
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
