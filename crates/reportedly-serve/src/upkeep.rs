//! How a library is kept up to date while its pages are served: what is due is asked, whoever follows something is told,
//! the digest is sent. Each step holds the library's pen for a few seconds at most, and hands it over to whoever waits.

use crate::{Desk, digest};
use jiff::{SignedDuration, Timestamp};
use reportedly_follow::{Clock, Target, Told, Updated, Updater, Wall, Which, deliver, raise};
use reportedly_gather::{
    fetch::{self, without_password},
    pace::{Bounds, Rules},
    robots::Robots,
};
use reportedly_library::{Error, Library, Writer};
use std::{
    collections::BTreeSet,
    path::PathBuf,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    runtime::Handle,
    sync::{Notify, watch},
    time::sleep,
};

/// After so long a run asks for nothing more, so that other processes get to write.
const LONGEST_RUN: SignedDuration = SignedDuration::from_secs(15);
/// Between a run that brought something and the next: what else is to be written gets in.
const BREATH: Duration = Duration::from_secs(2);
/// After a run that brought nothing though something was due: whoever is waited for is waited for.
const REST: Duration = Duration::from_mins(1);

/// How the library is kept up to date, and who is told what is new.
#[derive(Clone, Debug)]
pub struct Upkeep {
    /// Whether what is due is asked by itself. What somebody asks for in the browser always is.
    pub updates: bool,
    /// How the network is asked.
    pub network: fetch::Options,
    /// Whether the bytes of pages are kept.
    pub keep_pages: bool,
    /// Who may be told, by name; or why they cannot be.
    pub targets: Vec<(String, Result<Target, String>)>,
    /// The configuration file that they stand in.
    pub configuration: Option<PathBuf>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How often is looked whether something is due.
    pub pulse: Duration,
}

impl Default for Upkeep {
    fn default() -> Self {
        Self {
            updates: true,
            network: fetch::Options::default(),
            keep_pages: true,
            targets: Vec::new(),
            configuration: None,
            clock: Arc::new(Wall),
            pulse: Duration::from_secs(5),
        }
    }
}

impl Upkeep {
    /// The names of all who may be told.
    pub fn names(&self) -> Vec<&str> {
        self.targets.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// The receiver of this name. Errors: why it cannot be told, in words.
    pub fn target(&self, name: &str) -> Option<&Result<Target, String>> {
        self.targets.iter().find(|(known, _)| known == name).map(|(_, target)| target)
    }

    /// Those that can be told.
    fn receivers(&self) -> Vec<Target> {
        self.targets.iter().filter_map(|(_, target)| target.as_ref().ok().cloned()).collect()
    }
}

/// What somebody wishes to have done soon.
#[derive(Debug, Default)]
pub struct Wishes {
    /// Subscriptions that are to be asked now, by address.
    asked: Mutex<BTreeSet<String>>,
    /// Whether what others left undone is to be done: stories, the search index.
    undone: AtomicBool,
    bell: Notify,
}

impl Wishes {
    fn lock(&self) -> MutexGuard<'_, BTreeSet<String>> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Has subscriptions asked as soon as may be.
    pub fn ask(&self, urls: impl IntoIterator<Item = String>) {
        self.lock().extend(urls);
        self.bell.notify_one();
    }

    /// Has done what others left undone.
    pub fn catch_up(&self) {
        self.undone.store(true, Ordering::Relaxed);
        self.bell.notify_one();
    }

    /// Has it looked whether something is due.
    pub fn look(&self) {
        self.bell.notify_one();
    }
}

/// The work in the background, as far as it is.
struct Keeper {
    desk: Desk,
    updater: Updater,
    stop: watch::Receiver<bool>,
    /// Not asked again by itself before.
    rest: Instant,
    /// The last observation for which it was looked what is new in what is followed.
    told: i64,
}

/// Keeps a library up to date until `stop` says so.
pub async fn keep(desk: Desk, stop: watch::Receiver<bool>) {
    let upkeep = Arc::clone(&desk.upkeep);
    let updater = Updater {
        fetcher: desk.fetcher.clone(),
        robots: Arc::new(Robots::default()),
        clock: Arc::clone(&upkeep.clock),
        rules: Rules::default(),
        bounds: Bounds::default(),
        keep_pages: upkeep.keep_pages,
        longest: LONGEST_RUN,
    };
    let mut ended = stop.clone();
    // What a run that was killed had read is in no story yet.
    if desk.shelf.read(|_, library| library.is_behind()).await.is_ok_and(|is_behind| is_behind) {
        desk.wishes.catch_up();
    }
    let mut keeper = Keeper { desk, updater, stop, rest: Instant::now(), told: 0 };
    loop {
        if let Err(error) = keeper.step().await {
            tracing::warn!("the library could not be kept up to date: {error}");
        }
        tokio::select! {
            _ = ended.wait_for(|stop| *stop) => return,
            () = sleep(upkeep.pulse) => {}
            () = keeper.desk.wishes.bell.notified() => {}
        }
    }
}

impl Keeper {
    /// Does what is due.
    async fn step(&mut self) -> Result<(), Error> {
        if self.desk.wishes.undone.swap(false, Ordering::Relaxed) {
            let caught_up = self.desk.pen.lend(|writer| {
                writer.fold()?;
                writer.index(|_| {}).map(|_| ())
            });
            match caught_up.await {
                Some(caught_up) => caught_up?,
                None => self.desk.wishes.undone.store(true, Ordering::Relaxed),
            }
        }
        let wished: Vec<String> = std::mem::take(&mut *self.desk.wishes.lock()).into_iter().collect();
        if !wished.is_empty() {
            let which = Which::These(wished.clone());
            if !self.update(which).await? {
                self.desk.wishes.lock().extend(wished);
            }
        } else if self.desk.upkeep.updates && Instant::now() >= self.rest && self.is_due().await? {
            self.update(Which::Due).await?;
        } else if let Some(last) = self.has_post().await? {
            let upkeep = Arc::clone(&self.desk.upkeep);
            if let Some(told) = self.desk.pen.lend(move |writer| tell(writer, &upkeep)).await {
                self.told = last;
                told?;
            }
        }
        digest::send_when_due(&self.desk).await
    }

