//! What an environment may use, and the files that say so.

use super::Version;

/// Memory that comes with one vCPU (Lambda Developer Guide, "Configure Lambda function memory").
const MB_PER_VCPU: u64 = 1_769;
const PERIOD_US: u64 = 100_000;

/// Limits of one environment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Limits {
    pub(crate) memory_mb: u32,
    /// /tmp counts as memory to the kernel: the hard limit is both, the function's own is watched (`watch`).
    pub(crate) tmp_mb: u32,
    pub(crate) processes: u64,
}

pub(crate) struct File {
    pub(crate) name: &'static str,
    pub(crate) value: String,
    /// Missing on some kernels.
    pub(crate) optional: bool,
}

pub(crate) type Files = Vec<File>;

fn file(name: &'static str, value: impl ToString) -> File {
    File { name, value: value.to_string(), optional: false }
}

fn optional(name: &'static str, value: impl ToString) -> File {
    File { name, value: value.to_string(), optional: true }
}

pub(crate) fn memory_limit_file(version: Version) -> &'static str {
    match version {
        Version::One => "memory.limit_in_bytes",
        Version::Two => "memory.max",
    }
}

impl Limits {
    fn hard_limit_bytes(&self) -> u64 {
        (u64::from(self.memory_mb) + u64::from(self.tmp_mb)) << 20
    }

    pub(crate) fn memory_files(&self, version: Version) -> Files {
        let limit = file(memory_limit_file(version), self.hard_limit_bytes());
        match version {
            // Swapping would turn the limit into slowness.
            Version::One => vec![limit, optional("memory.swappiness", 0)],
            Version::Two => vec![limit, optional("memory.swap.max", 0), optional("memory.oom.group", 1)],
        }
    }

    /// Under contention a share proportional to memory, as AWS's; on an idle machine whole vCPUs, rounded up, so that a
    /// small function isn't slower than the machine needs it to be.
    pub(crate) fn cpu_files(&self, version: Version) -> Files {
        let memory = u64::from(self.memory_mb);
        let quota_us = PERIOD_US * memory.div_ceil(MB_PER_VCPU);
        match version {
            Version::One => vec![
                file("cpu.shares", (1_024 * memory / MB_PER_VCPU).max(2)),
                optional("cpu.cfs_period_us", PERIOD_US),
                optional("cpu.cfs_quota_us", quota_us),
            ],
            Version::Two => vec![
                file("cpu.weight", (100 * memory / MB_PER_VCPU).clamp(1, 10_000)),
                optional("cpu.max", format!("{quota_us} {PERIOD_US}")),
            ],
        }
    }

    pub(crate) fn pids_files(&self, _version: Version) -> Files {
        vec![file("pids.max", self.processes)]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_vcpu_comes_with_1769_mb() {
        let value = |mb: u32, name: &str| {
            let limits = Limits { memory_mb: mb, tmp_mb: 512, processes: 1 };
            let files = [limits.cpu_files(Version::One), limits.cpu_files(Version::Two)];
            files.into_iter().flatten().find(|f| f.name == name).unwrap().value
        };
        assert_eq!(value(1_769, "cpu.shares"), "1024");
        assert_eq!(value(1_769, "cpu.cfs_quota_us"), "100000");
        assert_eq!(value(128, "cpu.shares"), "74");
        assert_eq!(value(128, "cpu.max"), "100000 100000");
        assert_eq!(value(10_240, "cpu.max"), "600000 100000");
        assert_eq!(value(10_240, "cpu.weight"), "578");
    }
}
