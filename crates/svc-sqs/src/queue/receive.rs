//! Receiving: messages are taken from the order, their leases moved in one commit, and only then handed out.

use std::sync::Arc;
use std::time::Duration;

use base_time::Timestamp;
use store_kv::{Check, Transaction};
use wire_codec::ApiError;

use super::live::LiveQueue;
use super::schedule::{Slot, Taken};
use crate::error::{Failure, storage};
use crate::model::{LeaseRow, Message};
use crate::receipt::Receipt;
use crate::tables::{LEASES, MESSAGES};

pub struct ReceiveRequest {
    pub max: usize,
    pub visibility: Duration,
    /// How long to wait for the first message.
    pub wait: Duration,
    /// Messages received so often already move to the dead-letter queue instead.
    pub redrive: Option<Redrive>,
}

/// The dead-letter queue.
pub struct Redrive {
    pub max_receive_count: u32,
    pub target: Arc<LiveQueue>,
    pub source_arn: String,
}

/// A message handed out.
#[derive(Clone, Debug)]
pub struct Received {
    pub message: Message,
    pub receipt: Receipt,
    pub receive_count: u32,
    pub first_received: Timestamp,
}

/// Taken messages that go back unless they were settled: a caller that goes away loses nothing.
struct TakenGuard<'a> {
    queue: &'a LiveQueue,
    taken: Vec<Taken>,
}

impl Drop for TakenGuard<'_> {
    fn drop(&mut self) {
        if self.taken.is_empty() {
            return;
        }
        let mut schedule = self.queue.schedule.lock();
        self.taken.iter().for_each(|taken| schedule.put_back(*taken));
        drop(schedule);
        self.queue.arrived.notify_waiters();
    }
}

impl LiveQueue {
    /// Waits until there is a message, at most `wait`; woken by arrival and by leases that end.
    pub async fn receive(&self, request: &ReceiveRequest) -> Result<Vec<Received>, ApiError> {
        let deadline = self.clock.now() + request.wait;
        loop {
            let arrived = self.arrived.notified();
            tokio::pin!(arrived);
            arrived.as_mut().enable();
            self.refill().await?;
            let received = self.receive_now(request).await?;
            let now = self.clock.now();
            if !received.is_empty() || now >= deadline {
                return Ok(received);
            }
            let due = self.schedule.lock().next_due().unwrap_or(deadline);
            tokio::select! {
                () = arrived => {}
                () = self.clock.sleep_until(due.min(deadline)) => {}
            }
        }
    }

    async fn receive_now(&self, request: &ReceiveRequest) -> Result<Vec<Received>, ApiError> {
        // One round hands out; further ones only where all of a round went to the dead-letter queue, and each of those
        // takes some away. A second round after a hand-out could meet the same messages again (visibility zero).
        loop {
            let now = self.clock.now();
            let taken = self.schedule.lock().take(now, request.max);
            if taken.is_empty() {
                return Ok(Vec::new());
            }
            let mut guard = TakenGuard { queue: self, taken };
            let received = self.lease(&guard.taken, now, request).await?;
            guard.taken.clear();
            if !received.is_empty() || request.redrive.is_none() {
                return Ok(received);
            }
        }
    }

    /// Commits the leases, then puts them into the order.
    async fn lease(
        &self,
        taken: &[Taken],
        now: Timestamp,
        request: &ReceiveRequest,
    ) -> Result<Vec<Received>, ApiError> {
        let id = self.id;
        let visible_at = now + request.visibility;
        let work = |tx: Transaction| async move {
            let mut outcome = Outcome::default();
            for one in taken {
                let old = (id, one.slot.visible_at, one.slot.sequence);
                let Some(row) = LEASES.get(&tx, old).await? else { continue };
                LEASES.delete(&tx, old);
                // Too old and removed by now: its lease goes too.
                let Some(mut message) = MESSAGES.get(tx.snapshot(), (id, one.slot.sequence)).await? else {
                    continue;
                };
                let count = one.receive_count + 1;
                let first = if row.receive_count == 0 {
                    message.first_received.unwrap_or(now)
                } else {
                    row.first_received
                };
                match &request.redrive {
                    Some(redrive) if count > redrive.max_receive_count => {
                        message.earlier_receives += one.receive_count;
                        outcome.moved.push(redrive.stage(&tx, id, one.slot.sequence, message, first, now)?);
                    }
                    _ => {
                        let slot = Slot { visible_at, sequence: one.slot.sequence };
                        let row = LeaseRow { receive_count: count, first_received: first };
                        LEASES.put(&tx, (id, slot.visible_at, slot.sequence), &row)?;
                        outcome.leased.push((slot, count, message, first));
                    }
                }
            }
            Ok::<_, Failure>(outcome)
        };
        let outcome = self.store.transact(work).await?;
        if let Some(redrive) = &request.redrive {
            redrive.target.add(&outcome.moved);
        }
        let mut schedule = self.schedule.lock();
        for (slot, count, ..) in &outcome.leased {
            schedule.leased(*slot, *count);
        }
        drop(schedule);
        let hand_out = |(slot, receive_count, message, first_received): (Slot, u32, Message, Timestamp)| {
            let receipt = Receipt { queue_id: id, sequence: slot.sequence, receive_count };
            Received { message, receipt, receive_count, first_received }
        };
        Ok(outcome.leased.into_iter().map(hand_out).collect())
    }

    /// Removes messages sent before `horizon`; returns how many. At most `most` at once.
    pub async fn expire(&self, horizon: Timestamp, most: usize) -> Result<usize, ApiError> {
        let end = super::live::sequence_at(horizon);
        let snapshot = self.store.snapshot().await.map_err(|e| storage(&e))?;
        let page = MESSAGES
            .scan_between(&snapshot, (self.id, 0), (self.id, end), store_table::Scan::forward().limit(most))
            .await
            .map_err(|e| storage(&e))?;
        let old: Vec<u64> = page.rows.iter().map(|((_, sequence), _)| *sequence).collect();
        for sequence in &old {
            self.remove(*sequence).await?;
        }
        Ok(old.len())
    }
}

#[derive(Default)]
struct Outcome {
    leased: Vec<(Slot, u32, Message, Timestamp)>,
    moved: Vec<Slot>,
}

impl Redrive {
    /// Stages the move of one message: its id and time of sending stay.
    fn stage(
        &self,
        tx: &Transaction,
        from: u64,
        sequence: u64,
        mut message: Message,
        first_received: Timestamp,
        now: Timestamp,
    ) -> Result<Slot, Failure> {
        message.dead_letter_source = Some(self.source_arn.clone());
        message.first_received = Some(first_received);
        // The sequence tells the age: that of the original sending goes on counting.
        let slot = Slot { visible_at: now, sequence: self.target.sequence_of(message.sent) };
        let target = self.target.id;
        MESSAGES.delete(tx, (from, sequence));
        let key = MESSAGES.key((target, slot.sequence));
        tx.check(Check::Absent { key });
        MESSAGES.put(tx, (target, slot.sequence), &message)?;
        LEASES.put(tx, (target, slot.visible_at, slot.sequence), &LeaseRow::default())?;
        Ok(slot)
    }
}
