//! Sending: message and lease in one commit, then into the order.

use std::time::Duration;

use store_kv::Transaction;
use wire_codec::ApiError;

use super::live::LiveQueue;
use super::schedule::Slot;
use crate::error::Failure;
use crate::model::{LeaseRow, Message};
use crate::tables::{LEASES, MESSAGES};

/// A message and how long it is hidden at first.
#[derive(Clone, Debug)]
pub struct Outgoing {
    pub message: Message,
    pub delay: Duration,
}

impl LiveQueue {
    /// All or nothing, in order; durable when this returns.
    pub async fn send(&self, outgoing: &[Outgoing]) -> Result<(), ApiError> {
        let now = self.clock.now();
        let slots: Vec<Slot> = outgoing
            .iter()
            .map(|one| Slot { visible_at: now + one.delay, sequence: self.next_sequence(now) })
            .collect();
        let (id, slots) = (self.id, &slots);
        let work = |tx: Transaction| async move {
            for (slot, one) in slots.iter().zip(outgoing) {
                MESSAGES.insert_new(&tx, (id, slot.sequence), &one.message)?;
                LEASES.put(&tx, (id, slot.visible_at, slot.sequence), &LeaseRow::default())?;
            }
            Ok::<_, Failure>(())
        };
        self.store.transact(work).await?;
        self.add(slots);
        Ok(())
    }

    /// Messages whose rows are committed.
    pub(super) fn add(&self, slots: &[Slot]) {
        let mut schedule = self.schedule.lock();
        slots.iter().for_each(|slot| schedule.insert(*slot));
        drop(schedule);
        slots.iter().for_each(|_| self.arrived.notify_one());
    }
}
