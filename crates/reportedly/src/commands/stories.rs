//! `reportedly stories`: the stories in pages, newest first.

use crate::{
    Usage,
    arguments::{AsOf, Known, Work, given_as_of},
    config::Settings,
    pages::{self, Tally, all},
    terminal::{say, style},
};
use anyhow::{Result, bail};
use clap::{ArgGroup, Args};
use reportedly_library::{Error, Library, ToldStory};
use reportedly_story::{Observation, Question, Story};
use serde::{Serialize, Serializer, ser::SerializeSeq};
use std::{
    borrow::Borrow,
    cell::RefCell,
    collections::BTreeSet,
    io::{self, BufWriter, Write},
    path::PathBuf,
};

/// `stories`
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("form").args(["json", "jsonl"]),
    after_help = "With --jsonl and - as the path, standard input is NDJSON as for `read`, and one
{\"id\",\"story\",\"copy_of\"} comes back for each record.

Examples:
  reportedly stories
  reportedly stories examples/newsroom
  reportedly stories examples/newsroom --as-of 2031-02-01
  reportedly stories pages/ --json | jq '.stories[] | [.title, .independent_origins]'"
)]
pub struct Stories {
    /// Pages, folders of pages, or - for standard input [default: the library]
    #[arg(value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Only what was known by then: a day (its end, UTC) or an instant
    #[arg(long, value_name = "DATE", value_parser = given_as_of)]
    pub as_of: Option<AsOf>,
    /// Take a page as known only from the last day on which it can have been published
    #[arg(long)]
    pub strict: bool,
    /// Everything, as one JSON object
    #[arg(long)]
    pub json: bool,
    /// The story of each record, one JSON object a line
    #[arg(long)]
    pub jsonl: bool,
    /// Show at most so many stories [default: the setting limit, else 10; JSON is whole
    /// unless asked]
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// What is known from outside.
    #[command(flatten)]
    pub known: Known,
    /// How it is done.
    #[command(flatten)]
    pub work: Work,
}

impl Stories {
    /// Tells the stories.
    pub fn run(&self, settings: &Settings, tally: &mut Tally) -> Result<()> {
        if self.paths.is_empty() { self.of_library(settings) } else { self.of_pages(settings, tally) }
    }

    /// Asks the library.
    fn of_library(&self, settings: &Settings) -> Result<()> {
        if self.jsonl || self.known.fetched.is_some() || self.known.outlet.is_some() {
            bail!(Usage("--jsonl, --fetched and --outlet are about pages: say where they are".to_owned()));
        }
        let library = Library::open(settings.library()?)?;
        let as_of = self.as_of.as_ref().map(|d| d.instant);
        let limit = self.limit(settings);
        let articles = if self.strict {
            let known = library.strict(as_of)?;
            self.show(settings, known.tell_all(&known.newest(limit)).map(parts), known.stories())?;
            known.articles()
        } else {
            let known = library.view(as_of)?;
            self.show(settings, known.tell_all(&known.newest(limit)?).map(parts), known.stories()?)?;
            known.articles()?
        };
        if !self.work.quiet {
            let known = reportedly_answer::summary(articles, &[]);
            match &self.as_of {
                Some(as_of) => say(&format!("known by {}: {known}", as_of.text)),
                None => say(&known),
            }
        }
        Ok(())
    }

    /// Reads the pages.
    fn of_pages(&self, settings: &Settings, tally: &mut Tally) -> Result<()> {
        let source = pages::source(&self.paths, self.jsonl, tally).map_err(|e| Usage(e.to_string()))?;
        if self.jsonl && (self.as_of.is_some() || self.strict || self.limit.is_some()) {
            bail!(Usage("--jsonl gives the story of each record in stream order; --as-of, --strict and --limit go with --json".to_owned()));
        }
        let mut observations = all(source, &self.known, self.work.how(settings), tally)?;
        if self.jsonl {
            return assigned(observations);
        }
        observations.retain(|o| o.reading.kind.is_article());
        reportedly_story::tell_apart(&mut observations, self.strict);
        let question = Question { as_of: self.as_of.as_ref().map(|d| d.instant), strict: self.strict };
        let stories = reportedly_story::stories(&observations, &question);
        // An article that was changed may stand in two stories.
        let known = stories.iter().flat_map(|s| &s.articles).map(|m| observations[m.article].article());
        let known = known.collect::<BTreeSet<_>>().len();
        let all = stories.len();
        let shown = stories.into_iter().take(self.limit(settings).unwrap_or(usize::MAX));
        self.show(settings, shown.map(|story| Ok((story, observations.as_slice()))), all)?;
        if !self.work.quiet {
            let summary = match &self.as_of {
                Some(as_of) => tally.summary_as_of(known, &as_of.text),
                None => tally.summary(),
            };
            say(&summary);
        }
        Ok(())
    }

