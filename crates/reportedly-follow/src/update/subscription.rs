//! One subscription: asked, read, its items taken.

use super::{Run, Task, Told};
use crate::Asked;
use jiff::{SignedDuration, Timestamp};
use reportedly_gather::{
    article_id,
    discover::{self, Kind},
    feeds::{self, Wishes},
    fetch::{Fetched, Fetcher, Outcome, Request, Wants},
    pace::{Again, Trouble, due},
    sitemap::{self, Listed, Sitemap},
};
use reportedly_library::{Error, Offered, SubscriptionKind};
use reportedly_read::{Listing, When};
use std::sync::Arc;
use url::Url;
use xxhash_rust::xxh3::xxh3_64;

/// Bytes of the longest answer that is taken: the longest feed that was met has 5 MB, the longest sitemap may have 50.
const MOST_BYTES: usize = 16 << 20;
/// Sitemaps of an index that are asked for: those that changed last.
const MOST_CHILDREN: usize = 10;
/// How old a page of a sitemap may be to be news to us. (Feeds say themselves what is new.)
const RECENT: SignedDuration = SignedDuration::from_hours(24 * 7);
/// Pages of a sitemap without dates that are taken: its first.
const UNDATED: usize = 200;

/// What came of asking.
pub(super) struct Answer {
    pub fetched: Fetched,
    pub asked: Asked,
    pub read: Result<Content, String>,
    /// It is a sitemap that another one names.
    pub child: bool,
}

/// What there was to read.
#[derive(Default)]
pub(super) struct Content {
    /// The same as before: there is nothing to take.
    unchanged: bool,
    title: Option<String>,
    site: Option<String>,
    wishes: Wishes,
    items: Vec<Offered>,
    children: Vec<String>,
    notes: Vec<String>,
}

/// Asks a subscription, and reads what it answers.
pub(super) async fn ask(
    fetcher: Fetcher,
    url: String,
    kind: SubscriptionKind,
    mut asked: Asked,
    now: Timestamp,
) -> Answer {
    let wants = match kind {
        SubscriptionKind::Feed => Wants::Feed,
        SubscriptionKind::Sitemap => Wants::Anything,
    };
    let request = Request { most: Some(MOST_BYTES), ..Request::new(url).wants(wants) };
    let mut fetched = fetcher.fetch(&request.unless(asked.validators.clone())).await;
    asked.last = Some(now);
    let read = match &mut fetched.outcome {
        Outcome::Answer(answer) => {
            asked.fresh_for = answer.hints.fresh_for.map(|fresh| fresh.as_secs());
            let digest = answer.digest();
            let same = asked.digest == Some(digest) && asked.wrong.is_none();
            asked.validators = answer.validators.take();
            if same {
                Ok(Content { unchanged: true, ..Content::default() })
            } else {
                let (bytes, content_type) = (std::mem::take(&mut answer.bytes), answer.content_type.clone());
                let at = fetched.url.clone();
                let content = tokio::task::spawn_blocking(move || {
                    read(kind, &bytes, content_type.as_deref(), &at, now)
                });
                let content = content.await.unwrap_or_else(|e| std::panic::resume_unwind(e.into_panic()));
                // What could not be read is to be read again, by a later version perhaps.
                asked.digest = content.is_ok().then_some(digest);
                if content.is_err() {
                    asked.validators = None;
                }
                content
            }
        }
        Outcome::Unchanged(hints) => {
            asked.fresh_for = hints.fresh_for.map(|fresh| fresh.as_secs());
            Ok(Content { unchanged: true, ..Content::default() })
        }
        told @ (Outcome::Status(..) | Outcome::Failed(_)) => Err(told.to_string()),
    };
    Answer { fetched, asked, read, child: false }
}

