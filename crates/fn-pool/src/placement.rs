//! Which environment serves which invoke: pure, events in, actions out.
//!
//! ```text
//!            Invoke: Start                  Done (reusable, wanted)
//!   (none) ----------------> Busy -----------------------------------> Idle
//!                             |  ^                                      |
//!        Done (not reusable,  |  +----- Invoke: Assign -----------------+
//!        or retired): End     v                                         v  idle too long, retired, evicted,
//!                           (none) <------------------------------------+  credentials old: End; or Gone
//! ```
//!
//! Admission is counted here too: account, unreserved pool, reservation (Lambda Developer Guide, "Understanding function
//! scaling"). The most recently used idle environment is taken first, so that the others grow old and end.

use std::collections::{BTreeMap, HashMap};
use std::time::Duration;

use base_time::Timestamp;

use crate::{ConcurrencyLimits, InvokeRefused, SpecKey, ThrottleReason};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct EnvironmentId(pub(crate) u64);

#[derive(Debug)]
pub(crate) enum Event<'a> {
    Invoke {
        key: &'a SpecKey,
        limits: ConcurrencyLimits,
        timeout: Duration,
    },
    /// An invoke ended. `usable_until`: when the environment's credentials expire; `None` if it must not be used again.
    Done {
        environment: EnvironmentId,
        usable_until: Option<Timestamp>,
    },
    /// An environment died by itself.
    Gone {
        environment: EnvironmentId,
    },
    Retire {
        function_arn: &'a str,
        keep_revision: Option<&'a str>,
    },
    Tick,
    Drain,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Action {
    Refuse(InvokeRefused),
    /// Give the invoke to an idle environment.
    Assign(EnvironmentId),
    /// Give the invoke to a new environment.
    Start(EnvironmentId),
    End(EnvironmentId),
}

pub(crate) struct Settings {
    pub(crate) max_environments: usize,
    pub(crate) idle_timeout: Duration,
}

pub(crate) struct Placement {
    settings: Settings,
    environments: BTreeMap<EnvironmentId, Environment>,
    /// Running invokes by function ARN, with what they count against.
    functions: HashMap<String, Running>,
    accounts: HashMap<String, Counts>,
    next_id: u64,
    draining: bool,
}

struct Environment {
    key: SpecKey,
    phase: Phase,
    retired: bool,
}

enum Phase {
    /// Whether the invoke counts against the unreserved pool.
    Busy {
        unreserved: bool,
    },
    Idle {
        since: Timestamp,
        usable_until: Timestamp,
    },
}

#[derive(Default)]
struct Running {
    invokes: u32,
}

#[derive(Default)]
struct Counts {
    all: u32,
    unreserved: u32,
}

fn account(function_arn: &str) -> String {
    function_arn.split(':').nth(4).unwrap_or_default().to_owned()
}

impl Placement {
    pub(crate) fn new(settings: Settings) -> Self {
        Self {
            settings,
            environments: BTreeMap::new(),
            functions: HashMap::new(),
            accounts: HashMap::new(),
            next_id: 0,
            draining: false,
        }
    }

    pub(crate) fn handle(&mut self, event: Event<'_>, now: Timestamp) -> Vec<Action> {
        match event {
            Event::Invoke { key, limits, timeout } => self.invoke(key, limits, timeout, now),
            Event::Done { environment, usable_until } => self.done(environment, usable_until, now),
            Event::Gone { environment } => self.gone(environment),
            Event::Retire { function_arn, keep_revision } => self.retire(function_arn, keep_revision),
            Event::Tick => self.end_idle(|idle_since, settings| idle_since + settings.idle_timeout <= now),
            Event::Drain => {
                self.draining = true;
                self.end_idle(|_, _| true)
            }
        }
    }

    /// When the next `Tick` has something to do.
    pub(crate) fn next_tick(&self) -> Option<Timestamp> {
        let since = self.environments.values().filter_map(|e| match e.phase {
            Phase::Idle { since, .. } => Some(since),
            Phase::Busy { .. } => None,
        });
        since.min().map(|since| since + self.settings.idle_timeout)
    }

    /// (all, busy) environments.
    pub(crate) fn counts(&self) -> (usize, usize) {
        let busy = self.environments.values().filter(|e| matches!(e.phase, Phase::Busy { .. })).count();
        (self.environments.len(), busy)
    }

    fn invoke(
        &mut self,
        key: &SpecKey,
        limits: ConcurrencyLimits,
        timeout: Duration,
        now: Timestamp,
    ) -> Vec<Action> {
        if self.draining {
            return vec![Action::Refuse(InvokeRefused::ShuttingDown)];
        }
        if let Err(reason) = self.admit(key, limits) {
            return vec![Action::Refuse(InvokeRefused::Throttled(reason))];
        }
        let unreserved = limits.reserved.is_none();
        let mut actions = Vec::new();
        let environment = match self.take_idle(key, now + timeout, &mut actions) {
            Some(id) => {
                actions.push(Action::Assign(id));
                id
            }
            None => {
                if let Err(refused) = self.make_room(&mut actions) {
                    actions.push(Action::Refuse(refused));
                    return actions;
                }
                let id = EnvironmentId(self.next_id);
                self.next_id += 1;
                actions.push(Action::Start(id));
                id
            }
        };
        let phase = Phase::Busy { unreserved };
        self.environments.insert(environment, Environment { key: key.clone(), phase, retired: false });
        self.count(key, unreserved, true);
        actions
    }

