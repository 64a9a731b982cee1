//! `reportedly subscriptions`: the feeds that the library is to be fed from.

use crate::config::Settings;
use anyhow::Result;
use clap::Args;
use reportedly_library::{Library, Subscription};
use serde_json::json;
use std::io::{self, BufWriter, Write};

/// `subscriptions`
#[derive(Debug, Args)]
#[command(
    after_help = "`import` adds the subscriptions of a feed reader (OPML), `export --to opml` writes them.

Examples:
  reportedly import subscriptions.opml
  reportedly subscriptions
  reportedly subscriptions --json | jq '.subscriptions[].url'"
)]
pub struct Subscriptions {
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

impl Subscriptions {
    /// Lists them.
    pub fn run(&self, settings: &Settings) -> Result<()> {
        let subscriptions = Library::open(settings.library()?)?.subscriptions()?;
        let mut out = BufWriter::new(io::stdout().lock());
        if self.json {
            let all: Vec<_> = subscriptions.iter().map(as_json).collect();
            writeln!(out, "{:#}", json!({"subscriptions": all}))?;
        } else {
            for s in &subscriptions {
                let folders: Vec<String> = s.folders.iter().map(|path| path.join("/")).collect();
                let mut line = s.url.clone();
                if let Some(title) = &s.title {
                    line = format!("{title}  {line}");
                }
                if !folders.is_empty() {
                    line = format!("{line}  [{}]", folders.join(", "));
                }
                if s.paused {
                    line.push_str("  paused");
                }
                writeln!(out, "{}", reportedly_answer::visible(&line))?;
            }
        }
        out.flush()?;
        Ok(())
    }
}

fn as_json(s: &Subscription) -> serde_json::Value {
    json!({
        "url": s.url,
        "title": s.title,
        "site": s.site,
        "folders": s.folders,
        "paused": s.paused,
        "added_at": s.added_at.to_string(),
    })
}
