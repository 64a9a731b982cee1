//! `reportedly subscriptions`: what the library is fed from, and how it fares.

mod table;

use crate::{
    arguments,
    commands::update::named,
    config::Settings,
    network::{Network, run, without_password},
    terminal,
};
use anyhow::{Result, bail};
use clap::{Args, Subcommand, ValueEnum};
use jiff::Timestamp;
use reportedly_answer::{Style, visible};
use reportedly_follow::{Health, pause, resume};
use reportedly_gather::{
    discover::{self, By, Found, Kind},
    fetch::Outcome,
};
use reportedly_library::{Library, Subscription, Writer};
use serde_json::json;
use std::{
    io::{self, BufWriter, Write},
    time::Duration,
};

/// Between two places where a site may have a feed.
const PAUSE: Duration = Duration::from_secs(1);

/// `subscriptions`
#[derive(Debug, Args)]
#[command(
    args_conflicts_with_subcommands = true,
    after_help = "State is one of new (not asked yet), well, failing (what went wrong is said below, and it is
asked again later), paused, and gone (its server says that it is gone for good: it is asked no
more). A day's new items are counted over the last thirty days, without those that were there
at first.

`add URL` subscribes, `update` asks what is due. `import` adds the subscriptions of a feed reader
(OPML), `export --to opml` writes them.

Examples:
  reportedly subscriptions --sort state
  reportedly subscriptions find wire.example
  reportedly subscriptions pause \"Harbour Wire\"
  reportedly subscriptions --json | jq -r '.subscriptions[] | select(.state == \"failing\") | .url'"
)]
pub struct Subscriptions {
    /// In which order
    #[arg(long, value_name = "ORDER", default_value = "added")]
    pub sort: Order,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
    /// What to do with them.
    #[command(subcommand)]
    pub change: Option<Change>,
}

/// In which order they are listed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum Order {
    /// As they were added
    #[default]
    Added,
    /// By title
    Title,
    /// Those in trouble first
    State,
    /// Those that answered longest ago first
    Answered,
    /// Those with most articles first
    Articles,
    /// Those with most new items a day first
    New,
}

/// What may be done with subscriptions.
#[derive(Debug, Subcommand)]
pub enum Change {
    /// Find the feeds of a site
    #[command(
        long_about = "Looks for the feeds of a site or behind any address: what its page names, else what it links to, else where feeds mostly lie. Nothing is subscribed to."
    )]
    Find(Find),
    /// Ask some no more, for now
    Pause(These),
    /// Ask those again that were paused, or gone
    Resume(These),
    /// End some; their articles stay
    Remove(These),
}

/// Some subscriptions.
#[derive(Debug, Args)]
pub struct These {
    /// Their addresses, or titles where only one is called so
    #[arg(required = true, value_name = "SUBSCRIPTION")]
    pub which: Vec<String>,
}

/// `subscriptions find`
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  reportedly subscriptions find wire.example
  reportedly subscriptions find https://wire.example/sport --json | jq -r '.feeds[].url'

Exit status: 0 when there is something to subscribe to, 1 when not, 2 for a wrong command line.")]
pub struct Find {
    /// The site's address, or that of any of its pages
    #[arg(value_name = "URL")]
    pub url: String,
    /// One JSON object
    #[arg(long)]
    pub json: bool,
    /// How the network is asked.
    #[command(flatten)]
    pub network: Network,
}

impl Subscriptions {
    /// Lists them, or does what is asked.
    pub fn run(&self, settings: &Settings) -> Result<()> {
        match &self.change {
            None => self.list(settings),
            Some(Change::Find(find)) => find.run(settings),
            Some(Change::Pause(these)) => these.change(settings, "paused", |writer, s| Ok(pause(writer, s)?)),
            Some(Change::Resume(these)) => {
                these.change(settings, "resumed", |writer, s| Ok(resume(writer, s)?))
            }
            Some(Change::Remove(these)) => these.change(settings, "removed", |writer, s| {
                writer.unsubscribe(&s.url)?;
                Ok(())
            }),
        }
    }

