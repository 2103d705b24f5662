//! One environment, as the platform holds it.

use std::net::TcpListener;
use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;

use rustix::event::{PollFd, PollFlags, poll};
use tokio::task::JoinHandle;

use crate::cgroup::{Cgroup, Limits, MemoryUse, MemoryWatch};
use crate::channel::{self, AsyncChannel};
use crate::message::{Create, FromInit, FromSpawner, LaunchOrder, RuntimeExit, ToInit, ToSpawner};
use crate::privileges::MAX_PROCESSES;
use crate::report::Step;
use crate::sandboxes::{SandboxSpec, Shared};
use crate::{IsolationPart, StepError, sys};

/// Beyond the function's memory, where only a limit for each process can be had: what interpreters map and never touch.
const DATA_SLACK_BYTES: u64 = 256 << 20;

/// What runs in an environment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LaunchSpec {
    /// Program (absolute path inside) and arguments.
    pub argv: Vec<String>,
    /// The whole environment.
    pub env: Vec<(String, String)>,
    pub cwd: String,
    /// Shown as /var/task; every file must be readable by any user.
    pub code_dir: Option<PathBuf>,
    /// Shown as /opt; the same holds.
    pub opt_dir: Option<PathBuf>,
    /// Decides the CPU share too.
    pub memory_mb: u32,
    /// Size of /tmp.
    pub tmp_mb: u32,
}

impl LaunchSpec {
    /// `argv` alone, in /var/task, with Lambda's smallest sizes.
    pub fn new(argv: Vec<String>) -> Self {
        Self {
            argv,
            env: Vec::new(),
            cwd: "/var/task".to_owned(),
            code_dir: None,
            opt_dir: None,
            memory_mb: 128,
            tmp_mb: 512,
        }
    }

    fn mounts(&self) -> Vec<(&'static str, &PathBuf)> {
        let code = self.code_dir.iter().map(|dir| ("/var/task", dir));
        code.chain(self.opt_dir.iter().map(|dir| ("/opt", dir))).collect()
    }

    fn order(&self, limit_data: bool) -> LaunchOrder {
        LaunchOrder {
            argv: self.argv.clone(),
            env: self.env.clone(),
            cwd: self.cwd.clone(),
            mounts: Vec::new(),
            tmp_bytes: u64::from(self.tmp_mb) << 20,
            data_limit_bytes: limit_data.then(|| (u64::from(self.memory_mb) << 20) + DATA_SLACK_BYTES),
        }
    }
}

/// What an environment tells by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SandboxEvent {
    /// The runtime's process ended; others of the environment may live on.
    RuntimeExited(RuntimeExit),
    /// The environment is gone with all its processes.
    Gone,
}

/// One environment. Dropping it kills every process in it and gives back what it held.
pub struct Sandbox {
    control: Arc<AsyncChannel>,
    listeners: Vec<TcpListener>,
    output: Option<OwnedFd>,
    memory_watch: Option<JoinHandle<()>>,
    parts: Vec<IsolationPart>,
    launched: bool,
    body: Body,
}

/// What must be given back after the last process has ended. Empty once that is under way.
struct Body(Option<Held>);

struct Held {
    shared: Arc<Shared>,
    uid: u32,
    cgroup: Option<Arc<Cgroup>>,
    pidfd: Option<OwnedFd>,
}

