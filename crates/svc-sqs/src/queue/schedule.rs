//! The order of one queue's messages by the time they become visible: pure, in memory, bounded.
//!
//! ```text
//!   sent -> waiting --take--> (being leased) --leased--> received --remove--> gone
//!              ^                    |                       |  ^
//!              |                 put_back              due: take again
//!   beyond (in the store only) --refill-->
//! ```
//!
//! Every message is a row in the store. Messages that were received at least once are all here (AWS bounds those in
//! flight to 120,000); of the others only the earliest `WINDOW`, and how many lie beyond. Rows from `horizon` on are in
//! the store only and come in by `refill`.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use base_time::Timestamp;

/// Waiting messages kept in memory.
const WINDOW: usize = 20_000;
/// Below so many a refill is due.
const LOW_WATER: usize = 5_000;
/// Messages in flight of a standard queue (SQS quotas).
pub const MAX_IN_FLIGHT: usize = 120_000;
/// Received messages kept in memory; beyond that only they are handed out again.
const MAX_RECEIVED: usize = 2 * MAX_IN_FLIGHT;

/// A message's place in the order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Slot {
    pub visible_at: Timestamp,
    pub sequence: u64,
}

/// A message taken for delivery.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Taken {
    pub slot: Slot,
    /// Receives before this one.
    pub receive_count: u32,
}

/// What a received message's lease is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lease {
    pub visible_at: Timestamp,
    pub receive_count: u32,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    pub visible: u64,
    pub in_flight: u64,
    pub delayed: u64,
}

#[derive(Default)]
pub struct Schedule {
    waiting: BTreeSet<Slot>,
    /// First place that may be in the store only.
    horizon: Option<Slot>,
    beyond: u64,
    received: HashMap<u64, Lease>,
    received_order: BTreeMap<Slot, u32>,
    /// Sent beyond the horizon while a refill reads the store: the refill's snapshot may miss them.
    sent_during_refill: Vec<Slot>,
    is_refilling: bool,
}

impl Schedule {
    /// A message that was sent, or came back from the store at the start. Never received yet.
    pub fn insert(&mut self, slot: Slot) {
        if self.horizon.is_some_and(|horizon| slot >= horizon) {
            self.beyond += 1;
            if self.is_refilling {
                self.sent_during_refill.push(slot);
            }
            return;
        }
        self.waiting.insert(slot);
        self.shrink();
    }

    /// A message that has been received: leased until `visible_at`, visible again from then on.
    pub fn leased(&mut self, slot: Slot, receive_count: u32) {
        let lease = Lease { visible_at: slot.visible_at, receive_count };
        if let Some(old) = self.received.insert(slot.sequence, lease) {
            self.received_order.remove(&Slot { visible_at: old.visible_at, sequence: slot.sequence });
        }
        self.received_order.insert(slot, receive_count);
    }

    /// Takes up to `max` messages that are visible at `now`, earliest first. The caller leases, removes or puts back each.
    pub fn take(&mut self, now: Timestamp, max: usize) -> Vec<Taken> {
        let mut taken = Vec::new();
        while taken.len() < max {
            let again = self.received_order.first_key_value().filter(|(slot, _)| slot.visible_at <= now);
            let again = again.map(|(slot, count)| Taken { slot: *slot, receive_count: *count });
            let fresh = self.waiting.first().filter(|slot| slot.visible_at <= now);
            let fresh = fresh.filter(|_| self.received.len() < MAX_RECEIVED);
            let fresh = fresh.map(|slot| Taken { slot: *slot, receive_count: 0 });
            let Some(next) = [again, fresh].into_iter().flatten().min_by_key(|taken| taken.slot) else {
                break;
            };
            self.forget(next.slot);
            taken.push(next);
        }
        taken
    }

    /// Undoes `take` of one message.
    pub fn put_back(&mut self, taken: Taken) {
        if taken.receive_count == 0 {
            self.waiting.insert(taken.slot);
            self.shrink();
        } else {
            self.leased(taken.slot, taken.receive_count);
        }
    }

    /// The lease of a received message.
    pub fn lease(&self, sequence: u64) -> Option<Lease> {
        self.received.get(&sequence).copied()
    }

    /// The message is deleted.
    pub fn remove(&mut self, slot: Slot) {
        let was_here = self.forget(slot);
        if !was_here && self.horizon.is_some_and(|horizon| slot >= horizon) {
            self.beyond = self.beyond.saturating_sub(1);
        }
    }

    /// When the next message becomes visible, if one is known; may lie in the past.
    pub fn next_due(&self) -> Option<Timestamp> {
        let again = self.received_order.first_key_value().map(|(slot, _)| slot.visible_at);
        let fresh = self.waiting.first().map(|slot| slot.visible_at);
        [again, fresh].into_iter().flatten().min()
    }

