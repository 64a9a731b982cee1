//! From paths or NDJSON to observations, with progress and a count of what went wrong.

use crate::{
    arguments::{How, Known},
    ordered::ordered,
    terminal::{self, say},
};
use anyhow::{Result, bail};
use indicatif::ProgressBar;
use reportedly_gather::{Archive, Capture, Lines, Record, is_archive, load, load_stream, size, walk};
use reportedly_story::Observation;
use std::{
    collections::BTreeMap,
    fmt::Write as _,
    io::{self, BufReader, IsTerminal},
    path::{Path, PathBuf},
};

/// Bytes of NDJSON that are taken from standard input at a time.
const CHUNK: usize = 256 << 10;

/// Where pages come from.
pub enum Source {
    /// Files and archives, and perhaps standard input as one page (`-`).
    Files(Vec<PathBuf>),
    /// NDJSON on standard input.
    Records,
}

/// What came of reading: how much, and what went wrong (told on standard error as it happened).
#[derive(Debug, Default)]
pub struct Tally {
    /// Pages with an article.
    pub articles: usize,
    /// Pages without one, by kind.
    pub others: BTreeMap<&'static str, usize>,
    /// Hidden files passed over.
    pub hidden: usize,
    /// Files of other kinds, and records of archives that are no pages, passed over.
    pub skipped: usize,
    /// Pages that nobody wished to have read.
    pub unwanted: usize,
    /// Things that went wrong.
    pub problems: usize,
}

impl Tally {
    /// Tells a problem on standard error and counts it.
    pub fn problem(&mut self, what: impl std::fmt::Display) {
        say(&format!("reportedly: {what}"));
        self.problems += 1;
    }

    /// One line for standard error: what was read and what was passed over.
    pub fn summary(&self) -> String {
        let others: Vec<(&str, usize)> = self.others.iter().map(|(k, n)| (*k, *n)).collect();
        let mut text = reportedly_answer::summary(self.articles, &others);
        for (n, what) in [(self.hidden, "hidden"), (self.skipped, "of other kinds")] {
            if n > 0 {
                let _ = write!(text, "; {n} {what} passed over");
            }
        }
        text
    }

    /// The same where it was asked what was known by a time: how many articles were.
    pub fn summary_as_of(&self, known: usize, as_of: &str) -> String {
        format!("known by {as_of}: {known} of {}", self.summary())
    }
}

/// Turns the command line's paths into a source. With `ndjson`, a single `-` is NDJSON.
pub fn source(paths: &[PathBuf], ndjson: bool, tally: &mut Tally) -> Result<Source> {
    let dash = Path::new("-");
    if ndjson && paths.iter().any(|p| p == dash) {
        if paths.len() > 1 {
            bail!(
                "with --jsonl, - takes NDJSON from standard input and stands alone: leave out the other paths"
            );
        }
        return Ok(Source::Records);
    }
    let mut files = Vec::new();
    for path in paths {
        if path == dash {
            files.push(path.clone());
            continue;
        }
        let found = walk(std::slice::from_ref(path));
        files.extend(found.files);
        tally.hidden += found.hidden;
        tally.skipped += found.skipped;
        for problem in found.problems {
            tally.problem(problem);
        }
    }
    Ok(Source::Files(files))
}

/// Where a page lies in an archive: the archive's path and the place in it, in bytes.
pub type Place = (PathBuf, u64);

/// Reads everything from a source and hands each observation to `sink` in order, after `show` has turned it into
/// what is to be shown (on all cores).
pub fn observe<T: Send>(
    source: Source,
    known: &Known,
    url: Option<&str>,
    how: How,
    show: impl Fn(Observation) -> T + Sync,
    sink: impl FnMut(T, bool) -> io::Result<()>,
    tally: &mut Tally,
) -> io::Result<()> {
    let show = |observation, record: Record, _, ()| {
        // Of a huge page there should not be more copies than are needed.
        drop(record);
        show(observation)
    };
    observe_wanted(source, known, url, how, |_, _| Ok(()), show, sink, tally)
}

