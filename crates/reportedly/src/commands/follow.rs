//! `reportedly follow`, `following` and `unfollow`: searches and stories that somebody wishes to hear of.

use crate::{
    Usage,
    arguments::AsOf,
    commands::{alerts::target_named, no_such, search::up_to_date},
    config::{Settings, nearest},
    terminal::{say, style},
};
use anyhow::{Result, bail};
use clap::{ArgGroup, Args};
use jiff::Timestamp;
use reportedly_answer::count;
use reportedly_follow::{Alert, example, name_of, subject, text};
use reportedly_library::{
    Answer, Follow, Followed, Library, Writer,
    search::{Ask, Query},
};
use serde_json::json;
use std::{
    io::{self, BufWriter, Write},
    path::Path,
};

/// `follow`
#[derive(Debug, Args)]
#[command(
    group = ArgGroup::new("what").args(["query", "story"]).required(true),
    after_help = "There is news of a story when somebody asserts what others do who has it from none of them, when a
development is not as it was (what was planned has happened, or will not), when somebody denies a
claim, and of a search when it finds a story for the first time. A copy is no news, and neither is
what is in the library by now.

`update` looks and tells whoever is named in the configuration (targets); `alerts --send` does so
after an `add`. A query is written as for `reportedly search`; a shell takes quotation marks away:
put it into single ones.

Examples:
  reportedly follow 'harbour strike' --dry-run
  reportedly follow '\"harbour strike\" OR said:Lomax' --name strike --to desk --to phone
  reportedly follow --story 5c1f20ab93d4e671
  reportedly following
  reportedly unfollow strike"
)]
pub struct Begin {
    /// What is searched for
    #[arg(value_name = "QUERY")]
    pub query: Vec<String>,
    /// A story, by its id or that of one of its articles
    #[arg(long, value_name = "ID")]
    pub story: Option<String>,
    /// What it is called [default: the query, or the story's title]
    #[arg(long, value_name = "NAME")]
    pub name: Option<String>,
    /// Who is told, by the name in the configuration; may be given several times [default: all there are]
    #[arg(long, value_name = "TARGET")]
    pub to: Vec<String>,
    /// Show what it finds by now, and what an alert would look like; nothing is kept or sent
    #[arg(long, short = 'n')]
    pub dry_run: bool,
}

/// `following`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reportedly following
  reportedly following --json | jq '.following[].name'")]
pub struct List {
    /// One JSON object
    #[arg(long)]
    pub json: bool,
}

/// `unfollow`
#[derive(Debug, Args)]
#[command(after_help = "Its alerts go with it, also those that were not delivered yet.

Examples:
  reportedly unfollow strike")]
pub struct End {
    /// Its name, or its number in `reportedly following`
    #[arg(value_name = "NAME")]
    pub name: String,
}

impl Begin {
    /// Follows it, or shows what that would mean.
    pub fn run(&self, settings: &Settings) -> Result<()> {
        let folder = settings.library()?;
        let to = self.targets(settings)?;
        let library = Library::open(folder)?;
        let (what, title) = match &self.story {
            Some(id) => self.story(&library, id)?,
            None => self.search(&library, folder)?,
        };
        let name = name_of(self.name.as_deref().unwrap_or(&title));
        let name = &name.map_err(|what| Usage(format!("--name: {what}")))?;
        let told =
            if to.is_empty() { "nobody: `reportedly alerts` lists them".to_owned() } else { to.join(", ") };
        if self.dry_run {
            say(&format!(
                "nothing is followed: this shows what \"{name}\" would be; alerts would go to {told}"
            ));
            return Ok(());
        }
        let mut writer = Writer::existing(folder)?;
        if writer.follow(name, &what, &to, Timestamp::now())?.is_none() {
            bail!(Usage(format!(
                "\"{name}\" is followed already: give another --name, or `reportedly unfollow` it"
            )));
        }
        say(&format!("following \"{name}\"; alerts go to {told}"));
        Ok(())
    }

    /// Who is told.
    fn targets(&self, settings: &Settings) -> Result<Vec<String>> {
        for name in &self.to {
            target_named(settings, "--to", name)?;
        }
        let known = settings.targets.value.names().map(str::to_owned);
        let mut to = if self.to.is_empty() { known.collect() } else { self.to.clone() };
        let mut seen = Vec::new();
        to.retain(|name: &String| !seen.contains(name) && (seen.push(name.clone()), true).1);
        Ok(to)
    }

    /// The story, and its title.
    fn story(&self, library: &Library, id: &str) -> Result<(Followed, String)> {
        let view = library.view(None)?;
        let Some(story) = view.story(id)? else {
            return Err(no_such("story or article", id, None::<&AsOf>, library));
        };
        let alert = example(&view, "", &story, &[])?;
        if self.dry_run {
            show(std::slice::from_ref(&alert), self.name.as_deref().unwrap_or(&alert.headline))?;
        }
        Ok((Followed::Story(story.id), alert.headline))
    }

