//! The directory of blobs.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::future::Future;
use std::io;
use std::path::Path;
use std::sync::Arc;

use base_id::Ids;

use crate::error::BlobError;
use crate::files::{Files, blocking, names, remove, sync_directory};
use crate::id::BlobId;
use crate::read::Blob;
use crate::write::BlobWriter;

/// What `FORMAT` holds.
const FORMAT: &str = "haneul-blobs 1\n";

/// Blobs in a directory. A cheap handle; clones share the store.
#[derive(Clone)]
pub struct BlobStore(Arc<Inner>);

struct Inner {
    files: Files,
    ids: Ids,
    /// Pending when the store was opened: from before the last end.
    left: Vec<BlobId>,
    _lock: File,
}

impl BlobStore {
    /// Opens the directory, which is made if it isn't there. Unfinished blobs in it are removed. Blocks for a moment.
    ///
    /// # Errors
    /// If another process has it, its format is not known, or what the disk says.
    pub fn open(path: impl AsRef<Path>, ids: Ids) -> Result<Self, BlobError> {
        let files = Files { root: path.as_ref().to_owned() };
        fs::create_dir_all(&files.root).map_err(BlobError::io(&files.root))?;
        let lock = lock(&files)?;
        check_format(&files)?;
        let left = tidy_pending(&files)?;
        Ok(Self(Arc::new(Inner { files, ids, left, _lock: lock })))
    }

    /// Starts a blob.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn put(&self) -> Result<BlobWriter, BlobError> {
        BlobWriter::create(self.0.files.clone(), BlobId::new(&self.0.ids)).await
    }

    /// Says that a committed row names the blob: it is no more pending. Keeping it twice does no harm.
    ///
    /// # Errors
    /// `NotFound`, or what the disk says. The blob stays readable, and is kept at the next `recover`.
    pub async fn keep(&self, id: BlobId) -> Result<(), BlobError> {
        let (pending, kept) = (self.0.files.pending(id), self.0.files.kept(id));
        blocking(&self.0.files.root, move || match fs::rename(&pending, &kept) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => match kept.try_exists() {
                Ok(true) => Ok(()),
                _ => Err(BlobError::NotFound(id)),
            },
            Err(error) => Err(BlobError::io(kept)(error)),
            Ok(()) => Ok(()),
        })
        .await
    }

    /// Opens a blob, pending or kept, to be read.
    ///
    /// # Errors
    /// `NotFound`, `Corrupt`, or what the disk says.
    pub async fn get(&self, id: BlobId) -> Result<Blob, BlobError> {
        // A pending one may be kept just between the first two.
        let paths = [self.0.files.kept(id), self.0.files.pending(id), self.0.files.kept(id)];
        blocking(&self.0.files.root, move || {
            for path in paths {
                match File::open(&path) {
                    Ok(file) => return Blob::open(id, path, file),
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(BlobError::io(path)(error)),
                }
            }
            Err(BlobError::NotFound(id))
        })
        .await
    }

    /// Deletes a blob that no row names any more. Deleting one that isn't there does no harm.
    ///
    /// # Errors
    /// What the disk says.
    pub async fn delete(&self, id: BlobId) -> Result<(), BlobError> {
        let (pending, kept) = (self.0.files.pending(id), self.0.files.kept(id));
        blocking(&self.0.files.root, move || {
            remove(&pending)?;
            remove(&kept)
        })
        .await
    }

    /// Settles what was pending when the store was opened: keeps what `is_live` says a row names, deletes the rest. Once
    /// after opening; what was put since is not touched. Returns how many were deleted.
    ///
    /// # Errors
    /// `is_live`'s, or what the disk says; to be called again then.
    pub async fn recover<E, F, Fut>(&self, mut is_live: F) -> Result<usize, E>
    where
        E: From<BlobError>,
        F: FnMut(BlobId) -> Fut,
        Fut: Future<Output = Result<bool, E>>,
    {
        let mut deleted = 0;
        for id in &self.0.left {
            if !is_live(*id).await? {
                self.delete(*id).await?;
                deleted += 1;
                continue;
            }
            match self.keep(*id).await {
                // Deleted since the store was opened.
                Ok(()) | Err(BlobError::NotFound(_)) => {}
                Err(error) => return Err(error.into()),
            }
        }
        Ok(deleted)
    }

    /// Deletes every kept blob that no row names. Reads all names: for a quiet hour. Returns how many were deleted.
    ///
    /// # Errors
    /// `is_live`'s, or what the disk says.
    pub async fn sweep<E, F, Fut>(&self, mut is_live: F) -> Result<usize, E>
    where
        E: From<BlobError>,
        F: FnMut(BlobId) -> Fut,
        Fut: Future<Output = Result<bool, E>>,
    {
        let mut deleted = 0;
        for shard in 0..=u8::MAX {
            let path = self.0.files.shard(shard);
            let found = blocking(&self.0.files.root, move || names(&path)).await?;
            for id in found.iter().filter_map(|name| name.parse().ok()) {
                if !is_live(id).await? {
                    self.delete(id).await?;
                    deleted += 1;
                }
            }
        }
        Ok(deleted)
    }
}

fn lock(files: &Files) -> Result<File, BlobError> {
    let path = files.root.join("LOCK");
    let file = OpenOptions::new().write(true).create(true).truncate(false).open(&path);
    let file = file.map_err(BlobError::io(&path))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BlobError::InUse { path: files.root.clone() }),
        Err(TryLockError::Error(error)) => Err(BlobError::io(path)(error)),
    }
}

/// Makes what a new directory needs; `FORMAT` comes last, so that it stands for the rest.
fn check_format(files: &Files) -> Result<(), BlobError> {
    let path = files.root.join("FORMAT");
    match fs::read_to_string(&path) {
        Ok(found) if found == FORMAT => Ok(()),
        Ok(found) => Err(BlobError::UnknownFormat {
            path,
            found: found.trim_end().to_owned(),
            known: FORMAT.trim_end(),
        }),
        Err(error) if error.kind() == io::ErrorKind::NotFound => create(files, &path),
        Err(error) => Err(BlobError::io(path)(error)),
    }
}

fn create(files: &Files, format: &Path) -> Result<(), BlobError> {
    let directory = |path: &Path| fs::create_dir_all(path).map_err(BlobError::io(path));
    directory(&files.pending_directory())?;
    for shard in 0..=u8::MAX {
        directory(&files.shard(shard))?;
    }
    sync_directory(&files.root.join("blobs"))?;
    let new = files.root.join("FORMAT.new");
    fs::write(&new, FORMAT).map_err(BlobError::io(&new))?;
    File::open(&new).and_then(|file| file.sync_all()).map_err(BlobError::io(&new))?;
    fs::rename(&new, format).map_err(BlobError::io(format))?;
    sync_directory(&files.root)?;
    files.root.parent().filter(|parent| !parent.as_os_str().is_empty()).map_or(Ok(()), sync_directory)
}

/// Removes what was not finished; returns what was.
fn tidy_pending(files: &Files) -> Result<Vec<BlobId>, BlobError> {
    let directory = files.pending_directory();
    let mut left = Vec::new();
    for name in names(&directory)? {
        match name.parse() {
            Ok(id) => left.push(id),
            Err(_) if name.ends_with(".part") => remove(&directory.join(name))?,
            Err(_) => tracing::warn!(name, "a file that is no blob among the pending ones"),
        }
    }
    Ok(left)
}
