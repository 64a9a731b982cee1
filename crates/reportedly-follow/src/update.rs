//! An update: subscriptions that are due are asked, their items taken, the pages of these read and stored.
//!
//! What must outlive a run is in the library before the next step is taken: items before their pages are asked for,
//! readings before it is noted that a page was read. A run that is killed is gone on with by the next.

mod page;
mod subscription;

use crate::{Asked, Clock};
use jiff::{SignedDuration, Timestamp};
use page::{Read, Reading};
use reportedly_gather::{
    fetch::{Fetched, Fetcher},
    pace::{Again, Bounds, Queue, Rules, Step, Trouble, again, outside_of_skipped},
    robots::Robots,
};
use reportedly_library::{Error, Library, Row, Subscription, Visit, Writer};
use rustc_hash::{FxHashMap, FxHashSet};
use std::{
    collections::{BTreeMap, VecDeque},
    future::poll_fn,
    path::Path,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
};
use tokio::task::JoinSet;
use url::Url;

/// The longest that a run waits for a host while there is nothing else to do; what waits longer waits for the next run.
const PATIENCE: SignedDuration = SignedDuration::from_secs(60);
/// Pages of one host that one run asks for; the others wait for the next.
const MOST_PAGES: usize = 500;
/// Pages that one run takes up which an earlier one left.
const LEFT_OVER: usize = 20_000;
/// Pages that an earlier run left are looked through by so many.
const AT_A_TIME: usize = 2_000;
/// Items without a page that are read at a time: nobody is waited for.
const READ_AT_ONCE: usize = 4;
/// After so long a run that nobody waits for asks for no more pages: what is left is the next run's, so that a slow host
/// does not keep feeds waiting that are due.
pub const LONGEST_RUN: SignedDuration = SignedDuration::from_mins(10);
/// The longest that anybody is left alone: as long as a `Retry-After` is heeded, and a day.
const LONGEST_WAIT: SignedDuration = SignedDuration::from_hours(24 * 31);
/// Readings that are stored in one go, and the longest that one waits for others.
const BATCH: usize = 100;
const SOON: SignedDuration = SignedDuration::from_secs(2);
/// Pages of a host that refuse us in a row, after which its other pages are not asked for.
const REFUSED: u32 = 3;

/// Which subscriptions are asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Which {
    /// Those that are due, and the pages that are.
    Due,
    /// All that are not paused, whatever their pace. Servers that asked to be left alone are.
    All,
    /// Those at these addresses, paused or not, and the pages of theirs.
    These(Vec<String>),
}

/// How it is done.
#[derive(Clone)]
pub struct Updater {
    /// Who asks.
    pub fetcher: Fetcher,
    /// What sites allow.
    pub robots: Arc<Robots>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How fast it goes.
    pub rules: Rules,
    /// Between which the pace of a feed lies.
    pub bounds: Bounds,
    /// Whether the bytes of pages are kept.
    pub keep_pages: bool,
    /// After so long nothing more is asked of what is due: it is the next run's. See [`LONGEST_RUN`].
    pub longest: SignedDuration,
}

/// What came of one step, for whoever watches.
#[derive(Clone, Debug)]
pub enum Told<'t> {
    /// So many subscriptions and pages are under way or waiting.
    Left {
        /// Subscriptions.
        subscriptions: usize,
        /// Pages.
        pages: usize,
    },
    /// A subscription answered.
    Subscription {
        /// Its address.
        url: &'t str,
        /// New items.
        new: usize,
        /// Items that say something else.
        changed: usize,
        /// What it has that cannot be read.
        notes: &'t [String],
    },
    /// A subscription moved for good.
    Moved {
        /// From there.
        from: &'t str,
        /// To there.
        to: &'t str,
    },
    /// Something went wrong with a subscription.
    Wrong {
        /// Its address.
        url: &'t str,
        /// In plain words.
        said: &'t str,
        /// When it is asked again; `None`: not any more.
        again: Option<Timestamp>,
    },
    /// A page was asked for.
    Page {
        /// Its address.
        url: &'t str,
        /// What went wrong, if anything did.
        wrong: Option<&'t str>,
    },
    /// A fault of ours in reading a page.
    Broken(&'t str),
}

