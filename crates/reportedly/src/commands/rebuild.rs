//! `reportedly rebuild`: everything that follows from the observations, made again.

use crate::{config::Settings, indexing::index_again, terminal::say};
use anyhow::Result;
use clap::Args;
use reportedly_answer::count;
use reportedly_library::{Library, Writer};

/// `rebuild`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reportedly rebuild
  reportedly rebuild --library ~/news")]
pub struct Rebuild {
    /// No summary
    #[arg(long, short)]
    pub quiet: bool,
}

impl Rebuild {
    /// Makes it all again.
    pub fn run(&self, settings: &Settings) -> Result<()> {
        let folder = settings.library()?;
        let mut writer = Writer::existing(folder)?;
        let made = writer.rebuild()?;
        index_again(&mut writer, self.quiet)?;
        if !self.quiet {
            let library = Library::open(folder)?;
            let view = library.view(None)?;
            say(&format!(
                "made again: {} of {}, from {}",
                count(view.stories()?, "story"),
                count(view.articles()?, "article"),
                count(made.steps, "observation")
            ));
        }
        Ok(())
    }
}
