//! One page of an item: asked for, read with what the subscriptions say of it, stored if it says something new.

use super::{REFUSED, Run, Told, pages_of};
use crate::{Asked, taking};
use jiff::{SignedDuration, Timestamp};
use reportedly_gather::{
    Record,
    fetch::{Fetched, Fetcher, Outcome, Request, Wants},
    pace::{Again, Trouble},
    robots::{Permission, Robots},
};
use reportedly_library::{Error, Library, Row, Visit};
use reportedly_read::{Form, Listing};
use std::{io, sync::Arc, time::Duration};
use xxhash_rust::xxh3::xxh3_64;

/// How long after it was first seen, or had changed, a page is looked at again: most corrections come soon.
const REVISITS: [SignedDuration; 3] =
    [SignedDuration::from_hours(2), SignedDuration::from_hours(24), SignedDuration::from_hours(24 * 7)];
/// How long after it was first seen a page that goes on changing is looked at.
const FOLLOWED: SignedDuration = SignedDuration::from_hours(24 * 14);

/// How an item is read.
pub(super) enum Reading {
    /// Its page is asked for.
    Ask { fetcher: Fetcher, robots: Arc<Robots> },
    /// The item is all there is.
    Nothing,
    /// Its page is not to be asked for before then; until that is had, the item is all there is.
    Later(Timestamp),
}

/// What came of it.
pub(super) struct Read {
    asked: Asked,
    fetched: Option<Fetched>,
    /// The page is the same as before.
    unchanged: bool,
    wrong: Option<Wrong>,
    /// The page was not asked for, and is not before then.
    pub later: Option<Timestamp>,
    /// How long the site wants between two pages.
    delay: Option<Duration>,
    /// What was read: the article's id, and the sight.
    row: Option<io::Result<Row>>,
    is_article: bool,
    article: Option<String>,
    broken: Option<String>,
}

/// Why there is no page.
struct Wrong {
    said: String,
    kind: Option<Trouble>,
    /// Not before then, whatever the kind is.
    until: Option<Timestamp>,
    /// Nor is anything else of the host to be asked for.
    alone: bool,
}

/// What the subscriptions say of an item: the text of the one that says most, and whatever else any of them says.
pub(super) fn listing(library: &Library, name: &str) -> Option<Listing> {
    // What is damaged is as what is not there: the page is asked for all the same.
    let said = library.said_of(name).unwrap_or_default();
    let mut all: Vec<Listing> =
        said.iter().filter_map(|(_, body)| serde_json::from_slice(body).ok()).collect();
    // Stable: of those that say as much, the one that was subscribed to first.
    all.sort_by_key(|listing| std::cmp::Reverse(listing.text.as_ref().map_or(0, String::len)));
    all.into_iter().reduce(|mut most, other| {
        most.title = most.title.or(other.title);
        most.published = most.published.or(other.published);
        most.updated = most.updated.or(other.updated);
        if most.authors.is_empty() {
            most.authors = other.authors;
        }
        if most.source.is_none() {
            (most.source, most.source_url) = (other.source, other.source_url);
        }
        for credit in other.credits {
            if !most.credits.contains(&credit) {
                most.credits.push(credit);
            }
        }
        most.outlet = most.outlet.or(other.outlet);
        most.language = most.language.or(other.language);
        most
    })
}

/// Whether what is known of an item is only what subscriptions say of it.
pub(super) fn never_had(visit: &Visit) -> bool {
    !visit.renamed && Asked::parse(visit.asked.as_deref()).answered.is_none()
}

