//! One execution environment: a task that owns its sandbox, its Runtime API and its log, and runs invokes one by one.
//!
//! ```text
//! Empty --create--> Cold --launch, init--> Waiting(frozen) --invoke--> Running --answer--> Settling --next--> Waiting
//!                    ^                          |                        |  \
//!                    +------ reset: all processes killed, /tmp kept -----+   +-- time-out, exit, out of memory
//!   Empty <----- the sandbox itself is gone ----+------------------------+
//! ```
//!
//! A phase's data is in `Live`: there is a sandbox; `ready` says whether a runtime waits or will.

use std::sync::Arc;
use std::time::Duration;

use base_time::Clock;
use bytes::Bytes;
use fn_runtime::{Invocation, RuntimeApi, RuntimeEvent};
use fn_sandbox::{LaunchSpec, RuntimeExit, Sandbox, SandboxEvent};
use tokio::sync::{mpsc, oneshot};

use crate::engine::Inner;
use crate::output::Output;
use crate::placement::EnvironmentId;
use crate::{
    FunctionErrorKind, FunctionSpec, InvokeOutcome, InvokeRefused, InvokeReport, InvokeRequest, texts,
};

mod create;

/// How long the init phase may take before it is tried again under the function's own timeout.
const INIT_LIMIT: Duration = Duration::from_secs(10);

/// How long starting the program and ending all processes may take before the sandbox is given up.
const LAUNCH_LIMIT: Duration = Duration::from_secs(10);
const KILL_LIMIT: Duration = Duration::from_secs(5);

/// An invoke on its way to its environment.
pub(crate) struct Job {
    pub(crate) request: InvokeRequest,
    pub(crate) reply: oneshot::Sender<Result<InvokeOutcome, InvokeRefused>>,
}

pub(crate) struct Environment {
    id: EnvironmentId,
    engine: Arc<Inner>,
    spec: Arc<FunctionSpec>,
    log_stream: String,
    output: Output,
    live: Option<Live>,
}

/// A sandbox and what belongs to it.
pub(crate) struct Live {
    sandbox: Sandbox,
    api: RuntimeApi,
    events: mpsc::Receiver<RuntimeEvent>,
    launch: LaunchSpec,
    credentials_expire: base_time::Timestamp,
    endpoint: Option<tokio::task::JoinHandle<()>>,
    runtime: Runtime,
    oom_kills: u64,
    frozen: bool,
    warnings: Vec<String>,
}

