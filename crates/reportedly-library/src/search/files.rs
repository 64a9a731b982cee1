//! The index's files, as Tantivy lays them down, but for two things: whoever may read the library may read them, and
//! who may not write to it can search it all the same.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, Lock, META_LOCK, MmapDirectory, WatchCallback, WatchHandle,
    WritePtr,
};
use tantivy::index::{SegmentComponent, SegmentMeta};

#[derive(Clone, Debug)]
pub(super) struct Files {
    inner: MmapDirectory,
    folder: PathBuf,
}

impl Files {
    pub(super) fn open(folder: &Path) -> Result<Self, OpenDirectoryError> {
        Ok(Self { inner: MmapDirectory::open(folder)?, folder: folder.to_path_buf() })
    }
}

impl Directory for Files {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        self.inner.get_file_handle(path)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.inner.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.inner.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.inner.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.inner.atomic_read(path)
    }

    /// Tantivy's own makes files that only their owner can read.
    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        let place = self.folder.join(path);
        let mut unfinished = place.clone().into_os_string();
        unfinished.push(".unfinished");
        let mut file = File::create(&unfinished)?;
        file.write_all(data)?;
        file.sync_data()?;
        fs::rename(unfinished, place)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.inner.sync_directory()
    }

    /// Who cannot write does without the lock that keeps a writer from removing files while they are opened: one that
    /// is gone by then shows as an error, and opening is tried again.
    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        match self.inner.acquire_lock(lock) {
            Err(LockError::IoError(e)) if lock.filepath == META_LOCK.filepath && is_refused(&e) => {
                Ok(DirectoryLock::from(Box::new(())))
            }
            taken => taken,
        }
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.inner.watch(callback)
    }
}

/// Whether the system refused what was asked of a file.
pub(super) fn is_refused(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// The files of a segment.
pub(super) fn of_segment(segment: &SegmentMeta) -> impl Iterator<Item = PathBuf> {
    let always = [
        SegmentComponent::Terms,
        SegmentComponent::Postings,
        SegmentComponent::Positions,
        SegmentComponent::FastFields,
        SegmentComponent::FieldNorms,
        SegmentComponent::Store,
    ];
    let deleted = segment.has_deletes().then_some(SegmentComponent::Delete);
    always.into_iter().chain(deleted).map(|component| segment.relative_path(component))
}

/// Reads the files of segments through and gives those that are missing or whose checksum is wrong.
pub(super) fn damaged(index: &tantivy::Index, segments: &[SegmentMeta]) -> Vec<PathBuf> {
    let mut damaged: Vec<PathBuf> = segments
        .iter()
        .flat_map(of_segment)
        .filter(|file| !index.directory().validate_checksum(file).unwrap_or(false))
        .collect();
    damaged.sort();
    damaged
}
