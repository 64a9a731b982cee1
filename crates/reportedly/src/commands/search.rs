//! `reportedly search`: what the library has on something.

use crate::{
    Usage,
    arguments::{AsOf, given_as_of},
    config::Settings,
    indexing::{index, mend},
    terminal::{say, style},
};
use anyhow::{Context, Result, bail};
use clap::Args;
use jiff::Timestamp;
use reportedly_answer::{FoundArticle, Searched, count};
use reportedly_library::{
    Error, Library, Searchable, Writer,
    search::{Ask, Query},
};
use std::{
    io::{self, BufWriter, Write},
    path::Path,
};

/// `search`
#[derive(Debug, Args)]
#[command(after_help = "Queries:
  harbour strike              both words, in any form: strikes, striking
  \"harbour strike\"            the words side by side
  strike OR walkout           one of them
  strike -teachers            not this one (also: NOT teachers)
  (strike OR walkout) wages   parentheses hold together
  outlet:\"Harbour Wire\"       who publishes
  person:Lomax place:Ruddock org:\"Harbour Board\"
                              who and what the text names
  said:Lomax                  who says something
  said:Lomax(strike wages)    … with these words in what is said
  status:planned              something planned, happened, possible or denied
  after:2031-03 before:2031-04-15
                              published from then on, and before then: a day, month or year
  lang:de  story:ID           in a language; in a story

The best article of each story is shown. Words of title and text decide the order, and a little
how new an article is. A shell takes quotation marks away: put the query into single ones.

Examples:
  reportedly search harbour strike
  reportedly search '\"harbour strike\" said:Lomax -teachers'
  reportedly search strike --as-of 2031-02-01
  reportedly search 'outlet:\"Harbour Wire\" after:2031' --json | jq '.found[].title'")]
pub struct Search {
    /// Words, "phrases" and fields
    #[arg(required = true, value_name = "QUERY")]
    pub query: Vec<String>,
    /// Only what was known by then: a day (its end, UTC) or an instant
    #[arg(long, value_name = "DATE", value_parser = given_as_of)]
    pub as_of: Option<AsOf>,
    /// At most so many stories [default: the setting limit, else 10]
    #[arg(long, value_name = "N")]
    pub limit: Option<usize>,
    /// Pass over so many stories
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub offset: usize,
    /// Everything, as one JSON object
    #[arg(long)]
    pub json: bool,
    /// No progress; problems are still told
    #[arg(long, short)]
    pub quiet: bool,
}

impl Search {
    /// Searches the library.
    pub fn run(&self, settings: &Settings) -> Result<()> {
        let text = self.query.join(" ");
        let query = match Query::parse(&text) {
            Ok(query) => query,
            Err(error) => {
                error.marked(&text).lines().for_each(say);
                bail!(Usage(error.to_string()));
            }
        };
        let folder = settings.library()?;
        let library = Library::open(folder)?;
        let as_of = self.as_of.as_ref().map(|d| d.instant);
        let ask = Ask {
            as_of,
            now: Timestamp::now(),
            limit: self.limit.unwrap_or(settings.limit.value),
            offset: self.offset,
        };
        let search = |searchable: &Searchable| library.view(as_of)?.search(searchable, &query, &ask);
        let answer = match search(&up_to_date(&library, folder, self.quiet)?) {
            // Some damage shows only where it is read.
            Err(damaged @ Error::Index { .. }) => {
                let Ok(mut writer) = Writer::open(folder) else { return Err(damaged.into()) };
                mend(&mut writer, self.quiet)?;
                search(&library.searchable()?.ok_or(damaged)?)?
            }
            answer => answer?,
        };
        let searched = Searched {
            query: &text,
            as_of: self.as_of.as_ref().map(|d| d.text.as_str()),
            articles: answer.articles,
            offset: self.offset,
            more: answer.more,
        };
        let found: Vec<FoundArticle<'_>> = answer
            .found
            .iter()
            .map(|f| FoundArticle {
                id: &f.observation.id,
                path: f.observation.path.as_deref(),
                reading: &f.observation.reading,
                known_at: f.known_at,
                story: f.story.as_deref(),
                others: f.others,
                uncounted: f.uncounted,
                score: f.score,
                snippet: f.snippet.span,
                hits: &f.snippet.hits,
                title_hits: &f.title_hits,
            })
            .collect();
        let mut out = BufWriter::new(io::stdout().lock());
        if self.json {
            serde_json::to_writer_pretty(&mut out, &reportedly_answer::found(&searched, &found))?;
            out.write_all(b"\n")?;
        } else {
            out.write_all(reportedly_answer::found_text(&searched, &found, style(settings)).as_bytes())?;
        }
        out.flush()?;
        Ok(())
    }
}

/// The index, with all that the library holds where nobody else is writing; else as it is.
pub fn up_to_date(library: &Library, folder: &Path, quiet: bool) -> Result<Searchable> {
    let searchable = library.searchable()?;
    if let Some(searchable) = searchable.as_ref().filter(|s| s.behind == 0) {
        return Ok(searchable.clone());
    }
    match (Writer::open(folder), searchable) {
        (Ok(mut writer), _) => index(&mut writer, quiet)?,
        (Err(_), Some(searchable)) => {
            let behind = searchable.behind;
            say(&format!("not yet searched: {} that came or went just now", count(behind, "article")));
            return Ok(searchable);
        }
        (Err(error), None) => return Err(error).context("the search index has to be made first"),
    }
    match library.searchable()? {
        Some(searchable) => Ok(searchable),
        None => {
            bail!("{}: the search index cannot be made; `reportedly check` may tell why", folder.display())
        }
    }
}
