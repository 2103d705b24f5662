//! The platform's side: starts the spawner, keeps user numbers and control groups, makes environments.
//!
//! One task owns the spawner's socket; everyone else asks it. If the spawner dies (its environments die with it), the
//! next request starts another.

use std::io;
use std::ops::Range;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::process::Stdio;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;
use tokio::sync::{mpsc, oneshot};

use crate::cgroup::{self, Hierarchies};
use crate::channel::{self, AsyncChannel};
use crate::message::{FromSpawner, Setup, ToSpawner};
use crate::report::Step;
use crate::root::RootPlan;
use crate::sandbox::{LaunchSpec, Sandbox};
use crate::spawner;
use crate::{IsolationPart, IsolationReport, StepError};

/// Requests that may wait for the spawner; each is served in well under a millisecond.
const QUEUE: usize = 64;

/// What `Sandboxes::start` needs.
#[derive(Clone, Debug)]
pub struct SandboxesConfig {
    /// What functions find in their root.
    pub plan: RootPlan,
    /// An existing directory that the root is mounted over, in the spawner's mount namespace only.
    pub mount_point: PathBuf,
    /// User and group numbers for functions, one each; nobody else may use them. Without effect when rootless.
    pub uids: Range<u32>,
    /// The user of every environment's init; outside `uids`.
    pub init_uid: u32,
}

impl SandboxesConfig {
    /// User numbers of this process's own, from the range nothing else allocates from (systemd's "Users, Groups, UIDs
    /// and GIDs" leaves 1879048192 to 2147483647 unused).
    pub fn new(plan: RootPlan, mount_point: PathBuf) -> Self {
        let init_uid = 1_879_048_192 + (std::process::id() % 65_000) * 4_096;
        Self { plan, mount_point, uids: init_uid + 1..init_uid + 2_049, init_uid }
    }
}

/// What one environment is made with.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SandboxSpec {
    /// Ports at 127.0.0.1 inside; the platform holds the listeners.
    pub ports: Vec<u16>,
}

/// Makes environments. Cheap to clone.
#[derive(Clone)]
pub struct Sandboxes(pub(crate) Arc<Shared>);

pub(crate) struct Shared {
    requests: mpsc::Sender<Request>,
    pub(crate) hierarchies: Hierarchies,
    pub(crate) init_uid: u32,
    report: Mutex<IsolationReport>,
    free_uids: Mutex<Vec<u32>>,
    sequence: AtomicU64,
}

struct Request {
    message: ToSpawner,
    fds: Vec<OwnedFd>,
    answer: oneshot::Sender<Result<(FromSpawner, Vec<OwnedFd>), StepError>>,
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.hierarchies.remove();
    }
}

impl Sandboxes {
    /// Starts the spawner, builds the root and makes one environment as a trial, so that the report is about what
    /// really happens. Fails with the step that the kernel or the user's rights forbid.
    pub async fn start(config: SandboxesConfig) -> Result<Self, StepError> {
        let setup = Setup {
            plan: config.plan,
            mount_point: config.mount_point.to_string_lossy().into_owned(),
            uids: config.uids.clone(),
        };
        let (spawner, rootless, mut parts) = SpawnerLink::start(&setup).await?;
        let (hierarchies, group_parts) =
            tokio::task::spawn_blocking(cgroup::discover).await.step("look for control groups")?;
        parts.extend(group_parts);
        let (requests, inbox) = mpsc::channel(QUEUE);
        tokio::spawn(serve(setup, spawner, inbox));
        let sandboxes = Self(Arc::new(Shared {
            requests,
            hierarchies,
            init_uid: config.init_uid,
            report: Mutex::new(IsolationReport { rootless, parts }),
            free_uids: Mutex::new(config.uids.rev().collect()),
            sequence: AtomicU64::new(0),
        }));
        sandboxes.try_out().await?;
        Ok(sandboxes)
    }

    /// What is in force, as the trial environment found it.
    pub fn report(&self) -> IsolationReport {
        self.0.report.lock().clone()
    }

    /// Makes an environment that is ready to be launched into.
    pub async fn create(&self, spec: &SandboxSpec) -> Result<Sandbox, StepError> {
        Sandbox::create(self.0.clone(), spec).await
    }

