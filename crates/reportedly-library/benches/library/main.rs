//! What a library of a million articles costs: to fill, to ask, to ask as of a date, to open, on disk, in memory.
//!
//! `cargo xtask bench library` runs it. The articles are made in the run, the same for the same seed, and their
//! readings too; only what the library does is timed.

// A program for developers; there is no data to keep apart on standard output.
#![allow(clippy::print_stdout, missing_docs)]

mod press;

// What the program allocates with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use jiff::Timestamp;
use press::{Numbers, Plan, Press};
use rayon::prelude::*;
use reportedly_library::{
    Library, Writer,
    search::{Ask, Query},
};
use reportedly_read::{Form, Input, read};
use reportedly_story::Observation;
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Readings that are handed over at a time.
const BLOCK: usize = 1_000;
/// Articles after which the index follows, as it does at the end of a large archive.
const INDEXED: usize = 50_000;
/// Questions of each kind.
const QUESTIONS: usize = 500;

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What is asked for on the command line.
struct Arguments {
    articles: usize,
    pages: usize,
    seed: u64,
    folder: Option<PathBuf>,
    /// The program whose `read` and `add` are compared.
    binary: Option<PathBuf>,
}

fn arguments() -> Result<Arguments, Failure> {
    let mut found = Arguments { articles: 1_000_000, pages: 20_000, seed: 1, folder: None, binary: None };
    let mut given = std::env::args().skip(1).filter(|a| a != "--bench");
    while let Some(name) = given.next() {
        let value = given.next().ok_or_else(|| format!("{name}: no value"))?;
        match name.as_str() {
            "--articles" => found.articles = value.parse()?,
            "--pages" => found.pages = value.parse()?,
            "--seed" => found.seed = value.parse()?,
            "--folder" => found.folder = Some(value.into()),
            "--bin" => found.binary = Some(value.into()),
            _ => return Err(format!("{name}: not known").into()),
        }
    }
    Ok(found)
}

fn main() -> Result<(), Failure> {
    let a = arguments()?;
    let temporary = tempfile::tempdir()?;
    let folder = a.folder.clone().unwrap_or_else(|| temporary.path().join("library"));
    println!("{:<46} {:>12}", "measured", "");
    // A folder that an earlier run with the same seed and number of articles filled is only asked.
    if !folder.join("library.db").exists() {
        fill(&a, &folder)?;
    }
    ask(&a, &folder)?;
    if let Some(binary) = a.binary.as_ref().filter(|_| a.pages > 0) {
        archive(&a, binary, temporary.path())?;
    }
    Ok(())
}

fn show(what: &str, figure: f64, unit: &str) {
    println!("{what:<46} {figure:>12.2} {unit}");
}

fn reading(seed: u64, plan: &Plan) -> Observation {
    let article = press::write(seed, plan);
    let text = article.text();
    let published = article.published.to_string();
    let input = Input {
        bytes: text.as_bytes(),
        form: Form::Text,
        url: Some(&article.url),
        title: Some(&article.title),
        outlet: Some(&article.outlet),
        published: Some(&published),
        fetched: Some(article.fetched),
        ..Input::default()
    };
    Observation { id: article.id.clone(), state: 1, path: None, reading: read(&input) }
}

/// Adds readings; only the adding is timed.
fn fill(a: &Arguments, folder: &Path) -> Result<(), Failure> {
    let mut press = Press::new(a.seed);
    let mut writer = Writer::open(folder)?;
    let (mut took, mut slowest) = (Duration::ZERO, Duration::ZERO);
    let (mut done, mut words) = (0, 0);
    while done < a.articles {
        let plans: Vec<Plan> = press.by_ref().take(BLOCK.min(a.articles - done)).collect();
        let readings: Vec<Observation> = plans.par_iter().map(|p| reading(a.seed, p)).collect();
        words += readings.iter().map(|o| o.reading.text.split_whitespace().count()).sum::<usize>();
        done += readings.len();
        let start = Instant::now();
        writer.take_readings(readings)?;
        if done % INDEXED == 0 || done == a.articles {
            writer.fold()?;
            writer.index(|_| ())?;
        }
        let block = start.elapsed();
        took += block;
        slowest = slowest.max(block);
        if done % (BLOCK * 10) == 0 {
            eprint!(
                "\r{done} articles, {:.0} a second, the last block {:.0} a second, {:.0} MB   ",
                done as f64 / took.as_secs_f64(),
                BLOCK as f64 / block.as_secs_f64(),
                memory()
            );
        }
    }
    let start = Instant::now();
    drop(writer);
    took += start.elapsed();
    eprintln!();
    show("words an article", words as f64 / done as f64, "");
    show("added, stored, grouped and indexed", done as f64 / took.as_secs_f64(), "articles/s");
    show("the slowest block of 1,000, the index included", slowest.as_secs_f64(), "s");
    show("peak memory, the making of readings included", memory(), "MB");
    show("on disk", size(folder)? as f64 / done as f64, "bytes/article");
    Ok(())
}

