//! `reportedly read`: pages one by one.

use crate::{
    Usage,
    arguments::{Known, Work},
    config::Settings,
    pages::{self, Source, Tally},
    terminal::{say, style},
};
use anyhow::{Result, bail};
use clap::{ArgGroup, Args};
use reportedly_story::Observation;
use std::{
    io::{self, BufWriter, Write},
    path::PathBuf,
};

/// `read`
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("form").args(["json", "jsonl", "markdown"]),
    after_help = "With --jsonl and - as the path, standard input is NDJSON, one record a page: \"html\",
\"html_base64\", \"flat\" or \"text\", and optionally \"id\", \"url\", \"content_type\", \"title\",
\"outlet\", \"published\", \"fetched\", \"listing\".

\"listing\" is an object: what a feed or a news sitemap says of the page. It has \"kind\" (\"feed\" or
\"sitemap\"), \"title\", \"text\" (HTML), \"whole\" (whether that is all of it), \"published\",
\"updated\", \"authors\", \"source\", \"source_url\", \"credits\", \"outlet\", \"language\", each or none
of them. Whichever gives more of the article gives its text; with a listing, no page is needed.

Examples:
  reportedly read page.html --fetched 2031-03-04
  reportedly read --json page.txt --outlet \"Harbour Wire\" | jq .statements
  reportedly read --jsonl - < records.jsonl > readings.jsonl

Exit status: 0 when all was read, 1 when something was not (and it is said what),
2 for a wrong command line."
)]
pub struct Read {
    /// Pages, folders of pages, or - for standard input
    #[arg(required = true, value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// One JSON object, for one page
    #[arg(long)]
    pub json: bool,
    /// One JSON object a line, for any number of pages
    #[arg(long)]
    pub jsonl: bool,
    /// The article as Markdown
    #[arg(long)]
    pub markdown: bool,
    /// The page's address, for one page
    #[arg(long, value_name = "URL")]
    pub url: Option<String>,
    /// What is known from outside.
    #[command(flatten)]
    pub known: Known,
    /// How it is done.
    #[command(flatten)]
    pub work: Work,
}

impl Read {
    /// Reads the pages and shows each.
    pub fn run(&self, settings: &Settings, tally: &mut Tally) -> Result<()> {
        let source = pages::source(&self.paths, self.jsonl, tally).map_err(|e| Usage(e.to_string()))?;
        let many = match &source {
            Source::Files(files) => files.len() > 1,
            Source::Records => true,
        };
        if many && self.url.is_some() {
            bail!(Usage("--url names the address of one page, and several were given".to_owned()));
        }
        if many && self.json {
            bail!(Usage("--json gives one object for one page; for several pages take --jsonl".to_owned()));
        }
        let style = style(settings);
        let show = |o: Observation| -> Vec<u8> {
            let path = o.path.as_deref();
            if self.json || self.jsonl {
                let answer = reportedly_answer::reading(&o.id, path, &o.reading);
                let written =
                    if self.json { serde_json::to_vec_pretty(&answer) } else { serde_json::to_vec(&answer) };
                // Strings and numbers only: nothing in a reading's shape can fail to serialise.
                written
                    .map(|mut bytes| {
                        bytes.push(b'\n');
                        bytes
                    })
                    .unwrap_or_default()
            } else if self.markdown {
                reportedly_answer::markdown(path, &o.reading).into_bytes()
            } else {
                reportedly_answer::reading_text(path.filter(|_| many), &o.reading, style).into_bytes()
            }
        };
        let mut out = BufWriter::new(io::stdout().lock());
        let mut first = true;
        let write = |bytes: Vec<u8>, idle: bool| -> io::Result<()> {
            if !first && !self.jsonl {
                out.write_all(if self.markdown { b"\n" } else { b"\n----\n\n" })?;
            }
            first = false;
            out.write_all(&bytes)?;
            if idle { out.flush() } else { Ok(()) }
        };
        pages::observe(
            source,
            &self.known,
            self.url.as_deref(),
            self.work.how(settings),
            show,
            write,
            tally,
        )?;
        if many && !self.work.quiet {
            say(&tally.summary());
        }
        Ok(())
    }
}
