//! `reportedly update`: what is new at the subscriptions.

use crate::{
    Usage,
    commands::alerts::tell_followers,
    config::{Pages, Settings},
    indexing::index,
    network::{self, Network, run},
    pages::Tally,
    terminal::{self, say},
};
use anyhow::{Context, Result};
use clap::Args;
use indicatif::ProgressBar;
use jiff::Timestamp;
use reportedly_answer::count;
use reportedly_follow::{LONGEST_RUN, Told, Updated, Updater, Wall, Which};
use reportedly_gather::{
    fetch::Fetcher,
    pace::{Bounds, Rules},
    robots::Robots,
};
use reportedly_library::{Error, Library, Subscription, Writer};
use serde_json::json;
use std::{io::Write, path::Path, sync::Arc};

/// `update`
#[derive(Debug, Args)]
#[command(
    after_help = "Each feed is asked at its own pace, between every quarter of an hour and once a day, and never more
often than it or its server wants; what has not changed is not sent again. Pages are asked for one
a second and host, if the site's robots.txt allows it, and looked at again after two hours, a day
and a week. What could not be had is tried again later by itself: run `update` as often as you like,
from cron or a timer.

Examples:
  reportedly update
  reportedly update --now
  reportedly update https://wire.example/feed.xml
  */10 * * * *  reportedly update --quiet         in a crontab

Exit status: 0 when the run came to its end, also where servers did not answer (it is said, and
`reportedly subscriptions` shows it), 1 when it could not, 2 for a wrong command line."
)]
pub struct Update {
    /// Only these subscriptions, by address or title, now
    #[arg(value_name = "SUBSCRIPTION")]
    pub which: Vec<String>,
    /// Ask every subscription that is not paused, whatever its pace
    #[arg(long, conflicts_with = "which")]
    pub now: bool,
    /// One JSON object about the run
    #[arg(long)]
    pub json: bool,
    /// No progress, no summary; problems are still told
    #[arg(long, short)]
    pub quiet: bool,
    /// How the network is asked.
    #[command(flatten)]
    pub network: Network,
}

impl Update {
    /// Asks what is due.
    pub fn run(&self, settings: &Settings, tally: &mut Tally) -> Result<()> {
        let folder = settings.library()?;
        let mut writer = match Writer::existing(folder) {
            // The run that is under way does what this one would.
            Err(busy @ Error::Busy { .. }) if self.which.is_empty() => {
                if !self.quiet {
                    say(&format!("nothing was asked: {busy}"));
                }
                return Ok(());
            }
            writer => writer?,
        };
        let all = Library::open(folder)?.subscriptions()?;
        if all.is_empty() && !self.quiet {
            say("there are no subscriptions: `reportedly add URL` subscribes to a feed, a sitemap or a site");
        }
        let which = match (self.now, self.which.is_empty()) {
            (true, _) => Which::All,
            (false, true) => Which::Due,
            (false, false) => {
                let named = self.which.iter().map(|name| named(&all, name).map(|s| s.url.clone()));
                Which::These(named.collect::<Result<_>>()?)
            }
        };
        let fetcher = self.network.fetcher(settings)?;
        let updated = update(settings, folder, &mut writer, fetcher, &which, self.quiet, tally)?;
        if self.json {
            let mut out = std::io::stdout().lock();
            writeln!(out, "{:#}", as_json(&updated))?;
        } else if !self.quiet {
            let next = next(&Library::open(folder)?)?;
            say(&summary(&updated, next));
        }
        Ok(())
    }
}

/// The subscription with this address or title.
pub fn named<'s>(all: &'s [Subscription], name: &str) -> Result<&'s Subscription> {
    if let Some(one) = all.iter().find(|s| s.url == name || network::without_password(&s.url) == name) {
        return Ok(one);
    }
    let title = |s: &&Subscription| s.title.as_deref().is_some_and(|t| t.eq_ignore_ascii_case(name));
    let mut titled = all.iter().filter(title);
    match (titled.next(), titled.next()) {
        (Some(one), None) => Ok(one),
        (Some(_), Some(_)) => {
            let what = format!("several subscriptions are called \"{name}\": give the address");
            Err(Usage(what).into())
        }
        (None, _) => {
            let what = format!("there is no subscription \"{name}\": `reportedly subscriptions` lists them");
            Err(Usage(what).into())
        }
    }
}

