//! What a receiver does with what it received: delete, or change how long it stays hidden.

use std::time::Duration;

use store_kv::Transaction;
use wire_codec::ApiError;

use super::live::LiveQueue;
use super::schedule::{Lease, Slot};
use crate::error::Failure;
use crate::model::LeaseRow;
use crate::receipt::Receipt;
use crate::tables::{LEASES, MESSAGES};

/// What came of a change of visibility.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Visibility {
    Changed,
    /// The message is there but not in flight.
    NotInFlight,
    /// The message is gone, or was received again since.
    Gone,
}

impl LiveQueue {
    /// Deletes a message. One that is gone, or was received again since, is left as it is: no error, as at AWS.
    pub async fn delete(&self, receipt: &Receipt) -> Result<(), ApiError> {
        let Some(lease) = self.current(receipt) else { return Ok(()) };
        let slot = Slot { visible_at: lease.visible_at, sequence: receipt.sequence };
        self.delete_slot(slot).await
    }

    /// The lease, if this receipt is of the last receive.
    fn current(&self, receipt: &Receipt) -> Option<Lease> {
        let lease = self.schedule.lock().lease(receipt.sequence)?;
        (lease.receive_count == receipt.receive_count).then_some(lease)
    }

    async fn delete_slot(&self, slot: Slot) -> Result<(), ApiError> {
        let id = self.id;
        let work = |tx: Transaction| async move {
            MESSAGES.delete(&tx, (id, slot.sequence));
            LEASES.delete(&tx, (id, slot.visible_at, slot.sequence));
            Ok::<_, Failure>(())
        };
        self.store.transact(work).await?;
        self.schedule.lock().remove(slot);
        Ok(())
    }

    /// Deletes a message wherever it stands (it has become too old).
    pub(super) async fn remove(&self, sequence: u64) -> Result<(), ApiError> {
        let lease = self.schedule.lock().lease(sequence);
        if let Some(lease) = lease {
            let slot = Slot { visible_at: lease.visible_at, sequence };
            return self.delete_slot(slot).await;
        }
        // Never received: its lease row follows from when it was sent and delayed, which only the order knows. The
        // message row is what counts; a lease without a message is dropped when it is taken.
        let id = self.id;
        let work = |tx: Transaction| async move {
            MESSAGES.delete(&tx, (id, sequence));
            Ok::<_, Failure>(())
        };
        Ok(self.store.transact(work).await?)
    }

    /// Hides a message in flight for `timeout` from now.
    pub async fn change_visibility(
        &self,
        receipt: &Receipt,
        timeout: Duration,
    ) -> Result<Visibility, ApiError> {
        let now = self.clock.now();
        let Some(lease) = self.current(receipt) else { return Ok(Visibility::Gone) };
        if lease.visible_at <= now {
            return Ok(Visibility::NotInFlight);
        }
        let id = self.id;
        let (old, new) = (
            Slot { visible_at: lease.visible_at, sequence: receipt.sequence },
            Slot { visible_at: now + timeout, sequence: receipt.sequence },
        );
        let work = |tx: Transaction| async move {
            let Some(row) = LEASES.get(&tx, (id, old.visible_at, old.sequence)).await? else {
                return Ok(false);
            };
            LEASES.delete(&tx, (id, old.visible_at, old.sequence));
            LEASES.put(&tx, (id, new.visible_at, new.sequence), &LeaseRow { ..row })?;
            Ok::<_, Failure>(true)
        };
        if !self.store.transact(work).await? {
            return Ok(Visibility::Gone);
        }
        self.schedule.lock().leased(new, lease.receive_count);
        if timeout.is_zero() {
            self.arrived.notify_one();
        } else {
            // Whoever sleeps until the old time must look again.
            self.arrived.notify_waiters();
        }
        Ok(Visibility::Changed)
    }
}