    /// The search, and its words.
    fn search(&self, library: &Library, folder: &Path) -> Result<(Followed, String)> {
        let words = self.query.join(" ");
        let query = match Query::parse(&words) {
            Ok(query) => query,
            Err(error) => {
                error.marked(&words).lines().for_each(say);
                bail!(Usage(error.to_string()));
            }
        };
        let searchable = up_to_date(library, folder, true)?;
        let view = library.view(None)?;
        let ask = Ask { as_of: None, now: Timestamp::now(), limit: SHOWN, offset: 0 };
        let Answer { found, more, articles } = view.search(&searchable, &query, &ask)?;
        if self.dry_run {
            let mut alerts = Vec::new();
            for article in &found {
                let Some(story) = article.story.as_deref().map(|id| view.story(id)).transpose()?.flatten()
                else {
                    continue;
                };
                alerts.push(example(&view, "", &story, std::slice::from_ref(&article.observation.id))?);
            }
            show(&alerts, self.name.as_deref().unwrap_or(&words))?;
        }
        let than = if more { "more than " } else { "" };
        let (articles, stories) = (count(articles, "article"), count(found.len(), "story"));
        say(&format!("it finds {articles} in {than}{stories} by now; alerts come only of what is new"));
        Ok((Followed::Search(words.clone()), words))
    }
}

/// Stories that a dry run shows.
const SHOWN: usize = 5;

/// Shows what is found by now in the form in which it would be told.
fn show(alerts: &[Alert], name: &str) -> Result<()> {
    let mut out = BufWriter::new(io::stdout().lock());
    for (i, alert) in alerts.iter().enumerate() {
        let alert = Alert { follow: name.to_owned(), ..alert.clone() };
        let between = if i > 0 { "\n" } else { "" };
        writeln!(out, "{between}{}\n\n{}", subject(&alert), text(&alert).trim_end())?;
    }
    Ok(out.flush()?)
}

impl List {
    /// Lists what is followed.
    pub fn run(&self, settings: &Settings) -> Result<()> {
        let library = Library::open(settings.library()?)?;
        let known: Vec<&str> = settings.targets.value.names().collect();
        let mut all = Vec::new();
        for follow in library.follows()? {
            let (alerts, last) = library.alerts_of(&follow)?;
            all.push((follow, alerts, last));
        }
        let mut out = BufWriter::new(io::stdout().lock());
        if self.json {
            let all: Vec<_> = all
                .iter()
                .map(|(follow, alerts, last)| {
                    let (query, story) = parts(follow);
                    json!({
                        "id": follow.id,
                        "name": follow.name,
                        "query": query,
                        "story": story,
                        "targets": follow.targets,
                        "since": follow.added_at.to_string(),
                        "looked_at": follow.looked_at.to_string(),
                        "alerts": alerts,
                        "last_alert": last.map(|at| at.to_string()),
                    })
                })
                .collect();
            writeln!(out, "{:#}", json!({"following": all}))?;
        } else {
            if all.is_empty() {
                say(
                    "nothing is followed: `reportedly follow QUERY` or `reportedly follow --story ID` begins",
                );
            }
            let style = style(settings);
            for (follow, alerts, last) in &all {
                let what = match &follow.what {
                    Followed::Search(query) => query.clone(),
                    Followed::Story(id) => format!("story {id}"),
                };
                let told: Vec<String> = follow
                    .targets
                    .iter()
                    .map(|t| {
                        if known.contains(&t.as_str()) { t.clone() } else { format!("{t} (not configured)") }
                    })
                    .collect();
                let told = if told.is_empty() { "nobody".to_owned() } else { told.join(", ") };
                let last = last.map(|at| format!(", the last one {}", minute(at))).unwrap_or_default();
                let line = format!("{}  {}  {what}", follow.id, follow.name);
                writeln!(out, "{}", style.hanging(&line, 0, 4))?;
                let line = format!(
                    "since {}, to {told}; {}{last}",
                    minute(follow.added_at),
                    count(*alerts, "alert")
                );
                writeln!(out, "{}", style.wrapped(&line, 4))?;
                if let Followed::Search(query) = &follow.what
                    && let Err(error) = Query::parse(query)
                {
                    writeln!(out, "{}", style.wrapped(&format!("is not understood any more: {error}"), 4))?;
                }
            }
        }
        Ok(out.flush()?)
    }
}

/// Its query and its story, one of them.
fn parts(follow: &Follow) -> (Option<&str>, Option<&str>) {
    match &follow.what {
        Followed::Search(query) => (Some(query), None),
        Followed::Story(story) => (None, Some(story)),
    }
}

impl End {
    /// Ends it.
    pub fn run(&self, settings: &Settings) -> Result<()> {
        let mut writer = Writer::existing(settings.library()?)?;
        let follows = writer.follows()?;
        let named = follows.iter().find(|f| f.name == self.name);
        let Some(follow) = named.or_else(|| follows.iter().find(|f| f.id.to_string() == self.name)) else {
            let hint = match nearest(&self.name, follows.iter().map(|f| f.name.clone())) {
                Some(near) => format!("did you mean {near}?"),
                None => "`reportedly following` lists what is".to_owned(),
            };
            bail!("\"{}\" is not followed: {hint}", self.name);
        };
        writer.unfollow(follow.id)?;
        say(&format!("\"{}\" is followed no more", follow.name));
        Ok(())
    }
}

/// To the minute, as people write it.
pub fn minute(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}
