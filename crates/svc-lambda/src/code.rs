//! The code store: archives named by their SHA-256, and the folders they are unpacked to.
//!
//! An archive is written once, synced, and never changed; versions refer to it by digest, so equal code is kept once.
//! The unpacked folder is a cache: it is made from the archive when first needed, after the archive was checked against
//! its digest, and can be deleted at any time while no environment uses it.

use std::collections::{HashMap, HashSet};
use std::fs::{self, File};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use base_id::Ids;
use base_time::{Clock, Timestamp};
use bytes::Bytes;
use parking_lot::Mutex;
use sha2::{Digest, Sha256};
use tokio::task::spawn_blocking;
use wire_codec::{ApiError, Body};

use crate::archive::{self, ArchiveError};
use crate::error;
use crate::model::Code;

/// An archive sent in the request (Lambda quotas: 50 MB).
pub const MAX_DIRECT_BYTES: usize = 52_428_800;
/// An archive read from S3; what it unpacks to is limited besides.
const MAX_OBJECT_BYTES: u64 = archive::MAX_UNPACKED_BYTES;

/// A package stored within this time is kept, referred to or not.
const GRACE: Duration = Duration::from_secs(15 * 60);

/// Cheap to clone.
#[derive(Clone)]
pub struct CodeStore(Arc<Inner>);

struct Inner {
    archives: PathBuf,
    unpacked: PathBuf,
    ids: Ids,
    clock: Clock,
    /// When packages were stored by this process: a new one is not referred to yet and must not be swept.
    stored: Mutex<HashMap<String, Timestamp>>,
    /// Folders being made right now, by digest.
    unpacking: Mutex<HashMap<String, Arc<tokio::sync::Mutex<()>>>>,
}

impl CodeStore {
    /// `root` is made if missing. What an earlier process left half done is removed.
    pub fn open(root: &Path, clock: Clock, ids: Ids) -> io::Result<Self> {
        let (archives, unpacked) = (root.join("archives"), root.join("unpacked"));
        fs::create_dir_all(&archives)?;
        fs::create_dir_all(&unpacked)?;
        for folder in [&archives, &unpacked] {
            for entry in fs::read_dir(folder)? {
                let path = entry?.path();
                if path.extension().is_some_and(|e| e == "partial") {
                    remove(&path)?;
                }
            }
        }
        Ok(Self(Arc::new(Inner {
            archives,
            unpacked,
            ids,
            clock,
            stored: Mutex::default(),
            unpacking: Mutex::default(),
        })))
    }

    /// Stores an archive that came in the request.
    pub async fn put_bytes(&self, bytes: Bytes) -> Result<Code, ApiError> {
        if bytes.len() > MAX_DIRECT_BYTES {
            return Err(error::too_large(MAX_DIRECT_BYTES, "CreateFunction"));
        }
        self.put(Body::bytes(bytes)).await
    }

    /// Stores an archive from a stream, checked to be a package; durable when this returns.
    pub async fn put(&self, mut body: Body) -> Result<Code, ApiError> {
        let partial = self.0.archives.join(format!("{}.partial", self.0.ids.hex(16)));
        let mut file = File::create(&partial).map_err(|e| failed(&e))?;
        let mut hash = Sha256::new();
        let mut size_bytes = 0;
        while let Some(chunk) = body.chunk().await {
            let chunk =
                chunk.map_err(|e| error::invalid_parameter(format!("The package could not be read: {e}")))?;
            size_bytes += chunk.len() as u64;
            if size_bytes > MAX_OBJECT_BYTES {
                let _ = fs::remove_file(&partial);
                return Err(error::invalid_parameter(ArchiveError::TooLarge.message()));
            }
            hash.update(&chunk);
            file = spawn_blocking(move || file.write_all(&chunk).map(|()| file))
                .await
                .map_err(|e| failed(&e))?
                .map_err(|e| failed(&e))?;
        }
        let sha256_hex = hex::encode(hash.finalize());
        self.0.stored.lock().insert(sha256_hex.clone(), self.0.clock.now());
        let target = self.archive(&sha256_hex);
        let kept = partial.clone();
        let unpacked_bytes =
            spawn_blocking(move || keep(&file, &kept, &target)).await.map_err(|e| failed(&e))?;
        match unpacked_bytes {
            Ok(unpacked_bytes) => Ok(Code { sha256_hex, size_bytes, unpacked_bytes }),
            Err(ArchiveError::Io(e)) => Err(failed(&e)),
            Err(refusal) => {
                let _ = fs::remove_file(&partial);
                Err(error::invalid_parameter(refusal.message()))
            }
        }
    }

    /// The archive's file.
    pub fn archive(&self, sha256_hex: &str) -> PathBuf {
        self.0.archives.join(format!("{sha256_hex}.zip"))
    }

    /// The folder with the unpacked code, made now if it isn't there.
    pub async fn folder(&self, code: &Code) -> Result<PathBuf, ApiError> {
        let folder = self.0.unpacked.join(&code.sha256_hex);
        if folder.is_dir() {
            return Ok(folder);
        }
        let turn = self.0.unpacking.lock().entry(code.sha256_hex.clone()).or_default().clone();
        let _turn = turn.lock().await;
        if !folder.is_dir() {
            let (archive, digest) = (self.archive(&code.sha256_hex), code.sha256_hex.clone());
            let partial = self.0.unpacked.join(format!("{}-{}.partial", code.sha256_hex, self.0.ids.hex(8)));
            let target = folder.clone();
            spawn_blocking(move || unpack_checked(&archive, &digest, &partial, &target))
                .await
                .map_err(|e| failed(&e))?
                .map_err(|e| failed(&io::Error::other(e)))?;
        }
        self.0.unpacking.lock().remove(&code.sha256_hex);
        Ok(folder)
    }

