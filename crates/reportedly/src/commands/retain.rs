//! `reportedly retain`: the retention rules, said beforehand and then applied.

use crate::{config::Settings, indexing::index, terminal::say};
use anyhow::Result;
use clap::Args;
use jiff::{Timestamp, tz::TimeZone};
use reportedly_answer::count;
use reportedly_library::{Goes, Library, Rule, Takes, Writer};
use serde_json::json;
use std::io::{self, Write};

/// `retain`
#[derive(Debug, Args)]
#[command(
    after_help = "The rules stand in the configuration, and each has drop (\"pages\": their bytes go, what was read stays;
\"articles\": all goes, as `forget` does it), after (\"90 days\", weeks, months, years since it was last
recorded), and where wanted outlet and developing (what is in a story heard of within so long stays):

  retention = [
    { drop = \"pages\", after = \"90 days\", developing = \"30 days\" },
    { drop = \"articles\", after = \"2 years\", outlet = \"Harbour Wire\" },
  ]

Answers stay the same where pages go. Where articles go, they are those of a library that never had them,
as of every date.

Examples:
  reportedly retain
  reportedly retain --json | jq .rules
  reportedly retain --apply"
)]
pub struct Retain {
    /// Remove it; without this it is only said what would be
    #[arg(long)]
    pub apply: bool,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

impl Retain {
    /// Says what the rules take, or takes it.
    pub fn run(&self, settings: &Settings) -> Result<()> {
        let folder = settings.library()?;
        let rules = &settings.retention.value.0;
        let now = Timestamp::now();
        let at_once: Vec<Rule> = rules.iter().map(|rule| rule.at(now)).collect();
        let library = Library::open(folder)?;
        let mut takes = library.would_take(&at_once)?;
        let any = takes.iter().any(|t| t.observations > 0 || t.pages > 0);
        // Even where nothing is left to take: an earlier run may have been cut short.
        if self.apply && !rules.is_empty() {
            drop(library);
            let mut writer = Writer::existing(folder)?;
            takes = writer.take(&at_once)?;
            index(&mut writer, true)?;
            if at_once.iter().any(|r| r.goes == Goes::Articles) {
                writer.purge_index()?;
            }
        }
        let mut out = io::stdout().lock();
        if self.json {
            let rules: Vec<_> = rules
                .iter()
                .zip(&takes)
                .map(|(rule, takes)| {
                    json!({
                        "rule": rule.shown(),
                        "articles": takes.articles,
                        "observations": takes.observations,
                        "pages": takes.pages,
                        "bytes": takes.bytes,
                        "oldest": takes.oldest.map(|t| t.to_string()),
                        "newest": takes.newest.map(|t| t.to_string()),
                    })
                })
                .collect();
            writeln!(out, "{:#}", json!({"applied": self.apply, "rules": rules}))?;
        } else {
            for (rule, takes) in rules.iter().zip(&takes) {
                let line = format!("{rule}: {}", told(takes));
                writeln!(out, "{}", reportedly_answer::visible(&line))?;
            }
        }
        out.flush()?;
        if rules.is_empty() {
            say("no retention rules are set, so everything is kept: `reportedly retain --help` shows some");
        } else if self.apply {
            say(if any { "removed" } else { "there was nothing to remove" });
        } else if any {
            say("nothing was removed: --apply does it");
        }
        Ok(())
    }
}

/// What a rule takes, in words.
fn told(takes: &Takes) -> String {
    let (Some(oldest), Some(newest)) = (takes.oldest, takes.newest) else { return "nothing".to_owned() };
    let day = |time: Timestamp| time.to_zoned(TimeZone::UTC).date();
    format!(
        "{} seen {}, {}, {}, recorded {} to {}",
        count(takes.articles, "article"),
        count(takes.observations, "time"),
        count(takes.pages, "page"),
        size(takes.bytes),
        day(oldest),
        day(newest)
    )
}

fn size(bytes: u64) -> String {
    const UNITS: [&str; 4] = ["bytes", "KB", "MB", "GB"];
    let mut size = bytes as f64;
    let mut unit = 0;
    while size >= 1000.0 && unit + 1 < UNITS.len() {
        size /= 1000.0;
        unit += 1;
    }
    if unit == 0 { count(bytes as usize, "byte") } else { format!("{size:.1} {}", UNITS[unit]) }
}
