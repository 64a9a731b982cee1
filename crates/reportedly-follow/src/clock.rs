//! The time, for whoever has to wait.

use jiff::Timestamp;
use std::{
    fmt,
    future::{Future, pending},
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

/// What tells the time and waits. A fortnight can be played in minutes with another one than the wall's.
pub trait Clock: fmt::Debug + Send + Sync {
    /// The time.
    fn now(&self) -> Timestamp;

    /// Waits until a time. `idle` says that nothing else is under way: then a clock that is played may be set forward,
    /// else it waits for what is.
    fn wait(&self, until: Timestamp, idle: bool) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
}

/// The clock on the wall.
#[derive(Clone, Copy, Debug, Default)]
pub struct Wall;

impl Clock for Wall {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    fn wait(&self, until: Timestamp, _idle: bool) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        let left = Duration::try_from(until.duration_since(Timestamp::now())).unwrap_or_default();
        Box::pin(tokio::time::sleep(left))
    }
}

/// A clock that is set forward where nothing else is to be done. Whoever shares the time may set it as well.
#[derive(Clone, Debug)]
pub struct Played(pub Arc<Mutex<Timestamp>>);

impl Played {
    /// A clock that shows this time.
    pub fn at(time: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(time)))
    }

    /// The time, to be set.
    pub fn time(&self) -> MutexGuard<'_, Timestamp> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Clock for Played {
    fn now(&self) -> Timestamp {
        *self.time()
    }

    fn wait(&self, until: Timestamp, idle: bool) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(async move {
            if idle {
                let mut now = self.time();
                *now = until.max(*now);
            } else {
                pending::<()>().await;
            }
        })
    }
}
