//! The worker: finds what is due, fires it, sleeps.
//!
//! Fired timers leave tombstones at the table's front, so the worker keeps a head and scans from there. The head may
//! rise only to where nothing can be set any more: a transaction lasts at most `store_kv::MAX_AGE`, and a timer is never
//! set before the time of its `schedule`, so nothing comes to be before now less that (and some slack). Against a clock
//! that is set back, the worker looks from the front once a minute.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use base_time::Timestamp;
use store_kv::{Snapshot, StoreError};
use store_table::{Cursor, Scan, TableError};
use tokio::task::{Id, JoinError, JoinSet};

use crate::{TIMERS, Timer, TimerError, TimerHandler, Timers};

/// Timers that are fired at once.
const CONCURRENT: usize = 64;
/// How far below now timers may still come to be.
const LATE: Duration = Duration::from_secs(2 * store_kv::MAX_AGE.as_secs());
/// From here to the next look from the front.
const FULL_LOOK_EVERY: Duration = Duration::from_secs(60);
const RETRY_FIRST: Duration = Duration::from_secs(1);
const RETRY_MOST: Duration = Duration::from_secs(60);
/// Failed timers that are remembered; with more, the worker waits for their retries before it goes on.
const POSTPONED_MOST: usize = 10_000;

/// A timer that failed.
struct Postponed {
    until: Timestamp,
    tries: u32,
}

struct Worker {
    timers: Timers,
    head: Timestamp,
    full_look: Timestamp,
    postponed: HashMap<Timer, Postponed>,
}

/// What a look at the table found.
struct Look {
    due: Vec<Timer>,
    /// When to look again if nothing is set meanwhile.
    next: Timestamp,
}

/// How a firing ended, by its task.
type Ended = Option<Result<(Id, Result<(), TimerError>), JoinError>>;

pub(crate) async fn run(timers: Timers) {
    let now = timers.clock.now();
    let mut worker =
        Worker { timers, head: Timestamp::from_millis(i64::MIN), full_look: now, postponed: HashMap::new() };
    if let Err(error) = worker.run().await {
        tracing::error!(%error, "timers have stopped: the store does not answer");
    }
}

impl Worker {
    /// Until the store stops.
    async fn run(&mut self) -> Result<(), TableError> {
        let mut watch = self.timers.store.watch(TIMERS.range(()).start);
        loop {
            let snapshot = self.timers.store.snapshot().await?;
            let look = self.look(&snapshot).await?;
            if !look.due.is_empty() {
                self.fire_all(look.due).await;
                continue;
            }
            let changed = tokio::select! {
                changed = watch.changed(snapshot.version()) => changed.map(drop),
                () = self.timers.clock.sleep_until(look.next) => Ok::<(), StoreError>(()),
            };
            changed?;
        }
    }

    /// Finds what is due and not postponed: one page at most.
    async fn look(&mut self, snapshot: &Snapshot) -> Result<Look, TableError> {
        let now = self.timers.clock.now();
        if now >= self.full_look {
            self.head = Timestamp::from_millis(i64::MIN);
            self.full_look = now + FULL_LOOK_EVERY;
        }
        let mut look = Look { due: Vec::new(), next: self.full_look };
        let mut cursor: Option<Cursor> = None;
        let mut first = None;
        loop {
            let scan = Scan::forward().after(cursor);
            let from = (self.head, "", &b""[..]);
            let page = TIMERS.scan_from(snapshot, (), from, scan).await?;
            for ((due, kind, key), payload) in page.rows {
                first.get_or_insert(due);
                let timer = Timer { due, kind, key, payload };
                let at = self.postponed.get(&timer).map_or(due, |postponed| postponed.until);
                if at <= now {
                    look.due.push(timer);
                    continue;
                }
                look.next = look.next.min(at);
                if due > now {
                    self.raise_head(first, now);
                    return Ok(look);
                }
            }
            cursor = page.next;
            if cursor.is_none() || !look.due.is_empty() {
                self.raise_head(first, now);
                return Ok(look);
            }
        }
    }

    /// `first` is the first live timer's due time, if there is one.
    fn raise_head(&mut self, first: Option<Timestamp>, now: Timestamp) {
        let settled = now - LATE;
        self.head = self.head.max(first.map_or(settled, |first| first.min(settled)));
    }

    /// Starts them in order, some at once, and waits for all.
    async fn fire_all(&mut self, due: Vec<Timer>) {
        let mut firing = JoinSet::new();
        let mut names = HashMap::new();
        for timer in due {
            while firing.len() >= CONCURRENT {
                self.finish(firing.join_next_with_id().await, &mut names);
            }
            let handler = self.timers.handlers.lock().get(&timer.kind).cloned();
            let task = firing.spawn(fire(self.timers.clone(), handler, timer.clone()));
            names.insert(task.id(), timer);
        }
        while !firing.is_empty() {
            self.finish(firing.join_next_with_id().await, &mut names);
        }
        self.wait_if_too_many_failed().await;
    }

    fn finish(&mut self, ended: Ended, names: &mut HashMap<Id, Timer>) {
        let (id, outcome) = match ended {
            None => return,
            Some(Ok((id, outcome))) => (id, outcome),
            // The handler panicked.
            Some(Err(error)) => (error.id(), Err(TimerError::Failed(error.to_string().into()))),
        };
        let Some(timer) = names.remove(&id) else { return };
        match outcome {
            Ok(()) => {
                self.postponed.remove(&timer);
            }
            Err(error) => self.postpone(timer, &error),
        }
    }

    fn postpone(&mut self, timer: Timer, error: &TimerError) {
        let now = self.timers.clock.now();
        let tries = self.postponed.get(&timer).map_or(0, |postponed| postponed.tries) + 1;
        let pause = RETRY_FIRST.saturating_mul(1 << (tries - 1).min(16)).min(RETRY_MOST);
        tracing::error!(kind = timer.kind, due = %timer.due, tries, %error, "a timer failed; it is tried again");
        self.postponed.insert(timer, Postponed { until: now + pause, tries });
    }

    async fn wait_if_too_many_failed(&mut self) {
        let now = self.timers.clock.now();
        // Cancelled ones are never fired again: they are forgotten well after their time.
        self.postponed.retain(|_, postponed| postponed.until + 2 * RETRY_MOST > now);
        if self.postponed.len() < POSTPONED_MOST {
            return;
        }
        let soonest = self.postponed.values().map(|postponed| postponed.until).min();
        if let Some(soonest) = soonest {
            self.timers.clock.sleep_until(soonest).await;
        }
    }
}

async fn fire(
    timers: Timers,
    handler: Option<Arc<dyn TimerHandler>>,
    timer: Timer,
) -> Result<(), TimerError> {
    let handler =
        handler.ok_or_else(|| TimerError::Failed("no handler is registered for its kind".into()))?;
    let (handle, this) = (&handler, &timer);
    let fired = timers
        .store
        .transact(|tx| async move {
            let key = (this.due, this.kind.as_str(), &this.key);
            if !TIMERS.contains(&tx, key).await? {
                // Cancelled since it was seen.
                return Ok::<_, TimerError>(false);
            }
            TIMERS.delete(&tx, key);
            handle.fire(&tx, this).await?;
            Ok(true)
        })
        .await?;
    if fired {
        handler.committed(&timer);
    }
    Ok(())
}
