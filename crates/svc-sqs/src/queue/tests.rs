//! A queue at work on a store: leases, restarts, redrive, waiting, many receivers.

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use base_id::Ids;
use base_time::{Clock, Timestamp};
use store_kv::Store;

use super::{LiveQueue, LiveQueues, Outgoing, ReceiveRequest, Received, Redrive, Visibility};
use crate::model::Message;

struct Fixture {
    store: Store,
    clock: Clock,
    ids: Ids,
    queues: LiveQueues,
}

impl Fixture {
    fn new() -> Self {
        let (clock, ids) = (Clock::manual(Timestamp::from_secs(1_000_000)), Ids::seeded(3));
        let store = Store::in_memory(Clock::system(), ids.clone()).unwrap();
        Self { store, clock, ids, queues: LiveQueues::default() }
    }

    async fn queue(&self, id: u64) -> Arc<LiveQueue> {
        self.queues.get(&self.store, &self.clock, &self.ids, id).await.unwrap()
    }

    /// As after a restart: nothing in memory.
    fn restart(&mut self) {
        self.queues = LiveQueues::default();
    }

    fn outgoing(&self, body: &str) -> Outgoing {
        let message = Message {
            id: body.to_owned(),
            body: body.to_owned(),
            sent: self.clock.now(),
            ..Message::default()
        };
        Outgoing { message, delay: Duration::ZERO }
    }
}

fn now(max: usize) -> ReceiveRequest {
    ReceiveRequest { max, visibility: Duration::from_secs(30), wait: Duration::ZERO, redrive: None }
}

fn bodies(received: &[Received]) -> Vec<&str> {
    received.iter().map(|one| one.message.body.as_str()).collect()
}

#[tokio::test]
async fn a_message_is_hidden_after_its_receive_and_comes_again_until_deleted() {
    let fixture = Fixture::new();
    let queue = fixture.queue(1).await;
    queue.send(&[fixture.outgoing("a")]).await.unwrap();
    let first = queue.receive(&now(10)).await.unwrap();
    assert_eq!(bodies(&first), ["a"]);
    assert!(queue.receive(&now(10)).await.unwrap().is_empty());
    fixture.clock.advance(Duration::from_secs(30));
    let second = queue.receive(&now(10)).await.unwrap();
    assert_eq!(second[0].receive_count, 2);
    queue.delete(&first[0].receipt).await.unwrap();
    fixture.clock.advance(Duration::from_secs(30));
    let third = queue.receive(&now(10)).await.unwrap();
    assert_eq!(bodies(&third), ["a"], "a stale receipt deletes nothing");
    queue.delete(&third[0].receipt).await.unwrap();
    fixture.clock.advance(Duration::from_secs(30));
    assert!(queue.receive(&now(10)).await.unwrap().is_empty());
}

#[tokio::test]
async fn leases_and_messages_survive_a_restart() {
    let mut fixture = Fixture::new();
    let queue = fixture.queue(1).await;
    queue.send(&[fixture.outgoing("a"), fixture.outgoing("b")]).await.unwrap();
    let leased = queue.receive(&now(1)).await.unwrap();
    fixture.restart();
    let queue = fixture.queue(1).await;
    assert_eq!(queue.counts().in_flight, 1);
    let rest = queue.receive(&now(10)).await.unwrap();
    assert_eq!(rest.len(), 1);
    assert_ne!(rest[0].message.id, leased[0].message.id);
    queue.delete(&leased[0].receipt).await.unwrap();
    fixture.clock.advance(Duration::from_secs(30));
    assert_eq!(queue.receive(&now(10)).await.unwrap().len(), 1, "the deleted one is gone");
}

#[tokio::test]
async fn visibility_can_be_changed_while_in_flight_only() {
    let fixture = Fixture::new();
    let queue = fixture.queue(1).await;
    queue.send(&[fixture.outgoing("a")]).await.unwrap();
    let receipt = queue.receive(&now(1)).await.unwrap()[0].receipt;
    let change = |seconds| queue.change_visibility(&receipt, Duration::from_secs(seconds));
    assert_eq!(change(100).await.unwrap(), Visibility::Changed);
    fixture.clock.advance(Duration::from_secs(50));
    assert!(queue.receive(&now(1)).await.unwrap().is_empty());
    assert_eq!(change(0).await.unwrap(), Visibility::Changed);
    assert_eq!(change(5).await.unwrap(), Visibility::NotInFlight);
    assert_eq!(queue.receive(&now(1)).await.unwrap().len(), 1);
    assert_eq!(change(5).await.unwrap(), Visibility::Gone, "the receipt is of an earlier receive");
}

