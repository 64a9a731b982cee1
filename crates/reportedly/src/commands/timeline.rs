//! `reportedly timeline`: one story as dated sentences.

use crate::{
    Usage,
    arguments::{Known, Work},
    config::Settings,
    pages::{self, Source, Tally, all},
    terminal::{say, style},
};
use anyhow::Result;
use clap::Args;
use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
};

/// `timeline`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reportedly timeline pages/ruddock-mill/ --dates 8
  reportedly timeline --jsonl - --dates 20 --sentences 2 --query \"mill,sale\" < articles.jsonl")]
pub struct Timeline {
    /// Pages, folders of pages, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// One JSON object a day; with - as the path, NDJSON in as well
    #[arg(long)]
    pub jsonl: bool,
    /// At most so many days
    #[arg(long, value_name = "L", default_value_t = 10)]
    pub dates: usize,
    /// At most so many sentences a day
    #[arg(long, value_name = "K", default_value_t = 1)]
    pub sentences: usize,
    /// What it is about, words separated by commas. Of files, what speaks of none of them is left out; of records
    /// (-), which are one story's, what speaks of them comes first
    #[arg(long, value_name = "WORDS", value_delimiter = ',')]
    pub query: Vec<String>,
    /// What is known from outside.
    #[command(flatten)]
    pub known: Known,
    /// How it is done.
    #[command(flatten)]
    pub work: Work,
}

impl Timeline {
    /// Reads the articles and tells what happened when.
    pub fn run(&self, settings: &Settings, tally: &mut Tally) -> Result<()> {
        let source = pages::source(&self.paths, self.jsonl, tally).map_err(|e| Usage(e.to_string()))?;
        let records = matches!(source, Source::Records);
        let mut observations = all(source, &self.known, self.work.how(settings), tally)?;
        observations.retain(|o| o.reading.kind.is_article());
        reportedly_story::tell_apart(&mut observations, false);
        let query: Vec<String> =
            self.query.iter().map(|q| q.trim().to_owned()).filter(|q| !q.is_empty()).collect();
        // Records are one story's; files may be anything.
        let tell = if records { reportedly_story::timeline_of_story } else { reportedly_story::timeline };
        let days = tell(&observations, self.dates, self.sentences, &query);
        if !query.is_empty() && !reportedly_story::is_spoken_of(&observations, &query) {
            say(&format!("reportedly: no article speaks of {}", query.join(", ")));
        }
        let mut out = BufWriter::new(io::stdout().lock());
        for day in &days {
            if self.jsonl {
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
                    writeln!(out, "{}", style(settings).hanging(&entry, 0, 12))?;
                }
            }
        }
        out.flush()?;
        if !self.jsonl && !self.work.quiet {
            say(&tally.summary());
        }
        Ok(())
    }
}
