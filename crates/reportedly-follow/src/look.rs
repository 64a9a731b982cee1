//! What is at an address that somebody names: an article, a feed, a site, a list.

use crate::taking;
use jiff::Timestamp;
use reportedly_gather::{
    Record,
    discover::{self, FoundFeed, Kind},
    feeds,
    fetch::{Fetched, Fetcher, Outcome, Request, Wants},
    opml,
};
use reportedly_library::{Subscription, SubscriptionKind};
use reportedly_story::Observation;
use std::time::Duration;

/// Between two places of a site that are tried.
const PAUSE: Duration = Duration::from_secs(1);

/// What was found at an address.
#[derive(Debug)]
pub enum Found {
    /// A page, and what was read: an article, or a page that leads to no feed.
    Page(Box<Record>, Box<Observation>),
    /// The feed or the sitemap that it is.
    Subscription(Subscription),
    /// The feeds of the site that it is a page of, the site's own first.
    Site(Vec<FoundFeed>),
    /// A list of feeds, and what was wrong with it, with the lines.
    List(Vec<Subscription>, Vec<(usize, String)>),
}

/// Looks what is at an address. Errors: in plain words.
pub async fn look(fetcher: &Fetcher, url: &str, now: Timestamp) -> Result<Found, String> {
    let fetched = fetcher.fetch(&Request::new(url).wants(Wants::Page)).await;
    let Outcome::Answer(answer) = &fetched.outcome else { return Err(fetched.outcome.to_string()) };
    let (bytes, content_type) = (&answer.bytes, answer.content_type.as_deref());
    match discover::kind(bytes, content_type) {
        Kind::Feed(_) => {
            let feed = feeds::read(bytes, content_type, &fetched.url, now).map_err(|no| no.to_string())?;
            let subscription = Subscription {
                title: feed.title,
                site: feed.home,
                kind: SubscriptionKind::Feed,
                ..at(&fetched, url)
            };
            Ok(Found::Subscription(subscription))
        }
        Kind::Sitemap => {
            Ok(Found::Subscription(Subscription { kind: SubscriptionKind::Sitemap, ..at(&fetched, url) }))
        }
        Kind::Opml => {
            let list = opml::parse(bytes).map_err(|e| e.to_string())?;
            Ok(Found::List(list.feeds.into_iter().map(subscription).collect(), list.problems))
        }
        Kind::Page => page(fetcher, fetched, now).await,
        Kind::Other => {
            Err("what is there is neither a page nor a feed, a sitemap or a list of feeds".to_owned())
        }
    }
}

/// An article is one; what is none is taken for a site's page, of which the feeds are wanted.
async fn page(fetcher: &Fetcher, fetched: Fetched, now: Timestamp) -> Result<Found, String> {
    let Outcome::Answer(answer) = &fetched.outcome else { return Err(fetched.outcome.to_string()) };
    let mut feeds = discover::in_head(&answer.bytes, answer.content_type.as_deref(), &fetched.url);
    let url = fetched.url.clone();
    let mut record = fetched.record(now).ok_or("there is no page")?;
    let (observation, broken) = taking::read(&mut record, None);
    if let Some(broken) = broken {
        return Err(broken);
    }
    if observation.reading.kind.is_article() {
        return Ok(Found::Page(Box::new(record), Box::new(observation)));
    }
    if feeds.is_empty() {
        feeds = discover::find(fetcher, &url, now, PAUSE).await.feeds;
    }
    if feeds.is_empty() {
        return Ok(Found::Page(Box::new(record), Box::new(observation)));
    }
    Ok(Found::Site(feeds))
}

/// A subscription to what was asked for, at the address where it lives from now on.
fn at(fetched: &Fetched, url: &str) -> Subscription {
    Subscription { url: fetched.moved.clone().unwrap_or_else(|| url.to_owned()), ..Subscription::default() }
}

/// A feed of a list.
pub fn subscription(feed: opml::Feed) -> Subscription {
    Subscription {
        url: feed.url,
        title: feed.title,
        site: feed.site,
        folders: feed.folders,
        ..Subscription::default()
    }
}
