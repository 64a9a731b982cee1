//! `reportedly export`: the library for other programs, and for another library.

use crate::{
    Usage,
    arguments::{AsOf, given_as_of, given_time},
    config::Settings,
    destination::{Destination, folder_of},
    formats::{Format, line, table::TableWriter},
    terminal::{progress, say},
};
use anyhow::{Context, Error, Result, bail};
use clap::Args;
use jiff::Timestamp;
use reportedly_answer::count;
use reportedly_follow::as_list;
use reportedly_gather::ArchiveWriter;
use reportedly_library::{Kept, Library, View, Wanted};
use std::{
    io::{self, IsTerminal, Write},
    path::{Path, PathBuf},
};

/// `export`
#[derive(Debug, Args)]
#[command(after_help = "jsonl is the whole library but for its subscriptions: `import` makes the same of it
elsewhere. parquet is a table of the same for analysts, one row an observation, with the
stories they are in; `import` reads it as well. warc holds the pages: `add` reads it; pages
without bytes or an address are left out and counted. opml holds the subscriptions.

Examples:
  reportedly export news.jsonl
  reportedly export - --to jsonl --no-pages --outlet \"Harbour Wire\" | jq .reading.title
  reportedly export articles.parquet --as-of 2031-03-01
  reportedly export pages.warc.gz
  reportedly export subscriptions.opml")]
pub struct Export {
    /// The file to make, or - for standard output
    #[arg(value_name = "FILE")]
    pub to_file: PathBuf,
    /// The format [default: by the file's ending]
    #[arg(long, value_name = "FORMAT")]
    pub to: Option<Format>,
    /// What was known by then: a day (its end, UTC) or an instant
    #[arg(long, value_name = "DATE", value_parser = given_as_of)]
    pub as_of: Option<AsOf>,
    /// What was recorded or forgotten from then on
    #[arg(long, value_name = "DATE", value_parser = given_since)]
    pub since: Option<Timestamp>,
    /// Of this outlet only
    #[arg(long, value_name = "NAME")]
    pub outlet: Option<String>,
    /// Without the bytes of the pages
    #[arg(long)]
    pub no_pages: bool,
    /// Overwrite a file that is there
    #[arg(long)]
    pub force: bool,
    /// No progress, no summary
    #[arg(long, short)]
    pub quiet: bool,
}

/// Whether a file is one of those that a library is made of.
fn is_part_of(file: &Path, library: &Path) -> bool {
    let (Ok(parent), Ok(library)) = (folder_of(file).canonicalize(), library.canonicalize()) else {
        return false;
    };
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    let own = parent == library && (name.starts_with("library.db") || name == "writer.lock");
    own || ["index", "checkpoints"].iter().any(|folder| parent.starts_with(library.join(folder)))
}

/// A day means its beginning.
fn given_since(text: &str) -> Result<Timestamp, String> {
    match text.trim().parse::<jiff::civil::Date>() {
        Ok(day) if day.to_string() == text.trim() => {
            day.to_zoned(jiff::tz::TimeZone::UTC).map(|z| z.timestamp()).map_err(|e| e.to_string())
        }
        _ => given_time(text),
    }
}

/// How many were written, and what was left out.
#[derive(Default)]
struct Tally {
    written: usize,
    tombstones: usize,
    without_bytes: usize,
    without_address: usize,
}

impl Export {
    /// Writes the export.
    pub fn run(&self, settings: &Settings) -> Result<()> {
        let format = self.to.or_else(|| Format::of_name(&self.to_file)).ok_or_else(|| {
            Usage(format!(
                "{}: its ending names no format: say which with --to jsonl, parquet, warc, warc.gz or opml",
                self.to_file.display()
            ))
        })?;
        let filtered = self.as_of.is_some() || self.since.is_some() || self.outlet.is_some();
        if format == Format::Opml && (filtered || self.no_pages) {
            bail!(Usage("opml is the list of subscriptions: leave out what chooses observations".to_owned()));
        }
        if matches!(format, Format::Warc | Format::WarcGz) && self.no_pages {
            bail!(Usage("warc is the pages: leave out --no-pages".to_owned()));
        }
        if matches!(format, Format::Parquet | Format::WarcGz)
            && self.to_file == Path::new("-")
            && io::stdout().is_terminal()
        {
            bail!(Usage("this is nothing to look at: name a file, or give it to another program".to_owned()));
        }
        let library = Library::open(settings.library()?)?;
        if is_part_of(&self.to_file, settings.library()?) {
            bail!(Usage(format!("{} is part of the library itself", self.to_file.display())));
        }
        let out = Destination::open(&self.to_file, self.force)?;
        let written = if format == Format::Opml {
            subscriptions(&library, out)
        } else {
            let view = library.view(self.as_of.as_ref().map(|d| d.instant))?;
            self.observations(format, &view, out)
        };
        let said = written.with_context(|| self.to_file.display().to_string()).map_err(full)?;
        if !self.quiet {
            say(&said);
        }
        Ok(())
    }