fn read(
    kind: SubscriptionKind,
    bytes: &[u8],
    content_type: Option<&str>,
    url: &str,
    now: Timestamp,
) -> Result<Content, String> {
    // Lists of feeds do not tell which of them are sitemaps.
    let is_sitemap = discover::kind(bytes, content_type) == Kind::Sitemap;
    match if is_sitemap { SubscriptionKind::Sitemap } else { kind } {
        SubscriptionKind::Feed => {
            let feed = feeds::read(bytes, content_type, url, now).map_err(|no| no.to_string())?;
            let items = feed.items.iter().map(|item| {
                let mut listing = Listing::from(item);
                // A feed of many outlets' items is called by none of their names.
                let own = item.link.as_deref().is_some_and(|link| is_one_site(link, url));
                listing.outlet = listing.outlet.or_else(|| feed.title.clone().filter(|_| own));
                let name = item.id.clone();
                // An address that many items share is not the page of any of them.
                let own = item.link.clone().filter(|link| article_id(Some(link), b"") == name);
                offered(name, item.guid.clone(), own, &listing)
            });
            Ok(Content {
                items: items.collect(),
                title: feed.title,
                site: feed.home,
                wishes: feed.wishes,
                notes: feed.notes,
                ..Content::default()
            })
        }
        SubscriptionKind::Sitemap => {
            let outcome = sitemap::read(bytes, content_type);
            let sitemap = outcome.sitemap.ok_or("there is no sitemap")?;
            let mut content = Content { notes: outcome.notes, ..Content::default() };
            match sitemap {
                Sitemap::Index(children) => {
                    content.children = newest(children, now, MOST_CHILDREN).map(|child| child.url).collect();
                }
                Sitemap::Pages(pages) => {
                    content.items = newest(pages, now, UNDATED)
                        .map(|page| {
                            let listing = page.news.as_ref().map(Listing::from).unwrap_or_default();
                            let mut item =
                                offered(article_id(Some(&page.url), b""), None, Some(page.url), &listing);
                            // When a page was changed says that it is to be asked for, and no more: many sites give
                            // the day of the sitemap.
                            item.said ^= xxh3_64(format!("{:?}", page.changed).as_bytes());
                            item
                        })
                        .collect();
                }
            }
            Ok(content)
        }
    }
}

/// Whether two addresses are of one site, as far as their hosts tell: `feeds.wire.example` and `www.wire.example`.
fn is_one_site(a: &str, b: &str) -> bool {
    let host = |url: &str| Url::parse(url).ok().and_then(|url| url.host_str().map(str::to_owned));
    let (Some(a), Some(b)) = (host(a), host(b)) else { return false };
    let site = |host: &str| {
        let (first, rest) = host.split_once('.').unwrap_or((host, ""));
        let bare = rest.contains('.') && matches!(first, "www" | "feed" | "feeds" | "rss" | "m");
        if bare { rest.to_owned() } else { host.to_owned() }
    };
    let (a, b) = (site(&a), site(&b));
    a == b || a.ends_with(&format!(".{b}")) || b.ends_with(&format!(".{a}"))
}

/// What changed lately, the latest first; of what has no date, the first ones.
fn newest(mut all: Vec<Listed>, now: Timestamp, undated: usize) -> impl Iterator<Item = Listed> {
    let since = now.checked_sub(RECENT).unwrap_or(Timestamp::MIN);
    let since = since.to_zoned(jiff::tz::TimeZone::UTC).date();
    let day = |page: &Listed| {
        let published = page.news.as_ref().and_then(|news| news.published.as_ref());
        published.or(page.changed.as_ref()).map(When::day)
    };
    // Stable: what is listed first on a day comes first.
    all.sort_by_key(|page| std::cmp::Reverse(day(page)));
    let mut left = undated;
    all.into_iter().filter(move |page| match day(page) {
        Some(day) => day >= since,
        None => {
            let taken = left > 0;
            left = left.saturating_sub(1);
            taken
        }
    })
}

fn offered(name: String, guid: Option<String>, url: Option<String>, listing: &Listing) -> Offered {
    let body = serde_json::to_vec(listing).unwrap_or_default();
    // Neither the GUID nor the address: another one of these is no news.
    Offered { name, guid, url, said: xxh3_64(&body), body }
}

