//! The one thread that writes.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot};

use super::group::Group;
use super::window::Window;
use super::{ApplyError, Backend, GROUP_BATCHES, GROUP_BYTES, LocalView, Shared, Writes};
use crate::batch::Batch;
use crate::engine::CommitResults;
use crate::error::{CommitError, StoreError};
use crate::key::Version;

/// Batches to commit, and who waits for the outcome.
pub(crate) struct Request {
    pub(crate) batches: Vec<Batch>,
    pub(crate) bytes: usize,
    pub(crate) reply: oneshot::Sender<CommitResults>,
    /// Its part of the queue's size, given back when it is answered.
    pub(crate) _room: OwnedSemaphorePermit,
}

pub(crate) struct Committer<B> {
    backend: B,
    shared: Arc<Shared>,
    /// The published view: all that is durable.
    view: Arc<dyn LocalView>,
    window: Window,
    /// The newest version given out.
    last: Version,
}

impl<B: Backend> Committer<B> {
    pub(crate) fn new(backend: B, shared: Arc<Shared>, view: Arc<dyn LocalView>, last: Version) -> Self {
        Self { backend, shared, view, window: Window::new(last), last }
    }

    /// Until the last sender is gone or a write has failed.
    pub(crate) fn run(mut self, mut requests: mpsc::Receiver<Request>) {
        while let Some(first) = requests.blocking_recv() {
            let group = take_group(first, &mut requests);
            if let Err(error) = self.commit(group) {
                tracing::error!(%error, "the store has stopped");
                self.shared.stop(error);
                // Dropping the receiver answers all who wait; `Shared::stopped` tells them why.
                return;
            }
        }
        self.shared.stop(StoreError::Closed);
    }

    /// Commits a group and answers. An error means that the store must stop.
    fn commit(&mut self, requests: Vec<Request>) -> Result<(), StoreError> {
        let mut group = Group::new(&self.view, &mut self.window, self.last);
        let mut answers = Vec::with_capacity(requests.len());
        for request in requests {
            let outcomes: CommitResults = request.batches.into_iter().map(|batch| group.add(batch)).collect();
            answers.push((request.reply, outcomes, request._room));
        }
        let (last, writes) = group.finish();
        self.last = last;
        let outcome = self.write(&writes);
        if let Err(error) = &outcome {
            answers.iter_mut().for_each(|(_, outcomes, _)| fail(outcomes, error));
        }
        let stop = match outcome {
            Err(CommitError::Store(error)) => {
                // Before anyone is answered, so that whoever asks next learns of it too.
                self.shared.stop(error.clone());
                Err(error)
            }
            _ => Ok(()),
        };
        for (reply, outcomes, _) in answers {
            // A caller that went away does not want to know.
            let _ = reply.send(outcomes);
        }
        stop
    }

    /// Makes the group durable, then visible, then known.
    fn write(&mut self, writes: &Writes) -> Result<(), CommitError> {
        if writes.is_empty() {
            return Ok(());
        }
        match self.backend.apply(writes, self.last) {
            Ok(()) => {}
            Err(ApplyError::DiskFull { free_bytes, reserve_bytes }) => {
                // The window has recorded what did not happen.
                self.window = Window::new(self.view.version());
                self.last = self.view.version();
                return Err(CommitError::DiskFull { free_bytes, reserve_bytes });
            }
            Err(ApplyError::Failed(cause)) => return Err(StoreError::Poisoned(cause.into()).into()),
        }
        self.view = self.backend.view(self.last);
        self.shared.publish(self.view.clone());
        self.shared.registry.tell(writes.iter().map(|(key, write)| (key, write.version)));
        Ok(())
    }
}

/// What waits, up to the limits of a group.
fn take_group(first: Request, requests: &mut mpsc::Receiver<Request>) -> Vec<Request> {
    let (mut batches, mut bytes) = (first.batches.len(), first.bytes);
    let mut group = vec![first];
    while batches < GROUP_BATCHES && bytes < GROUP_BYTES {
        let Ok(request) = requests.try_recv() else { break };
        batches += request.batches.len();
        bytes += request.bytes;
        group.push(request);
    }
    group
}

fn fail(outcomes: &mut CommitResults, error: &CommitError) {
    for outcome in outcomes.iter_mut().filter(|outcome| outcome.is_ok()) {
        *outcome = Err(error.clone());
    }
}
