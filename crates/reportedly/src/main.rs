//! The binary: arguments in, answers out, nothing else.

mod arguments;
mod ordered;
mod pages;

use anyhow::{Result, bail};
use arguments::{Arguments, Command};
use clap::Parser;
use pages::{Source, Tally, say};
use reportedly_answer::{StoriesView, Style};
use reportedly_story::{Observation, Question};
use std::{
    io::{self, BufWriter, IsTerminal, Write},
    process::ExitCode,
};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let mut tally = Tally::default();
    let done = match &arguments.command {
        Command::Read(a) => read(a, &mut tally),
        Command::Stories(a) => stories(a, &mut tally),
        Command::Timeline(a) => timeline(a, &mut tally),
    };
    match done {
        // Whoever closed the pipe has seen enough.
        Err(e) if is_closed_pipe(&e) => ExitCode::SUCCESS,
        Err(e) if e.is::<Usage>() => {
            say(&format!("error: {e}"));
            say("");
            say("For more information, try '--help'.");
            ExitCode::from(2)
        }
        Err(e) => {
            say(&format!("reportedly: {e:#}"));
            ExitCode::FAILURE
        }
        Ok(()) if tally.problems > 0 => ExitCode::FAILURE,
        Ok(()) => ExitCode::SUCCESS,
    }
}

/// A command line that asks for what cannot be.
#[derive(Debug)]
struct Usage(String);

