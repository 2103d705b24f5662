//! The engine: placement's decisions carried out.

use std::collections::HashMap;
use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use base_time::Timestamp;
use fn_runtime::Interpreters;
use fn_sandbox::{IsolationReport, RootBind, RootPlan, SandboxSpec, Sandboxes, SandboxesConfig};
use parking_lot::Mutex;
use tokio::sync::{Notify, mpsc, oneshot};

use crate::environment::{Environment, Job};
use crate::placement::{Action, EnvironmentId, Event, Placement, Settings};
use crate::ready::ReadySandboxes;
use crate::{
    BoxFuture, EngineConfig, FunctionEngine, InvokeOutcome, InvokeRefused, InvokeRequest, IsolationPolicy,
    RuntimeRoots, launch,
};

/// An environment has at most the invoke it was assigned.
const JOBS: usize = 1;

/// Runs functions in sandboxes of this machine. Cheap to clone. It lives until its `Tasks` are drained.
#[derive(Clone)]
pub struct Engine(Arc<Inner>);

/// Why the engine did not start.
#[derive(Debug, thiserror::Error)]
pub enum EngineStartError {
    #[error("the functions' scratch directory {path}: {cause}")]
    Scratch { path: PathBuf, cause: std::io::Error },
    #[error("functions cannot be isolated on this machine: {0}")]
    Isolation(String),
}

/// Numbers for `haneul status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EngineStatus {
    pub environments: usize,
    pub busy: usize,
}

pub(crate) struct Inner {
    pub(crate) config: EngineConfig,
    pub(crate) ready: ReadySandboxes,
    pub(crate) interpreters: Interpreters,
    books: Mutex<Books>,
    /// Something became idle, so the next tick may be sooner.
    changed: Notify,
}

/// Placement and the way to each environment, changed together.
struct Books {
    placement: Placement,
    environments: HashMap<EnvironmentId, mpsc::Sender<Job>>,
}

impl Engine {
    /// Finds the interpreters, starts the spawner and tries the isolation out.
    pub async fn start(config: EngineConfig) -> Result<Self, EngineStartError> {
        let scratch = config.scratch_dir.clone();
        let prepared = tokio::task::spawn_blocking(move || prepare(scratch));
        let interpreters = prepared.await.map_err(|e| EngineStartError::Isolation(e.to_string()))??;
        let plan = root_plan(&interpreters, &config.runtime_roots);
        let sandboxes = Sandboxes::start(SandboxesConfig::new(plan, config.scratch_dir.join("root"))).await;
        let sandboxes = sandboxes.map_err(|e| EngineStartError::Isolation(e.to_string()))?;
        check_policy(config.isolation, &sandboxes.report())?;
        let settings =
            Settings { max_environments: config.max_environments, idle_timeout: config.idle_timeout };
        let mut ports = vec![launch::runtime_api_port(config.endpoint.as_ref())];
        ports.extend(config.endpoint.as_ref().map(|e| e.port));
        let ready = ReadySandboxes::new(sandboxes, SandboxSpec { ports }, config.ready_sandboxes);
        let books = Books { placement: Placement::new(settings), environments: HashMap::new() };
        let inner =
            Arc::new(Inner { config, ready, interpreters, books: Mutex::new(books), changed: Notify::new() });
        let (reclaimer, drainer, refiller) = (inner.clone(), inner.clone(), inner.clone());
        inner.config.tasks.worker("function sandboxes", move || refill(refiller.clone()));
        inner.config.tasks.worker("function environments reclaim", move || reclaim(reclaimer.clone()));
        inner.config.tasks.spawn(async move {
            drainer.config.tasks.stopping().cancelled().await;
            drainer.event(Event::Drain);
            drainer.ready.clear();
        });
        Ok(Self(inner))
    }

    /// Which parts of the isolation are in force.
    pub fn isolation(&self) -> IsolationReport {
        self.0.ready.sandboxes.report()
    }

    pub fn status(&self) -> EngineStatus {
        let (environments, busy) = self.0.books.lock().placement.counts();
        EngineStatus { environments, busy }
    }
}

impl FunctionEngine for Engine {
    fn invoke(&self, request: InvokeRequest) -> BoxFuture<'_, Result<InvokeOutcome, InvokeRefused>> {
        Box::pin(async move {
            let (reply, outcome) = oneshot::channel();
            self.0.place(Job { request, reply })?;
            // An environment answers every job it takes, unless it panics.
            outcome.await.unwrap_or_else(|_| Err(InvokeRefused::Environment("its task failed".to_owned())))
        })
    }

    fn retire(&self, function_arn: &str, keep_revision: Option<&str>) {
        self.0.event(Event::Retire { function_arn, keep_revision });
    }
}

