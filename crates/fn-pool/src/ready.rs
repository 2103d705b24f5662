//! Sandboxes made ahead of need: they know nothing of a function yet, so any cold start can take one.
//!
//! Making one costs what the kernel takes for namespaces and, with cgroup v1, for attaching (milliseconds); none of it
//! is then on an invoke's way.

use fn_sandbox::{Sandbox, SandboxSpec, Sandboxes, StepError};
use parking_lot::Mutex;
use tokio::sync::Notify;

pub(crate) struct ReadySandboxes {
    pub(crate) sandboxes: Sandboxes,
    spec: SandboxSpec,
    wanted: usize,
    ready: Mutex<Vec<Sandbox>>,
    taken: Notify,
}

impl ReadySandboxes {
    pub(crate) fn new(sandboxes: Sandboxes, spec: SandboxSpec, wanted: usize) -> Self {
        Self { sandboxes, spec, wanted, ready: Mutex::new(Vec::new()), taken: Notify::new() }
    }

    /// One of those ready, or else a new one.
    pub(crate) async fn take(&self) -> Result<Sandbox, StepError> {
        let ready = self.pop_alive();
        self.taken.notify_one();
        match ready {
            Some(sandbox) => Ok(sandbox),
            None => self.sandboxes.create(&self.spec).await,
        }
    }

    /// Those whose spawner has died are dead too.
    fn pop_alive(&self) -> Option<Sandbox> {
        let mut ready = self.ready.lock();
        std::iter::from_fn(|| ready.pop()).find(Sandbox::is_alive)
    }

    /// Keeps as many ready as are wanted; never ends. After a failure it waits for the next take: that one fails with
    /// the reason or shows that it has passed.
    pub(crate) async fn refill(&self) {
        loop {
            while self.ready.lock().len() < self.wanted {
                match self.sandboxes.create(&self.spec).await {
                    Ok(sandbox) => self.ready.lock().push(sandbox),
                    Err(error) => {
                        tracing::warn!(%error, "no sandbox could be made ahead of need");
                        break;
                    }
                }
            }
            self.taken.notified().await;
        }
    }

    /// Ends them all.
    pub(crate) fn clear(&self) {
        self.ready.lock().clear();
    }
}
