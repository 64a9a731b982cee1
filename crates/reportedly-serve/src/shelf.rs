//! The library, for many readers at once.

use crate::front::Front;
use reportedly_library::{Error, Library, last_written};
use std::{
    path::{Path, PathBuf},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::SystemTime,
};

/// Libraries that are kept open: as many as are read from at once.
const KEPT: usize = 16;

/// Open libraries, and what is made once for all who ask.
#[derive(Debug)]
pub struct Shelf {
    folder: PathBuf,
    idle: Mutex<Vec<Library>>,
    front: Mutex<Option<(Stamp, Arc<Front>)>>,
}

/// The state that a library is in: another one after everything that was written to it.
pub type Stamp = Option<SystemTime>;

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Shelf {
    /// Opens a library. Errors: there is none, or it cannot be read.
    pub fn open(folder: &Path) -> Result<Self, Error> {
        let first = Library::open(folder)?;
        Ok(Self { folder: folder.to_path_buf(), idle: Mutex::new(vec![first]), front: Mutex::new(None) })
    }

    /// The state that the library is in.
    pub fn stamp(&self) -> Stamp {
        last_written(&self.folder)
    }

    /// Reads from the library, on a thread that may wait.
    pub async fn read<T: Send + 'static>(
        self: &Arc<Self>,
        work: impl FnOnce(&Shelf, &Library) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let shelf = Arc::clone(self);
        let done = tokio::task::spawn_blocking(move || {
            let library = lock(&shelf.idle).pop();
            let library = match library {
                Some(library) => library,
                None => Library::open(&shelf.folder)?,
            };
            let done = work(&shelf, &library);
            // What failed may be broken.
            if done.is_ok() {
                let mut idle = lock(&shelf.idle);
                if idle.len() < KEPT {
                    idle.push(library);
                }
            }
            done
        });
        done.await.unwrap_or_else(|e| std::panic::resume_unwind(e.into_panic()))
    }

    /// The newest developments of all, made once for each state of the library.
    pub fn front(&self, library: &Library) -> Result<Arc<Front>, Error> {
        let stamp = self.stamp();
        // Who comes while it is made waits for it rather than makes it too.
        let mut front = lock(&self.front);
        if let Some((of, made)) = &*front
            && *of == stamp
        {
            return Ok(Arc::clone(made));
        }
        let made = Arc::new(Front::of(library)?);
        *front = Some((stamp, Arc::clone(&made)));
        Ok(made)
    }
}
