//! `reportedly article`: one article of the library, as it was read.

use crate::{
    arguments::{AsOf, given_as_of},
    commands::{article_meant, no_such},
    config::Settings,
    terminal::{say, style},
};
use anyhow::Result;
use clap::{ArgGroup, Args};
use reportedly_library::Library;
use std::io::{self, BufWriter, Write};

/// `article`
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("form").args(["json", "markdown"]),
    after_help = "A later state of an article has an id of its own: the first one's with -2, -3 … behind it.

Examples:
  reportedly article 5c1f20ab93d4e671
  reportedly article https://wire.example/2031/quay-reopens
  reportedly article 5c1f20ab93d4e671-2 --json | jq .statements"
)]
pub struct ShowArticle {
    /// The article's id, that of one of its states, or its address
    #[arg(value_name = "ARTICLE")]
    pub article: String,
    /// Only if it was known by then: a day (its end, UTC) or an instant
    #[arg(long, value_name = "DATE", value_parser = given_as_of)]
    pub as_of: Option<AsOf>,
    /// One JSON object, as `read` gives it
    #[arg(long)]
    pub json: bool,
    /// The article as Markdown
    #[arg(long)]
    pub markdown: bool,
}

impl ShowArticle {
    /// Shows the article.
    pub fn run(&self, settings: &Settings) -> Result<()> {
        let library = Library::open(settings.library()?)?;
        let view = library.view(self.as_of.as_ref().map(|d| d.instant))?;
        let as_of = self.as_of.as_ref();
        let article = match view.article(&self.article)? {
            Some(article) => Some(article),
            None => view.article(&article_meant(&self.article, &view, &library, as_of)?)?,
        };
        let Some(article) = article else {
            return Err(no_such("article", &self.article, as_of, &library));
        };
        let path = article.path.as_deref();
        let mut out = BufWriter::new(io::stdout().lock());
        if self.json {
            let answer = reportedly_answer::reading(&article.id, path, &article.reading);
            serde_json::to_writer_pretty(&mut out, &answer)?;
            out.write_all(b"\n")?;
        } else if self.markdown {
            out.write_all(reportedly_answer::markdown(path, &article.reading).as_bytes())?;
        } else {
            let text = reportedly_answer::reading_text(None, &article.reading, style(settings));
            out.write_all(text.as_bytes())?;
        }
        out.flush()?;
        if let Some(newest) = view.newer_state(&article.id)? {
            say(&format!(
                "it has changed since: {newest} is its newest state, `reportedly history {}` shows what changed",
                article.id
            ));
        }
        Ok(())
    }
}