/// What came of an update.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Updated {
    /// Subscriptions that were asked.
    pub subscriptions: usize,
    /// Of these, such as answered with what they had before.
    pub unchanged: usize,
    /// Of these, such as something went wrong with.
    pub failed: usize,
    /// New items.
    pub items: usize,
    /// Pages that were asked for.
    pub pages: usize,
    /// Pages that could not be had.
    pub missed: usize,
    /// New observations, of new articles and of such as have changed.
    pub observations: usize,
    /// Pages that wait for the next run: their host wants to be left alone, or there were too many.
    pub waiting: usize,
}

/// What is to be done for a host.
enum Task {
    Subscription(usize),
    /// A sitemap that a subscription's sitemap names.
    Child(usize, String),
    Page(Box<Visit>),
}

/// What was done.
enum Done {
    Subscription(usize, Box<subscription::Answer>),
    Page(Box<Visit>, Box<Read>),
}

/// A run.
struct Run<'r, T> {
    updater: &'r Updater,
    library: Library,
    writer: &'r mut Writer,
    subscriptions: Vec<Subscription>,
    /// Whether somebody named what is asked: then no subscription is left to the next run.
    named: bool,
    queue: Queue<Task>,
    running: JoinSet<(Arc<str>, Done)>,
    /// Hosts that are left alone.
    held: FxHashMap<String, Timestamp>,
    /// Pages that were taken up, by name, so that none is asked for twice.
    taken_up: FxHashSet<String>,
    /// Pages taken up by host, and how many refused us in a row.
    hosts: FxHashMap<String, (usize, u32)>,
    /// Items that are read by themselves, and how many are being read.
    items: VecDeque<(Visit, Option<Timestamp>)>,
    reading: usize,
    rows: Vec<Row>,
    /// Pages that were read, and when they had been due.
    visits: Vec<(Visit, Option<Timestamp>)>,
    /// Hosts that want more time between two pages than our rules give, and until when.
    slow: BTreeMap<Arc<str>, Timestamp>,
    begun: Timestamp,
    stored: Timestamp,
    left: (usize, usize),
    updated: Updated,
    tell: T,
}

