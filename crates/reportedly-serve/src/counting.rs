//! What is counted over the whole library, kept for all who ask: made in the background, and brought up to date when the
//! library was written to.

use crate::{
    hot::Hot,
    shelf::{Shelf, Stamp},
};
use reportedly_library::{Counts, Error, Identity, Tally};
use std::{
    sync::{Arc, Mutex, PoisonError},
    thread,
    time::{Duration, Instant},
};
use tokio::{sync::watch, time::timeout};

/// How long somebody waits for the newest counts before older ones are shown, or that it is being counted.
const PATIENCE: Duration = Duration::from_millis(25);
/// It is counted again once that many times as long has gone by as counting took.
const REST: u32 = 10;

/// What is counted, and what was made of it.
#[derive(Debug)]
pub struct Counted {
    pub counts: Counts,
    pub hot: Hot,
}

/// Counts a library over and over.
#[derive(Debug)]
pub struct Counting {
    shelf: Arc<Shelf>,
    made: Mutex<Option<Made>>,
    /// Held while it is counted; of which library it is.
    tally: Mutex<(Stamp, Tally)>,
    /// Whether it is being counted.
    busy: watch::Sender<bool>,
}

#[derive(Debug)]
struct Made {
    of: Stamp,
    counted: Arc<Counted>,
    at: Instant,
    took: Duration,
}

/// Says that nobody counts any more, also where that went wrong.
struct Ends(Arc<Counting>);

impl Drop for Ends {
    fn drop(&mut self) {
        self.0.busy.send_replace(false);
    }
}

impl Counting {
    /// Of the library on this shelf; the counting begins.
    pub fn of(shelf: Arc<Shelf>) -> Arc<Self> {
        let counting = Arc::new(Self {
            shelf,
            made: Mutex::default(),
            tally: Mutex::default(),
            busy: watch::Sender::new(false),
        });
        counting.start();
        counting
    }

    /// What is counted of the library as it is, or as it was a moment ago; nothing until it was counted once. Errors: it
    /// cannot be read.
    pub async fn newest(self: &Arc<Self>) -> Result<Option<Arc<Counted>>, Error> {
        let now = self.shelf.stamp();
        let (older, resting) = match &*self.made.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(made) if made.of == now => return Ok(Some(Arc::clone(&made.counted))),
            // Another library's counts tell nothing of this one.
            Some(made) if made.of.which == now.which => {
                (Some(Arc::clone(&made.counted)), made.at.elapsed() < made.took * REST)
            }
            Some(_) | None => (None, false),
        };
        if resting {
            return Ok(older);
        }
        if older.is_none() {
            self.shelf.open_one()?;
        }
        self.start();
        let mut busy = self.busy.subscribe();
        match timeout(PATIENCE, busy.wait_for(|busy| !busy)).await {
            Ok(_) => Ok(self.last().filter(|made| made.0 == now.which).map(|made| made.1)),
            Err(_) => Ok(older),
        }
    }

    /// The same without waiting for it: what was counted last, and where that is not of the library as it is, the counting
    /// begins.
    pub fn at_hand(self: &Arc<Self>) -> Option<Arc<Counted>> {
        let now = self.shelf.stamp();
        let (counted, is_due) = match &*self.made.lock().unwrap_or_else(PoisonError::into_inner) {
            Some(made) if made.of.which == now.which => {
                let rested = made.at.elapsed() >= made.took * REST;
                (Some(Arc::clone(&made.counted)), rested && made.of != now)
            }
            Some(_) | None => (None, true),
        };
        if is_due {
            self.start();
        }
        counted
    }

    /// What was counted last, and of which library.
    fn last(&self) -> Option<(Option<Identity>, Arc<Counted>)> {
        let made = self.made.lock().unwrap_or_else(PoisonError::into_inner);
        made.as_ref().map(|made| (made.of.which, Arc::clone(&made.counted)))
    }

    /// Counts on a thread of its own, unless that is being done: nobody waits for it at the end.
    fn start(self: &Arc<Self>) {
        if self.busy.send_replace(true) {
            return;
        }
        let ends = Ends(Arc::clone(self));
        let started = thread::Builder::new().name("counting".to_owned()).spawn(move || {
            if let Err(e) = ends.0.count() {
                tracing::warn!("counting the library: {e}");
            }
        });
        if let Err(e) = started {
            tracing::warn!("counting the library: {e}");
        }
    }

    fn count(&self) -> Result<(), Error> {
        let mut tally = self.tally.lock().unwrap_or_else(PoisonError::into_inner);
        let (of, at) = (self.shelf.stamp(), Instant::now());
        let (counted, tally) = &mut *tally;
        if counted.which != of.which {
            *tally = Tally::default();
        }
        *counted = of;
        let library = self.shelf.open_one()?;
        let view = library.view(None)?;
        let counts = tally.count(&view)?;
        let hot = Hot::of(&view, &counts)?;
        let counted = Arc::new(Counted { counts, hot });
        let made = Made { of, counted, at: Instant::now(), took: at.elapsed() };
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
        Ok(())
    }
}
