//! What the runtime may do next. Pure: events in, answers out.
//!
//! ```text
//! Idle --next--> Waiting --deliver--> Busy --response|error--> Receiving --body read--> Answered --next--> Waiting
//!  |  \--deliver: kept for next                                     \--body broken--> Busy
//!  \--init/error--> Failed
//! ```

use tokio::sync::oneshot;

use super::Invocation;

#[derive(Debug)]
pub(super) struct State {
    phase: Phase,
    /// Delivered while no `next` waited.
    kept: Option<Box<Invocation>>,
}

#[derive(Debug)]
enum Phase {
    /// Initialising, or the waiting connection was lost.
    Idle,
    Waiting(oneshot::Sender<Box<Invocation>>),
    Busy(String),
    /// A response or error is being read; no other is taken.
    Receiving(String),
    Answered(String),
    Failed,
}

/// Why a request is refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The request id is not the current invoke's.
    UnknownRequestId,
    /// Not now.
    InvalidTransition,
}

impl State {
    pub(super) fn new() -> Self {
        Self { phase: Phase::Idle, kept: None }
    }

    /// The runtime asks for work; the answer comes through the channel.
    pub(super) fn next(&mut self) -> Result<oneshot::Receiver<Box<Invocation>>, Refusal> {
        match &self.phase {
            Phase::Idle | Phase::Answered(_) => {}
            // The poller before it is gone: its connection was dropped.
            Phase::Waiting(poller) if poller.is_closed() => {}
            _ => return Err(Refusal::InvalidTransition),
        }
        let (sender, receiver) = oneshot::channel();
        self.phase = Phase::Waiting(sender);
        if let Some(kept) = self.kept.take() {
            self.deliver_boxed(kept);
        }
        Ok(receiver)
    }

    pub(super) fn deliver(&mut self, invocation: Invocation) {
        self.deliver_boxed(Box::new(invocation));
    }

    fn deliver_boxed(&mut self, invocation: Box<Invocation>) {
        let id = invocation.request_id.clone();
        match std::mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Waiting(poller) => match poller.send(invocation) {
                Ok(()) => self.phase = Phase::Busy(id),
                Err(unsent) => self.kept = Some(unsent),
            },
            other => {
                self.phase = other;
                self.kept = Some(invocation);
            }
        }
    }

    /// A response or an error for `id` begins: nothing of its body has been read.
    pub(super) fn begin_answer(&mut self, id: &str) -> Result<(), Refusal> {
        match &self.phase {
            Phase::Busy(current) if current == id => {
                self.phase = Phase::Receiving(id.to_owned());
                Ok(())
            }
            Phase::Answered(current) | Phase::Receiving(current) if current == id => {
                Err(Refusal::InvalidTransition)
            }
            _ => Err(Refusal::UnknownRequestId),
        }
    }

    /// The body was read, or was too long and refused: either way the invoke is answered.
    pub(super) fn end_answer(&mut self, id: &str) {
        if matches!(&self.phase, Phase::Receiving(current) if current == id) {
            self.phase = Phase::Answered(id.to_owned());
        }
    }

    /// The body broke off; the runtime may try again.
    pub(super) fn abandon_answer(&mut self, id: &str) {
        if matches!(&self.phase, Phase::Receiving(current) if current == id) {
            self.phase = Phase::Busy(id.to_owned());
        }
    }

    pub(super) fn init_error(&mut self) -> Result<(), Refusal> {
        match self.phase {
            Phase::Idle => {
                self.phase = Phase::Failed;
                Ok(())
            }
            _ => Err(Refusal::InvalidTransition),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invocation(id: &str) -> Invocation {
        Invocation {
            request_id: id.to_owned(),
            deadline_ms: 0,
            invoked_function_arn: String::new(),
            trace_id: None,
            client_context: None,
            cognito_identity: None,
            payload: bytes::Bytes::new(),
        }
    }

    #[test]
    fn an_invoke_is_answered_once_and_only_under_its_own_id() {
        let mut state = State::new();
        let mut poll = state.next().unwrap();
        assert_eq!(state.next().unwrap_err(), Refusal::InvalidTransition, "one poller at a time");
        state.deliver(invocation("a"));
        assert_eq!(poll.try_recv().unwrap().request_id, "a");
        assert_eq!(state.next().unwrap_err(), Refusal::InvalidTransition, "the invoke is not answered");
        assert_eq!(state.begin_answer("b"), Err(Refusal::UnknownRequestId));
        state.begin_answer("a").unwrap();
        assert_eq!(state.begin_answer("a"), Err(Refusal::InvalidTransition), "one body at a time");
        state.abandon_answer("a");
        state.begin_answer("a").unwrap();
        state.end_answer("a");
        assert_eq!(state.begin_answer("a"), Err(Refusal::InvalidTransition), "a second response");
        assert!(state.next().is_ok());
    }

    #[test]
    fn an_invoke_delivered_before_or_across_a_lost_poll_is_not_lost() {
        let mut state = State::new();
        state.deliver(invocation("early"));
        assert_eq!(state.next().unwrap().try_recv().unwrap().request_id, "early");
        let mut state = State::new();
        drop(state.next().unwrap());
        state.deliver(invocation("kept"));
        assert_eq!(state.next().unwrap().try_recv().unwrap().request_id, "kept");
    }

    #[test]
    fn an_init_error_is_only_for_the_init_phase() {
        let mut state = State::new();
        state.init_error().unwrap();
        assert_eq!(state.init_error(), Err(Refusal::InvalidTransition));
        let mut state = State::new();
        let _poll = state.next().unwrap();
        assert_eq!(state.init_error(), Err(Refusal::InvalidTransition));
    }
}