    /// How many stories are shown: JSON is whole unless asked.
    fn limit(&self, settings: &Settings) -> Option<usize> {
        self.limit.or_else(|| (!self.json).then_some(settings.limit.value))
    }

    /// Shows stories with the observations that they point into, of so many.
    fn show<O: Borrow<[Observation]>>(
        &self,
        settings: &Settings,
        told: impl Iterator<Item = Told<O>>,
        all: usize,
    ) -> Result<()> {
        let mut out = BufWriter::new(io::stdout().lock());
        if self.json {
            let failed = RefCell::new(None);
            let answer = Streamed {
                as_of: self.as_of.as_ref().map(|d| d.text.as_str()),
                stories: One(RefCell::new(told), &failed),
            };
            let written = serde_json::to_writer_pretty(&mut out, &answer);
            if let Some(failed) = failed.take() {
                return Err(failed.into());
            }
            written?;
            out.write_all(b"\n")?;
        } else {
            let mut shown = 0;
            for told in told {
                let (story, observations) = told?;
                if shown > 0 {
                    out.write_all(b"\n")?;
                }
                let text = reportedly_answer::story_text(&story, observations.borrow(), style(settings));
                out.write_all(text.as_bytes())?;
                shown += 1;
            }
            if all == 0 {
                let then = if self.as_of.is_some() { " were known by then" } else { "" };
                writeln!(out, "No stories{then}.")?;
            }
            out.write_all(reportedly_answer::more_stories(shown, all, style(settings)).as_bytes())?;
        }
        Ok(out.flush()?)
    }
}

/// Gives the story of each record, in stream order.
fn assigned(mut observations: Vec<Observation>) -> Result<()> {
    // What is no article belongs to no story, and is answered all the same.
    let given: Vec<(String, bool)> =
        observations.iter().map(|o| (o.id.clone(), o.reading.kind.is_article())).collect();
    observations.retain(|o| o.reading.kind.is_article());
    let mut assigned = reportedly_story::assign(&observations).into_iter();
    let mut out = BufWriter::new(io::stdout().lock());
    for (id, is_article) in given {
        let place = if is_article { assigned.next() } else { None };
        let (story, copy_of) = place.map_or((None, None), |p| (Some(p.story), p.copy_of));
        serde_json::to_writer(&mut out, &serde_json::json!({"id": id, "story": story, "copy_of": copy_of}))?;
        out.write_all(b"\n")?;
    }
    Ok(out.flush()?)
}

/// Stories in the published shape, each told when it is written: of a large library all together would not fit
/// into memory.
#[derive(Serialize)]
struct Streamed<'s, S> {
    as_of: Option<&'s str>,
    stories: S,
}

/// A story and the observations that it points into.
type Told<O> = std::result::Result<(Story, O), Error>;

fn parts(told: std::result::Result<ToldStory, Error>) -> Told<Vec<Observation>> {
    told.map(|told| (told.story, told.observations))
}

/// Stories one after the other, and what went wrong.
struct One<'s, I>(RefCell<I>, &'s RefCell<Option<Error>>);

impl<O: Borrow<[Observation]>, I: Iterator<Item = Told<O>>> Serialize for One<'_, I> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_seq(None)?;
        for told in &mut *self.0.borrow_mut() {
            match told {
                Ok((story, observations)) => {
                    all.serialize_element(&reportedly_answer::story(&story, observations.borrow()))?;
                }
                Err(failed) => {
                    self.1.replace(Some(failed));
                    return Err(serde::ser::Error::custom("the library cannot be read"));
                }
            }
        }
        all.end()
    }
}
