//! Opening an embedded store.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use base_id::Ids;
use base_time::Clock;

use crate::error::OpenError;
use crate::key::Version;
use crate::local::{Disk, DiskLimits, Local, Memory};
use crate::store::Store;

/// How an embedded store is opened.
#[derive(Clone)]
pub struct Options {
    path: PathBuf,
    clock: Clock,
    ids: Ids,
    limits: DiskLimits,
}

impl Options {
    /// A store in the directory `path`, which is made if it isn't there.
    pub fn new(path: impl AsRef<Path>, clock: Clock, ids: Ids) -> Self {
        let limits = DiskLimits { cache_bytes: 64 << 20, reserve_bytes: 64 << 20, memtable_bytes: 32 << 20 };
        Self { path: path.as_ref().to_owned(), clock, ids, limits }
    }

    /// Memory for blocks that were read. 64 MB if not said.
    pub fn cache_bytes(mut self, bytes: u64) -> Self {
        self.limits.cache_bytes = bytes;
        self
    }

    /// Memory of rows not yet flushed, for each of two keyspaces; also about what is read again after a crash. 32 MB if
    /// not said.
    pub fn memtable_bytes(mut self, bytes: u64) -> Self {
        self.limits.memtable_bytes = bytes;
        self
    }

    /// What must stay free on the disk: with less, commits are refused (`CommitError::DiskFull`) before they could
    /// fail half way. 64 MB if not said.
    pub fn reserve_bytes(mut self, bytes: u64) -> Self {
        self.limits.reserve_bytes = bytes;
        self
    }
}

impl Store {
    /// Opens an embedded store. It belongs to this process until the last handle and snapshot are dropped. Blocks while
    /// it reads what was not flushed before a crash.
    ///
    /// # Errors
    /// If another process has it, its directory cannot be written, or its format is not known.
    pub fn open(options: Options) -> Result<Self, OpenError> {
        let (disk, last) = Disk::open(&options.path, options.limits)?;
        let engine = Local::start(disk, last);
        let engine = engine.map_err(|cause| OpenError::Io { path: options.path, cause })?;
        Ok(Self::new(Arc::new(engine), options.clock, options.ids))
    }

    /// A store in memory, for tests: nothing survives it.
    ///
    /// # Errors
    /// If no thread can be started.
    pub fn in_memory(clock: Clock, ids: Ids) -> std::io::Result<Self> {
        let engine = Local::start(Memory::default(), Version::ZERO)?;
        Ok(Self::new(Arc::new(engine), clock, ids))
    }
}
