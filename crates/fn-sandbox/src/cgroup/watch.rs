//! The function's memory limit, with /tmp left out of it.
//!
//! /tmp is a tmpfs, and the kernel counts its pages as the function's memory; on AWS it is a disk. So the group's hard
//! limit is memory plus /tmp, and the function's own limit is watched: the kernel signals when use crosses a mark, and
//! what is neither /tmp nor reclaimable page cache decides. Over it: out of memory. Under it: the mark moves up by the
//! slack that is left. No polling; a bomb overshoots by what it can touch in the time of one wake-up, and never past the
//! hard limit.

use std::fs::{self, File};
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;

use rustix::event::EventfdFlags;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;

use super::{Cgroup, Version, keyed, number};
use crate::sys;

/// The kernel looks at marks every 128 pages.
const LEAST_STEP: u64 = 1 << 20;

/// What a look at the use found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Over,
    /// The next mark, in bytes of total use.
    Under(u64),
}

/// Total use and what of it does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Use {
    total: u64,
    page_cache: u64,
    tmp: u64,
}

impl Use {
    fn judge(&self, limit: u64) -> Verdict {
        let own = self.total.saturating_sub(self.page_cache).saturating_sub(self.tmp);
        if own >= limit {
            return Verdict::Over;
        }
        Verdict::Under(self.total + (limit - own).max(LEAST_STEP))
    }
}

pub(crate) struct MemoryWatch {
    group: Arc<Cgroup>,
    dir: PathBuf,
    version: Version,
    limit: u64,
    tmp: OwnedFd,
}

impl MemoryWatch {
    /// `None` where memory is not accounted. `tmp`: a descriptor of the environment's /tmp.
    pub(crate) fn new(group: Arc<Cgroup>, limit: u64, tmp: OwnedFd) -> Option<Self> {
        let place = group.hierarchies.memory.clone()?;
        let dir = group.dir(&place);
        Some(Self { group, dir, version: place.version, limit, tmp })
    }

    /// Returns when the function is out of memory.
    pub(crate) async fn over(&self) -> io::Result<()> {
        let mut next = self.limit;
        loop {
            let mark = self.set_mark(next).await?;
            // Use may have passed the mark while it was being set.
            if let Some(later) = self.judge_past(next)? {
                match later {
                    Verdict::Over => return Ok(()),
                    Verdict::Under(mark) => next = mark,
                }
                continue;
            }
            let interest = if self.version == Version::One { Interest::READABLE } else { Interest::PRIORITY };
            mark.ready(interest).await?.clear_ready();
            match self.look()?.judge(self.limit) {
                Verdict::Over => return Ok(()),
                Verdict::Under(mark) => next = mark,
            }
        }
    }

    fn judge_past(&self, mark: u64) -> io::Result<Option<Verdict>> {
        let found = self.look()?;
        Ok((found.total >= mark).then(|| found.judge(self.limit)))
    }

    /// Version 1 waits for a grace period of the kernel's, some 10 ms, so not on this thread.
    async fn set_mark(&self, bytes: u64) -> io::Result<AsyncFd<OwnedFd>> {
        let (dir, version) = (self.dir.clone(), self.version);
        tokio::task::spawn_blocking(move || set_mark(&dir, version, bytes)).await.map_err(io::Error::other)?
    }

    /// Counted by the group from now on, as the kernel counts its own.
    pub(crate) fn count_kill(&self) {
        self.group.own_oom_kills.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    }

    fn look(&self) -> io::Result<Use> {
        let tmp = rustix::fs::fstatfs(&self.tmp)?;
        let (current, file, shmem) = match self.version {
            Version::One => ("memory.usage_in_bytes", "total_cache", "total_shmem"),
            Version::Two => ("memory.current", "file", "shmem"),
        };
        let total = number(&self.dir, current).ok_or(io::ErrorKind::NotFound)?;
        let stat = |key| keyed(&self.dir, "memory.stat", key).unwrap_or(0);
        Ok(Use {
            total,
            page_cache: stat(file).saturating_sub(stat(shmem)),
            tmp: (tmp.f_blocks - tmp.f_bfree) * tmp.f_bsize as u64,
        })
    }
}

/// Blocks. Version 1: an event descriptor and a threshold. Version 2: `memory.high`, whose breaches show in `memory.events`.
fn set_mark(dir: &std::path::Path, version: Version, bytes: u64) -> io::Result<AsyncFd<OwnedFd>> {
    match version {
        Version::One => {
            use std::os::fd::AsRawFd;
            let event = rustix::event::eventfd(0, EventfdFlags::CLOEXEC | EventfdFlags::NONBLOCK)?;
            let usage = File::open(dir.join("memory.usage_in_bytes"))?;
            let order = format!("{} {} {bytes}", event.as_raw_fd(), usage.as_raw_fd());
            fs::write(dir.join("cgroup.event_control"), order)?;
            sys::watch(event)
        }
        Version::Two => {
            fs::write(dir.join("memory.high"), bytes.to_string())?;
            sys::watch_priority(File::open(dir.join("memory.events"))?.into())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tmp_and_page_cache_do_not_count_against_the_function() {
        const MB: u64 = 1 << 20;
        let limit = 128 * MB;
        let full_tmp = Use { total: 400 * MB, page_cache: 0, tmp: 300 * MB };
        assert_eq!(full_tmp.judge(limit), Verdict::Under(428 * MB));
        let reading = Use { total: 200 * MB, page_cache: 150 * MB, tmp: 0 };
        assert_eq!(reading.judge(limit), Verdict::Under(278 * MB));
        let bomb = Use { total: 430 * MB, page_cache: 2 * MB, tmp: 300 * MB };
        assert_eq!(bomb.judge(limit), Verdict::Over);
        let near = Use { total: 128 * MB - 1, page_cache: 0, tmp: 0 };
        assert_eq!(near.judge(limit), Verdict::Under(129 * MB - 1));
    }
}
