//! Finds operations that nobody works on and works on them: at start (what a crash left), when rung, and by a timer.

use std::sync::Arc;
use std::time::Duration;

use store_table::Scan;
use tokio::sync::{Notify, Semaphore};
use tokio::task::JoinSet;

use crate::error::ExecError;
use crate::tables::OPERATIONS;
use crate::{Executor, run};

/// Operations worked on at once.
const CONCURRENT: usize = 16;

/// When an operation whose work was interrupted by a failing store is taken up again.
const RETRY: Duration = Duration::from_secs(15);

pub(crate) fn start(executor: &Executor) {
    let executor = executor.clone();
    executor.0.tasks.clone().worker("cloudformation", move || work(executor.clone()));
}

async fn work(executor: Executor) {
    executor.0.running.lock().clear();
    let room = Arc::new(Semaphore::new(CONCURRENT));
    let mut tasks = JoinSet::new();
    loop {
        match waiting(&executor).await {
            Ok(stacks) => {
                for uuid in stacks {
                    let signal = Arc::new(Notify::new());
                    executor.0.running.lock().insert(uuid.clone(), signal.clone());
                    tasks.spawn(drive(executor.clone(), room.clone(), uuid, signal));
                }
            }
            Err(error) => tracing::error!(%error, "operations could not be listed"),
        }
        tokio::select! {
            () = executor.0.wake.notified() => {}
            () = executor.0.clock.sleep(RETRY) => {}
            Some(_) = tasks.join_next() => {}
        }
    }
}

async fn drive(executor: Executor, room: Arc<Semaphore>, uuid: String, signal: Arc<Notify>) {
    let _registered = Registered { executor: executor.clone(), uuid: uuid.clone() };
    let Ok(_permit) = room.acquire().await else { return };
    if let Err(error) = run::run(&executor, &uuid, &signal).await {
        tracing::error!(stack = uuid, %error, "a stack operation was interrupted; it is taken up again");
        executor.0.clock.sleep(RETRY).await;
    }
}

/// Takes the operation off the list when its task ends, however it ends.
struct Registered {
    executor: Executor,
    uuid: String,
}

impl Drop for Registered {
    fn drop(&mut self) {
        self.executor.0.running.lock().remove(&self.uuid);
    }
}

async fn waiting(executor: &Executor) -> Result<Vec<String>, ExecError> {
    let snapshot = executor.0.store.snapshot().await?;
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = OPERATIONS.scan(&snapshot, (), Scan::forward().after(after)).await?;
        for ((uuid,), operation) in page.rows {
            if !operation.is_paused && !executor.0.running.lock().contains_key(&uuid) {
                found.push(uuid);
            }
        }
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}
