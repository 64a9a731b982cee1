//! The library, for many readers at once.

use crate::front::Front;
use jiff::Timestamp;
use reportedly_library::{
    Again, Error, Found, Identity, Library, Searchable, State, View, identity, last_written,
};
use rustc_hash::FxHashMap;
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant, SystemTime},
};
use tokio::{
    sync::Semaphore,
    task::{JoinError, spawn_blocking},
    time::timeout,
};

/// How many read at once: each has a cache of its own, and more than the cores there are only wait for each other.
const READERS: usize = 6;
/// News that takes no longer to make is made while somebody waits for it.
const QUICK: Duration = Duration::from_millis(500);
/// How long they wait, where it takes longer this time.
const PATIENCE: Duration = Duration::from_secs(2);
/// What takes longer is made again once that many times as long has gone by as making it took, so that a library that is always
/// written to leaves time for its readers.
const REST: u32 = 10;
/// The clock that files are dated by may be so coarse.
const TICK: Duration = Duration::from_millis(100);
/// Stories that are looked back at, whose days are kept.
const LOOKED_BACK: usize = 4096;

/// Open libraries, and what is made once for all who ask.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
    heard: Mutex<Heard>,
    idle: Mutex<Vec<(Option<Identity>, Library)>>,
    readers: Arc<Semaphore>,
    index: Mutex<Option<(Stamp, Searchable)>>,
    /// When the articles of a story became known, of those that were looked back at.
    days: Mutex<(Stamp, Days)>,
    front: Mutex<Option<Made>>,
    /// Held while the news is made.
    making: tokio::sync::Mutex<()>,
}

/// When the articles of each story became known.
type Days = FxHashMap<String, Arc<[Timestamp]>>;

/// The news, as it was made.
#[derive(Debug)]
struct Made {
    of: Stamp,
    front: Arc<Front>,
    /// When, and how long it took.
    at: Instant,
    took: Duration,
}

/// The state that a library is in: another one after everything that was written to it and bears on what it tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stamp {
    /// Which library it is: another one where it was replaced.
    pub which: Option<Identity>,
    state: Option<State>,
    /// When it was written to last, where it cannot be asked for its state.
    written: Option<SystemTime>,
}

impl Stamp {
    /// Whether nothing was heard of it yet.
    fn is_unknown(&self) -> bool {
        self.state.is_none() && self.written.is_none()
    }
}

/// What was last heard of the library's state.
#[derive(Debug)]
struct Heard {
    library: Library,
    written: Option<SystemTime>,
    stamp: Stamp,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What was done on another thread; a panic there is one here.
fn done<T>(joined: Result<T, JoinError>) -> T {
    joined.unwrap_or_else(|e| std::panic::resume_unwind(e.into_panic()))
}

impl Shelf {
    /// Opens a library. Errors: there is none, or it cannot be read.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let which = identity(folder);
        let first = Library::open_lightly(folder)?;
        let stamp = Stamp { which, ..Stamp::default() };
        let heard = Heard { library: Library::open_lightly(folder)?, written: None, stamp };
        Ok(Self {
            folder: folder.to_path_buf(),
            heard: Mutex::new(heard),
            idle: Mutex::new(vec![(which, first)]),
            readers: Arc::new(Semaphore::new(READERS)),
            index: Mutex::new(None),
            days: Mutex::default(),
            front: Mutex::new(None),
            making: tokio::sync::Mutex::new(()),
        })
    }

    /// The library once more, for whoever reads from it for long.
    pub fn open_one(&self) -> Result<Library, Error> {
        Library::open(&self.folder)
    }

    /// The state that the library is in.
    pub fn stamp(&self) -> Stamp {
        let which = identity(&self.folder);
        let written = last_written(&self.folder);
        let mut heard = lock(&self.heard);
        if heard.stamp.which != which {
            // The older one stays open until there is a newer, so that no other file can be taken for it.
            if let Ok(library) = Library::open_lightly(&self.folder) {
                heard.library = library;
            }
            lock(&self.idle).clear();
            heard.stamp = Stamp { which, ..Stamp::default() };
        }
        // Most of what is written while news is fetched is that there is none. Two writes at one time of the system's
        // clock look like one.
        let just_now = written.is_none_or(|at| at.elapsed().is_ok_and(|since| since < TICK));
        if just_now || heard.stamp.is_unknown() || heard.written != written {
            heard.written = written;
            let state = heard.library.state().ok();
            heard.stamp = Stamp { which, state, written: written.filter(|_| state.is_none()) };
        }
        heard.stamp
    }

