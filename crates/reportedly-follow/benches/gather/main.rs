//! A fortnight of a busy desk, played in minutes: whether nothing is missed, nobody is asked more often than they want,
//! and what it costs.
//!
//! `cargo xtask bench gather` runs it: a server of ours with an invented world of outlets that fail, move, edit and
//! delete, a clock that is set forward, and the real update every ten minutes of it, killed now and then. At the end the
//! library is compared with what the server showed. The exit status says whether all was well.

// A program for developers; there is no data to keep apart on standard output.
#![allow(clippy::print_stdout, missing_docs)]

mod alerts;
mod checks;
mod server;
mod world;

// What the program allocates with.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

use alerts::Receiver;
use jiff::Timestamp;
use reportedly_follow::{LONGEST_RUN, Played, Told, Updated, Updater, Which};
use reportedly_gather::{
    fetch::{Fetcher, Limits, Options, Reach},
    pace::{Bounds, Rules},
    robots::Robots,
};
use reportedly_library::{Subscription, SubscriptionKind, Writer};
use rustc_hash::FxHashSet;
use server::{HERE, NOWHERE, Server, lock, outlet_of};
use std::{
    fs,
    future::{Future, poll_fn},
    path::Path,
    pin::pin,
    process::ExitCode,
    sync::{Arc, Mutex},
    task::Poll,
    time::{Duration, Instant},
};
use world::{Ailment, DAY, Format, MINUTE, Numbers, START, World};

/// How often somebody says `update`.
const EVERY: i64 = 10 * MINUTE;
/// One run in so many is killed.
const KILLED: i64 = 30;
/// What a request may take: of what hangs, real seconds.
const LIMITS: Duration = Duration::from_secs(3);

type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What came of all runs.
#[derive(Default)]
pub struct Sum {
    pub runs: usize,
    pub killed: usize,
    pub updated: Updated,
    /// The longest run, in seconds of the played clock.
    pub longest: i64,
    /// What the updates took, and what looking for news and sending it took.
    pub updates: Duration,
    pub looks: Duration,
    /// The most memory, in megabytes, of the first update, which asks everybody.
    pub memory: f64,
    /// Runs that were killed.
    pub killed_runs: FxHashSet<usize>,
}

struct Arguments {
    days: i64,
    feeds: usize,
    seed: u64,
}

fn arguments() -> Result<Arguments, Failure> {
    let mut found = Arguments { days: 14, feeds: 200, seed: 1 };
    let mut given = std::env::args().skip(1).filter(|a| a != "--bench");
    while let Some(name) = given.next() {
        let value = given.next().ok_or_else(|| format!("{name}: no value"))?;
        match name.as_str() {
            "--days" => found.days = value.parse()?,
            "--feeds" => found.feeds = value.parse()?,
            "--seed" => found.seed = value.parse()?,
            _ => return Err(format!("{name}: not known").into()),
        }
    }
    Ok(found)
}

