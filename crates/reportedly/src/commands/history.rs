//! `reportedly history`: what changed in an article, and when.

use crate::{
    arguments::{AsOf, given_as_of},
    commands::article_meant,
    config::Settings,
    terminal::style,
};
use anyhow::Result;
use clap::Args;
use reportedly_answer::{History, Observed, Sight, observed, observed_text};
use reportedly_library::{Error, Library, View};
use serde::{Serialize, Serializer, ser::SerializeSeq};
use std::{
    cell::RefCell,
    io::{self, BufWriter, Write},
};

/// `history`
#[derive(Debug, Args)]
#[command(
    after_help = "Without colour, what went stands in [-…-] and what came in {+…+}. What a change is about is
said where its words tell: a figure, a date, a name, a quotation, text added below as an update.

With --json the offsets of what went are those of the text before, of what came those of the
text after, in code points.

Examples:
  reportedly history 5c1f20ab93d4e671
  reportedly history https://wire.example/2031/quay-reopens
  reportedly history 5c1f20ab93d4e671 --as-of 2031-02-01
  reportedly history 5c1f20ab93d4e671 --json | jq '.observations[] | .seen, .changes[].about'"
)]
pub struct ShowHistory {
    /// The article's id, that of one of its states, or its address
    #[arg(value_name = "ARTICLE")]
    pub article: String,
    /// Only what was known by then: a day (its end, UTC) or an instant
    #[arg(long, value_name = "DATE", value_parser = given_as_of)]
    pub as_of: Option<AsOf>,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

impl ShowHistory {
    /// Shows what changed.
    pub fn run(&self, settings: &Settings) -> Result<()> {
        let library = Library::open(settings.library()?)?;
        let view = library.view(self.as_of.as_ref().map(|d| d.instant))?;
        let article = article_meant(&self.article, &view, &library, self.as_of.as_ref())?;
        let mut out = BufWriter::new(io::stdout().lock());
        if self.json {
            let failed = RefCell::new(None);
            let answer = Answer {
                article: &article,
                as_of: self.as_of.as_ref().map(|d| d.text.as_str()),
                observations: Observations { view: &view, article: &article, failed: &failed },
            };
            let written = serde_json::to_writer_pretty(&mut out, &answer);
            if let Some(failed) = failed.take() {
                return Err(failed.into());
            }
            written?;
            out.write_all(b"\n")?;
        } else {
            let (mut shown, style) = (0, style(settings));
            each(&view, &article, |o| -> Result<()> {
                if shown > 0 {
                    out.write_all(b"\n")?;
                }
                shown += 1;
                Ok(out.write_all(observed_text(o, style).as_bytes())?)
            })?;
            if shown == 1 {
                out.write_all(b"\nNothing in it has changed.\n")?;
            }
        }
        Ok(out.flush()?)
    }
}

/// Hands over what was observed, one after the other.
fn each<E: From<Error>>(
    view: &View<'_>,
    article: &str,
    mut show: impl FnMut(&Observed) -> Result<(), E>,
) -> Result<(), E> {
    let mut history = History::default();
    view.sights(article, |seen| {
        let observed = history.see(Sight {
            id: seen.state,
            seen: seen.first_seen,
            recorded_at: seen.recorded_at,
            known_at: seen.known_at,
            reading: seen.reading,
        });
        observed.as_ref().map_or(Ok(()), &mut show)
    })?;
    history.end().as_ref().map_or(Ok(()), show)
}

#[derive(Serialize)]
struct Answer<'v> {
    article: &'v str,
    as_of: Option<&'v str>,
    observations: Observations<'v>,
}

/// What was observed, each told when it is written: a page that is seen every hour is seen often.
struct Observations<'v> {
    view: &'v View<'v>,
    article: &'v str,
    failed: &'v RefCell<Option<Error>>,
}

/// Why it went no further.
enum Stopped<W> {
    Unreadable(Error),
    Unwritable(W),
}

impl<W> From<Error> for Stopped<W> {
    fn from(error: Error) -> Self {
        Self::Unreadable(error)
    }
}

impl Serialize for Observations<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> std::result::Result<S::Ok, S::Error> {
        let mut all = serializer.serialize_seq(None)?;
        let done = each(self.view, self.article, |o| {
            all.serialize_element(&observed(o)).map_err(Stopped::Unwritable)
        });
        match done {
            Ok(()) => all.end(),
            Err(Stopped::Unwritable(failed)) => Err(failed),
            Err(Stopped::Unreadable(failed)) => {
                self.failed.replace(Some(failed));
                Err(serde::ser::Error::custom("the library cannot be read"))
            }
        }
    }
}