impl Sandbox {
    pub(crate) async fn create(shared: Arc<Shared>, spec: &SandboxSpec) -> Result<Self, StepError> {
        let uid =
            shared.take_uid().ok_or_else(|| StepError::new("choose a user number", "all are in use"))?;
        // From here on a failure gives back what was taken, by Body's drop.
        let mut body = Body(Some(Held { shared: shared.clone(), uid, cgroup: None, pidfd: None }));
        let cgroup = make_cgroup(&shared).await?;
        let in_cgroup = cgroup.as_ref().and_then(|group| group.clone_target());
        let (control, init_control) = channel::pair().step("make the init's socket")?;
        let (output, init_output) =
            rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).step("make the output pipe")?;
        let create = Create {
            uid,
            init_uid: shared.init_uid,
            ports: spec.ports.clone(),
            in_cgroup: in_cgroup.is_some(),
        };
        let cloned_into_v2 = in_cgroup.is_some();
        let fds = [init_control, init_output].into_iter().chain(in_cgroup).collect();
        let (answer, fds) = shared.ask(ToSpawner::Create(create), fds).await?;
        let FromSpawner::Created { pid } = answer else {
            return Err(StepError::new("create an environment", "answer out of order"));
        };
        if let Some(held) = &mut body.0 {
            held.pidfd = fds.into_iter().next();
            held.cgroup = cgroup.clone();
        }
        let control = Arc::new(AsyncChannel::new(control).step("make the init's socket")?);
        let attached = attach(cgroup, pid, cloned_into_v2);
        let (attached, ready) = tokio::join!(attached, control.receive::<FromInit>());
        attached?;
        match ready.step("hear from init")? {
            (FromInit::Ready { parts }, fds) => Ok(Self {
                control,
                listeners: fds.into_iter().map(TcpListener::from).collect(),
                output: Some(output),
                memory_watch: None,
                parts,
                launched: false,
                body,
            }),
            (FromInit::Failed(error), _) => Err(error),
            _ => Err(StepError::new("hear from init", "answer out of order")),
        }
    }

    /// Starts the runtime. Again after `kill_all`: same root, same /tmp, same limits.
    pub async fn launch(&mut self, spec: &LaunchSpec) -> Result<(), StepError> {
        let Some(body) = &self.body.0 else {
            return Err(StepError::new("launch", "the environment has ended"));
        };
        let limits_memory = body.cgroup.is_some() && body.shared.hierarchies.memory.is_some();
        let mut order = spec.order(!limits_memory);
        let mut trees = Vec::new();
        if !self.launched {
            for (target, dir) in spec.mounts() {
                let bind = ToSpawner::Bind { path: dir.to_string_lossy().into_owned() };
                trees.extend(body.shared.ask(bind, Vec::new()).await?.1);
                order.mounts.push(target.to_owned());
            }
            set_limits(body.cgroup.clone(), spec).await?;
        }
        let trees: Vec<_> = trees.iter().map(AsFd::as_fd).collect();
        self.control.send(&ToInit::Launch(Box::new(order)), &trees).await.step("order the launch")?;
        self.launched = true;
        match self.control.receive::<FromInit>().await.step("hear from init")? {
            (FromInit::Launched { parts }, fds) => {
                self.parts.extend(parts);
                if let Some(tmp) = fds.into_iter().next() {
                    self.watch_memory(tmp, spec.memory_mb);
                }
                Ok(())
            }
            (FromInit::Failed(error), _) => Err(error),
            _ => Err(StepError::new("launch", "answer out of order")),
        }
    }

    /// Ends every process when the function's own memory is more than it may have.
    fn watch_memory(&mut self, tmp: OwnedFd, memory_mb: u32) {
        let group = self.body.0.as_ref().and_then(|held| held.cgroup.clone());
        let watch = group.and_then(|group| MemoryWatch::new(group, u64::from(memory_mb) << 20, tmp));
        let Some(watch) = watch else { return };
        let control = self.control.clone();
        self.memory_watch = Some(tokio::spawn(async move {
            loop {
                if let Err(error) = watch.over().await {
                    // The group goes with its environment.
                    if error.kind() != std::io::ErrorKind::NotFound {
                        tracing::warn!(%error, "an environment's memory is no longer watched");
                    }
                    return;
                }
                watch.count_kill();
                if control.send(&ToInit::SignalAll(libc::SIGKILL), &[]).await.is_err() {
                    return;
                }
            }
        }));
    }

    /// Whether its init lives.
    pub fn is_alive(&self) -> bool {
        let pidfd = self.body.0.as_ref().and_then(|held| held.pidfd.as_ref());
        let ended = pidfd.map(|pidfd| {
            let mut fds = [PollFd::new(pidfd, PollFlags::IN)];
            let now = rustix::event::Timespec { tv_sec: 0, tv_nsec: 0 };
            poll(&mut fds, Some(&now)).is_ok_and(|n| n > 0)
        });
        ended == Some(false)
    }

    /// Whether a launch was tried: processes of it may be left.
    pub fn launched(&self) -> bool {
        self.launched
    }

    /// The listeners of `SandboxSpec::ports`, in that order. Once.
    pub fn take_listeners(&mut self) -> Vec<TcpListener> {
        std::mem::take(&mut self.listeners)
    }

    /// Reading end of the pipe with the runtime's standard output and error, in the order written. Once.
    pub fn take_output(&mut self) -> Option<OwnedFd> {
        self.output.take()
    }

    pub(crate) fn take_parts(&mut self) -> Vec<IsolationPart> {
        std::mem::take(&mut self.parts)
    }

    /// Waits for what happens next. Cancel-safe.
    pub async fn event(&mut self) -> SandboxEvent {
        loop {
            match self.control.receive::<FromInit>().await {
                Ok((FromInit::Exited(exit), _)) => return SandboxEvent::RuntimeExited(exit),
                Ok(_) => {}
                Err(_) => return SandboxEvent::Gone,
            }
        }
    }

    /// Sends a signal to the runtime's process.
    pub fn signal(&self, signal: i32) {
        // A full or closed socket means that init is gone or stuck, which `event` and `end` deal with.
        let _ = self.control.try_send(&ToInit::Signal(signal));
    }

    /// Kills every process but init; the environment can be launched into again.
    pub async fn kill_all(&mut self) -> Result<(), StepError> {
        self.control.send(&ToInit::KillAll, &[]).await.step("order a kill")?;
        loop {
            if let (FromInit::AllKilled, _) =
                self.control.receive::<FromInit>().await.step("hear from init")?
            {
                return Ok(());
            }
        }
    }

    /// No process of the environment runs until `thaw`.
    pub fn freeze(&self) {
        self.set_frozen(true);
    }

    pub fn thaw(&self) {
        self.set_frozen(false);
    }

    fn set_frozen(&self, frozen: bool) {
        let group = self.body.0.as_ref().and_then(|held| held.cgroup.as_ref());
        let done = match group.map(|group| group.set_frozen(frozen)) {
            Some(Ok(done)) => done,
            Some(Err(error)) => {
                tracing::warn!(%error, frozen, "the freezer refused");
                false
            }
            None => false,
        };
        if !done {
            let signal = if frozen { libc::SIGSTOP } else { libc::SIGCONT };
            // As in `signal`.
            let _ = self.control.try_send(&ToInit::SignalAll(signal));
        }
    }

    /// Memory as the kernel counts it; `None` where it does not.
    pub fn memory(&self) -> Option<MemoryUse> {
        self.body.0.as_ref()?.cgroup.as_ref()?.memory()
    }

    /// Kills the environment and waits until its last process has ended.
    pub async fn end(mut self) {
        if let Some(held) = self.body.0.take() {
            held.kill();
            held.wait_and_give_back().await;
        }
    }
}