    fn admit(&self, key: &SpecKey, limits: ConcurrencyLimits) -> Result<(), ThrottleReason> {
        let function = self.functions.get(&key.function_arn).map_or(0, |f| f.invokes);
        let account = self.accounts.get(&account(&key.function_arn));
        let (all, unreserved) = account.map_or((0, 0), |a| (a.all, a.unreserved));
        match limits.reserved {
            Some(reserved) if function >= reserved => {
                Err(ThrottleReason::ReservedFunctionConcurrentInvocationLimitExceeded)
            }
            None if unreserved >= limits.unreserved => Err(ThrottleReason::ConcurrentInvocationLimitExceeded),
            _ if all >= limits.account => Err(ThrottleReason::ConcurrentInvocationLimitExceeded),
            _ => Ok(()),
        }
    }

    /// The most recently used idle environment whose credentials last until `until`; those that are too old end.
    fn take_idle(
        &mut self,
        key: &SpecKey,
        until: Timestamp,
        actions: &mut Vec<Action>,
    ) -> Option<EnvironmentId> {
        let mut idle: Vec<(Timestamp, EnvironmentId, bool)> = Vec::new();
        for (id, environment) in &self.environments {
            if let Phase::Idle { since, usable_until } = environment.phase
                && environment.key == *key
            {
                idle.push((since, *id, usable_until >= until));
            }
        }
        for (_, id, _) in idle.iter().filter(|(_, _, fresh)| !fresh) {
            self.environments.remove(id);
            actions.push(Action::End(*id));
        }
        idle.into_iter().filter(|(_, _, fresh)| *fresh).max().map(|(_, id, _)| id)
    }

    /// At the machine's limit the longest idle environment of any function makes room.
    fn make_room(&mut self, actions: &mut Vec<Action>) -> Result<(), InvokeRefused> {
        if self.environments.len() < self.settings.max_environments {
            return Ok(());
        }
        let oldest = self
            .environments
            .iter()
            .filter_map(|(id, e)| match e.phase {
                Phase::Idle { since, .. } => Some((since, *id)),
                Phase::Busy { .. } => None,
            })
            .min();
        let Some((_, id)) = oldest else {
            return Err(InvokeRefused::NoCapacity { max_environments: self.settings.max_environments });
        };
        self.environments.remove(&id);
        actions.push(Action::End(id));
        Ok(())
    }

    fn count(&mut self, key: &SpecKey, unreserved: bool, starts: bool) {
        let step = |n: &mut u32| *n = if starts { *n + 1 } else { n.saturating_sub(1) };
        let function = self.functions.entry(key.function_arn.clone()).or_default();
        step(&mut function.invokes);
        if function.invokes == 0 {
            self.functions.remove(&key.function_arn);
        }
        let account = self.accounts.entry(account(&key.function_arn)).or_default();
        step(&mut account.all);
        if unreserved {
            step(&mut account.unreserved);
        }
    }

    fn done(&mut self, id: EnvironmentId, usable_until: Option<Timestamp>, now: Timestamp) -> Vec<Action> {
        let Some(environment) = self.environments.get_mut(&id) else { return Vec::new() };
        let Phase::Busy { unreserved } = environment.phase else { return Vec::new() };
        let key = environment.key.clone();
        let keep = usable_until.filter(|_| !environment.retired && !self.draining);
        let actions = match keep {
            Some(usable_until) => {
                environment.phase = Phase::Idle { since: now, usable_until };
                Vec::new()
            }
            None => {
                self.environments.remove(&id);
                vec![Action::End(id)]
            }
        };
        self.count(&key, unreserved, false);
        actions
    }

    /// Only an idle one goes by itself: a busy one's invoke finds out and is `Done`.
    fn gone(&mut self, id: EnvironmentId) -> Vec<Action> {
        let idle = self.environments.get(&id).is_some_and(|e| matches!(e.phase, Phase::Idle { .. }));
        if !idle {
            return Vec::new();
        }
        self.environments.remove(&id);
        vec![Action::End(id)]
    }

    fn retire(&mut self, function_arn: &str, keep_revision: Option<&str>) -> Vec<Action> {
        let mut actions = Vec::new();
        self.environments.retain(|id, environment| {
            let key = &environment.key;
            if key.function_arn != function_arn || keep_revision == Some(key.revision.as_str()) {
                return true;
            }
            environment.retired = true;
            let busy = matches!(environment.phase, Phase::Busy { .. });
            if !busy {
                actions.push(Action::End(*id));
            }
            busy
        });
        actions
    }

    fn end_idle(&mut self, ends: impl Fn(Timestamp, &Settings) -> bool) -> Vec<Action> {
        let settings = &self.settings;
        let mut actions = Vec::new();
        self.environments.retain(|id, environment| match environment.phase {
            Phase::Idle { since, .. } if ends(since, settings) => {
                actions.push(Action::End(*id));
                false
            }
            _ => true,
        });
        actions
    }
}

#[cfg(test)]
mod tests;