    fn now(&self) -> Timestamp {
        self.desk.upkeep.clock.now()
    }

    /// Whether a subscription or a page is due.
    async fn is_due(&self) -> Result<bool, Error> {
        let now = self.now();
        let due = self.desk.shelf.read(move |_, library| {
            let due = |at: Option<Timestamp>| at.is_none_or(|at| at <= now);
            let subscriptions = library.subscriptions()?;
            Ok(subscriptions.iter().any(|s| !s.paused && due(s.due_at))
                || library.next_visit()?.is_some_and(|at| at <= now))
        });
        due.await
    }

    /// The last observation, where something came in that whoever follows something has not heard of, or an alert waits
    /// to be sent and may be.
    async fn has_post(&self) -> Result<Option<i64>, Error> {
        let (now, told, upkeep) = (self.now(), self.told, Arc::clone(&self.desk.upkeep));
        let post = self.desk.shelf.read(move |_, library| {
            let follows = library.follows()?;
            if follows.is_empty() {
                return Ok(None);
            }
            let last = library.view(None)?.last_observation()?;
            if last > told && follows.iter().any(|follow| follow.looked < last) {
                return Ok(Some(last));
            }
            for target in upkeep.receivers() {
                let waiting = library.waiting(&target.name)?;
                if waiting.until.is_some_and(|until| until <= now) {
                    return Ok(Some(last));
                }
            }
            Ok(None)
        });
        post.await
    }

    /// Asks, folds, indexes and tells. Whether it came to its end, rather than handed over the pen before.
    async fn update(&mut self, which: Which) -> Result<bool, Error> {
        let named = which != Which::Due;
        let (updater, upkeep) = (self.updater.clone(), Arc::clone(&self.desk.upkeep));
        let (mut stopped, wanted) = (self.stop.clone(), self.desk.pen.wanted());
        let folder = self.desk.pen.folder().to_path_buf();
        let handle = Handle::current();
        let done = self.desk.pen.lend(move |writer| {
            let cut = AtomicBool::new(false);
            let stop = async {
                tokio::select! {
                    _ = stopped.wait_for(|stop| *stop) => {}
                    () = wanted => {}
                }
                cut.store(true, Ordering::Relaxed);
            };
            let updated =
                handle.block_on(updater.update_until(&folder, writer, &which, |told| log(&told), stop))?;
            let cut = cut.into_inner();
            if updated.observations > 0 {
                writer.fold()?;
                writer.index(|_| {})?;
            }
            if !cut {
                tell(writer, &upkeep)?;
            }
            Ok((updated, cut))
        });
        let Some(done) = done.await else {
            // Another process writes: an update of its own, as like as not.
            self.rest = Instant::now() + BREATH;
            return Ok(false);
        };
        let metrics = &self.desk.metrics.updates;
        metrics.last.set(self.now().as_second());
        let (updated, cut) = done.inspect_err(|_| {
            metrics.failed.inc();
            self.rest = Instant::now() + REST;
        })?;
        metrics.runs.inc();
        metrics.asked.inc_by(updated.subscriptions as u64);
        metrics.wrong.inc_by(updated.failed as u64);
        metrics.observations.inc_by(updated.observations as u64);
        let came = updated != Updated { waiting: updated.waiting, ..Updated::default() };
        if !named {
            self.rest = Instant::now() + if came || cut { BREATH } else { REST };
        }
        Ok(!cut || *self.stop.borrow())
    }
}

/// Looks what is new in what is followed, and sends what is due.
fn tell(writer: &mut Writer, upkeep: &Upkeep) -> Result<(), Error> {
    if writer.follows()?.is_empty() {
        return Ok(());
    }
    let library = Library::open(writer.folder())?;
    let alerts = raise(writer, &library, upkeep.clock.now())?;
    let told = deliver(writer, &upkeep.receivers(), upkeep.clock.now())?;
    for (target, said) in &told.failed {
        tracing::warn!("{target}: {said}");
    }
    if !alerts.is_empty() || told.delivered > 0 {
        tracing::info!("{} new alerts, {} delivered", alerts.len(), told.delivered);
    }
    Ok(())
}

/// What of an update is worth a line: troubles show in the health of the subscriptions as well.
fn log(told: &Told<'_>) {
    match told {
        Told::Wrong { url, said, .. } => tracing::info!("{}: {said}", without_password(url)),
        Told::Moved { from, to } => {
            tracing::info!("{}: has moved to {}", without_password(from), without_password(to));
        }
        Told::Broken(what) => tracing::warn!("{what}"),
        Told::Left { .. } | Told::Subscription { .. } | Told::Page { .. } => {}
    }
}
