//! Placement by its actions, and under random traffic.

use base_id::Ids;

use super::*;

fn key(function: &str, revision: &str) -> SpecKey {
    SpecKey {
        function_arn: format!("arn:aws:lambda:us-east-1:000000000000:function:{function}"),
        version: "$LATEST".to_owned(),
        revision: revision.to_owned(),
    }
}

struct World {
    placement: Placement,
    now: Timestamp,
}

impl World {
    fn new(max_environments: usize) -> Self {
        let settings = Settings { max_environments, idle_timeout: Duration::from_secs(600) };
        Self { placement: Placement::new(settings), now: Timestamp::from_secs(1_000) }
    }

    fn invoke_limited(&mut self, key: &SpecKey, limits: ConcurrencyLimits) -> Vec<Action> {
        let timeout = Duration::from_secs(3);
        self.placement.handle(Event::Invoke { key, limits, timeout }, self.now)
    }

    fn invoke(&mut self, key: &SpecKey) -> Vec<Action> {
        self.invoke_limited(key, ConcurrencyLimits::default())
    }

    fn done(&mut self, id: u64) -> Vec<Action> {
        let usable_until = Some(self.now + Duration::from_secs(3_600));
        self.placement.handle(Event::Done { environment: EnvironmentId(id), usable_until }, self.now)
    }

    fn pass(&mut self, secs: u64) -> Vec<Action> {
        self.now = self.now + Duration::from_secs(secs);
        self.placement.handle(Event::Tick, self.now)
    }
}

fn start(id: u64) -> Vec<Action> {
    vec![Action::Start(EnvironmentId(id))]
}

fn assign(id: u64) -> Vec<Action> {
    vec![Action::Assign(EnvironmentId(id))]
}

fn end(id: u64) -> Action {
    Action::End(EnvironmentId(id))
}

#[test]
fn the_most_recently_used_environment_of_the_same_revision_is_taken() {
    let (mut w, a) = (World::new(10), key("a", "1"));
    assert_eq!(w.invoke(&a), start(0));
    assert_eq!(w.invoke(&a), start(1));
    w.done(1);
    w.pass(1);
    w.done(0);
    assert_eq!(w.invoke(&a), assign(0));
    assert_eq!(w.invoke(&key("a", "2")), start(2), "another revision never shares");
    assert_eq!(w.invoke(&key("b", "1")), start(3), "nor another function");
}

#[test]
fn an_environment_idle_for_too_long_ends() {
    let (mut w, a) = (World::new(10), key("a", "1"));
    w.invoke(&a);
    w.done(0);
    assert_eq!(w.placement.next_tick(), Some(w.now + Duration::from_secs(600)));
    assert_eq!(w.pass(599), vec![]);
    assert_eq!(w.pass(1), vec![end(0)]);
    assert_eq!(w.placement.next_tick(), None);
}

#[test]
fn a_reservation_is_a_guarantee_and_a_cap() {
    let (mut w, a, b) = (World::new(10), key("a", "1"), key("b", "1"));
    let reserved = |n| ConcurrencyLimits { account: 3, unreserved: 2, reserved: Some(n) };
    let unreserved = ConcurrencyLimits { account: 3, unreserved: 2, reserved: None };
    let over = |reason| vec![Action::Refuse(InvokeRefused::Throttled(reason))];
    assert_eq!(w.invoke_limited(&b, unreserved), start(0));
    assert_eq!(w.invoke_limited(&b, unreserved), start(1));
    let all = ThrottleReason::ConcurrentInvocationLimitExceeded;
    assert_eq!(w.invoke_limited(&b, unreserved), over(all));
    assert_eq!(w.invoke_limited(&a, reserved(1)), start(2), "the guarantee");
    let own = ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded;
    assert_eq!(w.invoke_limited(&a, reserved(1)), over(own), "the cap");
    assert_eq!(w.invoke_limited(&key("c", "1"), reserved(0)), over(own), "0 blocks");
    w.done(2);
    assert_eq!(w.invoke_limited(&a, reserved(1)), assign(2));
}

