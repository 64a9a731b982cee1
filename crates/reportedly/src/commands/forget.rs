//! `reportedly forget`: a takedown.

use crate::{config::Settings, indexing::index, terminal::say};
use anyhow::{Result, bail};
use clap::{ArgGroup, Args};
use reportedly_answer::count;
use reportedly_library::{Which, Writer};
use std::io::{self, Write};

/// `forget`
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("which").args(["article", "url", "outlet"]).required(true),
    after_help = "What stays is that there was an article with this id, when it was seen, and the hashes by which
it is known if it comes again: it is not taken again.

Examples:
  reportedly forget 5c1f20ab93d4e671 --dry-run
  reportedly forget --url https://wire.example/quay
  reportedly forget --outlet \"Harbour Wire\""
)]
pub struct Forget {
    /// The article's id
    #[arg(value_name = "ARTICLE")]
    pub article: Option<String>,
    /// All that was seen at this address
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// All of this outlet
    #[arg(long, value_name = "NAME")]
    pub outlet: Option<String>,
    /// Only say what would be forgotten
    #[arg(long, short = 'n')]
    pub dry_run: bool,
}

impl Forget {
    /// Forgets, or says what would be forgotten.
    pub fn run(&self, settings: &Settings) -> Result<()> {
        let (which, name) = match (&self.article, &self.url, &self.outlet) {
            (Some(id), ..) => (Which::Article(id.clone()), id),
            (_, Some(url), _) => (Which::Url(url.clone()), url),
            (.., Some(outlet)) => (Which::Outlet(outlet.clone()), outlet),
            (None, None, None) => return Ok(()),
        };
        let mut writer = Writer::existing(settings.library()?)?;
        let gone = if self.dry_run { writer.would_forget(&which)? } else { writer.forget(&which)? };
        if !self.dry_run {
            // Even where there is nothing any more: an earlier run may have been cut short.
            index(&mut writer, true)?;
        }
        if gone.articles.is_empty() {
            bail!("{name}: nothing of this is in the library");
        }
        let mut out = io::stdout().lock();
        for (id, title) in &gone.articles {
            let title = title.as_deref().unwrap_or("(no title)");
            writeln!(out, "{}", reportedly_answer::visible(&format!("{id}  {title}")))?;
        }
        let done = if self.dry_run { "would be forgotten" } else { "forgotten" };
        let articles = count(gone.articles.len(), "article");
        say(&format!("{done}: {articles}, seen {}", count(gone.observations, "time")));
        for aside in reportedly_library::put_aside_before(settings.library()?) {
            say(&format!("{} is from before a restore and may still have it", aside.display()));
        }
        Ok(())
    }
}