/// The most memory that this process has held, in megabytes; nothing where the system does not say.
fn memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.map_or(f64::NAN, |k| k / 1024.0)
}

fn size(folder: &Path) -> std::io::Result<u64> {
    let mut sum = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        sum += if metadata.is_dir() { size(&entry.path())? } else { metadata.len() };
    }
    Ok(sum)
}

/// Times questions and shows how long the middle one and the slowest of twenty took.
fn time(what: &str, mut question: impl FnMut(usize) -> Result<(), Failure>) -> Result<(), Failure> {
    // The first questions warm what a running program has warm.
    for i in 0..20 {
        question(QUESTIONS + i)?;
    }
    let mut took = Vec::with_capacity(QUESTIONS);
    for i in 0..QUESTIONS {
        let start = Instant::now();
        question(i)?;
        took.push(start.elapsed());
    }
    took.sort_unstable();
    show(&format!("{what}, p50"), took[QUESTIONS / 2].as_secs_f64() * 1000.0, "ms");
    show(&format!("{what}, p95"), took[QUESTIONS * 95 / 100].as_secs_f64() * 1000.0, "ms");
    Ok(())
}

fn ask(a: &Arguments, folder: &Path) -> Result<(), Failure> {
    let start = Instant::now();
    let library = Library::open(folder)?;
    let stories = library.view(None)?.stories()?;
    show("opened and asked for the number of stories", start.elapsed().as_secs_f64() * 1000.0, "ms");
    show("stories", stories as f64, "");
    let plans: Vec<Plan> = Press::new(a.seed).take(a.articles).collect();
    let mut numbers = Numbers::new(a.seed, 77);
    let asked: Vec<_> = (0..QUESTIONS + 20)
        .map(|_| {
            let plan = &plans[numbers.below(plans.len() as u64) as usize];
            let later = &plans[numbers.below(plans.len() as u64) as usize];
            (press::write(a.seed, plan), press::write(a.seed, later).fetched)
        })
        .collect();
    time("a story, as it stands", |i| {
        let view = library.view(None)?;
        let found = view.story(&asked[i].0.id)?.ok_or("a story is missing")?;
        view.tell(&found)?;
        Ok(())
    })?;
    time("a story, as of a date", |i| {
        let (article, then) = &asked[i];
        let view = library.view(Some((*then).max(article.fetched)))?;
        let found = view.story(&article.id)?.ok_or("a story is missing")?;
        view.tell(&found)?;
        Ok(())
    })?;
    time("the ten newest stories, as of a date", |i| {
        let view = library.view(Some(asked[i].1))?;
        let found = view.newest(Some(10))?;
        view.tell_all(&found).try_for_each(|told| told.map(drop))?;
        Ok(())
    })?;
    let searchable = library.searchable()?.ok_or("the index is missing")?;
    let now = Timestamp::now();
    let query = |i: usize| -> Result<Query, Failure> {
        // A word of the story's own, a common one, two together, a phrase.
        let article = &asked[i].0;
        let words: Vec<&str> = article.title.split_whitespace().collect();
        let (own, last) = (words[1], words[words.len() - 1]);
        Ok(Query::parse(&match i % 4 {
            0 => own.to_owned(),
            1 => last.to_owned(),
            2 => format!("{own} {last}"),
            _ => format!("\"{} {own}\"", words[0]),
        })?)
    };
    time("a search, as it stands", |i| {
        let ask = Ask { as_of: None, now, limit: 10, offset: 0 };
        library.view(None)?.search(&searchable, &query(i)?, &ask)?;
        Ok(())
    })?;
    time("a search, as of a date", |i| {
        let ask = Ask { as_of: Some(asked[i].1), now, limit: 10, offset: 0 };
        library.view(Some(asked[i].1))?.search(&searchable, &query(i)?, &ask)?;
        Ok(())
    })?;
    time("an article", |i| {
        library.view(None)?.article(&asked[i].0.id)?.ok_or("an article is missing")?;
        Ok(())
    })
}