    fn list(&self, settings: &Settings) -> Result<()> {
        let now = Timestamp::now();
        let library = Library::open(settings.library()?)?;
        let mut all = Health::of_all(&library, now)?;
        table::sort(&mut all, self.sort);
        let mut out = BufWriter::new(io::stdout().lock());
        if self.json {
            let all: Vec<_> = all.iter().map(table::as_json).collect();
            writeln!(out, "{:#}", json!({"subscriptions": all}))?;
        } else if all.is_empty() {
            writeln!(
                out,
                "No subscriptions: `reportedly add URL` subscribes to a feed, a sitemap or a site."
            )?;
        } else {
            out.write_all(table::shown(&all, now, terminal::style(settings)).as_bytes())?;
        }
        Ok(out.flush()?)
    }
}

impl These {
    /// Does something with each, once it is clear which are meant, and says so.
    fn change(
        &self,
        settings: &Settings,
        done: &str,
        change: impl Fn(&mut Writer, Subscription) -> Result<()>,
    ) -> Result<()> {
        let folder = settings.library()?;
        let mut writer = Writer::existing(folder)?;
        let all = Library::open(folder)?.subscriptions()?;
        let mut these: Vec<&Subscription> = Vec::new();
        for name in &self.which {
            let one = named(&all, name)?;
            if !these.iter().any(|s| s.url == one.url) {
                these.push(one);
            }
        }
        let mut out = io::stdout().lock();
        for one in these {
            change(&mut writer, one.clone())?;
            let title = one.title.as_ref().map(|title| format!("{title}  ")).unwrap_or_default();
            writeln!(out, "{done}  {}", visible(&format!("{title}{}", without_password(&one.url))))?;
        }
        Ok(())
    }
}

/// What was found, in words.
const fn by(by: By) -> &'static str {
    match by {
        By::Itself => "itself",
        By::Head => "named",
        By::Link => "linked",
        By::Place => "usual place",
    }
}

impl Find {
    fn run(&self, settings: &Settings) -> Result<()> {
        let fetcher = self.network.fetcher(settings)?;
        let url = arguments::given_url(&self.url);
        let found = run(discover::find(&fetcher, &url, Timestamp::now(), PAUSE))?;
        if !matches!(found.fetched.outcome, Outcome::Answer(_)) {
            bail!("{url}: {}", found.fetched.outcome);
        }
        let all = everything(&found);
        let mut out = BufWriter::new(io::stdout().lock());
        if self.json {
            let feeds: Vec<_> = all
                .iter()
                .map(|f| json!({"url": f.url, "title": f.title, "kind": f.kind, "found": f.by}))
                .collect();
            writeln!(out, "{:#}", json!({"url": found.fetched.url, "feeds": feeds}))?;
        } else {
            out.write_all(listed(&all, terminal::style(settings)).as_bytes())?;
        }
        out.flush()?;
        if all.is_empty() {
            bail!(
                "{}: no feed is there, none is named or linked, and none lies where feeds mostly lie",
                found.fetched.url
            );
        }
        Ok(())
    }
}

/// Something to subscribe to.
struct Offer {
    url: String,
    title: Option<String>,
    kind: &'static str,
    by: &'static str,
}

fn everything(found: &Found) -> Vec<Offer> {
    let feeds = found.feeds.iter().map(|feed| Offer {
        url: feed.url.clone(),
        title: feed.title.clone(),
        kind: feed.format.map_or("feed", |format| format.name()),
        by: by(feed.by),
    });
    let whole = match found.kind {
        Some(Kind::Sitemap) => Some("sitemap"),
        Some(Kind::Opml) => Some("OPML"),
        _ => None,
    };
    let itself = |kind| Offer { url: found.fetched.url.clone(), title: None, kind, by: by(By::Itself) };
    feeds.chain(whole.map(itself)).collect()
}

fn listed(all: &[Offer], style: Style) -> String {
    let lines = all.iter().map(|offer| {
        let title = offer.title.as_ref().map(|title| format!("{}  ", style.strong(&visible(title))));
        let facts = style.faint(&format!("{}, {}", offer.kind, offer.by));
        format!("{}{}  {facts}\n", title.unwrap_or_default(), visible(&offer.url))
    });
    lines.collect()
}