    fn observations(&self, format: Format, view: &View<'_>, out: Destination) -> Result<String> {
        let wanted = Wanted {
            since: self.since,
            outlet: self.outlet.clone(),
            pages: !self.no_pages,
            stories: format == Format::Parquet,
        };
        let template = "{bar:30} {pos}/{len} observations {per_sec} {eta} left";
        let bar = progress(!self.quiet, Some(view.count(&wanted)? as u64), template);
        let mut tally = Tally::default();
        let mut each = |write: &mut dyn FnMut(Kept, &mut Tally) -> Result<()>| -> Result<()> {
            view.observations(&wanted, |kept| {
                bar.inc(1);
                tally.tombstones += usize::from(kept.forgotten_at.is_some());
                write(kept, &mut tally)
            })
        };
        let mut out = out;
        match format {
            Format::Parquet => {
                let mut table = TableWriter::new(out)?;
                each(&mut |kept, tally| {
                    tally.written += 1;
                    table.add(&kept)
                })?;
                out = table.finish()?;
            }
            Format::Warc | Format::WarcGz => {
                let software = concat!("reportedly/", env!("CARGO_PKG_VERSION"));
                let mut archive =
                    ArchiveWriter::new(out, format == Format::WarcGz, software, Timestamp::now())?;
                each(&mut |kept, tally| archived(&kept, &mut archive, tally))?;
                out = archive.finish()?;
            }
            Format::Jsonl | Format::Opml => each(&mut |kept, tally| {
                tally.written += 1;
                let mut line = line::write(&kept)?;
                line.push(b'\n');
                Ok(out.write_all(&line)?)
            })?,
        }
        out.finish()?;
        bar.finish_and_clear();
        Ok(tally.summary(format))
    }
}

impl Tally {
    /// One line of what was written and what was not.
    fn summary(&self, format: Format) -> String {
        let Tally { written, tombstones, without_bytes, without_address } = *self;
        let mut parts = match format {
            Format::Warc | Format::WarcGz => vec![format!("{} written", count(written, "page"))],
            _ => vec![format!("{} written", count(written, "observation"))],
        };
        let left = [
            (tombstones, if parts[0].contains("page") { "forgotten" } else { "of them forgotten" }),
            (without_bytes, "left out, since their bytes were not kept"),
            (without_address, "left out, since they have no address"),
        ];
        parts.extend(left.iter().filter(|(n, _)| *n > 0).map(|(n, what)| format!("{n} {what}")));
        parts.join(", ")
    }
}

fn archived(kept: &Kept, archive: &mut ArchiveWriter<Destination>, tally: &mut Tally) -> Result<()> {
    let Some(reading) = &kept.reading else { return Ok(()) };
    let Some(bytes) = &kept.page else {
        tally.without_bytes += 1;
        return Ok(());
    };
    let page = reportedly_gather::Response {
        url: reading.url.as_deref().unwrap_or_default(),
        seen: kept.first_seen.unwrap_or(kept.recorded_at),
        headers: kept.headers.as_deref(),
        bytes,
    };
    if archive.page(&page)? {
        tally.written += 1;
    } else {
        tally.without_address += 1;
    }
    Ok(())
}

fn subscriptions(library: &Library, mut out: Destination) -> Result<String> {
    let all = library.subscriptions()?;
    let (list, secret) = as_list(&all);
    out.write_all(list.as_bytes())?;
    out.finish()?;
    let without = match secret {
        0 => String::new(),
        n => format!("; {n} without the password in their address"),
    };
    Ok(format!("{} written{without}", count(all.len(), "subscription")))
}

/// Says of a full disk that it is one.
fn full(error: Error) -> Error {
    let kind = error.chain().find_map(|e| e.downcast_ref::<io::Error>()).map(io::Error::kind);
    match kind {
        Some(io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded | io::ErrorKind::FileTooLarge) => {
            error.context("no room left on the disk, and nothing of the export was left on it")
        }
        _ => error,
    }
}