    pub fn counts(&self, now: Timestamp) -> Counts {
        let split = Slot { visible_at: now + std::time::Duration::from_millis(1), sequence: 0 };
        let delayed = self.waiting.range(split..).count() as u64;
        let in_flight = self.received_order.range(split..).count() as u64;
        let known = (self.waiting.len() + self.received_order.len()) as u64;
        Counts { visible: known - delayed - in_flight + self.beyond, in_flight, delayed }
    }

    /// Where the store should be read from, if it is time; the caller reads at most `WINDOW` rows and calls `refill`.
    pub fn begin_refill(&mut self) -> Option<(Slot, usize)> {
        let horizon = self.horizon?;
        if self.is_refilling || self.waiting.len() > LOW_WATER {
            return None;
        }
        self.is_refilling = true;
        Some((horizon, WINDOW - self.waiting.len()))
    }

    /// Rows of messages never received, from the horizon on; `next` is where the rest begins, if there is any.
    pub fn refill(&mut self, rows: Vec<Slot>, next: Option<Slot>) {
        self.is_refilling = false;
        self.horizon = next;
        let missed = std::mem::take(&mut self.sent_during_refill);
        for slot in rows.into_iter().chain(missed) {
            if next.is_none_or(|horizon| slot < horizon) && self.waiting.insert(slot) {
                self.beyond = self.beyond.saturating_sub(1);
            }
        }
        if next.is_none() {
            self.beyond = 0;
        }
    }

    /// The store could not be read; the rows stay where they are.
    pub fn abandon_refill(&mut self) {
        self.is_refilling = false;
        self.sent_during_refill.clear();
    }

    fn forget(&mut self, slot: Slot) -> bool {
        if self.received_order.remove(&slot).is_some() {
            self.received.remove(&slot.sequence);
            return true;
        }
        self.waiting.remove(&slot)
    }

    fn shrink(&mut self) {
        if self.waiting.len() > WINDOW
            && let Some(last) = self.waiting.pop_last()
        {
            self.horizon = Some(last);
            self.beyond += 1;
            if self.is_refilling {
                // The refill reads from the old horizon on; this one lies before it.
                self.sent_during_refill.push(last);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn slot(ms: i64, sequence: u64) -> Slot {
        Slot { visible_at: Timestamp::from_millis(ms), sequence }
    }

    fn at(ms: i64) -> Timestamp {
        Timestamp::from_millis(ms)
    }

    #[test]
    fn messages_come_in_the_order_they_become_visible() {
        let mut schedule = Schedule::default();
        schedule.insert(slot(20, 1));
        schedule.insert(slot(10, 2));
        assert_eq!(schedule.take(at(5), 10), []);
        assert_eq!(schedule.next_due(), Some(at(10)));
        let taken = schedule.take(at(20), 10);
        assert_eq!(taken.iter().map(|t| t.slot.sequence).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(schedule.counts(at(20)), Counts::default());
    }

    #[test]
    fn a_leased_message_comes_again_after_its_lease_with_its_count() {
        let mut schedule = Schedule::default();
        schedule.insert(slot(10, 1));
        assert_eq!(schedule.take(at(10), 1).len(), 1);
        schedule.leased(slot(40, 1), 1);
        assert_eq!(schedule.take(at(39), 1), []);
        assert_eq!(schedule.counts(at(39)).in_flight, 1);
        assert_eq!(schedule.take(at(40), 1), [Taken { slot: slot(40, 1), receive_count: 1 }]);
        assert_eq!(schedule.lease(1), None);
    }

    #[test]
    fn a_changed_lease_replaces_the_old_one() {
        let mut schedule = Schedule::default();
        schedule.leased(slot(40, 1), 1);
        schedule.leased(slot(90, 1), 1);
        assert_eq!(schedule.take(at(50), 1), []);
        schedule.remove(slot(90, 1));
        assert_eq!(schedule.take(at(100), 1), []);
    }

    #[test]
    fn what_does_not_fit_in_memory_comes_back_by_refill_and_nothing_twice() {
        let mut schedule = Schedule::default();
        let total = WINDOW as u64 + 100;
        for sequence in 0..total {
            schedule.insert(slot(10, sequence));
        }
        assert_eq!(schedule.counts(at(10)).visible, total);
        let mut seen: Vec<u64> = schedule.take(at(10), WINDOW).iter().map(|t| t.slot.sequence).collect();
        let (from, _) = schedule.begin_refill().unwrap();
        assert!(schedule.begin_refill().is_none(), "one refill at a time");
        let late = slot(10, total);
        schedule.insert(late);
        schedule.refill((from.sequence..total).map(|s| slot(10, s)).collect(), None);
        seen.extend(schedule.take(at(10), WINDOW).iter().map(|t| t.slot.sequence));
        assert_eq!(seen, (0..=total).collect::<Vec<_>>());
        assert_eq!(schedule.counts(at(10)), Counts::default());
    }

    #[test]
    fn a_failed_delivery_can_be_taken_again() {
        let mut schedule = Schedule::default();
        schedule.insert(slot(10, 1));
        let taken = schedule.take(at(10), 1)[0];
        schedule.put_back(taken);
        assert_eq!(schedule.take(at(10), 1), [taken]);
    }
}
