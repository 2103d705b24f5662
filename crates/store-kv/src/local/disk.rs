//! The durable backend: fjall, a log-structured merge tree with a journal.
//!
//! Three keyspaces share one journal, so that a group is one atomic write over all of them: `rows` and `logs` (keys from
//! 0x80 on; see the crate's documentation) and `meta` with the newest version. A stored value is the eight bytes of the
//! version, big endian, and the value.

use std::path::Path;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};
use fjall::{Database, Iter, Keyspace, KeyspaceCreateOptions, PersistMode, Readable, Snapshot};

use super::directory::Directory;
use super::journal;
use super::{ApplyError, Backend, LocalView, Writes};
use crate::error::{OpenError, StoreError};
use crate::key::{Direction, Entry, KeyRange, Page, PageLimit, Row, Version};

/// The first byte of the least key of `logs`.
const FIRST_LOG: u8 = 0x80;
const VERSION_LEN: usize = size_of::<u64>();
const LAST_VERSION: &[u8] = b"last version";

/// Threads that flush and compact.
const WORKERS: usize = 2;
const JOURNAL_BYTES: u64 = 256 << 20;

/// What a store's files may take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DiskLimits {
    pub(crate) cache_bytes: u64,
    pub(crate) reserve_bytes: u64,
    pub(crate) memtable_bytes: u64,
}

pub(crate) struct Disk {
    keyspaces: Keyspaces,
    reserve_bytes: u64,
}

#[derive(Clone)]
struct Keyspaces {
    // Dropped in this order: the engine's files are closed before the directory is unlocked.
    rows: Keyspace,
    logs: Keyspace,
    meta: Keyspace,
    database: Database,
    directory: Arc<Directory>,
}

struct DiskView {
    snapshot: Snapshot,
    version: Version,
    keyspaces: Keyspaces,
}

impl Disk {
    /// Opens the directory's store or makes one. Returns the newest version in it too.
    pub(crate) fn open(path: &Path, limits: DiskLimits) -> Result<(Self, Version), OpenError> {
        let directory = Arc::new(Directory::lock(path)?);
        let engine_path =
            directory.engine_path(|new| open_keyspaces(new, limits, directory.clone()).map(drop))?;
        journal::cut_torn_end(&engine_path)?;
        let keyspaces = open_keyspaces(&engine_path, limits, directory)?;
        let stored = keyspaces.meta.get(LAST_VERSION).map_err(|cause| engine_error(path, &cause))?;
        let last = stored.map_or(Some(0), |value| Some(u64::from_be_bytes(value.as_ref().try_into().ok()?)));
        let last = last.ok_or_else(|| OpenError::Engine {
            path: path.to_owned(),
            cause: "the last version is damaged".to_owned(),
        })?;
        Ok((Self { keyspaces, reserve_bytes: limits.reserve_bytes }, Version::from_u64(last)))
    }

    fn check_room(&self) -> Result<(), ApplyError> {
        let path = self.keyspaces.directory.path();
        let room = rustix::fs::statvfs(path).map_err(|error| ApplyError::Failed(error.to_string()))?;
        let free_bytes = room.f_bavail.saturating_mul(room.f_frsize);
        let reserve_bytes = self.reserve_bytes;
        if free_bytes < reserve_bytes {
            return Err(ApplyError::DiskFull { free_bytes, reserve_bytes });
        }
        Ok(())
    }
}

fn open_keyspaces(
    path: &Path,
    limits: DiskLimits,
    directory: Arc<Directory>,
) -> Result<Keyspaces, OpenError> {
    let open = || {
        let database = Database::builder(path)
            .cache_size(limits.cache_bytes)
            .worker_threads(WORKERS)
            .max_journaling_size(JOURNAL_BYTES)
            .manual_journal_persist(true)
            .journal_compression(fjall::CompressionType::None)
            .open()?;
        let keyspace = |name| {
            let options = || KeyspaceCreateOptions::default().max_memtable_size(limits.memtable_bytes);
            database.keyspace(name, options)
        };
        let (rows, logs, meta) = (keyspace("rows")?, keyspace("logs")?, keyspace("meta")?);
        database.persist(PersistMode::SyncAll)?;
        Ok(Keyspaces { rows, logs, meta, database, directory })
    };
    open().map_err(|cause: fjall::Error| engine_error(path, &cause))
}

