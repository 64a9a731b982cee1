//! The time, for whoever has to wait.

use jiff::Timestamp;
use std::{future::Future, pin::Pin, time::Duration};

/// What tells the time and waits. A fortnight can be played in minutes with another one than the wall's.
pub trait Clock: Send + Sync {
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