    /// Removes archives and folders that no version refers to any more.
    pub async fn sweep(&self, mut live: HashSet<String>) -> Result<usize, ApiError> {
        let recent = self.0.clock.now() - GRACE;
        {
            let mut stored = self.0.stored.lock();
            stored.retain(|_, time| *time > recent);
            live.extend(stored.keys().cloned());
        }
        let inner = self.0.clone();
        spawn_blocking(move || sweep(&inner, &live)).await.map_err(|e| failed(&e))?.map_err(|e| failed(&e))
    }
}

fn keep(file: &File, partial: &Path, target: &Path) -> Result<u64, ArchiveError> {
    let unpacked_bytes = archive::inspect(partial)?;
    file.sync_all()?;
    fs::rename(partial, target)?;
    sync_folder(target)?;
    Ok(unpacked_bytes)
}

fn unpack_checked(archive: &Path, digest: &str, partial: &Path, target: &Path) -> Result<(), String> {
    let found = sha256_of(archive).map_err(|e| format!("{}: {e}", archive.display()))?;
    if found != digest {
        return Err(format!("the stored package is damaged: its SHA-256 is {found}, not {digest}"));
    }
    archive::unpack(archive, partial).map_err(|e| e.message())?;
    fs::rename(partial, target).map_err(|e| e.to_string())
}

fn sha256_of(path: &Path) -> io::Result<String> {
    let mut file = File::open(path)?;
    let mut hash = Sha256::new();
    let mut buffer = vec![0; 128 * 1024];
    loop {
        match file.read(&mut buffer)? {
            0 => return Ok(hex::encode(hash.finalize())),
            n => hash.update(&buffer[..n]),
        }
    }
}

fn sync_folder(file: &Path) -> io::Result<()> {
    file.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

fn sweep(inner: &Inner, live: &HashSet<String>) -> io::Result<usize> {
    let mut removed = 0;
    for folder in [&inner.archives, &inner.unpacked] {
        for entry in fs::read_dir(folder)? {
            let path = entry?.path();
            let digest = path.file_stem().and_then(|stem| stem.to_str()).unwrap_or_default();
            let is_partial = path.extension().is_some_and(|e| e == "partial");
            if !is_partial && !live.contains(digest) {
                remove(&path)?;
                removed += 1;
            }
        }
    }
    Ok(removed)
}

fn remove(path: &Path) -> io::Result<()> {
    if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }
}

fn failed(error: &dyn std::error::Error) -> ApiError {
    tracing::error!(%error, "the code store failed");
    ApiError::new("ServiceException", 500, "The service could not store or read the code package.")
}

#[cfg(test)]
mod tests {
    use super::*;
    use zip::write::SimpleFileOptions;

    fn package(text: &str) -> Bytes {
        let mut zip = zip::ZipWriter::new(io::Cursor::new(Vec::new()));
        zip.start_file("app.py", SimpleFileOptions::default()).unwrap();
        zip.write_all(text.as_bytes()).unwrap();
        zip.finish().unwrap().into_inner().into()
    }

    fn clock() -> Clock {
        Clock::manual(Timestamp::from_secs(1_000))
    }

    #[tokio::test]
    async fn code_is_unpacked_once_and_swept_when_unused() {
        let dir = tempfile::tempdir().unwrap();
        let clock = clock();
        let store = CodeStore::open(dir.path(), clock.clone(), Ids::seeded(1)).unwrap();
        let code = store.put_bytes(package("x = 1")).await.unwrap();
        let folder = store.folder(&code).await.unwrap();
        assert_eq!(fs::read_to_string(folder.join("app.py")).unwrap(), "x = 1");
        assert_eq!(store.sweep(HashSet::new()).await.unwrap(), 0, "it is new");
        clock.advance(GRACE);
        assert_eq!(store.sweep(HashSet::from([code.sha256_hex.clone()])).await.unwrap(), 0);
        assert_eq!(store.sweep(HashSet::new()).await.unwrap(), 2);
        assert!(store.folder(&code).await.is_err());
    }

    #[tokio::test]
    async fn a_damaged_archive_is_not_loaded() {
        let dir = tempfile::tempdir().unwrap();
        let store = CodeStore::open(dir.path(), clock(), Ids::seeded(1)).unwrap();
        let code = store.put_bytes(package("x = 1")).await.unwrap();
        fs::write(store.archive(&code.sha256_hex), package("x = 2")).unwrap();
        assert!(store.folder(&code).await.is_err());
    }

    #[tokio::test]
    async fn garbage_leaves_nothing_behind() {
        let dir = tempfile::tempdir().unwrap();
        let store = CodeStore::open(dir.path(), clock(), Ids::seeded(1)).unwrap();
        let error = store.put_bytes(Bytes::from_static(b"garbage")).await.unwrap_err();
        assert_eq!(error.code, "InvalidParameterValueException");
        assert_eq!(fs::read_dir(dir.path().join("archives")).unwrap().count(), 0);
    }
}
