//! robots.txt: which pages of a site a program may ask for, and how fast.
//!
//! For pages only: a feed is there for programs, and somebody asked for this one.
//!
//! [`Robots`] keeps what it was told, a site's rules for a day at most. What a site forbids is left alone; a site whose
//! rules cannot be had because it is down is left alone for now; a site without rules allows all (RFC 9309).

use crate::{
    fetch::{Fetcher, Hints, Outcome, Request},
    web::is_web,
};
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::HashMap,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};
use texting_robots::Robot;
use url::Url;

/// What robots.txt calls us.
pub const NAME: &str = "reportedly";
/// Bytes of a robots.txt that are read: what RFC 9309 asks for.
const MOST_BYTES: usize = 500 << 10;
/// Rules with a `$` that are kept: each becomes a regular expression.
const MOST_ENDED: usize = 500;
/// How long rules are kept that say nothing about it, and bounds of what they say.
const KEPT: SignedDuration = SignedDuration::from_hours(24);
const SHORTEST: SignedDuration = SignedDuration::from_hours(1);
/// How long a site is left alone whose rules could not be had.
const LEFT_ALONE: SignedDuration = SignedDuration::from_hours(1);
/// The longest delay between two pages that is heeded: a site that asks for more would never be read.
const LONGEST_DELAY: Duration = Duration::from_mins(1);
/// Sites whose rules are kept.
const MOST_SITES: usize = 10_000;

/// Whether a page may be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Permission {
    /// It may, with at least this long between two pages of the site.
    Allowed(Option<Duration>),
    /// The site does not want it.
    Forbidden,
    /// Not before then: the site's rules could not be had.
    NotNow(Timestamp),
    /// Nothing at all is to be asked of the site before then: it answered so.
    LeaveAlone(Timestamp),
}

/// A site's rules.
#[derive(Debug)]
pub struct Rules {
    robot: Option<Robot>,
    /// Sitemaps that the site names.
    pub sitemaps: Vec<String>,
}

impl Rules {
    /// Reads a robots.txt; any bytes are one.
    pub fn read(bytes: &[u8]) -> Self {
        let bytes = bytes.get(..MOST_BYTES).unwrap_or(bytes);
        let mut ended = 0;
        // One line at a time, so that a line which the parser refuses does not cost the others.
        let lines = bytes.split(|b| matches!(b, b'\n' | b'\r')).filter(|line| {
            let has_end = line.contains(&b'$');
            ended += usize::from(has_end);
            !has_end || (ended <= MOST_ENDED && Robot::new("*", line).is_ok())
        });
        let bytes = lines.collect::<Vec<_>>().join(&b'\n');
        let robot = Robot::new(NAME, &bytes).ok();
        let sitemaps = robot.as_ref().map(|robot| robot.sitemaps.clone()).unwrap_or_default();
        Self { robot, sitemaps }
    }

    /// Rules that allow all.
    pub fn none() -> Self {
        Self { robot: None, sitemaps: Vec::new() }
    }

    /// Whether a page may be asked for.
    pub fn allows(&self, url: &str) -> bool {
        self.robot.as_ref().is_none_or(|robot| robot.allowed(url))
    }

    /// How long to wait between two pages.
    pub fn delay(&self) -> Option<Duration> {
        let seconds = self.robot.as_ref()?.delay?;
        let delay = Duration::try_from_secs_f32(seconds).unwrap_or(LONGEST_DELAY);
        Some(delay.min(LONGEST_DELAY)).filter(|delay| !delay.is_zero())
    }
}

/// The rules of many sites, fetched when they are wanted.
#[derive(Debug, Default)]
pub struct Robots {
    sites: Mutex<HashMap<String, Kept>>,
}

#[derive(Clone, Debug)]
struct Kept {
    /// `None`: they could not be had.
    rules: Option<Arc<Rules>>,
    until: Timestamp,
    /// The site wants to be left alone.
    alone: bool,
}

impl Robots {
    /// Whether a page may be asked for at `now`.
    pub async fn permission(&self, fetcher: &Fetcher, url: &str, now: Timestamp) -> Permission {
        let Some(kept) = self.kept(fetcher, url, now).await else { return Permission::Allowed(None) };
        match kept.rules {
            Some(rules) if rules.allows(url) => Permission::Allowed(rules.delay()),
            Some(_) => Permission::Forbidden,
            None if kept.alone => Permission::LeaveAlone(kept.until),
            None => Permission::NotNow(kept.until),
        }
    }

    /// The rules of the site that a page is on, from memory or from the site. Errors: not before then.
    pub async fn rules(&self, fetcher: &Fetcher, url: &str, now: Timestamp) -> Result<Arc<Rules>, Timestamp> {
        match self.kept(fetcher, url, now).await {
            Some(kept) => kept.rules.ok_or(kept.until),
            None => Ok(Arc::new(Rules::none())),
        }
    }

