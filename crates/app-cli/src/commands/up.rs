//! `haneul up`: the server, until it is told to stop.

use std::fs;
use std::io::Write;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, Result, bail};
use app_server::{Server, ServerConfig};
use base_id::Ids;
use base_time::Clock;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::settings::{self, DEFAULT_PORT, DEFAULT_REGION, RootCredentials, RunningServer};

/// Time for requests and functions in flight to end after a signal.
const DRAIN: Duration = Duration::from_secs(10);

#[derive(Args)]
pub struct Arguments {
    /// The one port for everything; 0 takes a free one.
    #[arg(long, env = "HANEUL_PORT", default_value_t = DEFAULT_PORT)]
    port: u16,
    /// The address to listen on. Anything but loopback opens the platform to the network.
    #[arg(long, env = "HANEUL_LISTEN", default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    listen: IpAddr,
    /// The region where a client names none.
    #[arg(long, env = "HANEUL_REGION", default_value = DEFAULT_REGION)]
    region: String,
    /// Any access key is root of account 000000000000, a 12-digit one of that account; signatures aren't checked.
    /// Loopback only.
    #[arg(long)]
    dev: bool,
    /// Refuse functions whose runtime version is not on this machine, instead of running them on the one that is.
    #[arg(long)]
    strict_runtimes: bool,
    /// Run functions even where this machine can't isolate them fully. For trusted code only.
    #[arg(long)]
    allow_weak_isolation: bool,
    /// Python packages that functions find without bringing them (boto3), as `pip install --target` makes them.
    #[arg(long, env = "HANEUL_PYTHON_PACKAGES")]
    python_packages: Option<PathBuf>,
    /// A node_modules directory that functions find without bringing it (@aws-sdk/*).
    #[arg(long, env = "HANEUL_NODE_MODULES")]
    node_modules: Option<PathBuf>,
}

pub async fn run(data: &Path, arguments: Arguments) -> Result<()> {
    start_log();
    if arguments.dev && !arguments.listen.is_loopback() {
        bail!("--dev accepts any credentials and so listens on loopback only; leave out --listen");
    }
    let config = ServerConfig {
        data: data.to_owned(),
        listen: SocketAddr::new(arguments.listen, arguments.port),
        region: arguments.region.clone(),
        dev: arguments.dev,
        strict_runtimes: arguments.strict_runtimes,
        allow_weak_isolation: arguments.allow_weak_isolation,
        python_packages: arguments.python_packages,
        node_modules: arguments.node_modules,
        clock: Clock::system(),
        ids: Ids::system(),
    };
    let mut server = Server::start(config).await?;
    let endpoint = endpoint(server.address());
    let first_start = write_files(data, &server, &endpoint, &arguments.region)?;
    server.open();
    announce(&server, &endpoint, data, first_start, arguments.dev)?;
    wait_for_signal().await?;
    let drained = server.stop(DRAIN).await;
    let _ = fs::remove_file(settings::running_file(data));
    if !drained {
        bail!(
            "some work did not end within {} s and was cut off; what was acknowledged is kept",
            DRAIN.as_secs()
        );
    }
    Ok(())
}

fn endpoint(address: SocketAddr) -> String {
    let host = match address.ip() {
        ip if ip.is_unspecified() => "127.0.0.1".to_owned(),
        IpAddr::V6(ip) => format!("[{ip}]"),
        IpAddr::V4(ip) => ip.to_string(),
    };
    format!("http://{host}:{}", address.port())
}

/// Writes what `haneul env` reads. Returns whether the credentials are new.
fn write_files(data: &Path, server: &Server, endpoint: &str, region: &str) -> Result<bool> {
    let root = server.root_credentials();
    let credentials = RootCredentials {
        access_key_id: root.access_key_id.clone(),
        secret_access_key: root.secret_access_key.clone(),
        account: server.account().to_owned(),
    };
    let file = settings::credentials_file(data);
    let is_new = !file.exists();
    write_private(&file, &serde_json::to_vec_pretty(&credentials)?)?;
    let running =
        RunningServer { endpoint: endpoint.to_owned(), pid: std::process::id(), region: region.to_owned() };
    write_private(&settings::running_file(data), &serde_json::to_vec_pretty(&running)?)?;
    Ok(is_new)
}

/// Writes a file that only its owner may read, all or nothing.
fn write_private(file: &Path, bytes: &[u8]) -> Result<()> {
    let partial = file.with_extension("partial");
    let mut out = fs::OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&partial)
        .with_context(|| format!("writing {}", partial.display()))?;
    out.write_all(bytes)?;
    out.sync_all()?;
    fs::rename(&partial, file).with_context(|| format!("writing {}", file.display()))
}

fn announce(server: &Server, endpoint: &str, data: &Path, first_start: bool, dev: bool) -> Result<()> {
    let mut out = std::io::stdout().lock();
    writeln!(out, "haneul {} is ready at {endpoint}", env!("CARGO_PKG_VERSION"))?;
    writeln!(out, "  account {}, data in {}", server.account(), data.display())?;
    for line in server.isolation_summary() {
        writeln!(out, "  {line}")?;
    }
    if dev {
        writeln!(out, "  DEVELOPMENT MODE: any credentials are accepted. Never expose this port.")?;
    }
    if first_start {
        writeln!(
            out,
            "  root credentials were generated; clients take them by: eval \"$(haneul env --data {})\"",
            data.display()
        )?;
    }
    out.flush()?;
    Ok(())
}

async fn wait_for_signal() -> Result<()> {
    let mut terminate = signal(SignalKind::terminate())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    tokio::select! {
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    Ok(())
}

fn start_log() {
    use tracing_subscriber::EnvFilter;
    let filter = EnvFilter::try_from_env("HANEUL_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let _ = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
}