/// The same with a say in which pages are read at all (of one that is not, `wanted` gives what is to be shown), and with
/// the page itself, where it lies and what was found when that was asked for `show`.
#[expect(clippy::too_many_arguments, reason = "each is a different kind of thing, and two callers give them")]
pub fn observe_wanted<T: Send, W>(
    source: Source,
    known: &Known,
    url: Option<&str>,
    how: How,
    wanted: impl Fn(&Record, Option<&Path>) -> Result<W, T> + Sync,
    show: impl Fn(Observation, Record, Option<Place>, W) -> T + Sync,
    mut sink: impl FnMut(T, bool) -> io::Result<()>,
    tally: &mut Tally,
) -> io::Result<()> {
    let prepare = |mut record: Record, path: Option<&Path>, place: Option<Place>| {
        record.fetched = known.fetched.or(record.fetched);
        record.outlet = known.outlet.clone().or(record.outlet);
        record.url = url.map(str::to_owned).or(record.url);
        let found = match wanted(&record, path) {
            Ok(found) => found,
            Err(shown) => return Done::Unwanted(shown),
        };
        let (observation, broken) = reportedly_follow::read(&mut record, path.and_then(shown));
        let kind = observation.reading.kind;
        Done::Page { shown: show(observation, record, place, found), kind, broken }
    };
    let bar = progress(&source, how);
    let mut take = |done: Done<T>, idle: bool| -> io::Result<()> {
        bar.inc(1);
        match done {
            Done::Nothing => Ok(()),
            Done::Unwanted(shown) => {
                tally.unwanted += 1;
                sink(shown, idle)
            }
            Done::PassedOver => {
                tally.skipped += 1;
                Ok(())
            }
            Done::Problem(what) => {
                bar.suspend(|| tally.problem(what));
                Ok(())
            }
            Done::Page { shown, kind, broken } => {
                if kind.is_article() {
                    tally.articles += 1;
                } else {
                    *tally.others.entry(kind.word()).or_default() += 1;
                }
                if let Some(what) = broken {
                    bar.suspend(|| tally.problem(what));
                }
                sink(shown, idle)
            }
        }
    };
    let result = match source {
        Source::Files(files) => {
            let jobs = if files.iter().any(|f| is_archive(f)) { how.jobs } else { how.jobs.min(files.len()) };
            ordered(
                files.into_iter().flat_map(captures),
                Found::size,
                jobs,
                |found| match found {
                    Found::File(path) => match from_file(&path) {
                        Ok(record) => prepare(record, Some(&path), None),
                        Err(what) => Done::Problem(what),
                    },
                    Found::Page(record, (archive, at)) => {
                        let path = place_in(&archive, at);
                        prepare(*record, Some(&path), Some((archive, at)))
                    }
                    Found::Other => Done::PassedOver,
                    Found::Problem(what) => Done::Problem(what),
                },
                &mut take,
            )
        }
        Source::Records => ordered(
            Lines::new(BufReader::with_capacity(CHUNK, io::stdin())).enumerate(),
            |(_, line)| line.as_ref().map_or(0, Vec::len),
            how.jobs,
            |(i, line)| match line {
                Err(e) => Done::Problem(format!("standard input, line {}: {e}", i + 1)),
                Ok(line) if line.trim_ascii().is_empty() => Done::Nothing,
                Ok(line) => {
                    let record = Record::parse(&line);
                    drop(line);
                    match record {
                        Ok(record) => prepare(record, None, None),
                        Err(e) => Done::Problem(format!("standard input, line {}: {e}", i + 1)),
                    }
                }
            },
            &mut take,
        ),
    };
    bar.finish_and_clear();
    result
}

/// All observations of a source, in order.
pub fn all(source: Source, known: &Known, how: How, tally: &mut Tally) -> Result<Vec<Observation>> {
    let mut all = Vec::new();
    let keep = |o, _| {
        all.push(o);
        Ok(())
    };
    observe(source, known, None, how, |o| o, keep, tally)?;
    Ok(all)
}

enum Done<T> {
    Page { shown: T, kind: reportedly_read::PageKind, broken: Option<String> },
    Problem(String),
    PassedOver,
    Unwanted(T),
    Nothing,
}

/// What is found at a path, before it is read.
enum Found {
    File(PathBuf),
    /// A page of an archive, and where it lies.
    Page(Box<Record>, Place),
    Other,
    Problem(String),
}

impl Found {
    /// Bytes that it takes.
    fn size(&self) -> usize {
        match self {
            Self::File(path) => size(path),
            Self::Page(record, _) => record.bytes.len(),
            Self::Other | Self::Problem(_) => 0,
        }
    }
}

/// A file as it is; an archive as its pages, one after the other.
fn captures(path: PathBuf) -> Box<dyn Iterator<Item = Found> + Send> {
    if !is_archive(&path) {
        return Box::new(std::iter::once(Found::File(path)));
    }
    match Archive::open(&path) {
        Err(e) => Box::new(std::iter::once(Found::Problem(e.to_string()))),
        Ok(archive) => Box::new(archive.map(move |capture| match capture {
            Capture::Page(record, at) => Found::Page(record, (path.clone(), at)),
            Capture::Other => Found::Other,
            Capture::Broken(e) => Found::Problem(e.to_string()),
        })),
    }
}

/// How a page of an archive is named.
fn place_in(archive: &Path, at: u64) -> PathBuf {
    let mut place = archive.to_path_buf().into_os_string();
    place.push(format!("@{at}"));
    place.into()
}

fn from_file(path: &Path) -> Result<Record, String> {
    if path != Path::new("-") {
        return load(path).map_err(|e| e.to_string());
    }
    load_stream(io::stdin().lock()).map_err(|e| format!("standard input: {e}"))
}

/// A page's path as answers have it; standard input has none.
pub fn shown(path: &Path) -> Option<String> {
    (path != Path::new("-")).then(|| path.display().to_string())
}

/// A bar on standard error where somebody can see it, and only where it does not run into the answers.
fn progress(source: &Source, how: How) -> ProgressBar {
    let (length, template) = match source {
        Source::Files(files) if !files.iter().any(|f| is_archive(f)) => {
            (Some(files.len() as u64), "{bar:30} {pos}/{len} pages {per_sec} {eta} left")
        }
        Source::Files(_) | Source::Records => (None, "{spinner} {pos} pages {per_sec}"),
    };
    terminal::progress(!how.quiet && !io::stdout().is_terminal(), length, template)
}