fn engine_error(path: &Path, cause: &fjall::Error) -> OpenError {
    OpenError::Engine { path: path.to_owned(), cause: cause.to_string() }
}

impl Keyspaces {
    fn of(&self, key: &[u8]) -> &Keyspace {
        if key.first().is_some_and(|first| *first >= FIRST_LOG) { &self.logs } else { &self.rows }
    }
}

impl Backend for Disk {
    fn view(&self, version: Version) -> Arc<dyn LocalView> {
        let snapshot = self.keyspaces.database.snapshot();
        Arc::new(DiskView { snapshot, version, keyspaces: self.keyspaces.clone() })
    }

    fn apply(&mut self, writes: &Writes, last: Version) -> Result<(), ApplyError> {
        self.check_room()?;
        let mut batch = self.keyspaces.database.batch().durability(Some(PersistMode::SyncData));
        for (key, write) in writes {
            let keyspace = self.keyspaces.of(key);
            match &write.value {
                Some(value) => batch.insert(keyspace, key.clone(), with_version(value, write.version)),
                None => batch.remove(keyspace, key.clone()),
            }
        }
        batch.insert(&self.keyspaces.meta, LAST_VERSION, last.as_u64().to_be_bytes());
        batch.commit().map_err(|cause| ApplyError::Failed(cause.to_string()))
    }
}

fn with_version(value: &Bytes, version: Version) -> Bytes {
    let mut stored = BytesMut::with_capacity(VERSION_LEN + value.len());
    stored.put_u64(version.as_u64());
    stored.put_slice(value);
    stored.freeze()
}

fn entry(stored: Bytes) -> Result<Entry, StoreError> {
    let version = stored.first_chunk::<VERSION_LEN>().copied();
    let version = version.ok_or_else(|| StoreError::Corrupt("a value without a version".into()))?;
    Ok(Entry { value: stored.slice(VERSION_LEN..), version: Version::from_u64(u64::from_be_bytes(version)) })
}

fn read_error(cause: &fjall::Error) -> StoreError {
    StoreError::Read(cause.to_string().into())
}

impl DiskView {
    fn iterate(&self, keyspace: &Keyspace, range: &KeyRange) -> Iter {
        match &range.end {
            Some(end) => self.snapshot.range(keyspace, &range.start[..]..&end[..]),
            None => self.snapshot.range(keyspace, &range.start[..]..),
        }
    }
}

impl LocalView for DiskView {
    fn version(&self) -> Version {
        self.version
    }

    fn get(&self, key: &[u8]) -> Result<Option<Entry>, StoreError> {
        let stored = self.snapshot.get(self.keyspaces.of(key), key).map_err(|cause| read_error(&cause))?;
        stored.map(|value| entry(value.into())).transpose()
    }

    fn range(&self, range: &KeyRange, direction: Direction, limit: PageLimit) -> Result<Page, StoreError> {
        let rows = || self.iterate(&self.keyspaces.rows, range);
        let logs = || self.iterate(&self.keyspaces.logs, range);
        let all_rows = range.end.as_ref().is_some_and(|end| end[..] <= [FIRST_LOG][..]);
        let all_logs = range.start.first().is_some_and(|first| *first >= FIRST_LOG);
        match direction {
            Direction::Forward if all_rows => page(rows(), limit),
            Direction::Forward if all_logs => page(logs(), limit),
            Direction::Forward => page(rows().chain(logs()), limit),
            Direction::Backward if all_rows => page(rows().rev(), limit),
            Direction::Backward if all_logs => page(logs().rev(), limit),
            Direction::Backward => page(logs().rev().chain(rows().rev()), limit),
        }
    }
}

fn page(stored: impl Iterator<Item = fjall::Guard>, limit: PageLimit) -> Result<Page, StoreError> {
    let mut page = Page::default();
    let mut bytes = 0;
    for guard in stored {
        if !page.rows.is_empty() && limit.reached(page.rows.len(), bytes) {
            page.more = true;
            break;
        }
        let (key, value) = guard.into_inner().map_err(|cause| read_error(&cause))?;
        let row = Row { key: key.into(), entry: entry(value.into())? };
        bytes += row.key.len() + row.entry.value.len();
        page.rows.push(row);
    }
    Ok(page)
}
