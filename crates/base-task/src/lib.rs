//! Supervised background tasks: named, cancelled together, drained at shutdown.
//!
//! A worker that panics is a bug: it is logged by name and started again after a pause, never silently lost.

use std::time::Duration;

use base_time::Clock;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// Pause before a panicked worker is started again.
const RESTART_PAUSE: Duration = Duration::from_secs(1);

/// A group of tasks with one end. Cheap to clone; clones share the group.
#[derive(Clone)]
pub struct Tasks {
    clock: Clock,
    stop: CancellationToken,
    tracker: TaskTracker,
}

impl Tasks {
    pub fn new(clock: Clock) -> Self {
        Self { clock, stop: CancellationToken::new(), tracker: TaskTracker::new() }
    }

    /// Becomes cancelled when the group is told to stop. A long-running worker selects on it.
    pub fn stopping(&self) -> CancellationToken {
        self.stop.clone()
    }

    /// Runs `work` once; it is waited for at drain and must end by itself or when `stopping` is cancelled.
    pub fn spawn<F>(&self, work: F) -> JoinHandle<F::Output>
    where
        F: Future + Send + 'static,
        F::Output: Send + 'static,
    {
        self.tracker.spawn(work)
    }

    /// Runs a worker for the group's whole life: `make` is called again if the worker panics; a worker that returns
    /// is done. The worker is dropped at its next await when the group stops.
    pub fn worker<M, F>(&self, name: &'static str, mut make: M)
    where
        M: FnMut() -> F + Send + 'static,
        F: Future<Output = ()> + Send + 'static,
    {
        let (stop, clock) = (self.stop.clone(), self.clock.clone());
        self.tracker.spawn(async move {
            while !stop.is_cancelled() {
                let stop_this = stop.clone();
                let work = make();
                let outcome = tokio::spawn(async move {
                    tokio::select! {
                        () = stop_this.cancelled() => {}
                        () = work => {}
                    }
                })
                .await;
                match outcome {
                    Ok(()) => return,
                    Err(error) => {
                        tracing::error!(worker = name, %error, "worker failed; it starts again in 1 s")
                    }
                }
                tokio::select! {
                    () = stop.cancelled() => {}
                    () = clock.sleep(RESTART_PAUSE) => {}
                }
            }
        });
    }

    /// Tells every task to stop and waits for them, at most `limit`. Returns whether all ended in time.
    pub async fn drain(&self, limit: Duration) -> bool {
        self.stop.cancel();
        self.tracker.close();
        self.clock.timeout(limit, self.tracker.wait()).await.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::sync::atomic::{AtomicUsize, Ordering};

    #[tokio::test]
    async fn drain_ends_a_worker_that_never_returns() {
        let tasks = Tasks::new(Clock::system());
        tasks.worker("forever", std::future::pending);
        assert!(tasks.drain(Duration::from_secs(5)).await);
    }

    #[tokio::test]
    async fn a_worker_that_returns_is_not_started_again() {
        let tasks = Tasks::new(Clock::system());
        let starts = Arc::new(AtomicUsize::new(0));
        let seen = starts.clone();
        tasks.worker("once", move || {
            seen.fetch_add(1, Ordering::SeqCst);
            async {}
        });
        assert!(tasks.drain(Duration::from_secs(5)).await);
        assert!(starts.load(Ordering::SeqCst) <= 1);
    }
}
