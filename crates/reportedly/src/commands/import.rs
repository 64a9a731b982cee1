//! `reportedly import`: what `export` wrote, into this library.

use crate::{
    Usage,
    arguments::Work,
    config::Settings,
    formats::{
        Format,
        line::{self, Lines},
        table::{self, Row},
    },
    indexing::index,
    ordered::ordered,
    pages::Tally,
    terminal::{progress, say},
};
use anyhow::{Context, Result, bail};
use clap::Args;
use reportedly_answer::count;
use reportedly_follow::subscription;
use reportedly_gather::opml;
use reportedly_library::{BATCH, Imported, Imports, Subscription, Writer};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read},
    path::{Path, PathBuf},
};

/// Bytes that are read in one go.
const CHUNK: usize = 256 << 10;
/// Bytes of observations that are stored in one go.
const BATCH_BYTES: usize = 16 << 20;
/// More than any list of subscriptions has.
const LIST_BYTES: u64 = 17 << 20;

/// `import`
#[derive(Debug, Args)]
#[command(
    after_help = "Observations are taken as they are, not read again: what was read, when it was recorded,
and what was known when are those of the library that they come from. What is there already
is not added twice, so an interrupted import is just run again. What was forgotten there is
not added here afterwards; what this library has of it stays until `reportedly forget` is
told. A line that is wrong is named and costs only itself. Archives of pages are read with
`reportedly add`.

Examples:
  reportedly import news.jsonl
  ssh elsewhere reportedly export - --to jsonl | reportedly import -
  reportedly import subscriptions.opml

Exit status: 0 when all was imported, 1 when something was not (and it is said what),
2 for a wrong command line."
)]
pub struct Import {
    /// A file that `export` wrote (.jsonl, .parquet, .opml, or told by its content), or - for standard input
    #[arg(value_name = "FILE")]
    pub from: PathBuf,
    /// How it is done.
    #[command(flatten)]
    pub work: Work,
}

/// A line or row, by number.
type Numbered = (u64, Result<Row, String>);

impl Import {
    /// Imports the file.
    pub fn run(&self, settings: &Settings, tally: &mut Tally) -> Result<()> {
        let name =
            if self.is_stdin() { "standard input".to_owned() } else { self.from.display().to_string() };
        let mut input: Box<dyn BufRead + Send> = if self.is_stdin() {
            Box::new(BufReader::with_capacity(CHUNK, io::stdin()))
        } else {
            let file = File::open(&self.from).with_context(|| name.clone())?;
            Box::new(BufReader::with_capacity(CHUNK, file))
        };
        let start = input.fill_buf().with_context(|| name.clone())?;
        let format = Format::of_content(start).or_else(|| Format::of_name(&self.from));
        match format {
            Some(Format::Warc | Format::WarcGz) => {
                bail!(Usage(format!(
                    "{name} is packed or an archive of pages: `reportedly add` reads archives"
                )))
            }
            None if start.is_empty() => bail!("{name}: is empty"),
            None => bail!("{name}: neither observations (JSONL, Parquet) nor subscriptions (OPML)"),
            Some(Format::Opml) => subscriptions(input, &name, settings, self.work.how(settings).quiet, tally),
            Some(Format::Jsonl) => {
                let lines = Lines::new(input).map(|line| line.map(|line| Row { line, page: None }));
                let lines = (1..).zip(lines);
                self.observations("line", Box::new(lines), &name, settings, tally)
            }
            Some(Format::Parquet) if self.is_stdin() => {
                bail!(Usage("a table cannot be read from a pipe: give its file".to_owned()))
            }
            Some(Format::Parquet) => {
                drop(input);
                let rows = table::rows(&self.from).with_context(|| name.clone())?;
                self.observations("row", Box::new((1..).zip(rows)), &name, settings, tally)
            }
        }
    }

    fn is_stdin(&self) -> bool {
        self.from == Path::new("-")
    }