impl Inner {
    fn now(&self) -> Timestamp {
        self.config.clock.now()
    }

    pub(crate) fn layers_dir(&self) -> PathBuf {
        self.config.scratch_dir.join("layers")
    }

    fn place(self: &Arc<Self>, job: Job) -> Result<(), InvokeRefused> {
        let function = job.request.function.clone();
        let event =
            Event::Invoke { key: &function.key, limits: job.request.limits, timeout: function.timeout };
        let mut books = self.books.lock();
        let actions = books.placement.handle(event, self.now());
        let mut serving = None;
        for action in actions {
            match action {
                Action::Refuse(refused) => return Err(refused),
                Action::End(id) => drop(books.environments.remove(&id)),
                Action::Start(id) => {
                    let (jobs, inbox) = mpsc::channel(JOBS);
                    let environment = Environment::new(id, self.clone(), function.clone());
                    self.config.tasks.spawn(environment.run(inbox));
                    books.environments.insert(id, jobs);
                    serving = Some(id);
                }
                Action::Assign(id) => serving = Some(id),
            }
        }
        let jobs = serving.and_then(|id| books.environments.get(&id));
        if jobs.is_some_and(|jobs| jobs.try_send(job).is_ok()) {
            return Ok(());
        }
        // Its task has failed; its last act, to say so, is waiting for this lock.
        Err(InvokeRefused::Environment("its task has ended".to_owned()))
    }

    /// An invoke ended.
    pub(crate) fn done(&self, environment: EnvironmentId, usable_until: Option<Timestamp>) {
        self.event(Event::Done { environment, usable_until });
        self.changed.notify_one();
    }

    /// An environment died by itself.
    pub(crate) fn gone(&self, environment: EnvironmentId) {
        self.event(Event::Gone { environment });
    }

    fn event(&self, event: Event<'_>) {
        let mut books = self.books.lock();
        let actions = books.placement.handle(event, self.now());
        for action in actions {
            if let Action::End(id) = action {
                // Its task sees the closed channel and ends.
                books.environments.remove(&id);
            }
        }
    }
}

async fn refill(inner: Arc<Inner>) {
    inner.ready.refill().await;
}

/// Ends what has been idle for too long: sleeps until the first is due, or something changes.
async fn reclaim(inner: Arc<Inner>) {
    loop {
        let next = inner.books.lock().placement.next_tick();
        let Some(at) = next else {
            inner.changed.notified().await;
            continue;
        };
        // Later changes only make later ticks: the longest idle is due first.
        inner.config.clock.sleep_until(at).await;
        inner.event(Event::Tick);
    }
}

/// An empty scratch directory, and the interpreters of this machine. Blocks.
fn prepare(scratch: PathBuf) -> Result<Interpreters, EngineStartError> {
    let failed = |cause| EngineStartError::Scratch { path: scratch.clone(), cause };
    if scratch.exists() {
        fs::remove_dir_all(&scratch).map_err(failed)?;
    }
    for dir in ["root", "layers", "runtime"] {
        fs::create_dir_all(scratch.join(dir)).map_err(failed)?;
    }
    Interpreters::find(&scratch.join("runtime")).map_err(failed)
}

fn root_plan(interpreters: &Interpreters, roots: &RuntimeRoots) -> RootPlan {
    let mut plan = RootPlan { binds: interpreters.binds(), files: interpreters.files(), links: Vec::new() };
    let mut show = |source: &Option<PathBuf>, target: &str| {
        if let Some(source) = source {
            plan.binds
                .push(RootBind { source: source.to_string_lossy().into_owned(), target: target.to_owned() });
        }
    };
    show(&roots.python_packages, "/var/runtime/python-packages");
    show(&roots.node_modules, "/var/runtime/node_modules");
    // Where Node looks for packages on its way up from /var/task: layers first, then what the runtime brings along. ES
    // modules know no other way.
    plan.links.push(("/var/node_modules".to_owned(), "/opt/nodejs/node_modules".to_owned()));
    plan.links.push(("/node_modules".to_owned(), "/var/runtime/node_modules".to_owned()));
    plan
}

fn check_policy(policy: IsolationPolicy, report: &IsolationReport) -> Result<(), EngineStartError> {
    for part in report.shortcomings() {
        tracing::warn!(%part, "function isolation is not as designed");
    }
    let short = report.shortcomings().next().filter(|_| policy == IsolationPolicy::Full && !report.rootless);
    short.map_or(Ok(()), |part| Err(EngineStartError::Isolation(part.to_string())))
}
