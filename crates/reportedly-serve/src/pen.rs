//! The one pen that the server writes to the library with: who wants it waits for it, and whoever is updating in the
//! background hands it over.

use reportedly_library::{Error, Warm, Writer};
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};
use tokio::{
    sync::{Mutex, OwnedMutexGuard, oneshot, watch},
    time::timeout,
};

/// How long a change waits until it is its turn. A request may take longer than that, but not much.
const PATIENCE: Duration = Duration::from_secs(20);
/// Between two looks at whether another process has ended writing.
const LOOK: Duration = Duration::from_millis(100);

/// The pen.
#[derive(Debug)]
pub struct Pen {
    folder: PathBuf,
    /// Whoever holds it writes, with what the last to write left.
    turn: Arc<Mutex<Warm>>,
    /// How many changes wait.
    waiting: watch::Sender<usize>,
}

/// Somebody who waits, for as long as the value lives.
struct Waits<'p>(&'p watch::Sender<usize>);

impl Drop for Waits<'_> {
    fn drop(&mut self) {
        self.0.send_modify(|waiting| *waiting -= 1);
    }
}

impl Pen {
    /// The pen of a library.
    pub fn new(folder: &Path) -> Self {
        Self { folder: folder.to_path_buf(), turn: Arc::default(), waiting: watch::Sender::new(0) }
    }

    /// The library.
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    /// Changes something, as soon as nobody else writes. Errors: somebody does for too long, or what the work says.
    pub async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let until = Instant::now() + PATIENCE;
        let turn = {
            self.waiting.send_modify(|waiting| *waiting += 1);
            let _waits = Waits(&self.waiting);
            timeout(PATIENCE, Arc::clone(&self.turn).lock_owned()).await
        };
        let busy = || Error::Busy { folder: self.folder.clone(), process: None };
        let turn = turn.map_err(|_| busy())?;
        self.with(turn, until, move |writer| work(writer)).await.unwrap_or_else(|| Err(busy()))
    }

    /// Does work of the background, when it is its turn; it is to end soon once [`Self::wanted`] says so. `None` where
    /// another process writes.
    pub async fn lend<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Writer) -> Result<T, Error> + Send + 'static,
    ) -> Option<Result<T, Error>> {
        let turn = Arc::clone(&self.turn).lock_owned().await;
        match self.with(turn, Instant::now(), work).await {
            Some(Err(Error::Busy { .. })) => None,
            done => done,
        }
    }

    /// Ends when a change waits for the pen.
    pub fn wanted(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut waiting = self.waiting.subscribe();
        async move {
            if waiting.wait_for(|waiting| *waiting > 0).await.is_err() {
                std::future::pending::<()>().await;
            }
        }
    }

    /// On a thread of its own, which nobody waits for at the end: what is written is whole or not there. The turn is
    /// over with the work, whoever has gone away meanwhile. `None`: it broke off.
    async fn with<T: Send + 'static>(
        &self,
        mut turn: OwnedMutexGuard<Warm>,
        until: Instant,
        work: impl FnOnce(&mut Writer) -> Result<T, Error> + Send + 'static,
    ) -> Option<Result<T, Error>> {
        let (done, told) = oneshot::channel();
        let folder = self.folder.clone();
        thread::spawn(move || {
            let writer = loop {
                match Writer::existing(&folder) {
                    Err(Error::Busy { .. }) if Instant::now() < until => thread::sleep(LOOK),
                    writer => break writer,
                }
            };
            let worked = writer.and_then(|mut writer| {
                writer.warm_up(std::mem::take(&mut turn))?;
                let worked = work(&mut writer)?;
                *turn = writer.leave()?;
                Ok(worked)
            });
            // The turn is over when whoever waits is told.
            drop(turn);
            let _ = done.send(worked);
        });
        told.await.ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_change_gets_the_pen_from_whoever_updates() {
        let folder = tempfile::tempdir().expect("a folder");
        drop(Writer::open(folder.path()).expect("a library"));
        let pen = Arc::new(Pen::new(folder.path()));
        let (lent, begun) = oneshot::channel();
        let background = {
            let (pen, wanted) = (Arc::clone(&pen), pen.wanted());
            let handle = tokio::runtime::Handle::current();
            tokio::spawn(async move {
                pen.lend(move |_| {
                    lent.send(()).expect("heard");
                    handle.block_on(wanted);
                    Ok("handed over")
                })
                .await
            })
        };
        begun.await.expect("begun");
        pen.write(|writer| writer.prefer("a", Some("b"))).await.expect("written");
        assert_eq!(background.await.expect("ended").expect("it had the pen").expect("well"), "handed over");
    }

    #[tokio::test]
    async fn the_background_waits_for_no_other_process() {
        let folder = tempfile::tempdir().expect("a folder");
        let other = Writer::open(folder.path()).expect("a library");
        let pen = Pen::new(folder.path());
        assert!(pen.lend(|_| Ok(())).await.is_none());
        let (ended, ()) = tokio::join!(pen.write(|_| Ok(())), async {
            tokio::time::sleep(Duration::from_millis(50)).await;
            drop(other);
        });
        ended.expect("its turn came");
    }
}