/// Compares `read` and `add` of the same pages in an archive, by the program as users have it: in turns, so that both
/// meet the same machine, and of each the best of [`ROUNDS`].
fn archive(a: &Arguments, binary: &Path, folder: &Path) -> Result<(), Failure> {
    let path = folder.join("pages.warc.gz");
    let mut file = std::io::BufWriter::new(fs::File::create(&path)?);
    let mut press = Press::new(a.seed + 1).take(a.pages);
    let mut bytes = 0;
    loop {
        let plans: Vec<Plan> = press.by_ref().take(BLOCK).collect();
        if plans.is_empty() {
            break;
        }
        let members: Result<Vec<_>, Failure> = plans.par_iter().map(|p| member(a.seed + 1, p)).collect();
        for (member, length) in members? {
            bytes += length;
            file.write_all(&member)?;
        }
    }
    file.into_inner().map_err(std::io::IntoInnerError::into_error)?.sync_all()?;
    let run = |arguments: &[&str], library: &Path, kept: &str| -> Result<Cost, Failure> {
        let (start, before) = (Instant::now(), processor_time());
        let status = Command::new(binary)
            .args(arguments)
            .arg(&path)
            .args([Path::new("--library"), library])
            .env("REPORTEDLY_PAGES", kept)
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()?;
        if status.success() {
            Ok(Cost { wall: start.elapsed().as_secs_f64(), processor: processor_time() - before })
        } else {
            Err(format!("{arguments:?}: {status}").into())
        }
    };
    let pages = a.pages as f64;
    let place = folder.join("from-archive");
    let (mut reading, mut adding, mut bare) = (Cost::WORST, Cost::WORST, Cost::WORST);
    let (mut with_pages, mut without) = (0, 0);
    for _ in 0..ROUNDS {
        reading = reading.or(run(&["read", "--jsonl", "--quiet"], &place, "all")?);
        for (kept, cost, taken) in [("all", &mut adding, &mut with_pages), ("none", &mut bare, &mut without)]
        {
            if place.exists() {
                fs::remove_dir_all(&place)?;
            }
            *cost = cost.or(run(&["add", "--quiet"], &place, kept)?);
            *taken = size(&place)?;
        }
    }
    let again = run(&["add", "--quiet"], &place, "none")?;
    println!();
    println!("{:<46} {:>12} {:>14}", "pages from an archive", "pages/s", "pages/CPU s");
    for (what, cost) in [
        ("read alone", &reading),
        ("added, pages kept", &adding),
        ("added, pages not kept", &bare),
        ("added again: nothing is", &again),
    ] {
        println!("{what:<46} {:>12.1} {:>14.1}", pages / cost.wall, pages / cost.processor);
    }
    let ratio = |cost: &Cost| (reading.wall / cost.wall, reading.processor / cost.processor);
    for (what, (wall, processor)) in
        [("adding against reading", ratio(&adding)), ("the same, pages not kept", ratio(&bare))]
    {
        println!("{what:<46} {wall:>12.2} {processor:>14.2}");
    }
    println!();
    show("kilobytes a page", bytes as f64 / pages / 1000.0, "KB");
    show("in the archive", fs::metadata(&path)?.len() as f64 / pages, "bytes/page");
    show("on disk, pages kept", with_pages as f64 / pages, "bytes/page");
    show("on disk, pages not kept", without as f64 / pages, "bytes/page");
    Ok(())
}

/// How many times `read` and `add` take turns.
const ROUNDS: usize = 3;

/// What a run took, in seconds.
#[derive(Clone, Copy)]
struct Cost {
    wall: f64,
    processor: f64,
}

impl Cost {
    const WORST: Self = Self { wall: f64::INFINITY, processor: f64::INFINITY };

    fn or(self, other: Self) -> Self {
        Self { wall: self.wall.min(other.wall), processor: self.processor.min(other.processor) }
    }
}

/// Processor time of the programs that were run and have ended, in seconds; nothing where the system does not say.
fn processor_time() -> f64 {
    /// Of these the system tells so many a second.
    const TICKS: f64 = 100.0;
    let stat = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // After the name, which may hold anything: the children's time in user and in system mode are the 14th and 15th.
    let fields = stat.rsplit_once(") ").map_or("", |(_, fields)| fields).split(' ');
    let times: Vec<f64> = fields.skip(13).take(2).filter_map(|f| f.parse().ok()).collect();
    if times.len() == 2 { times.iter().sum::<f64>() / TICKS } else { f64::NAN }
}

/// A page as a member of an archive, and its length before packing.
fn member(seed: u64, plan: &Plan) -> Result<(Vec<u8>, usize), Failure> {
    let article = press::write(seed, plan);
    let page = press::page(seed, plan, &article);
    let block = format!("HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n{page}");
    let record = format!(
        "WARC/1.1\r\nWARC-Type: response\r\nWARC-Target-URI: {}\r\nWARC-Date: {}\r\n\
         WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-{:012x}>\r\n\
         Content-Type: application/http; msgtype=response\r\nContent-Length: {}\r\n\r\n{block}\r\n\r\n",
        article.url,
        article.fetched,
        plan.number,
        block.len()
    );
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::new(6));
    packed.write_all(record.as_bytes())?;
    Ok((packed.finish()?, page.len()))
}
