//! Tries item writes again where other writes of the same items come first.
//!
//! The first try is optimistic: no one waits for anyone. Whoever then meets a conflict takes a place in the queue of its
//! items before it tries again, so that many writers of one hot item go one after the other instead of failing each
//! other. The queues only save work: what is right is decided by the store's checks, whoever else writes.

use std::sync::Arc;
use std::time::Duration;

use store_kv::Transaction;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use crate::Service;
use crate::error::{Error, Result};

/// Items share queues by their hash.
const QUEUES: u32 = 1024;
/// Tries before a write gives up with the conflict.
const TRIES: u32 = 20;
/// The pause after a conflict met at the queue's head: up to this for each try so far.
const PAUSE_STEP: Duration = Duration::from_millis(2);

/// A write that may be tried several times, each in a transaction of its own.
pub(crate) trait ItemWork: Sync {
    type Output: Send;

    /// Does everything but the commit.
    fn attempt(&self, tx: &Transaction) -> impl Future<Output = Result<Self::Output>> + Send;

    /// Hashes of the items written.
    fn hashes(output: &Self::Output) -> Vec<u32>;
}

/// One queue for each group of items.
pub(crate) struct Queues(Vec<Arc<Semaphore>>);

impl Default for Queues {
    fn default() -> Self {
        Self((0..QUEUES).map(|_| Arc::new(Semaphore::new(1))).collect())
    }
}

impl Queues {
    /// Waits for its turn in the queues of all items; always in one order, so that no two wait for each other.
    async fn turn(&self, mut hashes: Vec<u32>) -> Vec<OwnedSemaphorePermit> {
        hashes.iter_mut().for_each(|hash| *hash %= QUEUES);
        hashes.sort_unstable();
        hashes.dedup();
        let mut permits = Vec::with_capacity(hashes.len());
        for hash in hashes {
            // Never closed: every turn comes.
            if let Some(queue) = self.0.get(hash as usize)
                && let Ok(permit) = queue.clone().acquire_owned().await
            {
                permits.push(permit);
            }
        }
        permits
    }
}

impl Service {
    /// Carries out the work; its output is durable when this returns.
    pub(crate) async fn carry_out<W: ItemWork>(&self, work: &W) -> Result<W::Output> {
        let mut turn = None;
        for tried in 1..=TRIES {
            let tx = self.store().begin().await?;
            let output = work.attempt(&tx).await?;
            match tx.commit().await {
                Ok(_) => return Ok(output),
                Err(error) if !error.is_retriable() => return Err(error.into()),
                Err(_) if turn.is_none() => turn = Some(self.0.queues.turn(W::hashes(&output)).await),
                Err(_) => self.pause(tried).await,
            }
        }
        Err(Error::Conflict)
    }

    async fn pause(&self, tried: u32) {
        let most = u64::try_from(PAUSE_STEP.saturating_mul(tried).as_micros()).unwrap_or(u64::MAX);
        self.0.clock.sleep(Duration::from_micros(self.0.ids.below(most))).await;
    }
}