/// Asks for a page and reads it. Where there is none, the item is read by itself, unless an article is `known`.
pub(super) async fn read(
    visit: &Visit,
    reading: Reading,
    listing: Option<Listing>,
    known: bool,
    keep_page: bool,
    now: Timestamp,
) -> Read {
    let mut asked = Asked::parse(visit.asked.as_deref());
    asked.last = Some(now);
    let mut read = Read {
        asked,
        fetched: None,
        unchanged: false,
        wrong: None,
        later: None,
        delay: None,
        row: None,
        is_article: false,
        article: None,
        broken: None,
    };
    let mut record = None;
    let said =
        listing.as_ref().and_then(|listing| serde_json::to_vec(listing).ok()).map(|said| xxh3_64(&said));
    match (reading, &visit.url) {
        (Reading::Ask { fetcher, robots }, Some(url)) => {
            // What the subscriptions say is read together with the page: of what is new there, the page is wanted whole.
            if read.asked.said != said {
                read.asked.validators = None;
                read.asked.digest = None;
            }
            record = read.ask(&fetcher, &robots, url, now).await;
            if record.is_some() || read.unchanged {
                read.asked.said = said;
            }
        }
        (Reading::Later(until), _) => read.later = Some(until),
        (Reading::Ask { .. } | Reading::Nothing, _) => {}
    }
    let of_page = record.is_some();
    // What the page said once says more than the feed, unless there is no page.
    let forbidden = read.wrong.as_ref().is_some_and(|wrong| wrong.kind.is_none());
    let by_itself = !known || forbidden || never_had(visit) || visit.url.is_none();
    let record = record.or_else(|| {
        listing.as_ref().filter(|l| l.text.is_some() || l.title.is_some())?;
        (by_itself && !read.unchanged).then(|| Record {
            form: Form::Html,
            url: visit.url.clone(),
            fetched: Some(now),
            notes: vec![match (&read.wrong, read.later) {
                (Some(wrong), _) => {
                    format!("page: not to be had ({}); this is what the feed says", wrong.said)
                }
                (None, Some(_)) => {
                    "page: its site wants to be left alone; this is what the feed says".to_owned()
                }
                (None, None) => "page: there is none; this is what the feed says".to_owned(),
            }],
            ..Record::default()
        })
    });
    let Some(mut record) = record else { return read };
    // Wherever its address leads by now.
    if let Some(article) = &visit.article {
        record.id = Some(article.clone());
    } else if !of_page {
        record.id = Some(visit.name.clone());
    }
    record.listing = listing;
    let taken = tokio::task::spawn_blocking(move || {
        let (observation, broken) = taking::read(&mut record, None);
        let (id, is_article) = (observation.id.clone(), observation.reading.kind.is_article());
        (id, is_article, taking::row(&record, observation, keep_page && of_page), broken)
    });
    let (id, is_article, row, broken) =
        taken.await.unwrap_or_else(|e| std::panic::resume_unwind(e.into_panic()));
    Read { article: Some(id), is_article, row: Some(row), broken, ..read }
}

impl Read {
    async fn ask(&mut self, fetcher: &Fetcher, robots: &Robots, url: &str, now: Timestamp) -> Option<Record> {
        match robots.permission(fetcher, url, now).await {
            Permission::Allowed(delay) => self.delay = delay,
            Permission::Forbidden => {
                let said = "the site's robots.txt does not allow it".to_owned();
                self.wrong = Some(Wrong { said, kind: None, until: None, alone: false });
                return None;
            }
            Permission::NotNow(until) => {
                let said = "the site's robots.txt cannot be had at the moment".to_owned();
                self.wrong =
                    Some(Wrong { said, kind: Some(Trouble::Down), until: Some(until), alone: false });
                return None;
            }
            Permission::LeaveAlone(until) => {
                let said = "the site wants to be left alone for now".to_owned();
                let kind = Some(Trouble::TooOften);
                self.wrong = Some(Wrong { said, kind, until: Some(until), alone: true });
                return None;
            }
        }
        let request = Request::new(url).wants(Wants::Page).unless(self.asked.validators.clone());
        let fetched = fetcher.fetch(&request).await;
        match &fetched.outcome {
            Outcome::Answer(answer) => {
                let digest = answer.digest();
                self.unchanged = self.asked.digest == Some(digest);
                self.asked.digest = Some(digest);
                self.asked.validators.clone_from(&answer.validators);
                let record = (!self.unchanged).then(|| fetched.record(now));
                return record.flatten();
            }
            Outcome::Unchanged(_) => self.unchanged = true,
            told => {
                let (said, kind) = (told.to_string(), Trouble::of(told));
                self.wrong = Some(Wrong { said, kind, until: None, alone: false });
            }
        }
        self.fetched = Some(fetched);
        None
    }
}