#[tokio::test]
async fn a_message_received_too_often_moves_to_the_dead_letter_queue() {
    let fixture = Fixture::new();
    let (queue, dead) = (fixture.queue(1).await, fixture.queue(2).await);
    queue.send(&[fixture.outgoing("a")]).await.unwrap();
    let redrive = Redrive { max_receive_count: 1, target: dead.clone(), source_arn: "arn".to_owned() };
    let request = ReceiveRequest { redrive: Some(redrive), ..now(10) };
    assert_eq!(queue.receive(&request).await.unwrap().len(), 1);
    fixture.clock.advance(Duration::from_secs(30));
    assert!(queue.receive(&request).await.unwrap().is_empty());
    let moved = dead.receive(&now(10)).await.unwrap();
    assert_eq!(bodies(&moved), ["a"]);
    assert_eq!(moved[0].message.dead_letter_source.as_deref(), Some("arn"));
    assert_eq!(moved[0].receive_count, 1);
}

#[tokio::test]
async fn a_waiting_receiver_is_woken_by_arrival_and_by_a_delay_that_ends() {
    let fixture = Fixture::new();
    let queue = fixture.queue(1).await;
    let waiting =
        ReceiveRequest { wait: Duration::from_secs(20), visibility: Duration::from_secs(7_200), ..now(10) };
    let (received, ()) = tokio::join!(queue.receive(&waiting), async {
        tokio::task::yield_now().await;
        queue.send(&[fixture.outgoing("a")]).await.unwrap();
    });
    assert_eq!(bodies(&received.unwrap()), ["a"]);
    let delayed = Outgoing { delay: Duration::from_secs(5), ..fixture.outgoing("b") };
    queue.send(&[delayed]).await.unwrap();
    let hour = Duration::from_secs(3_600);
    let waiter = {
        let queue = queue.clone();
        tokio::spawn(async move {
            let waiting = ReceiveRequest { wait: hour, visibility: hour, ..now(10) };
            queue.receive(&waiting).await.unwrap()
        })
    };
    while !waiter.is_finished() {
        fixture.clock.advance(Duration::from_millis(100));
        tokio::task::yield_now().await;
    }
    assert_eq!(bodies(&waiter.await.unwrap()), ["b"]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_receivers_get_every_message_once() {
    let fixture = Fixture::new();
    let queue = fixture.queue(1).await;
    let total = 400;
    for chunk in 0..total / 10 {
        let batch: Vec<_> = (0..10).map(|i| fixture.outgoing(&format!("{}", chunk * 10 + i))).collect();
        queue.send(&batch).await.unwrap();
    }
    let receivers: Vec<_> = (0..8)
        .map(|_| {
            let queue = queue.clone();
            tokio::spawn(async move {
                let mut got = Vec::new();
                loop {
                    let received = queue.receive(&now(7)).await.unwrap();
                    if received.is_empty() {
                        return got;
                    }
                    got.extend(received.into_iter().map(|one| one.message.body));
                }
            })
        })
        .collect();
    let mut all = Vec::new();
    for receiver in receivers {
        all.extend(receiver.await.unwrap());
    }
    assert_eq!(all.len(), total);
    assert_eq!(all.into_iter().collect::<HashSet<_>>().len(), total);
}

#[tokio::test]
async fn messages_past_their_retention_are_gone() {
    let fixture = Fixture::new();
    let queue = fixture.queue(1).await;
    queue.send(&[fixture.outgoing("old")]).await.unwrap();
    fixture.clock.advance(Duration::from_secs(100));
    queue.send(&[fixture.outgoing("new")]).await.unwrap();
    let removed = queue.expire(fixture.clock.now() - Duration::from_secs(60), 100).await.unwrap();
    assert_eq!(removed, 1);
    assert_eq!(bodies(&queue.receive(&now(10)).await.unwrap()), ["new"]);
}

#[tokio::test]
async fn one_receive_hands_out_a_message_once_even_without_visibility() {
    let fixture = Fixture::new();
    let queue = fixture.queue(1).await;
    queue.send(&[fixture.outgoing("a")]).await.unwrap();
    let request = ReceiveRequest { visibility: Duration::ZERO, ..now(10) };
    assert_eq!(queue.receive(&request).await.unwrap().len(), 1);
    assert_eq!(queue.receive(&request).await.unwrap()[0].receive_count, 2);
}
