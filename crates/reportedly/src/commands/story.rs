//! `reportedly story`: one story of the library.

use crate::{
    arguments::{AsOf, given_as_of},
    commands::no_such,
    config::Settings,
    terminal::style,
};
use anyhow::Result;
use clap::Args;
use reportedly_library::Library;
use std::io::{self, BufWriter, Write};

/// `story`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reportedly story 5c1f20ab93d4e671
  reportedly story 5c1f20ab93d4e671 --as-of 2031-02-01
  reportedly story 5c1f20ab93d4e671 --json | jq .timeline")]
pub struct ShowStory {
    /// The story's id, or that of one of its articles
    #[arg(value_name = "ID")]
    pub id: String,
    /// As it stood then: a day (its end, UTC) or an instant
    #[arg(long, value_name = "DATE", value_parser = given_as_of)]
    pub as_of: Option<AsOf>,
    /// Everything, as one JSON object
    #[arg(long)]
    pub json: bool,
}

impl ShowStory {
    /// Tells the story.
    pub fn run(&self, settings: &Settings) -> Result<()> {
        let library = Library::open(settings.library()?)?;
        let view = library.view(self.as_of.as_ref().map(|d| d.instant))?;
        let Some(found) = view.story(&self.id)? else {
            return Err(no_such("story or article", &self.id, self.as_of.as_ref(), &library));
        };
        let told = view.tell(&found)?;
        let mut out = BufWriter::new(io::stdout().lock());
        if self.json {
            serde_json::to_writer_pretty(
                &mut out,
                &reportedly_answer::story(&told.story, &told.observations),
            )?;
            out.write_all(b"\n")?;
        } else {
            let text = reportedly_answer::story_text(&told.story, &told.observations, style(settings));
            out.write_all(text.as_bytes())?;
        }
        out.flush()?;
        Ok(())
    }
}
