//! How a server is started, and why it may not start.

use std::net::SocketAddr;
use std::path::PathBuf;

use base_id::Ids;
use base_time::Clock;

#[derive(Clone)]
pub struct ServerConfig {
    /// Everything durable, and scratch space for functions.
    pub data: PathBuf,
    /// Port 0 takes a free one.
    pub listen: SocketAddr,
    /// Where requests name no region.
    pub region: String,
    /// Accept any credentials.
    pub dev: bool,
    pub strict_runtimes: bool,
    /// Run functions though parts of the isolation are missing.
    pub allow_weak_isolation: bool,
    pub python_packages: Option<PathBuf>,
    pub node_modules: Option<PathBuf>,
    pub clock: Clock,
    pub ids: Ids,
}

/// Why a server did not start; each names what to do.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error(
        "{address} can't be listened on ({cause}); another program may have the port: choose one with --port"
    )]
    Bind { address: SocketAddr, cause: std::io::Error },
    #[error("the data directory is in use: {cause}; stop that server, or name another directory with --data")]
    DataInUse { cause: String },
    #[error("the data directory can't be used: {cause}")]
    Data { cause: String },
    #[error(
        "functions can't be isolated as production needs ({cause}); see `haneul doctor`, or start with --allow-weak-isolation for trusted code"
    )]
    Isolation { cause: String },
    #[error("{what} could not be started: {cause}")]
    Service { what: &'static str, cause: String },
}
