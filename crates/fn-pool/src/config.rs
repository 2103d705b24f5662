//! What the engine is started with.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use base_id::Ids;
use base_task::Tasks;
use base_time::Clock;

/// Everything `Engine::start` needs.
#[derive(Clone)]
pub struct EngineConfig {
    /// A directory of the engine's own, made if missing; emptied at start.
    pub scratch_dir: PathBuf,
    /// Environments this machine may hold at once, frozen ones included.
    pub max_environments: usize,
    /// An environment that was idle for so long is ended. AWS: minutes, undocumented.
    pub idle_timeout: Duration,
    /// Sandboxes made ahead of need, beyond `max_environments`: about 1 MB and one process each.
    pub ready_sandboxes: usize,
    pub runtime_roots: RuntimeRoots,
    /// The platform's own AWS endpoint inside every environment; `None`: functions reach nothing at all.
    pub endpoint: Option<PlatformEndpoint>,
    pub isolation: IsolationPolicy,
    /// Refuse a function whose runtime version differs from the interpreter found, instead of warning in its log.
    pub strict_runtimes: bool,
    pub egress: Egress,
    pub clock: Clock,
    pub ids: Ids,
    pub tasks: Tasks,
}

impl EngineConfig {
    /// Production defaults: full isolation, no egress, at most 1,000 environments, idle ones kept for 10 minutes.
    pub fn new(scratch_dir: PathBuf, clock: Clock, ids: Ids, tasks: Tasks) -> Self {
        Self {
            scratch_dir,
            max_environments: 1_000,
            idle_timeout: Duration::from_secs(600),
            ready_sandboxes: 4,
            runtime_roots: RuntimeRoots::default(),
            endpoint: None,
            isolation: IsolationPolicy::Full,
            strict_runtimes: false,
            egress: Egress::None,
            clock,
            ids,
            tasks,
        }
    }
}

/// Packages that AWS's runtimes bring along (boto3, the JS SDK), from directories on this machine; mounted read-only
/// under /var/runtime and found after the function's own packages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RuntimeRoots {
    /// A directory of Python packages (as `pip install --target` makes it).
    pub python_packages: Option<PathBuf>,
    /// A `node_modules` directory.
    pub node_modules: Option<PathBuf>,
}

/// The AWS endpoint functions see as `http://127.0.0.1:<port>` (AWS_ENDPOINT_URL).
#[derive(Clone)]
pub struct PlatformEndpoint {
    /// The platform's public port, so that URLs it hands out work inside a function too.
    pub port: u16,
    pub acceptor: Arc<dyn EndpointAcceptor>,
}

/// Takes over connections made inside an environment.
pub trait EndpointAcceptor: Send + Sync {
    /// Serves `stream` on a task of its own; must not block.
    fn accept(&self, stream: tokio::net::TcpStream);
}

/// What to do where the kernel or the user's rights forbid a part of the isolation. Namespaces, the root of its own, the
/// system call filter and the loss of all rights are always required: without them the engine does not start.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IsolationPolicy {
    /// Refuse to start as root with any other part missing or weaker: control groups, the freezer, landlock, /proc. Where
    /// the platform runs rootless they may be; the log and the report say so.
    Full,
    /// Start with what can be had; the log and `Engine::isolation` say what is missing.
    BestEffort,
}

/// Where functions may connect to beyond the platform's endpoint.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Egress {
    /// Nowhere. The only policy built.
    #[default]
    None,
}