    /// What is known of a site's rules; nothing where there is no site: what is no address is for the fetcher to refuse.
    async fn kept(&self, fetcher: &Fetcher, url: &str, now: Timestamp) -> Option<Kept> {
        let (site, address) = site(url)?;
        let known = self.lock().get(&site).filter(|kept| kept.until > now).cloned();
        let kept = match known {
            Some(kept) => kept,
            None => {
                let request = Request { most: Some(MOST_BYTES), ..Request::new(address) };
                let kept = judge(fetcher.fetch(&request).await.outcome, now);
                let mut sites = self.lock();
                if sites.len() >= MOST_SITES {
                    sites.retain(|_, kept| kept.until > now);
                }
                if sites.len() < MOST_SITES {
                    sites.insert(site, kept.clone());
                }
                kept
            }
        };
        Some(kept)
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Kept>> {
        self.sites.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A site, and where its rules are.
fn site(url: &str) -> Option<(String, String)> {
    let mut url = Url::parse(url).ok().filter(is_web)?;
    let site = url.origin().ascii_serialization();
    let _ = url.set_username("");
    let _ = url.set_password(None);
    url.set_path("/robots.txt");
    url.set_query(None);
    url.set_fragment(None);
    Some((site, url.into()))
}

/// What an answer to the question for rules means.
fn judge(outcome: Outcome, now: Timestamp) -> Kept {
    let after = |wait: SignedDuration| now.checked_add(wait).unwrap_or(Timestamp::MAX);
    let fresh = |hints: Hints| {
        let wait = hints.fresh_for.and_then(|wait| SignedDuration::try_from(wait).ok()).unwrap_or(KEPT);
        after(wait.clamp(SHORTEST, KEPT))
    };
    let alone = |hints: Hints| {
        hints.retry_after.map_or(after(LEFT_ALONE), |wait| wait.at(now).clamp(after(LEFT_ALONE), after(KEPT)))
    };
    match outcome {
        Outcome::Answer(answer) => {
            let rules = Some(Arc::new(Rules::read(&answer.bytes)));
            Kept { rules, until: fresh(answer.hints), alone: false }
        }
        // 429 is no "there is none": it is asked too often.
        Outcome::Status(status, hints) if (400..500).contains(&status) && status != 429 => {
            Kept { rules: Some(Arc::new(Rules::none())), until: fresh(hints), alone: false }
        }
        Outcome::Status(status, hints) => {
            let wants = status == 429 || hints.retry_after.is_some();
            Kept { rules: None, until: alone(hints), alone: wants }
        }
        Outcome::Unchanged(hints) => Kept { rules: None, until: alone(hints), alone: false },
        Outcome::Failed(_) => Kept { rules: None, until: after(LEFT_ALONE), alone: false },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn rules_are_those_for_us_or_for_all() {
        let rules = Rules::read(
            b"User-agent: *\nDisallow: /private\nAllow: /private/open\nDisallow: /*.pdf$\nCrawl-delay: 5\n\
              Sitemap: https://wire.example/news.xml\n",
        );
        for (path, allowed) in [
            ("/", true),
            ("/private/a", false),
            ("/private/open/a", true),
            ("/a.pdf", false),
            ("/a.pdf?x", true),
        ] {
            assert_eq!(rules.allows(&format!("https://wire.example{path}")), allowed, "{path}");
        }
        assert_eq!(rules.delay(), Some(Duration::from_secs(5)));
        assert_eq!(rules.sitemaps, ["https://wire.example/news.xml"]);
        let ours = Rules::read(
            b"User-agent: *\nDisallow: /\n\nUser-agent: Reportedly\nDisallow: /x\nCrawl-delay: 9e9",
        );
        assert!(ours.allows("https://wire.example/a") && !ours.allows("https://wire.example/x"));
        assert_eq!(ours.delay(), Some(LONGEST_DELAY));
        assert!(Rules::read(b"<html>no rules</html>").allows("https://wire.example/a"));
        assert!(Rules::none().allows("https://wire.example/a"));
        let many = "Disallow: /*a*b$\n".repeat(30_000);
        let rules = Rules::read(format!("User-agent: *\nDisallow: /no\n{many}").as_bytes());
        assert!(!rules.allows("https://wire.example/no"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_rules(bytes in prop::collection::vec(any::<u8>(), 0..300), url in ".{0,40}") {
            let rules = Rules::read(&[b"User-agent: *\nDisallow: ", &bytes[..]].concat());
            let _ = (rules.allows(&url), rules.allows(&format!("https://a.example/{url}")), rules.delay());
        }
    }
}