async fn make_cgroup(shared: &Arc<Shared>) -> Result<Option<Arc<Cgroup>>, StepError> {
    if shared.hierarchies.is_empty() {
        return Ok(None);
    }
    let shared = shared.clone();
    let made = tokio::task::spawn_blocking(move || shared.hierarchies.make(&shared.next_name()));
    Ok(Some(Arc::new(made.await.step("make a control group")?.step("make a control group")?)))
}

async fn attach(group: Option<Arc<Cgroup>>, pid: i32, cloned_into_v2: bool) -> Result<(), StepError> {
    let Some(group) = group else { return Ok(()) };
    let attached = tokio::task::spawn_blocking(move || group.attach(pid, cloned_into_v2));
    attached.await.step("attach to control groups")?.step("attach to control groups")
}

async fn set_limits(group: Option<Arc<Cgroup>>, spec: &LaunchSpec) -> Result<(), StepError> {
    let Some(group) = group else { return Ok(()) };
    let limits = Limits { memory_mb: spec.memory_mb, tmp_mb: spec.tmp_mb, processes: MAX_PROCESSES };
    let set = tokio::task::spawn_blocking(move || group.set_limits(&limits));
    set.await.step("set limits")?.step("set limits")
}

impl Held {
    fn kill(&self) {
        if let Some(pidfd) = &self.pidfd {
            // Fails only if it has ended already.
            let _ = sys::pidfd_send_signal(pidfd.as_fd(), libc::SIGKILL);
        }
        if let Some(group) = &self.cgroup {
            // Version 1 delivers no signal to the frozen.
            let _ = group.set_frozen(false);
        }
    }

    async fn wait_and_give_back(mut self) {
        if let Some(pidfd) = self.pidfd.take()
            && let Ok(pidfd) = sys::watch(pidfd)
        {
            // Readable when init has ended, and init ends last.
            let _ = pidfd.readable().await;
        }
        if let Some(group) = self.cgroup.take()
            && let Err(error) =
                tokio::task::spawn_blocking(move || group.remove()).await.map_or(Ok(()), |r| r)
        {
            tracing::warn!(%error, "an ended environment's control group could not be removed");
        }
        self.shared.return_uid(self.uid);
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        if let Some(watch) = &self.memory_watch {
            watch.abort();
        }
    }
}

impl Drop for Body {
    fn drop(&mut self) {
        let Some(held) = self.0.take() else { return };
        held.kill();
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(held.wait_and_give_back());
        }
    }
}