    /// Reads from the library, on a thread that may wait.
    pub async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Shelf, &Library) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let shelf = Arc::clone(self);
        let turn = Arc::clone(&self.readers).acquire_owned().await;
        let read = spawn_blocking(move || {
            // Who no longer waits for the answer has it made to its end all the same.
            let _turn = turn;
            let which = identity(&shelf.folder);
            let library = lock(&shelf.idle).pop().filter(|(of, _)| *of == which && which.is_some());
            let library = match library {
                Some((_, library)) => library,
                None => Library::open_lightly(&shelf.folder)?,
            };
            let done = work(&shelf, &library);
            // What failed may be broken, and what panicked does not come here.
            if done.is_ok() {
                lock(&shelf.idle).push((which, library));
            }
            done
        });
        done(read.await)
    }

    /// The index, to be searched: opened once for each state of the library. What it counts for its scores is kept with it.
    pub fn index(&self, library: &Library) -> Result<Result<Searchable, Again>, Error> {
        let stamp = self.stamp();
        if let Some((of, index)) = &*lock(&self.index)
            && *of == stamp
        {
            return Ok(Ok(index.clone()));
        }
        let opened = library.index()?;
        if let Ok(index) = &opened {
            *lock(&self.index) = Some((stamp, index.clone()));
        }
        Ok(opened)
    }

    /// When the articles of a story became known, as it stands: whoever looks back at a story does so again and again.
    pub fn days(&self, view: &View<'_>, story: &Found) -> Result<Arc<[Timestamp]>, Error> {
        let stamp = self.stamp();
        let fresh = |days: &mut (Stamp, FxHashMap<String, Arc<[Timestamp]>>)| {
            if days.0 != stamp || days.1.len() >= LOOKED_BACK {
                *days = (stamp, FxHashMap::default());
            }
        };
        {
            let mut days = lock(&self.days);
            fresh(&mut days);
            if let Some(found) = days.1.get(&story.id) {
                return Ok(Arc::clone(found));
            }
        }
        let told = view.tell(story)?;
        let made: Arc<[Timestamp]> = told.story.articles.iter().filter_map(|m| m.known_at).collect();
        let mut days = lock(&self.days);
        fresh(&mut days);
        days.1.insert(story.id.clone(), Arc::clone(&made));
        Ok(made)
    }

    /// The newest developments of all, made once for each state of the library. Where that takes long, what they were
    /// is given for the moment.
    pub async fn front(self: &Arc<Self>) -> Result<Arc<Front>, Error> {
        let (older, took, rested) = match &*lock(&self.front) {
            Some(made) if made.of == self.stamp() => return Ok(Arc::clone(&made.front)),
            Some(made) => (Some(Arc::clone(&made.front)), made.took, made.at.elapsed()),
            None => (None, Duration::ZERO, Duration::ZERO),
        };
        let Some(older) = older else { return self.make_front().await };
        let is_long = took > QUICK;
        if is_long && (rested < took * REST || self.making.try_lock().is_err()) {
            return Ok(older);
        }
        let shelf = Arc::clone(self);
        // It is made to its end, whoever waits for it.
        let making = tokio::spawn(async move { shelf.make_front().await });
        if is_long {
            return Ok(older);
        }
        timeout(PATIENCE, making).await.map_or(Ok(older), done)
    }

    /// The news as it was last made.
    pub fn last_front(&self) -> Option<Arc<Front>> {
        lock(&self.front).as_ref().map(|made| Arc::clone(&made.front))
    }

    /// Makes the news of the library as it is, unless somebody else just did.
    pub async fn make_front(self: &Arc<Self>) -> Result<Arc<Front>, Error> {
        let _one = self.making.lock().await;
        let (of, at) = (self.stamp(), Instant::now());
        if let Some(made) = &*lock(&self.front)
            && made.of == of
        {
            return Ok(Arc::clone(&made.front));
        }
        let front = self.read(|_, library| Front::of(library)).await;
        let front = Arc::new(front?);
        *lock(&self.front) =
            Some(Made { of, front: Arc::clone(&front), at: Instant::now(), took: at.elapsed() });
        Ok(front)
    }
}