impl<T: FnMut(Told<'_>)> Run<'_, T> {
    /// An item was read.
    pub(super) fn was_read(&mut self, host: &Arc<str>, mut visit: Visit, read: Read) -> Result<(), Error> {
        let now = self.now();
        let Read { mut asked, fetched, wrong, later, delay, row, is_article, article, broken, .. } = read;
        if let Some(broken) = &broken {
            (self.tell)(Told::Broken(broken));
        }
        if let Some(delay) = delay.and_then(|delay| SignedDuration::try_from(delay).ok()) {
            self.queue.slow_down(host, delay);
            self.slow.insert(Arc::clone(host), now.checked_add(delay).unwrap_or(now));
        }
        if let Some(url) = visit.url.as_ref().filter(|_| later.is_none()) {
            self.updated.pages += 1;
            (self.tell)(Told::Page { url, wrong: wrong.as_ref().map(|wrong| wrong.said.as_str()) });
        }
        let first = asked.news.first().copied();
        if let Some(row) = row {
            let row =
                row.map_err(|e| Error::File { path: self.library.folder().to_path_buf(), source: e })?;
            let again = self.library.says_the_same(&row)? || self.rows.iter().any(|r| r.says_the_same(&row));
            // A wall or an error in place of an article that was read is no other state of it.
            let lost = visit.article.is_some() && !is_article;
            // The first sight counts, also of what the library has by another way.
            if asked.news.is_empty() || (!again && !lost) {
                asked.new_at(now);
            }
            if !again && !lost {
                self.rows.push(row);
            }
            // A wall that is met first may stand before many articles.
            if is_article {
                visit.article = article;
            }
        }
        let was_due = visit.due_at;
        visit.due_at = match wrong {
            None if later.is_some() => later,
            None => {
                asked.wrong = None;
                asked.answered = visit.url.is_some().then_some(now);
                revisit(&asked, first, now).filter(|_| visit.url.is_some())
            }
            Some(wrong) => {
                self.updated.missed += 1;
                self.wrong(host, &mut asked, fetched.as_ref(), wrong)?
            }
        };
        if asked.wrong.is_none()
            && let Some((_, refused)) = self.hosts.get_mut(&**host)
        {
            *refused = 0;
        }
        visit.asked = Some(asked.json());
        self.visits.push((visit, was_due));
        Ok(())
    }

    /// When a page that could not be had is asked for again.
    fn wrong(
        &mut self,
        host: &Arc<str>,
        asked: &mut Asked,
        fetched: Option<&Fetched>,
        wrong: Wrong,
    ) -> Result<Option<Timestamp>, Error> {
        let now = self.now();
        let Some(kind) = wrong.kind else {
            asked.failed(Trouble::Refused, wrong.said, now);
            return Ok(None);
        };
        let nth = asked.failed(kind, wrong.said, now);
        if let Some(until) = wrong.until {
            self.hold(host, if wrong.alone { host.to_string() } else { pages_of(host) }, until)?;
            return Ok((nth < tries(kind)).then_some(until));
        }
        let next = self.after(host, fetched, kind, nth)?;
        if kind == Trouble::Refused
            && let Some((_, refused)) = self.hosts.get_mut(&**host)
        {
            *refused += 1;
            if *refused == REFUSED
                && let Again::At(until) = next
            {
                self.hold(host, pages_of(host), until)?;
            }
        }
        Ok(match next {
            Again::At(at) if nth < tries(kind) => Some(at),
            Again::At(_) | Again::Never => None,
        })
    }
}

/// How often in a row a page that cannot be had is asked for.
fn tries(kind: Trouble) -> u32 {
    match kind {
        Trouble::Gone => 1,
        // Feeds are ahead of their pages at times, by a day at most.
        Trouble::Missing | Trouble::Unusable => 3,
        Trouble::Refused => 2,
        // Two days and more of an outage.
        Trouble::TooOften | Trouble::Down | Trouble::Silent | Trouble::NoName | Trouble::Insecure => 8,
    }
}

/// When a page that was had is looked at again.
fn revisit(asked: &Asked, first: Option<Timestamp>, now: Timestamp) -> Option<Timestamp> {
    let since = asked.news.last().copied().unwrap_or(now);
    let first = first.unwrap_or(since);
    if now.duration_since(first) > FOLLOWED {
        return None;
    }
    REVISITS.iter().filter_map(|after| since.checked_add(*after).ok()).find(|at| *at > now)
}
