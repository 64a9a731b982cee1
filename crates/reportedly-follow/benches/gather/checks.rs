//! What the library has at the end beside what the server showed and wanted.

use crate::{
    Failure, Sum,
    alerts::Receiver,
    server::{Asked, Server, What, lock},
    show,
    world::{Article, DAY, HOUR, MINUTE, START, State},
};
use reportedly_library::{Error, Kept, Library, Wanted};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{collections::BTreeMap, path::Path};

/// The longest that a server's `max-age` is heeded.
const LONGEST_FRESH: i64 = DAY;
/// Between two polls of a feed, at least.
const SHORTEST: i64 = 15 * MINUTE;
/// Examples of what is wrong that are shown.
const EXAMPLES: usize = 5;

/// What was found wrong, by what it is.
#[derive(Default)]
pub struct Wrong(BTreeMap<&'static str, (usize, Vec<String>)>);

impl Wrong {
    /// Names a check, so that it is shown though nothing is wrong.
    pub fn about(&mut self, what: &'static str) {
        self.0.entry(what).or_default();
    }

    pub fn add(&mut self, what: &'static str, example: impl FnOnce() -> String) {
        let (count, examples) = self.0.entry(what).or_default();
        *count += 1;
        if examples.len() < EXAMPLES {
            examples.push(example());
        }
    }
}

/// Compares, and prints. `true` where all is well.
pub fn all(folder: &Path, server: &Server, sum: &Sum, receiver: &Receiver) -> Result<bool, Failure> {
    let mut wrong = Wrong::default();
    show("runs of update", sum.runs as f64, "");
    show("of these killed", sum.killed as f64, "");
    show("longest run, by its clock", sum.longest as f64 / MINUTE as f64, "min");
    known(folder, server, &mut wrong)?;
    polite(server, sum, &mut wrong);
    requests(server);
    receiver.check(folder, &mut wrong)?;
    println!("\n{:<58} {:>12}", "to be none", "");
    for (what, (count, examples)) in &wrong.0 {
        println!("{what:<58} {count:>12}");
        for example in examples {
            println!("    {example}");
        }
    }
    Ok(wrong.0.values().all(|(count, _)| *count == 0))
}

/// One observation: when, of which article of the library, in which state.
struct Sight {
    id: String,
    at: i64,
    state: State,
}

/// Which article of the world an observation is of, and in which state.
fn sight(kept: &Kept) -> Option<(usize, Sight)> {
    let reading = kept.reading.as_ref()?;
    let title = reading.title.as_deref()?;
    let number = title.split_once("case ")?.1.split(' ').next()?.parse().ok()?;
    let revision =
        reading.text.split_once("revision ").and_then(|(_, after)| after.split('.').next()?.parse().ok());
    let state = State { titles: Article::titles(title), texts: revision.unwrap_or_default() };
    Some((number, Sight { id: kept.article.clone(), at: kept.recorded_at.as_second(), state }))
}

/// Nothing is missed, no article is two, no two are one.
fn known(folder: &Path, server: &Server, wrong: &mut Wrong) -> Result<(), Failure> {
    const ITEMS: &str = "items that a poll showed, not in the library";
    const PAGES: &str = "states that a page showed, not in the library";
    const EDITS: &str = "states that a feed showed, of which nothing is known";
    const TWICE: &str = "articles that are several in the library";
    const ONE: &str = "articles of the library that are several";
    const STRANGE: &str = "observations of no article";
    for what in [ITEMS, PAGES, EDITS, TWICE, ONE, STRANGE] {
        wrong.about(what);
    }
    let world = &server.world;
    let library = Library::open(folder)?;
    let mut sights: BTreeMap<usize, Vec<Sight>> = BTreeMap::new();
    let mut of: FxHashMap<String, FxHashSet<usize>> = FxHashMap::default();
    let (mut observations, mut strange) = (0, Vec::new());
    let keep = |kept: Kept| {
        observations += 1;
        match sight(&kept) {
            Some((number, sight)) => {
                of.entry(sight.id.clone()).or_default().insert(number);
                sights.entry(number).or_default().push(sight);
            }
            None => strange.push(format!("{:?} {:?}", kept.article, kept.reading.and_then(|r| r.url))),
        }
        Ok::<(), Error>(())
    };
    library.view(None)?.observations(&Wanted::default(), keep)?;
    for what in strange {
        wrong.add(STRANGE, || what);
    }
    let seen = lock(&server.seen);
    let mut shown: BTreeMap<usize, i64> = BTreeMap::new();
    for ((number, _), (at, ..)) in &seen.by_feeds {
        let first = shown.entry(*number).or_insert(*at);
        *first = (*first).min(*at);
    }
    let address = |number: usize| {
        let article = &world.articles[number];
        format!("{}{}", world.outlets[article.outlet].host, article.path(world.end))
    };
    let pages = |number: usize| -> Vec<(String, u16, usize)> {
        let asked = seen.asked.iter().filter(|a| a.what == What::Page(number));
        asked.map(|a| (clock(a.at), a.status, a.run)).collect()
    };
    for number in shown.keys() {
        if !sights.contains_key(number) {
            wrong.add(ITEMS, || format!("{}, of which was asked {:?}", address(*number), pages(*number)));
        }
    }
    for ((number, state), (at, _)) in &seen.by_pages {
        if !sights.get(number).is_some_and(|all| all.iter().any(|s| s.state == *state)) {
            wrong.add(PAGES, || format!("{} {state:?} shown at {}", address(*number), clock(*at)));
        }
    }
    for ((number, state), (at, _, feed)) in &seen.by_feeds {
        let covered = |all: &Vec<Sight>| all.iter().any(|s| s.state.covers(*state));
        if !sights.get(number).is_some_and(covered) {
            let what = || {
                let known =
                    sights.get(number).map(|all| all.iter().map(|s| (clock(s.at), s.state)).collect());
                let known: Vec<_> = known.unwrap_or_default();
                let page = pages(*number);
                let address = address(*number);
                let at = clock(*at);
                let article = &world.articles[*number];
                format!("{address} {state:?} shown at {at} by feed {feed}: {known:?}, {page:?}, {article:?}")
            };
            wrong.add(EDITS, what);
        }
    }
    for (number, all) in &sights {
        let ids: FxHashSet<&str> = all.iter().map(|s| s.id.as_str()).collect();
        if ids.len() > 1 {
            let article = &world.articles[*number];
            wrong.add(TWICE, || {
                let known: Vec<_> = all.iter().map(|s| (&s.id, clock(s.at), s.state)).collect();
                let page = pages(*number);
                format!("{}: {known:?}; asked {page:?}; {article:?}", address(*number))
            });
        }
    }
    for (id, numbers) in &of {
        if numbers.len() > 1 {
            wrong.add(ONE, || format!("{id}: {numbers:?}"));
        }
    }
    show("articles", sights.len() as f64, "");
    show("observations", observations as f64, "");
    // What came and went between two polls was never seen; the pace is to blame.
    let after = |article: &&Article| article.appears > START && article.appears < world.end - DAY;
    let there: FxHashSet<usize> = world.feeds.iter().flat_map(|feed| feed.articles.iter().copied()).collect();
    let lasting = there.iter().map(|number| &world.articles[*number]).filter(after);
    let lasting = lasting.filter(|a| !a.is_deleted(a.appears + 6 * HOUR));
    let (mut came, mut gone) = (0, 0);
    let (mut delays, mut parts) = (Vec::new(), Vec::new());
    let rhythm: FxHashMap<usize, f64> = rhythms(server);
    for article in lasting {
        came += 1;
        let Some(first) = sights.get(&article.number).and_then(|all| all.iter().map(|s| s.at).min()) else {
            gone += 1;
            continue;
        };
        let delay = (first - article.appears) as f64;
        delays.push(delay / MINUTE as f64);
        parts.extend(rhythm.get(&article.number).map(|rhythm| delay / rhythm));
    }
    if came == 0 {
        return Ok(());
    }
    show("articles that appeared in the time", f64::from(came), "");
    show("of these never seen: out of the feed before a poll", f64::from(gone), "");
    show("from its appearance to the library, median", part(&mut delays, 50), "min");
    show("   95th of a hundred", part(&mut delays, 95), "min");
    show("   as a part of what lies between two items, median", part(&mut parts, 50), "");
    show("   95th of a hundred", part(&mut parts, 95), "");
    Ok(())
}

/// What lies between two items of the fastest feed that an article is in, in seconds.
fn rhythms(server: &Server) -> FxHashMap<usize, f64> {
    let world = &server.world;
    let mut all = FxHashMap::default();
    for feed in &world.feeds {
        let times: Vec<i64> = feed.articles.iter().map(|n| world.articles[*n].appears).collect();
        let (Some(first), Some(last)) = (times.first(), times.last()) else { continue };
        let between = (last - first) as f64 / times.len().saturating_sub(1).max(1) as f64;
        for number in feed.articles.iter().filter(|_| between > 0.0) {
            let known = all.entry(*number).or_insert(between);
            *known = between.min(*known);
        }
    }
    all
}

/// So many of a hundred are less.
fn part(all: &mut [f64], percent: usize) -> f64 {
    all.sort_by(f64::total_cmp);
    all.get((all.len() * percent / 100).min(all.len().saturating_sub(1))).copied().unwrap_or(f64::NAN)
}

fn clock(at: i64) -> String {
    crate::world::stamp(at)
}

/// Nobody was asked more often, sooner or for more than they want.
fn polite(server: &Server, sum: &Sum, wrong: &mut Wrong) {
    const SPACING: &str = "requests to a host within a second of another";
    const ONE: &str = "hosts that were asked twice at a time";
    const DELAY: &str = "pages sooner than robots.txt wants";
    const ALONE: &str = "requests to who wanted to be left alone";
    const POLLS: &str = "polls sooner than the feed or its server wants";
    const SKIPPED: &str = "polls in hours in which the feed wants none";
    const GONE: &str = "polls of feeds that have said three times that they are gone";
    const RULES: &str = "times that robots.txt was asked for twice in a run";
    const FORBIDDEN: &str = "pages that robots.txt forbids";
    for what in [SPACING, ONE, DELAY, ALONE, POLLS, SKIPPED, GONE, RULES, FORBIDDEN] {
        wrong.about(what);
    }
    let world = &server.world;
    let seen = lock(&server.seen);
    if seen.most_of_one > 1 {
        wrong.add(ONE, || format!("{} at a time", seen.most_of_one));
    }
    show("most requests at a time", seen.most as f64, "");
    let mut hosts: BTreeMap<usize, Vec<&Asked>> = BTreeMap::new();
    let mut feeds: BTreeMap<usize, Vec<&Asked>> = BTreeMap::new();
    for asked in &seen.asked {
        hosts.entry(asked.outlet).or_default().push(asked);
        if let What::Feed(feed) = asked.what
            && !asked.led
        {
            feeds.entry(feed).or_default().push(asked);
        }
    }
    for (outlet, all) in &hosts {
        let of = &world.outlets[*outlet];
        let (mut last, mut last_page, mut rules, mut alone) = (i64::MIN, i64::MIN, None, None::<&Asked>);
        for asked in all {
            let what = || format!("{} {:?} at {} (run {})", of.host, asked.what, clock(asked.at), asked.run);
            if asked.forbidden {
                wrong.add(FORBIDDEN, what);
            }
            // An answer that was under way when its run was killed was heard by nobody.
            if let Some(alone) = alone
                && asked.at < alone.alone.unwrap_or(i64::MIN)
                && !sum.killed_runs.contains(&alone.run)
            {
                let since = (alone.what, clock(alone.at), alone.alone.map(clock));
                wrong.add(ALONE, || format!("{}, after {since:?}", what()));
            }
            if asked.alone.is_some() && alone.is_none_or(|a| a.alone < asked.alone) {
                alone = Some(asked);
            }
            // The rules and the page for which they are asked are one step, and so are a redirect and where it leads.
            if asked.what == What::Rules {
                if rules == Some(asked.run) {
                    wrong.add(RULES, what);
                }
                rules = Some(asked.run);
            }
            let first = !asked.led && asked.what != What::Rules;
            if first && last.saturating_add(1) > asked.at {
                let after_rules = rules == Some(asked.run) && matches!(asked.what, What::Page(_));
                if !after_rules {
                    wrong.add(SPACING, what);
                }
            }
            if matches!(asked.what, What::Page(_)) && !asked.led {
                if last_page.saturating_add(of.delay.unwrap_or(0)) > asked.at {
                    wrong.add(DELAY, || format!("{}, the last at {}", what(), clock(last_page)));
                }
                last_page = asked.at;
            }
            last = asked.at;
        }
    }
    for (number, all) in &feeds {
        let feed = &world.feeds[*number];
        let wanted =
            SHORTEST.max(feed.ttl.unwrap_or(0) * MINUTE).max(feed.max_age.unwrap_or(0).min(LONGEST_FRESH));
        let mut gone = 0;
        for pair in all.windows(2) {
            let (one, next) = (pair[0], pair[1]);
            // What was under way when a run was killed is asked again by the next.
            let killed = sum.killed_runs.contains(&one.run);
            let wanted = if matches!(one.status, 200 | 304) { wanted } else { SHORTEST };
            if next.at - one.at < wanted && !killed {
                let what = || format!("feed {number} at {} and {}", clock(one.at), clock(next.at));
                wrong.add(POLLS, what);
            }
        }
        for asked in all {
            if gone >= 3 {
                wrong.add(GONE, || format!("feed {number} at {}", clock(asked.at)));
            }
            gone += usize::from(asked.status == 410);
            let hour = asked.at.rem_euclid(DAY) / HOUR;
            // It can be known only once it has answered.
            let known = all.iter().any(|before| before.status == 200 && before.at < asked.at);
            if feed.skipped.is_some_and(|(from, to)| (from..to).contains(&hour)) && known {
                wrong.add(SKIPPED, || format!("feed {number} at {}", clock(asked.at)));
            }
        }
    }
}

/// How much was asked for.
fn requests(server: &Server) {
    let seen = lock(&server.seen);
    let count = |is: &dyn Fn(&&Asked) -> bool| seen.asked.iter().filter(is).count() as f64;
    show("requests", seen.asked.len() as f64, "");
    show("   for feeds", count(&|a| matches!(a.what, What::Feed(_))), "");
    show("   of these 304", count(&|a| matches!(a.what, What::Feed(_)) && a.status == 304), "");
    show("   for pages", count(&|a| matches!(a.what, What::Page(_))), "");
    show("   of these 304", count(&|a| matches!(a.what, What::Page(_)) && a.status == 304), "");
    show("   for robots.txt", count(&|a| a.what == What::Rules), "");
    show("   without an answer that can be used", count(&|a| a.status == 0 || a.status >= 400), "");
    show("sent", seen.asked.iter().map(|a| a.bytes).sum::<usize>() as f64 / 1e6, "MB");
}
