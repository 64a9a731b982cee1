//! `reportedly backup` and `reportedly restore`.

use crate::{config::Settings, terminal::say};
use anyhow::Result;
use clap::Args;
use jiff::{Timestamp, tz::TimeZone};
use reportedly_answer::count;
use reportedly_library::Library;
use std::path::PathBuf;

/// `backup`
#[derive(Debug, Args)]
#[command(after_help = "Pages may be added meanwhile: the copy is the library as it stood when it began.

Examples:
  reportedly backup /mnt/backup/
  reportedly backup news-before-upgrade.db")]
pub struct Backup {
    /// The file to make; in a folder, one named after the time
    #[arg(value_name = "FILE|DIR")]
    pub to: PathBuf,
}

impl Backup {
    /// Copies the library.
    pub fn run(&self, settings: &Settings) -> Result<()> {
        let library = Library::open(settings.library()?)?;
        let to = if self.to.is_dir() {
            let now = Timestamp::now().to_zoned(TimeZone::UTC);
            self.to.join(format!("reportedly-{}.db", now.strftime("%Y%m%dT%H%M%SZ")))
        } else {
            self.to.clone()
        };
        library.backup(&to)?;
        say(&format!("{} copied to {}", library.folder().display(), to.display()));
        Ok(())
    }
}

/// `restore`
#[derive(Debug, Args)]
#[command(
    after_help = "The library is what it was when the copy was made: what was forgotten since is in it again.

Examples:
  reportedly restore news-before-upgrade.db --library ~/restored
  reportedly restore news-before-upgrade.db --replace"
)]
pub struct Restore {
    /// A file that `backup` made
    #[arg(value_name = "FILE")]
    pub from: PathBuf,
    /// Put a library that is there aside, as library.db.before-restore (-2, -3 …)
    #[arg(long)]
    pub replace: bool,
}

impl Restore {
    /// Makes the library from the copy.
    pub fn run(&self, settings: &Settings) -> Result<()> {
        let folder = settings.library()?;
        let aside = reportedly_library::restore(&self.from, folder, self.replace)?;
        let library = Library::open(folder)?;
        let view = library.view(None)?;
        say(&format!(
            "{} restored: {} of {}",
            folder.display(),
            count(view.stories()?, "story"),
            count(view.articles()?, "article")
        ));
        if let Some(aside) = aside {
            say(&format!("what was there before lies in {}", aside.display()));
        }
        Ok(())
    }
}