impl Drop for Live {
    fn drop(&mut self) {
        if let Some(endpoint) = &self.endpoint {
            endpoint.abort();
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Runtime {
    /// No process: not launched yet, or reset.
    Down,
    /// Answered, and not yet asking for the next invoke.
    Settling,
    /// Asks for an invoke.
    Waiting,
}

/// How an invoke ended.
enum Ending {
    Response(Bytes),
    Error(Bytes),
    TooLarge,
    TimedOut,
    Exited(RuntimeExit),
    Lost,
}

/// How an init phase ended.
enum Init {
    Ready,
    Failed { error_type: String, payload: Bytes },
    TimedOut,
    Lost,
}

impl Drop for Environment {
    /// Without effect after a regular end; after a panic it frees what the books hold.
    fn drop(&mut self) {
        self.engine.done(self.id, None);
        self.engine.gone(self.id);
    }
}

impl Environment {
    pub(crate) fn new(id: EnvironmentId, engine: Arc<Inner>, spec: Arc<FunctionSpec>) -> Self {
        let (date, stream) = (engine.config.clock.now().format("%Y/%m/%d"), engine.config.ids.hex(32));
        let log_stream = format!("{date}/[{}]{stream}", spec.key.version);
        let config = &engine.config;
        let output = Output::new(&spec, log_stream.clone(), config.clock.clone(), &config.tasks);
        Self { id, engine, spec, log_stream, output, live: None }
    }

    /// Serves jobs until the channel closes, then ends the sandbox.
    pub(crate) async fn run(mut self, mut jobs: mpsc::Receiver<Job>) {
        loop {
            tokio::select! {
                biased;
                job = jobs.recv() => match job {
                    Some(job) => self.serve(job).await,
                    None => break,
                },
                () = idle(&mut self.live, &mut self.output, &self.engine.config.clock, self.spec.timeout) => {
                    // Died by itself. If an invoke was assigned just now, it finds an empty environment and fills it.
                    self.live = None;
                    self.engine.gone(self.id);
                }
            }
        }
        self.output.flush().await;
        if let Some(mut live) = self.live.take() {
            live.thaw();
            // No extensions: AWS gives the runtime no time either.
            drop(live);
        }
    }

    async fn serve(&mut self, job: Job) {
        let Job { request, reply } = job;
        // Whoever has changed what is beside the key (log, credentials) is believed from now on.
        self.spec = request.function.clone();
        let outcome = self.invoke(&request).await;
        let usable_until = self.live.as_ref().map(|live| live.credentials_expire);
        // First the books, so that the caller's next invoke finds this environment idle.
        self.engine.done(self.id, usable_until);
        // The caller may have left; the invoke has run all the same.
        let _ = reply.send(outcome);
    }

    async fn invoke(&mut self, request: &InvokeRequest) -> Result<InvokeOutcome, InvokeRefused> {
        let clock = self.engine.config.clock.clone();
        self.output.take_tail();
        if self.live.is_none() {
            self.live =
                Some(create::create(&self.engine, &self.spec, &self.log_stream, &mut self.output).await?);
        }
        let mut init_duration = None;
        let mut suppressed = None;
        if self.settle().await == Runtime::Down {
            let begun = clock.monotonic();
            let init = self.init(INIT_LIMIT).await?;
            let took = clock.monotonic() - begun;
            match init {
                Init::Ready => init_duration = Some(took),
                Init::TimedOut => {
                    self.output.platform(texts::init_report(took, "timeout", None));
                    self.reset().await;
                    suppressed = Some(clock.monotonic());
                }
                Init::Failed { error_type, payload } => {
                    self.output.drain();
                    self.output.platform(texts::init_report(took, "error", Some(&error_type)));
                    self.reset().await;
                    return Ok(self.failed_init(request, took, &error_type, payload));
                }
                Init::Lost => {
                    return Err(InvokeRefused::Environment("it ended while it was initialised".to_owned()));
                }
            }
        }
        self.output.platform(texts::start(&request.request_id, &self.spec.key.version));
        self.output.offer();
        let begun = suppressed.unwrap_or_else(|| clock.monotonic());
        let ending = match suppressed {
            Some(_) => self.init_and_run(request).await?,
            None => self.run_invocation(request, self.spec.timeout).await,
        };
        let duration = clock.monotonic() - begun;
        self.output.drain();
        Ok(self.conclude(request, ending, duration, init_duration).await)
    }

    /// A runtime that has answered is about to ask for more, or to end.
    async fn settle(&mut self) -> Runtime {
        let Some(live) = &mut self.live else { return Runtime::Down };
        live.thaw();
        while live.runtime == Runtime::Settling {
            let limit = self.spec.timeout;
            match self.engine.config.clock.timeout(limit, next_event(live, &mut self.output)).await {
                Some(Happened::Runtime(RuntimeEvent::Waiting)) => live.runtime = Runtime::Waiting,
                Some(Happened::Runtime(_)) => {}
                Some(Happened::Exited(_) | Happened::Lost) | None => live.runtime = Runtime::Down,
            }
        }
        let runtime = live.runtime;
        if runtime == Runtime::Down && live.launched() {
            self.reset().await;
        }
        runtime
    }

    /// Starts the runtime and waits until it asks for an invoke.
    async fn init(&mut self, limit: Duration) -> Result<Init, InvokeRefused> {
        let clock = self.engine.config.clock.clone();
        self.output.platform(texts::init_start(&self.spec));
        let Some(live) = &mut self.live else { return Ok(Init::Lost) };
        for warning in std::mem::take(&mut live.warnings) {
            self.output.platform(format!("WARNING: {warning}"));
        }
        let Some(launched) = clock.timeout(LAUNCH_LIMIT, live.launch()).await else {
            self.live = None;
            return Err(InvokeRefused::Environment(
                "the runtime's program could not be started in time".to_owned(),
            ));
        };
        if let Err(error) = launched {
            if error.step.starts_with("execute ") {
                return Ok(invalid_entrypoint(&self.spec, &error));
            }
            return Err(InvokeRefused::Environment(error.to_string()));
        }
        let waited = clock.timeout(limit, async {
            loop {
                match next_event(live, &mut self.output).await {
                    Happened::Runtime(RuntimeEvent::Waiting) => return Init::Ready,
                    Happened::Runtime(RuntimeEvent::InitError { error_type, payload }) => {
                        let error_type = error_type.unwrap_or_else(|| "Runtime.Unknown".to_owned());
                        return Init::Failed { error_type, payload };
                    }
                    Happened::Runtime(_) => {}
                    Happened::Exited(exit) => {
                        let (error_type, reason) = live.exit_error(exit);
                        return Init::Failed { error_type: error_type.to_owned(), payload: reason.into() };
                    }
                    Happened::Lost => return Init::Lost,
                }
            }
        });
        let init = waited.await.unwrap_or(Init::TimedOut);
        if let (Init::Ready, Some(live)) = (&init, &mut self.live) {
            live.runtime = Runtime::Waiting;
        }
        Ok(init)
    }

    /// The init phase again, within the function's own timeout.
    async fn init_and_run(&mut self, request: &InvokeRequest) -> Result<Ending, InvokeRefused> {
        let clock = self.engine.config.clock.clone();
        let begun = clock.monotonic();
        let timeout = self.spec.timeout;
        match self.init(timeout).await? {
            Init::Ready => {
                let left = timeout.saturating_sub(clock.monotonic() - begun);
                Ok(self.run_invocation(request, left).await)
            }
            Init::Failed { payload, .. } => Ok(Ending::Error(payload)),
            Init::TimedOut => Ok(Ending::TimedOut),
            Init::Lost => Ok(Ending::Lost),
        }
    }

    async fn run_invocation(&mut self, request: &InvokeRequest, timeout: Duration) -> Ending {
        let Some(live) = &mut self.live else { return Ending::Lost };
        let clock = &self.engine.config.clock;
        live.api.deliver(Invocation {
            request_id: request.request_id.clone(),
            deadline_ms: (clock.now() + timeout).as_millis(),
            invoked_function_arn: request.invoked_arn.clone(),
            trace_id: request.trace_id.clone(),
            client_context: request.client_context.clone(),
            cognito_identity: request.cognito_identity.clone(),
            payload: request.payload.clone(),
        });
        let answered = clock.timeout(timeout, async {
            loop {
                match next_event(live, &mut self.output).await {
                    Happened::Runtime(RuntimeEvent::Response { payload, .. }) => {
                        return Ending::Response(payload);
                    }
                    Happened::Runtime(RuntimeEvent::Error { payload, .. }) => return Ending::Error(payload),
                    Happened::Runtime(RuntimeEvent::ResponseTooLarge { .. }) => return Ending::TooLarge,
                    Happened::Runtime(RuntimeEvent::Waiting | RuntimeEvent::InitError { .. }) => {}
                    Happened::Exited(exit) => return Ending::Exited(exit),
                    Happened::Lost => return Ending::Lost,
                }
            }
        });
        answered.await.unwrap_or(Ending::TimedOut)
    }

    /// Turns an ending into what the caller and the log get, and leaves the environment in its next phase.
    async fn conclude(
        &mut self,
        request: &InvokeRequest,
        ending: Ending,
        duration: Duration,
        init_duration: Option<Duration>,
    ) -> InvokeOutcome {
        let id = &request.request_id;
        let max_memory_used_mb = self.live.as_ref().and_then(Live::max_memory_mb);
        let (mut status, mut settles) = (None, true);
        let (payload, failed) = match ending {
            Ending::Response(payload) => (payload, false),
            Ending::Error(payload) => (payload, true),
            Ending::TooLarge => (texts::response_too_large(), true),
            Ending::TimedOut => {
                let text = texts::timed_out(self.spec.timeout);
                let time = self.engine.config.clock.now().to_rfc3339_millis();
                self.output.platform(format!("{time} {id} {text}"));
                (status, settles) = (Some(("timeout", None)), false);
                (texts::platform_error(id, "Sandbox.Timedout", &text), true)
            }
            Ending::Exited(exit) => {
                let error = self.live.as_mut().map(|live| live.exit_error(exit));
                let (error_type, reason) = error.unwrap_or(("Runtime.ExitError", texts::exit_reason(exit)));
                self.output.platform(format!("RequestId: {id} Error: {reason}"));
                (status, settles) = (Some(("error", Some(error_type))), false);
                (texts::platform_error(id, error_type, &reason), true)
            }
            Ending::Lost => {
                let reason = texts::exit_reason(RuntimeExit::Signal(9));
                (status, settles) = (Some(("error", Some("Runtime.ExitError"))), false);
                self.live = None;
                (texts::platform_error(id, "Runtime.ExitError", &reason), true)
            }
        };
        let report = InvokeReport {
            duration: duration.min(self.spec.timeout),
            billed: texts::billed(duration.min(self.spec.timeout), init_duration),
            memory_size_mb: self.spec.memory_mb,
            max_memory_used_mb,
            init_duration,
        };
        self.output.platform(texts::end(id));
        self.output.platform(texts::report(id, &report, status));
        self.output.offer();
        if settles {
            if let Some(live) = &mut self.live {
                live.runtime = Runtime::Settling;
            }
        } else {
            self.reset().await;
        }
        self.outcome(payload, failed, report)
    }

    fn failed_init(
        &mut self,
        request: &InvokeRequest,
        took: Duration,
        error_type: &str,
        payload: Bytes,
    ) -> InvokeOutcome {
        let id = &request.request_id;
        // A document of the runtime's own is JSON; a reason of ours is not yet.
        let payload = if payload.starts_with(b"{") {
            payload
        } else {
            texts::platform_error(id, error_type, &String::from_utf8_lossy(&payload))
        };
        let report = InvokeReport {
            duration: took,
            billed: texts::billed(took, None),
            memory_size_mb: self.spec.memory_mb,
            max_memory_used_mb: self.live.as_ref().and_then(Live::max_memory_mb),
            init_duration: None,
        };
        self.output.platform(texts::start(id, &self.spec.key.version));
        self.output.platform(texts::end(id));
        self.output.platform(texts::report(id, &report, Some(("error", Some(error_type)))));
        self.output.offer();
        self.outcome(payload, true, report)
    }

    fn outcome(&mut self, payload: Bytes, failed: bool, report: InvokeReport) -> InvokeOutcome {
        InvokeOutcome {
            payload,
            function_error: failed.then_some(FunctionErrorKind::Unhandled),
            log_tail: self.output.take_tail(),
            log_stream: self.log_stream.clone(),
            report,
        }
    }

    /// Kills every process; the next invoke starts the runtime again in the same root with the same /tmp.
    async fn reset(&mut self) {
        let Some(live) = &mut self.live else { return };
        live.thaw();
        live.runtime = Runtime::Down;
        let killed = self.engine.config.clock.timeout(KILL_LIMIT, live.sandbox.kill_all()).await;
        if !matches!(killed, Some(Ok(()))) {
            self.live = None;
            return;
        }
        live.api.reset();
        while live.events.try_recv().is_ok() {}
        self.output.drain();
    }
}

/// A bootstrap that cannot be executed, in Lambda's words.
fn invalid_entrypoint(spec: &FunctionSpec, error: &fn_sandbox::StepError) -> Init {
    let reason = if error.cause.contains("No such file") {
        "Couldn't find valid bootstrap(s): [/var/task/bootstrap /opt/bootstrap]".to_owned()
    } else {
        format!("{}: {} ({})", error.step.replacen("execute ", "fork/exec ", 1), error.cause, spec.runtime)
    };
    Init::Failed { error_type: "Runtime.InvalidEntrypoint".to_owned(), payload: reason.into() }
}

enum Happened {
    Runtime(RuntimeEvent),
    Exited(RuntimeExit),
    Lost,
}

/// The next thing that happens, while output moves on. Cancel-safe.
async fn next_event(live: &mut Live, output: &mut Output) -> Happened {
    tokio::select! {
        biased;
        // What the runtime said comes before its end.
        event = live.events.recv() => event.map_or(Happened::Lost, Happened::Runtime),
        event = live.sandbox.event() => match event {
            // An answer may have been read and not yet told.
            SandboxEvent::RuntimeExited(exit) => live.events.try_recv().map_or(Happened::Exited(exit), Happened::Runtime),
            SandboxEvent::Gone => Happened::Lost,
        },
        () = output.pump() => Happened::Lost,
    }
}

/// Between invokes: freezes once the runtime waits or has ended, and at the latest after `settle_limit`; returns when the
/// sandbox has died.
async fn idle(live: &mut Option<Live>, output: &mut Output, clock: &Clock, settle_limit: Duration) {
    let Some(live) = live else { return output.pump().await };
    let settled_at = clock.now() + settle_limit;
    loop {
        if live.runtime != Runtime::Settling {
            live.freeze();
        }
        let settling = live.runtime == Runtime::Settling;
        let happened = tokio::select! {
            biased;
            happened = next_event(live, output) => happened,
            () = clock.sleep_until(settled_at), if settling => {
                // It answered and goes on working without asking for more. It is started anew when it is needed.
                live.runtime = Runtime::Down;
                continue;
            }
        };
        match happened {
            Happened::Runtime(RuntimeEvent::Waiting) if settling => live.runtime = Runtime::Waiting,
            Happened::Runtime(_) => {}
            Happened::Exited(_) => live.runtime = Runtime::Down,
            Happened::Lost => return,
        }
    }
}

impl Live {
    async fn launch(&mut self) -> Result<(), fn_sandbox::StepError> {
        self.oom_kills = self.sandbox.memory().map_or(0, |m| m.oom_kills);
        let launch = std::mem::replace(&mut self.launch, LaunchSpec::new(Vec::new()));
        let launched = self.sandbox.launch(&launch).await;
        self.launch = launch;
        launched
    }

    /// Whether processes may be left of an earlier launch.
    fn launched(&self) -> bool {
        self.sandbox.launched()
    }

    fn freeze(&mut self) {
        if !self.frozen {
            self.sandbox.freeze();
            self.frozen = true;
        }
    }

    fn thaw(&mut self) {
        if self.frozen {
            self.sandbox.thaw();
            self.frozen = false;
        }
    }

    fn max_memory_mb(&self) -> Option<u32> {
        let peak_mb = self.sandbox.memory()?.peak_bytes.div_ceil(1 << 20);
        // The peak counts /tmp and page cache too, which may exceed what is the function's own.
        Some(u32::try_from(peak_mb).unwrap_or(u32::MAX).min(self.launch.memory_mb))
    }

    /// Error type and reason of a runtime's end.
    fn exit_error(&mut self, exit: RuntimeExit) -> (&'static str, String) {
        let oom_kills = self.sandbox.memory().map_or(0, |m| m.oom_kills);
        let out_of_memory = oom_kills > self.oom_kills;
        self.oom_kills = oom_kills;
        let error_type = if out_of_memory { "Runtime.OutOfMemory" } else { "Runtime.ExitError" };
        (error_type, texts::exit_reason(exit))
    }
}
