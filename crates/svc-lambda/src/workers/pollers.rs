//! Which event source mappings are being polled: a reconciler that makes pollers match the stored mappings. It takes no
//! input, is idempotent, and runs when rung and every 30 s.

use std::collections::HashMap;
use std::time::Duration;

use parking_lot::Mutex;
use store_table::Scan;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use wire_codec::ApiError;

use super::poller;
use crate::Lambda;
use crate::error::storage;
use crate::model::{EventSourceMapping, MappingState};
use crate::tables::MAPPINGS;

const SAFETY: Duration = Duration::from_secs(30);

/// Running pollers and what they last saw.
#[derive(Default)]
pub struct Pollers {
    rung: Notify,
    running: Mutex<HashMap<String, Running>>,
    last_results: Mutex<HashMap<String, String>>,
}

struct Running {
    row: EventSourceMapping,
    stop: CancellationToken,
}

impl Pollers {
    /// A mapping was made, changed or deleted.
    pub fn wake(&self) {
        self.rung.notify_one();
    }

    /// `LastProcessingResult` of a mapping, if it has processed anything since the start.
    pub fn last_result(&self, uuid: &str) -> Option<String> {
        self.last_results.lock().get(uuid).cloned()
    }

    pub fn record(&self, uuid: &str, result: &str) {
        self.last_results.lock().insert(uuid.to_owned(), result.to_owned());
    }
}

/// Reconciles, for ever.
pub async fn run(lambda: Lambda) {
    let pollers = &lambda.0.pollers;
    loop {
        let rung = pollers.rung.notified();
        match stored(&lambda).await {
            Ok(wanted) => reconcile(&lambda, wanted),
            Err(error) => tracing::error!(%error, "event source mappings could not be read"),
        }
        tokio::select! {
            () = rung => {}
            () = lambda.0.clock.sleep(SAFETY) => {}
        }
    }
}

async fn stored(lambda: &Lambda) -> Result<HashMap<String, EventSourceMapping>, ApiError> {
    let snapshot = lambda.snapshot().await?;
    let (mut found, mut cursor) = (HashMap::new(), None);
    loop {
        let page =
            MAPPINGS.scan(&snapshot, (), Scan::forward().after(cursor)).await.map_err(|e| storage(&e))?;
        let enabled = page.rows.into_iter().filter(|(_, row)| row.state == MappingState::Enabled);
        found.extend(enabled.map(|((.., uuid), row)| (uuid, row)));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(found);
        }
    }
}

fn reconcile(lambda: &Lambda, wanted: HashMap<String, EventSourceMapping>) {
    let mut running = lambda.0.pollers.running.lock();
    running.retain(|uuid, poller| {
        let stays = wanted.get(uuid) == Some(&poller.row);
        if !stays {
            poller.stop.cancel();
        }
        stays
    });
    for (uuid, row) in wanted {
        if running.contains_key(&uuid) {
            continue;
        }
        let stop = lambda.0.tasks.stopping().child_token();
        let poller = poller::Poller::new(lambda.clone(), uuid.clone(), row.clone(), stop.clone());
        lambda.0.tasks.spawn(poller.run());
        running.insert(uuid, Running { row, stop });
    }
}