/// Asks what is to be asked, and brings stories and the search index up to date.
pub fn update(
    settings: &Settings,
    folder: &Path,
    writer: &mut Writer,
    fetcher: Fetcher,
    which: &Which,
    quiet: bool,
    tally: &mut Tally,
) -> Result<Updated> {
    let updater = Updater {
        fetcher,
        robots: Arc::new(Robots::default()),
        clock: Arc::new(Wall),
        rules: Rules::default(),
        bounds: Bounds::default(),
        keep_pages: settings.pages.value == Pages::All,
        longest: LONGEST_RUN,
    };
    let bar = terminal::progress(!quiet, None, "{spinner} {msg}");
    let updated = run(updater.update(folder, writer, which, |told| tell(&bar, quiet, &told, tally)))?;
    bar.finish_and_clear();
    let updated = updated?;
    writer.fold()?;
    index(writer, quiet).context("the pages are in the library, but the search index is not up to date")?;
    tell_followers(settings, folder, writer, quiet, tally)?;
    Ok(updated)
}

/// Tells whoever watches.
fn tell(bar: &ProgressBar, quiet: bool, told: &Told<'_>, tally: &mut Tally) {
    match told {
        Told::Left { subscriptions, pages } => {
            let left = [count(*subscriptions, "subscription"), count(*pages, "page")];
            bar.set_message(format!("{} left", left.join(" and ")));
            bar.tick();
        }
        Told::Subscription { url, notes, .. } => {
            for note in *notes {
                bar.suspend(|| say(&format!("{}: {note}", network::without_password(url))));
            }
        }
        Told::Moved { from, to } => {
            let (from, to) = (network::without_password(from), network::without_password(to));
            bar.suspend(|| say(&format!("{from}: has moved for good, and is asked at {to} from now on")));
        }
        Told::Wrong { url, said, again } => {
            let again = match again {
                Some(at) => format!("asked again {}", shown(*at)),
                None => "not asked any more; `reportedly subscriptions resume` takes it up again".to_owned(),
            };
            bar.suspend(|| say(&format!("{}: {said}; {again}", network::without_password(url))));
        }
        Told::Page { url, wrong: Some(wrong) } if !quiet => bar.suspend(|| say(&format!("{url}: {wrong}"))),
        Told::Page { .. } => {}
        Told::Broken(what) => bar.suspend(|| tally.problem(what)),
    }
}

/// When the next subscription or page is due.
fn next(library: &Library) -> Result<Option<Timestamp>> {
    let subscriptions = library.subscriptions()?;
    let due = subscriptions.iter().filter(|s| !s.paused).filter_map(|s| s.due_at);
    Ok(due.chain(library.next_visit()?).min())
}

/// To the second, as people write it.
fn shown(at: Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%M UTC").to_string()
}

fn summary(updated: &Updated, next: Option<Timestamp>) -> String {
    let some = |n: usize, what: &str| if n > 0 { format!(", {n} {what}") } else { String::new() };
    let missed = (updated.missed > 0).then(|| format!(" ({} not to be had)", updated.missed));
    let waiting =
        (updated.waiting > 0).then(|| format!("; {} for the next run", count(updated.waiting, "page")));
    let next = next.map(|next| format!("; next due {}", shown(next)));
    [
        format!("{} asked", count(updated.subscriptions, "subscription")),
        some(updated.unchanged, "unchanged"),
        some(updated.failed, "in trouble"),
        format!("; {}, {} asked for", count(updated.items, "new item"), count(updated.pages, "page")),
        missed.unwrap_or_default(),
        format!(", {}", count(updated.observations, "new observation")),
        waiting.unwrap_or_default(),
        next.unwrap_or_default(),
    ]
    .concat()
}

fn as_json(updated: &Updated) -> serde_json::Value {
    json!({
        "subscriptions": updated.subscriptions,
        "unchanged": updated.unchanged,
        "failed": updated.failed,
        "items": updated.items,
        "pages": updated.pages,
        "missed": updated.missed,
        "observations": updated.observations,
        "waiting": updated.waiting,
    })
}
