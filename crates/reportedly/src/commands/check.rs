//! `reportedly check`: whether the library is whole, and what to do where it is not.

use crate::{config::Settings, pages::Tally, terminal::say};
use anyhow::Result;
use clap::Args;
use reportedly_answer::count;
use reportedly_library::{Library, Writer};
use serde_json::json;
use std::io::{self, Write};

/// `check`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reportedly check
  reportedly check --deep --json | jq .faults

Exit status: 0 when the library is whole, 1 when something is wrong (and it is said what to do).")]
pub struct Check {
    /// Fold everything once more and compare; takes as long as `rebuild`
    #[arg(long)]
    pub deep: bool,
    /// Take out observations that cannot be read any more, so that their pages can be added again
    #[arg(long)]
    pub remove_damaged: bool,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

impl Check {
    /// Looks the library through.
    pub fn run(&self, settings: &Settings, tally: &mut Tally) -> Result<()> {
        let folder = settings.library()?;
        let report = Library::open(folder)?.check(self.deep)?;
        tally.problems += report.faults.len();
        let mut out = io::stdout().lock();
        if self.json {
            let faults: Vec<_> =
                report.faults.iter().map(|f| json!({"what": f.what, "cure": f.cure})).collect();
            let answer = json!({
                "observations": report.observations,
                "pages": report.pages,
                "forgotten": report.forgotten,
                "stories": report.stories,
                "faults": faults,
            });
            writeln!(out, "{answer:#}")?;
        } else {
            for fault in &report.faults {
                writeln!(out, "{}", reportedly_answer::visible(&format!("{}: {}", fault.what, fault.cure)))?;
            }
            writeln!(
                out,
                "{}, {}, {}, {} forgotten: {}",
                count(report.observations, "observation"),
                count(report.pages, "page"),
                count(report.stories, "story"),
                report.forgotten,
                match report.faults.len() {
                    0 => "whole".to_owned(),
                    n => count(n, "fault"),
                }
            )?;
        }
        out.flush()?;
        if self.remove_damaged {
            let removed = Writer::existing(folder)?.remove_damaged(&report)?;
            say(&format!("{} taken out; add their pages again", count(removed, "observation")));
        }
        Ok(())
    }
}