impl Updater {
    /// Asks what is to be asked, and stores what comes. Folding, the index and alerts are the caller's.
    pub async fn update(
        &self,
        folder: &Path,
        writer: &mut Writer,
        which: &Which,
        tell: impl FnMut(Told<'_>),
    ) -> Result<Updated, Error> {
        self.update_until(folder, writer, which, tell, std::future::pending()).await
    }

    /// The same until `stop` comes: what was read by then is stored, what was asked for and did not answer yet is as
    /// if it had not been.
    pub async fn update_until(
        &self,
        folder: &Path,
        writer: &mut Writer,
        which: &Which,
        tell: impl FnMut(Told<'_>),
        stop: impl Future<Output = ()>,
    ) -> Result<Updated, Error> {
        let library = Library::open(folder)?;
        let now = self.clock.now();
        let held: FxHashMap<_, _> = library.held(now)?.into_iter().collect();
        let subscriptions = library.subscriptions()?;
        let mut run = Run {
            updater: self,
            library,
            writer,
            subscriptions,
            named: *which != Which::Due,
            queue: Queue::new(self.rules.clone()),
            running: JoinSet::new(),
            held,
            taken_up: FxHashSet::default(),
            hosts: FxHashMap::default(),
            items: VecDeque::new(),
            reading: 0,
            rows: Vec::new(),
            visits: Vec::new(),
            slow: BTreeMap::new(),
            begun: now,
            stored: now,
            left: (0, 0),
            updated: Updated::default(),
            tell,
        };
        // Nobody is left alone for longer: what says so was written down while the clock was wrong.
        let latest = now.checked_add(LONGEST_WAIT).unwrap_or(Timestamp::MAX);
        run.held.retain(|_, until| *until <= latest);
        for i in 0..run.subscriptions.len() {
            let subscription = &run.subscriptions[i];
            let due = subscription.due_at.is_none_or(|due| due <= now || due > latest);
            let wanted = match which {
                Which::Due => due && !subscription.paused && is_welcome(subscription, now),
                Which::All => !subscription.paused,
                Which::These(urls) => urls.contains(&subscription.url),
            };
            if wanted {
                let url = subscription.url.clone();
                run.queue(&url, Task::Subscription(i));
            }
        }
        if !matches!(which, Which::These(_)) {
            run.take_up_left_over(now)?;
        }
        run.go(pin!(stop)).await?;
        run.store()?;
        run.pass_on()?;
        Ok(run.updated)
    }
}

/// The host of an address, as it is asked and left alone: on all its ports together, for it is one machine that a feed
/// may name with many.
fn host(url: &str) -> String {
    let url = Url::parse(url).ok();
    url.and_then(|url| url.host_str().map(str::to_owned)).unwrap_or_default()
}

/// Whether a feed wants to be asked at this time of the day and week.
fn is_welcome(subscription: &Subscription, now: Timestamp) -> bool {
    let asked = Asked::parse(subscription.asked.as_deref());
    outside_of_skipped(now, &asked.wishes()) == now
}

/// The name under which the pages of a host are left alone.
fn pages_of(host: &str) -> String {
    format!("pages {host}")
}

impl<T: FnMut(Told<'_>)> Run<'_, T> {
    fn now(&self) -> Timestamp {
        self.updater.clock.now()
    }

    /// Whether a host is left alone for longer than a run waits.
    fn is_held(&self, host: &str) -> bool {
        let later = self.now().checked_add(PATIENCE).unwrap_or(Timestamp::MAX);
        self.held.get(host).is_some_and(|until| *until > later)
    }

    fn queue(&mut self, url: &str, task: Task) {
        let host = host(url);
        if self.is_held(&host) {
            return;
        }
        match task {
            Task::Page(_) => self.left.1 += 1,
            Task::Subscription(_) | Task::Child(..) => self.left.0 += 1,
        }
        let until = self.held.get(&host).copied();
        self.queue.push(&host, task);
        if let Some(until) = until {
            self.queue.hold(&host, until);
        }
    }

    /// Takes up the pages that earlier runs left. A host of which there are more than one run asks for keeps no other
    /// waiting.
    fn take_up_left_over(&mut self, now: Timestamp) -> Result<(), Error> {
        let mut after = None;
        while self.taken_up.len() < LEFT_OVER {
            let visits = self.library.due_visits(now, after.as_ref(), AT_A_TIME)?;
            let Some(last) = visits.last().cloned() else { break };
            for visit in visits {
                self.take_up(visit);
            }
            after = Some(last);
        }
        Ok(())
    }

    /// Takes up a page that is due.
    fn take_up(&mut self, visit: Visit) {
        let Some(url) = visit.url.clone() else {
            // The item is all there is: nobody is to be asked.
            if self.taken_up.insert(visit.name.clone()) {
                self.items.push_back((visit, None));
            }
            return;
        };
        let name = host(&url);
        if self.is_held(&pages_of(&name)) && (visit.article.is_none() || page::never_had(&visit)) {
            let until = self.held.get(&pages_of(&name)).copied();
            if self.taken_up.insert(visit.name.clone()) {
                self.items.push_back((visit, until));
            }
            return;
        }
        if self.is_held(&name) || self.is_held(&pages_of(&name)) || self.is_late() {
            self.updated.waiting += 1;
            return;
        }
        let (pages, _) = self.hosts.entry(name).or_default();
        if *pages >= MOST_PAGES {
            self.updated.waiting += 1;
            return;
        }
        if self.taken_up.insert(visit.name.clone()) {
            *pages += 1;
            self.queue(&url, Task::Page(Box::new(visit)));
        }
    }

    /// Whether the run has taken so long that no more is asked.
    fn is_late(&self) -> bool {
        self.now().duration_since(self.begun) > self.updater.longest
    }

    /// Reads items that have no page, a few at a time.
    fn read_items(&mut self) {
        while self.reading < READ_AT_ONCE
            && let Some((visit, until)) = self.items.pop_front()
        {
            self.reading += 1;
            self.read(&Arc::from(""), visit, until.map_or(Reading::Nothing, Reading::Later));
        }
    }

    /// Leaves pages that are queued to the next run.
    fn put_off(&mut self, which: impl Fn(&str) -> bool) {
        let put_off = self.queue.retain(|host, task| !(matches!(task, Task::Page(_)) && which(host)));
        self.left.1 -= put_off;
        self.updated.waiting += put_off;
    }

    /// Leaves subscriptions that are queued to the next run.
    fn put_off_subscriptions(&mut self) {
        self.left.0 -= self.queue.retain(|_, task| !matches!(task, Task::Subscription(_)));
    }

    /// Does everything that is queued, and what follows from it, until `stop` comes.
    async fn go(&mut self, mut stop: Pin<&mut impl Future<Output = ()>>) -> Result<(), Error> {
        loop {
            self.read_items();
            if self.left.1 > 0 && self.is_late() {
                self.put_off(|_| true);
            }
            if self.left.0 > 0 && !self.named && self.is_late() {
                self.put_off_subscriptions();
            }
            let (subscriptions, pages) = self.left;
            (self.tell)(Told::Left { subscriptions, pages });
            let now = self.now();
            let idle = self.running.is_empty();
            let until = match self.queue.next(now) {
                Step::Go { host, task } => {
                    self.start(host, task);
                    continue;
                }
                Step::Wait(at) if idle && at.duration_since(now) > PATIENCE.min(self.updater.longest) => {
                    break;
                }
                Step::Wait(at) => Some(at),
                Step::Busy => None,
                Step::Empty if idle => break,
                Step::Empty => None,
            };
            let mut wait = until.map(|at| self.updater.clock.wait(at, idle));
            let running = &mut self.running;
            let mut stopped = false;
            let done = poll_fn(|context| {
                if stop.as_mut().poll(context).is_ready() {
                    stopped = true;
                    return Poll::Ready(None);
                }
                if !idle && let Poll::Ready(done) = running.poll_join_next(context) {
                    return Poll::Ready(done);
                }
                match &mut wait {
                    Some(wait) => wait.as_mut().poll(context).map(|()| None),
                    None => Poll::Pending,
                }
            })
            .await;
            drop(wait);
            match done {
                None if stopped => break,
                None => {}
                Some(Ok((host, done))) => self.done(&host, done)?,
                Some(Err(e)) => std::panic::resume_unwind(e.into_panic()),
            }
        }
        self.updated.waiting += self.queue.len();
        Ok(())
    }

    fn start(&mut self, host: Arc<str>, task: Task) {
        let now = self.now();
        match task {
            Task::Subscription(i) => {
                let subscription = &self.subscriptions[i];
                let asked = Asked::parse(subscription.asked.as_deref());
                let work = subscription::ask(
                    self.updater.fetcher.clone(),
                    subscription.url.clone(),
                    subscription.kind,
                    asked,
                    now,
                );
                self.running.spawn(async move { (host, Done::Subscription(i, Box::new(work.await))) });
            }
            Task::Child(i, url) => {
                let kind = self.subscriptions[i].kind;
                let work = subscription::ask(self.updater.fetcher.clone(), url, kind, Asked::default(), now);
                self.running.spawn(async move {
                    let answer = subscription::Answer { child: true, ..work.await };
                    (host, Done::Subscription(i, Box::new(answer)))
                });
            }
            Task::Page(mut visit) => {
                // Meanwhile a feed may have told which article it is.
                if let Ok(Some(told)) = self.library.visit(&visit.name) {
                    *visit = told;
                }
                let reading = Reading::Ask {
                    fetcher: self.updater.fetcher.clone(),
                    robots: Arc::clone(&self.updater.robots),
                };
                self.read(&host, *visit, reading);
            }
        }
    }

    /// Reads an item: its page, where there is one to be asked for, with what the subscriptions say of it.
    fn read(&mut self, host: &Arc<str>, visit: Visit, reading: Reading) {
        let listing = page::listing(&self.library, &visit.name);
        let known = visit.article.is_some();
        let (now, keep_page, host) = (self.now(), self.updater.keep_pages, Arc::clone(host));
        self.running.spawn(async move {
            let read = page::read(&visit, reading, listing, known, keep_page, now).await;
            (host, Done::Page(Box::new(visit), Box::new(read)))
        });
    }

    fn done(&mut self, host: &Arc<str>, done: Done) -> Result<(), Error> {
        let now = self.now();
        match done {
            Done::Subscription(i, answer) => {
                self.left.0 -= 1;
                self.answered(host, i, *answer)?;
            }
            Done::Page(visit, read) => {
                if visit.url.is_none() || read.later.is_some() {
                    self.reading -= 1;
                } else {
                    self.left.1 -= 1;
                }
                self.was_read(host, *visit, *read)?;
            }
        }
        self.queue.done(host, now);
        if self.rows.len() >= BATCH {
            self.store()?;
            self.writer.fold_in_order()?;
        } else if now.duration_since(self.stored) >= SOON {
            self.store()?;
        }
        Ok(())
    }

    /// Leaves a host alone.
    fn hold(&mut self, host: &str, name: String, until: Timestamp) -> Result<(), Error> {
        self.writer.hold(&name, until, self.now())?;
        if name == host {
            self.queue.hold(host, until);
        } else {
            self.put_off(|other| other == host);
        }
        self.held.insert(name, until);
        Ok(())
    }

    /// When an address is asked again after an error; its host is left alone where it wants that.
    fn after(
        &mut self,
        host: &str,
        fetched: Option<&Fetched>,
        trouble: Trouble,
        nth: u32,
    ) -> Result<Again, Error> {
        use reportedly_gather::fetch::Outcome;
        let retry_after = match fetched.map(|f| &f.outcome) {
            Some(Outcome::Status(_, hints)) => hints.retry_after,
            _ => None,
        };
        let next = again(trouble, nth, retry_after, self.now(), &self.updater.bounds);
        let wants = trouble == Trouble::TooOften || (trouble == Trouble::Down && retry_after.is_some());
        // It is the one who answered that wants to be left alone, which may be another than was asked.
        let by = fetched.map_or_else(|| host.to_owned(), |f| self::host(&f.url));
        if let (true, Again::At(until)) = (wants, next) {
            self.hold(&by, by.clone(), until)?;
        }
        Ok(next)
    }

    /// Lets the next run know of hosts that are to be waited for, should it come at once.
    fn pass_on(&mut self) -> Result<(), Error> {
        let now = self.now();
        for (host, until) in std::mem::take(&mut self.slow) {
            if until > now {
                self.writer.hold(&host, until, now)?;
            }
        }
        Ok(())
    }

    /// Puts what was read on disk, and then notes that it was.
    fn store(&mut self) -> Result<(), Error> {
        self.stored = self.now();
        let rows = std::mem::take(&mut self.rows);
        if !rows.is_empty() {
            let (added, _) = self.writer.add_rows_at(&rows, self.now())?;
            self.updated.observations += added.added;
        }
        let visits = std::mem::take(&mut self.visits);
        self.writer.visited(&visits)
    }
}