    fn observations(
        &self,
        unit: &str,
        rows: Box<dyn Iterator<Item = Numbered> + Send>,
        name: &str,
        settings: &Settings,
        tally: &mut Tally,
    ) -> Result<()> {
        let how = self.work.how(settings);
        let mut writer = Writer::open(settings.library()?)?;
        let bar = progress(!how.quiet, None, "{spinner} {pos} observations {per_sec}");
        let mut batch =
            Batch { writer: &mut writer, ready: Vec::new(), bytes: 0, imports: Imports::default() };
        let mut failed = None;
        let read = |(number, row): Numbered| -> (u64, Result<Option<Imported>, String>) {
            let imported = row.and_then(|row| {
                if row.line.trim_ascii().is_empty() {
                    return Ok(None);
                }
                let mut kept = line::parse(&row.line)?;
                kept.page = row.page.or(kept.page);
                Imported::of(kept).map(Some)
            });
            (number, imported)
        };
        let size = |(_, row): &Numbered| row.as_ref().map_or(0, Row::size);
        let sink = |(number, imported): (u64, Result<Option<Imported>, String>), _| {
            bar.inc(1);
            match imported {
                Ok(None) => Ok(()),
                Err(what) => {
                    bar.suspend(|| tally.problem(format!("{name}, {unit} {number}: {what}")));
                    Ok(())
                }
                Ok(Some(imported)) => batch.take(imported).map_err(|e| {
                    failed = Some(e);
                    io::ErrorKind::Other.into()
                }),
            }
        };
        let done = ordered(rows, size, how.jobs, read, sink);
        bar.finish_and_clear();
        if let Some(failed) = failed {
            return Err(failed.into());
        }
        done?;
        batch.store()?;
        let imports = batch.imports;
        writer.fold()?;
        index(&mut writer, how.quiet)
            .context("the observations are in the library, but the search index is not up to date")?;
        if !how.quiet {
            say(&summary(imports));
        }
        Ok(())
    }
}

/// Observations on their way to the disk.
struct Batch<'w> {
    writer: &'w mut Writer,
    ready: Vec<Imported>,
    bytes: usize,
    imports: Imports,
}

impl Batch<'_> {
    fn take(&mut self, imported: Imported) -> Result<(), reportedly_library::Error> {
        self.bytes += imported.size();
        self.ready.push(imported);
        if self.ready.len() >= BATCH || self.bytes >= BATCH_BYTES { self.store() } else { Ok(()) }
    }

    fn store(&mut self) -> Result<(), reportedly_library::Error> {
        self.imports += self.writer.import(&self.ready)?;
        self.ready.clear();
        self.bytes = 0;
        Ok(())
    }
}

fn summary(imports: Imports) -> String {
    let Imports { added, known, pages, forgotten, tombstones, kept } = imports;
    let more = [
        (known, "already there"),
        (pages, "of them given their pages"),
        (forgotten, "of articles that were ordered forgotten"),
        (tombstones, "forgotten there, which are not added again"),
        (kept, "forgotten there, which stay here until `reportedly forget` is told"),
    ];
    let more = more.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}"));
    let parts: Vec<String> =
        std::iter::once(format!("imported {}", count(added, "observation"))).chain(more).collect();
    parts.join(", ")
}

/// Adds the feeds of a list (OPML) to the subscriptions.
pub fn subscriptions(
    input: impl Read,
    name: &str,
    settings: &Settings,
    quiet: bool,
    tally: &mut Tally,
) -> Result<()> {
    let mut bytes = Vec::new();
    input.take(LIST_BYTES).read_to_end(&mut bytes).with_context(|| name.to_owned())?;
    let found = opml::parse(&bytes).with_context(|| name.to_owned())?;
    for (line, what) in found.problems {
        tally.problem(format!("{name}, line {line}: {what}"));
    }
    let wanted: Vec<Subscription> = found.feeds.into_iter().map(subscription).collect();
    let subscribed = Writer::open(settings.library()?)?.subscribe(&wanted)?;
    if !quiet {
        let known = match subscribed.known {
            0 => String::new(),
            n => format!(", {n} already there"),
        };
        say(&format!("{} added{known}", count(subscribed.added, "subscription")));
    }
    Ok(())
}
