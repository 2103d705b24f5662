//! Names of files, and blocking work.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use crate::error::BlobError;
use crate::id::BlobId;

/// The directory and where things are in it.
#[derive(Clone, Debug)]
pub(crate) struct Files {
    pub(crate) root: PathBuf,
}

impl Files {
    pub(crate) fn pending_directory(&self) -> PathBuf {
        self.root.join("pending")
    }

    pub(crate) fn part(&self, id: BlobId) -> PathBuf {
        self.pending_directory().join(format!("{id}.part"))
    }

    pub(crate) fn pending(&self, id: BlobId) -> PathBuf {
        self.pending_directory().join(id.to_string())
    }

    pub(crate) fn shard(&self, shard: u8) -> PathBuf {
        self.root.join("blobs").join(format!("{shard:02x}"))
    }

    pub(crate) fn kept(&self, id: BlobId) -> PathBuf {
        self.shard(id.to_bytes()[0]).join(id.to_string())
    }
}

/// Runs blocking work off the asynchronous threads.
pub(crate) async fn blocking<T: Send + 'static>(
    path: &Path,
    work: impl FnOnce() -> Result<T, BlobError> + Send + 'static,
) -> Result<T, BlobError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(outcome) => outcome,
        Err(error) => Err(BlobError::Io { path: path.to_owned(), cause: io::Error::other(error) }),
    }
}

pub(crate) fn sync_directory(path: &Path) -> Result<(), BlobError> {
    File::open(path).and_then(|directory| directory.sync_all()).map_err(BlobError::io(path))
}

/// Removes a file that may not be there.
pub(crate) fn remove(path: &Path) -> Result<(), BlobError> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(BlobError::io(path)(error)),
        _ => Ok(()),
    }
}

/// The names in a directory.
pub(crate) fn names(path: &Path) -> Result<Vec<String>, BlobError> {
    let entries = fs::read_dir(path).map_err(BlobError::io(path))?;
    entries
        .map(|entry| entry.map(|entry| entry.file_name().to_string_lossy().into_owned()))
        .collect::<Result<_, _>>()
        .map_err(BlobError::io(path))
}