impl std::fmt::Display for Usage {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Usage {}

fn is_closed_pipe(error: &anyhow::Error) -> bool {
    let kind = error
        .downcast_ref::<io::Error>()
        .map(io::Error::kind)
        .or_else(|| error.downcast_ref::<serde_json::Error>()?.io_error_kind());
    kind == Some(io::ErrorKind::BrokenPipe)
}

fn style() -> Style {
    let terminal = io::stdout().is_terminal();
    let width = terminal_width().filter(|_| terminal).unwrap_or(100).clamp(40, 110);
    Style { width, color: terminal && std::env::var_os("NO_COLOR").is_none_or(|v| v.is_empty()) }
}

fn terminal_width() -> Option<usize> {
    terminal_size::terminal_size().map(|(terminal_size::Width(w), _)| usize::from(w))
}

fn read(a: &arguments::Read, tally: &mut Tally) -> Result<()> {
    let source = pages::source(&a.paths, a.jsonl, tally).map_err(|e| Usage(e.to_string()))?;
    let many = match &source {
        Source::Files(files) => files.len() > 1,
        Source::Records => true,
    };
    if many && a.url.is_some() {
        bail!(Usage("--url names the address of one page, and several were given".to_owned()));
    }
    if many && a.json {
        bail!(Usage("--json gives one object for one page; for several pages take --jsonl".to_owned()));
    }
    let style = style();
    let show = |o: Observation| -> Vec<u8> {
        let path = o.path.as_deref();
        if a.json || a.jsonl {
            let answer = reportedly_answer::reading(&o.id, path, &o.reading);
            let written =
                if a.json { serde_json::to_vec_pretty(&answer) } else { serde_json::to_vec(&answer) };
            // Strings and numbers only: nothing in a reading's shape can fail to serialise.
            written
                .map(|mut bytes| {
                    bytes.push(b'\n');
                    bytes
                })
                .unwrap_or_default()
        } else if a.markdown {
            reportedly_answer::markdown(path, &o.reading).into_bytes()
        } else {
            reportedly_answer::reading_text(path.filter(|_| many), &o.reading, style).into_bytes()
        }
    };
    let mut out = BufWriter::new(io::stdout().lock());
    let mut first = true;
    let write = |bytes: Vec<u8>, idle: bool| -> io::Result<()> {
        if !first && !a.jsonl {
            out.write_all(if a.markdown { b"\n" } else { b"\n----\n\n" })?;
        }
        first = false;
        out.write_all(&bytes)?;
        if idle { out.flush() } else { Ok(()) }
    };
    pages::observe(source, &a.known, a.url.as_deref(), &a.work, show, write, tally)?;
    if many && !a.work.quiet {
        say(&tally.summary());
    }
    Ok(())
}

/// All observations of a source, in order.
fn all(
    source: Source,
    known: &arguments::Known,
    work: &arguments::Work,
    tally: &mut Tally,
) -> Result<Vec<Observation>> {
    let mut all = Vec::new();
    let keep = |o, _| {
        all.push(o);
        Ok(())
    };
    pages::observe(source, known, None, work, |o| o, keep, tally)?;
    Ok(all)
}

fn stories(a: &arguments::Stories, tally: &mut Tally) -> Result<()> {
    let source = pages::source(&a.paths, a.jsonl, tally).map_err(|e| Usage(e.to_string()))?;
    if a.jsonl && (a.as_of.is_some() || a.strict || a.limit.is_some()) {
        bail!(Usage("--jsonl gives the story of each record in stream order; --as-of, --strict and --limit go with --json".to_owned()));
    }
    let mut observations = all(source, &a.known, &a.work, tally)?;
    let mut out = BufWriter::new(io::stdout().lock());
    if a.jsonl {
        // What is no article belongs to no story, and is answered all the same.
        let given: Vec<(String, bool)> =
            observations.iter().map(|o| (o.id.clone(), o.reading.kind.is_article())).collect();
        observations.retain(|o| o.reading.kind.is_article());
        let mut assigned = reportedly_story::assign(&observations).into_iter();
        for (id, is_article) in given {
            let place = if is_article { assigned.next() } else { None };
            let (story, copy_of) = place.map_or((None, None), |p| (Some(p.story), p.copy_of));
            serde_json::to_writer(
                &mut out,
                &serde_json::json!({"id": id, "story": story, "copy_of": copy_of}),
            )?;
            out.write_all(b"\n")?;
        }
        out.flush()?;
        return Ok(());
    }
    observations.retain(|o| o.reading.kind.is_article());
    reportedly_story::tell_apart(&mut observations, a.strict);
    let question = Question { as_of: a.as_of.as_ref().map(|d| d.instant), strict: a.strict };
    let mut stories = reportedly_story::stories(&observations, &question);
    let known: usize = stories.iter().map(|s| s.articles.len()).sum();
    if a.json {
        stories.truncate(a.limit.unwrap_or(usize::MAX));
        let as_of = a.as_of.as_ref().map(|d| d.text.as_str());
        serde_json::to_writer_pretty(&mut out, &reportedly_answer::stories(&stories, &observations, as_of))?;
        out.write_all(b"\n")?;
    } else {
        let view = StoriesView { limit: Some(a.limit.unwrap_or(10)), style: style() };
        if stories.is_empty() {
            writeln!(out, "No stories{}.", if a.as_of.is_some() { " were known by then" } else { "" })?;
        }
        out.write_all(reportedly_answer::stories_text(&stories, &observations, view).as_bytes())?;
    }
    out.flush()?;
    if !a.work.quiet {
        let summary = match &a.as_of {
            Some(as_of) => tally.summary_as_of(known, &as_of.text),
            None => tally.summary(),
        };
        say(&summary);
    }
    Ok(())
}

fn timeline(a: &arguments::Timeline, tally: &mut Tally) -> Result<()> {
    let source = pages::source(&a.paths, a.jsonl, tally).map_err(|e| Usage(e.to_string()))?;
    let records = matches!(source, Source::Records);
    let mut observations = all(source, &a.known, &a.work, tally)?;
    observations.retain(|o| o.reading.kind.is_article());
    reportedly_story::tell_apart(&mut observations, false);
    let query: Vec<String> = a.query.iter().map(|q| q.trim().to_owned()).filter(|q| !q.is_empty()).collect();
    // Records are one story's; files may be anything.
    let tell = if records { reportedly_story::timeline_of_story } else { reportedly_story::timeline };
    let days = tell(&observations, a.dates, a.sentences, &query);
    if !query.is_empty() && !reportedly_story::is_spoken_of(&observations, &query) {
        say(&format!("reportedly: no article speaks of {}", query.join(", ")));
    }
    let mut out = BufWriter::new(io::stdout().lock());
    for day in &days {
        if a.jsonl {
            serde_json::to_writer(
                &mut out,
                &serde_json::json!({"date": day.date.to_string(), "sentences": day.sentences}),
            )?;
            out.write_all(b"\n")?;
        } else {
            for (i, (sentence, article)) in day.sentences.iter().zip(&day.articles).enumerate() {
                let date = if i == 0 { day.date.to_string() } else { " ".repeat(10) };
                let told = &observations[*article];
                let outlet = told.reading.outlet.as_deref().or(told.path.as_deref()).unwrap_or(&told.id);
                let entry = format!("{date}  {sentence} [{outlet}]");
                writeln!(out, "{}", style().hanging(&entry, 0, 12))?;
            }
        }
    }
    out.flush()?;
    if !a.jsonl && !a.work.quiet {
        say(&tally.summary());
    }
    Ok(())
}