    async fn try_out(&self) -> Result<(), StepError> {
        let mut trial = self.create(&SandboxSpec::default()).await?;
        let program = ["/bin/true", "/usr/bin/true"].into_iter().find(|p| std::path::Path::new(p).exists());
        let mut launch = LaunchSpec::new(vec![program.unwrap_or("/bin/true").to_owned()]);
        launch.cwd = "/".to_owned();
        trial.launch(&launch).await?;
        let parts = trial.take_parts();
        self.0.report.lock().parts.extend(parts);
        trial.end().await;
        Ok(())
    }
}

impl Shared {
    pub(crate) fn take_uid(&self) -> Option<u32> {
        self.free_uids.lock().pop()
    }

    pub(crate) fn return_uid(&self, uid: u32) {
        // To the far end, so that a number is not used again soon.
        self.free_uids.lock().insert(0, uid);
    }

    pub(crate) fn next_name(&self) -> String {
        format!("e{}", self.sequence.fetch_add(1, Ordering::Relaxed))
    }

    /// Asks the spawner.
    pub(crate) async fn ask(
        &self,
        message: ToSpawner,
        fds: Vec<OwnedFd>,
    ) -> Result<(FromSpawner, Vec<OwnedFd>), StepError> {
        let (answer, answered) = oneshot::channel();
        self.requests.send(Request { message, fds, answer }).await.step("ask the spawner")?;
        answered.await.step("hear from the spawner")?
    }
}

struct SpawnerLink {
    channel: AsyncChannel,
    // Ended by the end of its socket; held so that it is waited for.
    _process: tokio::process::Child,
}

impl SpawnerLink {
    async fn start(setup: &Setup) -> Result<(Self, bool, Vec<IsolationPart>), StepError> {
        let (ours, theirs) = channel::pair().step("make the spawner's socket")?;
        let process = tokio::process::Command::new("/proc/self/exe")
            .arg0("haneul-functions")
            .env_clear()
            .env(spawner::MARKER, spawner::MARKER_VALUE)
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .kill_on_drop(true)
            .spawn()
            .step("start the spawner")?;
        let channel = AsyncChannel::new(ours).step("make the spawner's socket")?;
        let link = Self { channel, _process: process };
        let setup = ToSpawner::Setup(Box::new(Setup {
            plan: setup.plan.clone(),
            mount_point: setup.mount_point.clone(),
            uids: setup.uids.clone(),
        }));
        match link.exchange(&setup, &[]).await.step("set the spawner up")?.0 {
            FromSpawner::Ready { rootless, parts } => Ok((link, rootless, parts)),
            FromSpawner::Failed(error) => Err(error),
            _ => Err(StepError::new("set the spawner up", "answer out of order")),
        }
    }

    async fn exchange(
        &self,
        message: &ToSpawner,
        fds: &[OwnedFd],
    ) -> io::Result<(FromSpawner, Vec<OwnedFd>)> {
        let fds: Vec<BorrowedFd<'_>> = fds.iter().map(AsFd::as_fd).collect();
        self.channel.send(message, &fds).await?;
        self.channel.receive().await
    }
}

/// Serves requests one by one until the last `Sandboxes` and the last `Sandbox` are gone.
async fn serve(setup: Setup, spawner: SpawnerLink, mut inbox: mpsc::Receiver<Request>) {
    let mut spawner = Some(spawner);
    while let Some(request) = inbox.recv().await {
        let answer = serve_one(&setup, &mut spawner, request.message, &request.fds).await;
        // Who asked may have given up.
        let _ = request.answer.send(answer);
    }
}

/// A spawner that is found dead is replaced, and asked once more.
async fn serve_one(
    setup: &Setup,
    spawner: &mut Option<SpawnerLink>,
    message: ToSpawner,
    fds: &[OwnedFd],
) -> Result<(FromSpawner, Vec<OwnedFd>), StepError> {
    if let Some(link) = spawner.take() {
        match link.exchange(&message, fds).await {
            Ok(answer) => return keep(spawner, link, answer),
            Err(error) => tracing::error!(%error, "the function spawner ended; another is started"),
        }
    }
    let link = SpawnerLink::start(setup).await?.0;
    let answer = link.exchange(&message, fds).await.step("hear from the spawner")?;
    keep(spawner, link, answer)
}

fn keep(
    spawner: &mut Option<SpawnerLink>,
    link: SpawnerLink,
    answer: (FromSpawner, Vec<OwnedFd>),
) -> Result<(FromSpawner, Vec<OwnedFd>), StepError> {
    *spawner = Some(link);
    match answer {
        (FromSpawner::Failed(error), _) => Err(error),
        answer => Ok(answer),
    }
}
