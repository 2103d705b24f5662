//! Control groups: memory, CPU, process limits and the freezer of each environment; version 2, version 1, or both side
//! by side (version 2's freezer is used even where version 1 holds the controllers).
//!
//! Layout: `<our own group>/haneul-fn-<pid>/<environment>` in each hierarchy that is used.

mod discover;
mod limits;
mod watch;

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

pub(crate) use discover::discover;
pub(crate) use limits::Limits;
pub(crate) use watch::MemoryWatch;

/// One feature's place: the directory that holds the environments' directories, and whose rules apply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) version: Version,
    pub(crate) dir: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Version {
    One,
    Two,
}

/// What this machine lets us use.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Hierarchies {
    pub(crate) memory: Option<Place>,
    pub(crate) cpu: Option<Place>,
    pub(crate) pids: Option<Place>,
    pub(crate) freezer: Option<Place>,
}

/// Memory of an environment as the kernel counts it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct MemoryUse {
    /// Highest use so far, page cache and /tmp included.
    pub peak_bytes: u64,
    pub current_bytes: u64,
    /// Processes the kernel ended for want of memory.
    pub oom_kills: u64,
}

/// One environment's groups.
#[derive(Debug)]
pub(crate) struct Cgroup {
    name: String,
    hierarchies: Hierarchies,
    /// Times the watch found the function out of memory.
    own_oom_kills: AtomicU64,
}

impl Hierarchies {
    fn places(&self) -> Vec<&Place> {
        let mut places: Vec<&Place> = Vec::new();
        for place in [&self.memory, &self.cpu, &self.pids, &self.freezer].into_iter().flatten() {
            if !places.iter().any(|known| known.dir == place.dir) {
                places.push(place);
            }
        }
        places
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places().is_empty()
    }

    /// Makes an environment's groups, without limits and processes. Blocks for some tens of microseconds.
    pub(crate) fn make(&self, name: &str) -> io::Result<Cgroup> {
        let group =
            Cgroup { name: name.to_owned(), hierarchies: self.clone(), own_oom_kills: AtomicU64::new(0) };
        for place in self.places() {
            fs::create_dir(place.dir.join(name))?;
        }
        Ok(group)
    }

    /// Removes our own groups at the end; they must be empty.
    pub(crate) fn remove(&self) {
        for place in self.places() {
            // Not empty only if an environment is still dying; the next start sweeps it.
            let _ = fs::remove_dir(&place.dir);
        }
    }
}

impl Cgroup {
    fn dir(&self, place: &Place) -> PathBuf {
        place.dir.join(&self.name)
    }

    /// The version 2 directory, for a clone straight into it.
    pub(crate) fn clone_target(&self) -> Option<OwnedFd> {
        let place = self.hierarchies.places().into_iter().find(|p| p.version == Version::Two)?;
        let flags = rustix::fs::OFlags::DIRECTORY | rustix::fs::OFlags::CLOEXEC | rustix::fs::OFlags::RDONLY;
        rustix::fs::open(self.dir(place), flags, rustix::fs::Mode::empty()).ok()
    }

    /// Puts a process that was not cloned into the groups there. Version 1 may stall for milliseconds.
    pub(crate) fn attach(&self, pid: i32, cloned_into_v2: bool) -> io::Result<()> {
        for place in self.hierarchies.places() {
            if !(cloned_into_v2 && place.version == Version::Two) {
                fs::write(self.dir(place).join("cgroup.procs"), pid.to_string())?;
            }
        }
        Ok(())
    }

    pub(crate) fn set_limits(&self, limits: &Limits) -> io::Result<()> {
        let h = &self.hierarchies;
        for (place, files) in [
            (&h.memory, Limits::memory_files as fn(&Limits, Version) -> limits::Files),
            (&h.cpu, Limits::cpu_files),
            (&h.pids, Limits::pids_files),
        ] {
            let Some(place) = place else { continue };
            for file in files(limits, place.version) {
                let written = fs::write(self.dir(place).join(file.name), file.value);
                if !file.optional {
                    written?;
                }
            }
        }
        Ok(())
    }

    /// Stops or continues every process. `false` where there is no freezer.
    pub(crate) fn set_frozen(&self, frozen: bool) -> io::Result<bool> {
        let Some(place) = &self.hierarchies.freezer else { return Ok(false) };
        let (file, value) = match (place.version, frozen) {
            (Version::Two, true) => ("cgroup.freeze", "1"),
            (Version::Two, false) => ("cgroup.freeze", "0"),
            (Version::One, true) => ("freezer.state", "FROZEN"),
            (Version::One, false) => ("freezer.state", "THAWED"),
        };
        fs::write(self.dir(place).join(file), value)?;
        Ok(true)
    }

    /// `None` where memory is not accounted.
    pub(crate) fn memory(&self) -> Option<MemoryUse> {
        let place = self.hierarchies.memory.as_ref()?;
        let dir = self.dir(place);
        let (peak, current, events) = match place.version {
            Version::Two => ("memory.peak", "memory.current", "memory.events"),
            Version::One => ("memory.max_usage_in_bytes", "memory.usage_in_bytes", "memory.oom_control"),
        };
        let current_bytes = number(&dir, current)?;
        Some(MemoryUse {
            // memory.peak came with Linux 5.19.
            peak_bytes: number(&dir, peak).unwrap_or(current_bytes),
            current_bytes,
            oom_kills: keyed(&dir, events, "oom_kill").unwrap_or(0)
                + self.own_oom_kills.load(Ordering::Relaxed),
        })
    }

    /// Removes the groups; every process must have ended.
    pub(crate) fn remove(&self) -> io::Result<()> {
        for place in self.hierarchies.places() {
            match fs::remove_dir(self.dir(place)) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        Ok(())
    }
}

fn number(dir: &Path, file: &str) -> Option<u64> {
    fs::read_to_string(dir.join(file)).ok()?.trim().parse().ok()
}

fn keyed(dir: &Path, file: &str, key: &str) -> Option<u64> {
    let text = fs::read_to_string(dir.join(file)).ok()?;
    text.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix(' ')?.trim().parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_directory_serves_all_features_that_share_a_hierarchy() {
        let root = tempfile::tempdir().unwrap();
        let two = Place { version: Version::Two, dir: root.path().join("two") };
        let one = Place { version: Version::One, dir: root.path().join("one") };
        for place in [&two, &one] {
            fs::create_dir(&place.dir).unwrap();
        }
        let all = Hierarchies {
            memory: Some(one.clone()),
            cpu: Some(two.clone()),
            pids: Some(two.clone()),
            freezer: Some(two.clone()),
        };
        let group = all.make("e1").unwrap();
        assert!(two.dir.join("e1").is_dir() && one.dir.join("e1").is_dir());
        fs::write(one.dir.join("e1/memory.usage_in_bytes"), "5\n").unwrap();
        fs::write(one.dir.join("e1/memory.max_usage_in_bytes"), "9\n").unwrap();
        fs::write(one.dir.join("e1/memory.oom_control"), "oom_kill_disable 0\nunder_oom 0\noom_kill 2\n")
            .unwrap();
        assert_eq!(group.memory().unwrap(), MemoryUse { peak_bytes: 9, current_bytes: 5, oom_kills: 2 });
        assert!(group.set_frozen(true).unwrap());
        assert_eq!(fs::read_to_string(two.dir.join("e1/cgroup.freeze")).unwrap(), "1");
        group.attach(7, true).unwrap();
        assert!(!two.dir.join("e1/cgroup.procs").exists());
        assert_eq!(fs::read_to_string(one.dir.join("e1/cgroup.procs")).unwrap(), "7");
    }
}