impl<T: FnMut(Told<'_>)> Run<'_, T> {
    /// A subscription was asked.
    pub(super) fn answered(&mut self, host: &Arc<str>, i: usize, answer: Answer) -> Result<(), Error> {
        let now = self.now();
        let url = self.subscriptions[i].url.clone();
        let Answer { fetched, mut asked, read, child } = answer;
        match read {
            Ok(content) => {
                let taken = self.writer.take_items(&url, &content.items, now)?;
                self.updated.items += taken.new;
                let children = content.children.len();
                // One step down, and on the same site: else anybody could have anybody asked, without an end.
                for address in content.children.into_iter().filter(|c| !child && is_one_site(c, &url)) {
                    self.queue(&address, Task::Child(i, address.clone()));
                }
                if !content.unchanged {
                    (self.tell)(Told::Subscription {
                        url: &url,
                        new: taken.new,
                        changed: taken.changed,
                        notes: &content.notes,
                    });
                }
                if taken.new > 0 {
                    // Of an index, what its sitemaps bring.
                    let mut of = if child {
                        Asked::parse(self.subscriptions[i].asked.as_deref())
                    } else {
                        std::mem::take(&mut asked)
                    };
                    of.new_at(now);
                    if child {
                        self.note(i, &of, None)?;
                    } else {
                        asked = of;
                    }
                }
                for visit in taken.due {
                    self.take_up(visit);
                }
                if child {
                    return Ok(());
                }
                self.updated.subscriptions += 1;
                self.updated.unchanged += usize::from(content.unchanged);
                asked.answered = Some(now);
                asked.wrong = None;
                if !content.unchanged {
                    asked.wants(content.wishes);
                    // What an index of sitemaps holds changes without it.
                    if children > 0 {
                        asked.digest = None;
                        asked.validators = None;
                    }
                }
                let subscription = &mut self.subscriptions[i];
                subscription.title = subscription.title.take().or(content.title);
                subscription.site = subscription.site.take().or(content.site);
                let history = asked.history(subscription.added_at);
                let next = due(&url, &history, now, &self.updater.bounds);
                self.note(i, &asked, Some(next))?;
                if let Some(to) = fetched.moved {
                    self.moved(i, &to)?;
                }
            }
            Err(said) => {
                let kind = Trouble::of(&fetched.outcome).unwrap_or(Trouble::Unusable);
                let nth = asked.failed(kind, said.clone(), now);
                let next = match self.after(host, Some(&fetched), kind, nth)? {
                    Again::At(next) => Some(next),
                    Again::Never => None,
                };
                (self.tell)(Told::Wrong { url: fetched_or(&fetched, &url, child), said: &said, again: next });
                self.updated.failed += 1;
                if child {
                    return Ok(());
                }
                self.updated.subscriptions += 1;
                self.subscriptions[i].paused |= next.is_none();
                self.note(i, &asked, next)?;
            }
        }
        Ok(())
    }

    /// Writes down what is remembered of a subscription; `next` where that is to change.
    fn note(&mut self, i: usize, asked: &Asked, next: Option<Timestamp>) -> Result<(), Error> {
        let subscription = &mut self.subscriptions[i];
        subscription.asked = Some(asked.json());
        subscription.due_at = next.or(subscription.due_at);
        self.writer.asked(subscription)
    }

    /// A subscription goes on under another address.
    fn moved(&mut self, i: usize, to: &str) -> Result<(), Error> {
        let from = std::mem::replace(&mut self.subscriptions[i].url, to.to_owned());
        if from == to {
            return Ok(());
        }
        self.writer.moved(&from, to)?;
        (self.tell)(Told::Moved { from: &from, to });
        Ok(())
    }
}

/// What an error is told of: the subscription, or the sitemap that it named.
fn fetched_or<'u>(fetched: &'u Fetched, url: &'u str, child: bool) -> &'u str {
    if child { &fetched.url } else { url }
}

#[cfg(test)]
mod tests {
    use super::is_one_site;

    #[test]
    fn hosts_tell_what_is_one_site() {
        for (a, b, one) in [
            ("https://feeds.wire.example/all", "https://www.wire.example/crane", true),
            ("https://wire.example/feed", "https://sport.wire.example/crane", true),
            ("https://wire.example/feed", "https://barbed-wire.example/crane", false),
            ("https://planet.example/feed", "https://wire.example/crane", false),
            ("https://feeds.example/wire", "https://www.example/crane", false),
            ("wire", "wire", false),
        ] {
            assert_eq!(is_one_site(a, b), one, "{a} {b}");
        }
    }
}