fn main() -> Result<ExitCode, Failure> {
    let a = arguments()?;
    let temporary = tempfile::tempdir()?;
    let folder = temporary.path().join("library");
    let world =
        if a.days == 0 { World::calm(a.seed, a.feeds) } else { World::rough(a.seed, a.days, a.feeds) };
    let world = Arc::new(world);
    let time = Arc::new(Mutex::new(Timestamp::from_second(START)?));
    let server = Server::start(Arc::clone(&world), Arc::clone(&time))?;
    let updater = updater(&world, &time)?;
    let receiver = Receiver::start(&world, Arc::clone(&time))?;
    subscribe(&folder, &server, &time)?;
    let began = Instant::now();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let sum = runtime.block_on(play(&folder, &server, &updater, &time, &receiver))?;
    println!("{:<58} {:>12}", "measured", "");
    show("outlets", world.outlets.len() as f64, "");
    show("feeds", world.feeds.len() as f64, "");
    show("real time", began.elapsed().as_secs_f64(), "s");
    show("   of updates", sum.updates.as_secs_f64(), "s");
    show("   of looking for news and sending it", sum.looks.as_secs_f64(), "s");
    show("most memory of the first update, the server's included", sum.memory, "MB");
    show("   of all, folding, searching and sending included", memory(), "MB");
    let well = checks::all(&folder, &server, &sum, &receiver)?;
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

pub fn show(what: &str, figure: f64, unit: &str) {
    println!("{what:<58} {figure:>12.1} {unit}");
}

/// The real thing, with a clock of ours and names that lead to the server, or to nobody.
fn updater(world: &Arc<World>, time: &Arc<Mutex<Timestamp>>) -> Result<Updater, Failure> {
    let (of, at) = (Arc::clone(world), Arc::clone(time));
    let hosts = move |name: &str| {
        let now = lock(&at).as_second();
        let refused = outlet_of(&of, name).is_some_and(|o| of.outlets[o].ails(now) == Some(Ailment::Refused));
        Some(vec![if refused { NOWHERE } else { HERE }])
    };
    let reach = Reach { allowed: vec![HERE, NOWHERE], hosts: Some(Arc::new(hosts)), ..Reach::default() };
    let limits = Limits { whole: LIMITS, idle: LIMITS, ..Limits::default() };
    Ok(Updater {
        fetcher: Fetcher::new(Options { reach, limits, ..Options::default() })?,
        robots: Arc::new(Robots::default()),
        clock: Arc::new(Played(Arc::clone(time))),
        rules: Rules::default(),
        bounds: Bounds::default(),
        keep_pages: false,
        longest: LONGEST_RUN,
    })
}

fn subscribe(folder: &Path, server: &Server, time: &Mutex<Timestamp>) -> Result<(), Failure> {
    let all: Vec<Subscription> = server
        .world
        .feeds
        .iter()
        .map(|feed| Subscription {
            url: server.url(feed.outlet, &feed.path),
            kind: match feed.format {
                Format::Sitemap => SubscriptionKind::Sitemap,
                _ => SubscriptionKind::Feed,
            },
            added_at: *lock(time),
            ..Subscription::default()
        })
        .collect();
    Writer::open(folder)?.subscribe(&all)?;
    Ok(())
}

/// Runs an update every ten minutes until the end.
async fn play(
    folder: &Path,
    server: &Server,
    updater: &Updater,
    time: &Mutex<Timestamp>,
    receiver: &Receiver,
) -> Result<Sum, Failure> {
    let end = server.world.end;
    let mut numbers = Numbers::new(server.world.seed, 77);
    let mut sum = Sum::default();
    let mut writer = Writer::open(folder)?;
    if server.world.rough {
        Receiver::follow(&mut writer, *lock(time))?;
    }
    let began = Instant::now();
    let mut day = 0;
    loop {
        let now = lock(time).as_second();
        if now > end {
            break;
        }
        // Every run is a process of its own: it has asked for no rules yet.
        let updater = Updater { robots: Arc::new(Robots::default()), ..updater.clone() };
        lock(&server.seen).run = sum.runs;
        let began_run = Instant::now();
        let kill = (server.world.rough && numbers.one_in(KILLED)).then(|| 1 + numbers.below(8));
        if let Some(steps) = kill {
            if !killed(folder, &updater, &mut writer, steps, server, &mut sum).await? {
                drop(writer);
                writer = Writer::open(folder)?;
            }
        } else {
            let updated = updater.update(folder, &mut writer, &Which::Due, |_| {}).await?;
            add(&mut sum.updated, updated);
        }
        sum.updates += began_run.elapsed();
        if sum.runs == 0 {
            sum.memory = memory();
        }
        let (over, began_look) = (*lock(time), Instant::now());
        receiver.look(folder, &mut writer, over, sum.runs)?;
        sum.looks += began_look.elapsed();
        sum.runs += 1;
        let after = lock(time).as_second();
        sum.longest = sum.longest.max(after - now);
        if (after - START) / DAY > day {
            day = (after - START) / DAY;
            writer.fold()?;
            eprint!(
                "\rday {day}: {} observations, {:.0} s   ",
                sum.updated.observations,
                began.elapsed().as_secs_f64()
            );
        }
        let next = Timestamp::from_second(START + ((after - START).div_euclid(EVERY) + 1) * EVERY)?;
        *lock(time) = next;
    }
    writer.fold()?;
    eprint!("\r{:60}\r", "");
    Ok(sum)
}

fn add(sum: &mut Updated, one: Updated) {
    sum.subscriptions += one.subscriptions;
    sum.unchanged += one.unchanged;
    sum.failed += one.failed;
    sum.items += one.items;
    sum.pages += one.pages;
    sum.missed += one.missed;
    sum.observations += one.observations;
}

/// A run that is killed after some steps; `true` where it came to its end before.
async fn killed(
    folder: &Path,
    updater: &Updater,
    writer: &mut Writer,
    steps: i64,
    server: &Server,
    sum: &mut Sum,
) -> Result<bool, Failure> {
    let count = Mutex::new(0);
    let told: Mutex<FxHashSet<String>> = Mutex::default();
    let work = updater.update(folder, writer, &Which::Due, |step| {
        if let Told::Subscription { url, .. } = &step {
            lock(&told).insert((*url).to_owned());
        }
        if !matches!(step, Told::Left { .. }) {
            *lock(&count) += 1;
        }
    });
    let mut work = pin!(work);
    // It is looked at after each time that it gives way.
    let ended = poll_fn(|context| match work.as_mut().poll(context) {
        Poll::Ready(updated) => Poll::Ready(Some(updated)),
        Poll::Pending if *lock(&count) >= steps => Poll::Ready(None),
        Poll::Pending => Poll::Pending,
    })
    .await;
    if let Some(updated) = ended {
        add(&mut sum.updated, updated?);
        return Ok(true);
    }
    sum.killed += 1;
    sum.killed_runs.insert(sum.runs);
    // What it had not come to know when it was killed, it was not shown.
    let told = lock(&told);
    let known = |feed: usize| {
        let feed = &server.world.feeds[feed];
        told.iter().any(|url| {
            url.contains(&format!("//{}.", server.world.outlets[feed.outlet].host)) && {
                let path = url.rsplit('/').next().unwrap_or_default();
                path == &feed.path[1..] || path.strip_suffix("-moved") == Some(&feed.path[1..])
            }
        })
    };
    let mut seen = lock(&server.seen);
    seen.by_feeds.retain(|_, (_, run, feed)| *run != sum.runs || known(*feed));
    seen.by_pages.retain(|_, (_, run)| *run != sum.runs);
    Ok(false)
}

/// The most memory that this process has held, in megabytes; nothing where the system does not say.
fn memory() -> f64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|l| l.strip_prefix("VmHWM:"));
    let kilobytes = line.and_then(|l| l.split_whitespace().next()?.parse::<f64>().ok());
    kilobytes.map_or(f64::NAN, |k| k / 1024.0)
}