#[test]
fn at_the_machines_limit_an_idle_environment_makes_room_and_busy_ones_do_not() {
    let mut w = World::new(2);
    w.invoke(&key("a", "1"));
    w.invoke(&key("b", "1"));
    let refused = InvokeRefused::NoCapacity { max_environments: 2 };
    assert_eq!(w.invoke(&key("c", "1")), vec![Action::Refuse(refused)]);
    w.done(0);
    assert_eq!(w.invoke(&key("c", "1")), vec![end(0), Action::Start(EnvironmentId(2))]);
}

#[test]
fn an_update_ends_idle_environments_now_and_busy_ones_after_their_invoke() {
    let (mut w, old) = (World::new(10), key("a", "1"));
    w.invoke(&old);
    w.invoke(&old);
    w.done(1);
    let event = Event::Retire { function_arn: &old.function_arn, keep_revision: Some("2") };
    assert_eq!(w.placement.handle(event, w.now), vec![end(1)]);
    assert_eq!(w.done(0), vec![end(0)]);
    assert_eq!(w.placement.counts(), (0, 0));
}

#[test]
fn an_environment_whose_credentials_end_before_the_timeout_is_replaced() {
    let (mut w, a) = (World::new(10), key("a", "1"));
    w.invoke(&a);
    let usable_until = Some(w.now + Duration::from_secs(2));
    w.placement.handle(Event::Done { environment: EnvironmentId(0), usable_until }, w.now);
    assert_eq!(w.invoke(&a), vec![end(0), Action::Start(EnvironmentId(1))]);
}

#[test]
fn a_draining_engine_refuses_and_ends_all() {
    let (mut w, a) = (World::new(10), key("a", "1"));
    w.invoke(&a);
    w.invoke(&a);
    w.done(0);
    assert_eq!(w.placement.handle(Event::Drain, w.now), vec![end(0)]);
    assert_eq!(w.invoke(&a), vec![Action::Refuse(InvokeRefused::ShuttingDown)]);
    assert_eq!(w.done(1), vec![end(1)]);
}

/// Days of random traffic: limits hold at every step, and nothing is left over.
#[test]
fn random_traffic_keeps_every_limit_and_leaks_nothing() {
    for seed in 0..30 {
        let ids = Ids::seeded(seed);
        let mut w = World::new(6);
        let limits = ConcurrencyLimits { account: 5, unreserved: 4, reserved: None };
        let mut busy: Vec<u64> = Vec::new();
        for _ in 0..2_000 {
            let function = key(["a", "b", "c"][ids.below(3) as usize], ["1", "2"][ids.below(2) as usize]);
            match ids.below(6) {
                0..=2 => {
                    for action in w.invoke_limited(&function, limits) {
                        match action {
                            Action::Start(id) | Action::Assign(id) => {
                                assert!(!busy.contains(&id.0), "an environment serves one invoke at a time");
                                busy.push(id.0);
                            }
                            Action::End(id) => {
                                assert!(!busy.contains(&id.0), "a busy environment never ends")
                            }
                            Action::Refuse(_) => {}
                        }
                    }
                }
                3 if !busy.is_empty() => {
                    let id = busy.swap_remove(ids.below(busy.len() as u64) as usize);
                    w.done(id);
                }
                4 => {
                    let keep_revision = Some("2");
                    let function_arn = &function.function_arn;
                    w.placement.handle(Event::Retire { function_arn, keep_revision }, w.now);
                }
                _ => {
                    w.pass(ids.below(400));
                }
            }
            assert_eq!(w.placement.counts().1, busy.len());
            assert!(w.placement.counts().0 <= 6 && busy.len() <= 4);
        }
        for id in busy {
            w.done(id);
        }
        w.pass(601);
        assert_eq!(w.placement.counts(), (0, 0));
        assert!(w.placement.functions.is_empty());
        assert!(w.placement.accounts.values().all(|a| a.all == 0 && a.unreserved == 0));
    }
}
