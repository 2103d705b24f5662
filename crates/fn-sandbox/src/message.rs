//! What the platform, the spawner and an environment's init say to each other.

use serde::{Deserialize, Serialize};

use crate::{IsolationPart, RootPlan, StepError};

/// Platform to spawner. Every message gets one answer, in order.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToSpawner {
    /// First: build the root all environments share.
    Setup(Box<Setup>),
    /// A new environment. Descriptors: the init's control socket, the output pipe's writing end, and, if `in_cgroup`,
    /// a cgroup v2 directory.
    Create(Create),
    /// A detached read-only mount of a directory; answered with its descriptor.
    Bind { path: String },
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Setup {
    pub(crate) plan: RootPlan,
    /// Where the root is put together: an existing directory nobody else uses.
    pub(crate) mount_point: String,
    /// User numbers of environments, for the password file.
    pub(crate) uids: std::ops::Range<u32>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Create {
    /// The function's user and group; ignored where the spawner has one user only (rootless).
    pub(crate) uid: u32,
    /// The init's own user.
    pub(crate) init_uid: u32,
    /// Ports to listen on at 127.0.0.1 inside, in this order.
    pub(crate) ports: Vec<u16>,
    pub(crate) in_cgroup: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromSpawner {
    Ready {
        rootless: bool,
        parts: Vec<IsolationPart>,
    },
    /// With the init's pidfd.
    Created {
        pid: i32,
    },
    /// With the mount's descriptor.
    Bound,
    Failed(StepError),
}

/// Platform to init.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum ToInit {
    /// Start the runtime. The first launch mounts /tmp and, from the descriptors, `mounts`.
    Launch(Box<LaunchOrder>),
    /// To the runtime's process only.
    Signal(i32),
    /// To every process but init.
    SignalAll(i32),
    /// Kill every process but init; answered by `AllKilled`.
    KillAll,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct LaunchOrder {
    pub(crate) argv: Vec<String>,
    pub(crate) env: Vec<(String, String)>,
    pub(crate) cwd: String,
    /// Mount points for the descriptors that come with the message.
    pub(crate) mounts: Vec<String>,
    pub(crate) tmp_bytes: u64,
    /// Per-process bound on writable memory, where no control group bounds it.
    pub(crate) data_limit_bytes: Option<u64>,
}

/// Init to platform.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) enum FromInit {
    /// Namespaces and root stand. Descriptors: one listener a port.
    Ready {
        parts: Vec<IsolationPart>,
    },
    /// With a descriptor of /tmp after the first launch.
    Launched {
        parts: Vec<IsolationPart>,
    },
    Failed(StepError),
    /// The runtime's own process ended.
    Exited(RuntimeExit),
    AllKilled,
}

/// How the runtime's process ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RuntimeExit {
    /// Exit status 0 to 255.
    Status(i32),
    /// Ended by this signal.
    Signal(i32),
}
