//! The data directory: its lock, its format, and how it comes to be.
//!
//! - `LOCK`: locked while a process has the store open; holds its pid
//! - `store/FORMAT`: the format's name and version
//! - `store/fjall/`: the engine's files
//!
//! A new store is made as `store.new` and renamed when it is complete, so that a crash on the way leaves nothing half
//! made.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::{Path, PathBuf};

use crate::error::OpenError;

/// What `FORMAT` holds. A change of anything on the disk is a new number, and code here that opens the former one.
const FORMAT: &str = "haneul-store 1\n";

/// A locked data directory. Unlocked when dropped.
#[derive(Debug)]
pub(crate) struct Directory {
    path: PathBuf,
    _lock: File,
}

impl Directory {
    /// Makes the directory if it isn't there, and locks it.
    pub(crate) fn lock(path: &Path) -> Result<Self, OpenError> {
        fs::create_dir_all(path).map_err(|cause| not_writable(path, cause))?;
        let lock_path = path.join("LOCK");
        let options = OpenOptions::new().read(true).write(true).create(true).truncate(false).open(&lock_path);
        let mut lock = options.map_err(|cause| not_writable(path, cause))?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                return Err(OpenError::InUse { path: path.to_owned(), pid: read_pid(&mut lock) });
            }
            Err(TryLockError::Error(cause)) => return Err(io_error(&lock_path, cause)),
        }
        write_pid(&mut lock).map_err(|cause| not_writable(path, cause))?;
        Ok(Self { path: path.to_owned(), _lock: lock })
    }

    pub(crate) fn path(&self) -> &Path {
        &self.path
    }

    fn store(&self) -> PathBuf {
        self.path.join("store")
    }

    /// Where the engine's files are. Made by `create` if the directory is new.
    pub(crate) fn engine_path(
        &self,
        create: impl FnOnce(&Path) -> Result<(), OpenError>,
    ) -> Result<PathBuf, OpenError> {
        let store = self.store();
        if !store.try_exists().map_err(|cause| io_error(&store, cause))? {
            self.create_store(create)?;
        }
        check_format(&store)?;
        Ok(store.join("fjall"))
    }

    fn create_store(&self, create: impl FnOnce(&Path) -> Result<(), OpenError>) -> Result<(), OpenError> {
        let new = self.path.join("store.new");
        let at_new = |cause| io_error(&new, cause);
        if new.try_exists().map_err(at_new)? {
            fs::remove_dir_all(&new).map_err(at_new)?;
        }
        fs::create_dir(&new).map_err(at_new)?;
        create(&new.join("fjall"))?;
        write_synced(&new.join("FORMAT"), FORMAT).map_err(at_new)?;
        // The engine doesn't sync the name of every directory it makes.
        sync_tree(&new).map_err(at_new)?;
        fs::rename(&new, self.store()).map_err(at_new)?;
        sync_directory(&self.path).map_err(at_new)?;
        // The directory itself may be new too.
        self.path.parent().map_or(Ok(()), sync_directory).map_err(|cause| io_error(&self.path, cause))
    }
}

fn check_format(store: &Path) -> Result<(), OpenError> {
    let path = store.join("FORMAT");
    let found = fs::read_to_string(&path).map_err(|cause| io_error(&path, cause))?;
    if found == FORMAT {
        return Ok(());
    }
    Err(OpenError::UnknownFormat { path, found: found.trim_end().to_owned(), known: FORMAT.trim_end() })
}

fn read_pid(lock: &mut File) -> Option<u32> {
    let mut text = String::new();
    lock.take(20).read_to_string(&mut text).ok()?;
    text.trim().parse().ok()
}

fn write_pid(lock: &mut File) -> io::Result<()> {
    lock.set_len(0)?;
    lock.rewind()?;
    writeln!(lock, "{}", std::process::id())
}

fn write_synced(path: &Path, text: &str) -> io::Result<()> {
    let mut file = File::create(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn sync_directory(path: &Path) -> io::Result<()> {
    let path = if path.as_os_str().is_empty() { Path::new(".") } else { path };
    File::open(path)?.sync_all()
}

/// Syncs all files and directories below `path`, and itself.
fn sync_tree(path: &Path) -> io::Result<()> {
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            sync_tree(&entry.path())?;
        } else {
            File::open(entry.path())?.sync_all()?;
        }
    }
    sync_directory(path)
}

fn not_writable(path: &Path, cause: io::Error) -> OpenError {
    OpenError::NotWritable { path: path.to_owned(), cause }
}

pub(crate) fn io_error(path: &Path, cause: io::Error) -> OpenError {
    OpenError::Io { path: path.to_owned(), cause }
}
