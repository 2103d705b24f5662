//! Being told of commits under a prefix.
//!
//! Each watched prefix has a `tokio::sync::watch` channel with the version of the last commit that touched it. A commit
//! is published first and told afterwards; a prefix that is newly watched starts at the version published at that time,
//! read under the registry's lock: so a commit is either in the starting version or told. Never missed; at most one
//! early awakening when the watch is new.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use bytes::Bytes;
use parking_lot::Mutex;
use tokio::sync::watch;

use crate::error::StoreError;
use crate::key::Version;

/// Waits for commits that touch a key with a prefix. Watching costs little; drop it when done.
pub struct Watch {
    changes: watch::Receiver<Version>,
    _registration: Box<dyn Send + Sync>,
}

impl Watch {
    /// For engines: `changes` carries the version of the last commit under the prefix; `registration` is dropped with
    /// the watch.
    pub fn new(changes: watch::Receiver<Version>, registration: Box<dyn Send + Sync>) -> Self {
        Self { changes, _registration: registration }
    }

    /// Resolves when a commit newer than `since` has touched a key with the prefix, with the newest such version.
    /// Resolves at once if one already has. It may resolve early (with nothing changed), never late. Safe to cancel.
    ///
    /// A loop reads from a snapshot, then waits with that snapshot's version: nothing falls between.
    pub async fn changed(&mut self, since: Version) -> Result<Version, StoreError> {
        let changed = self.changes.wait_for(|version| *version > since).await;
        changed.map(|version| *version).map_err(|_| StoreError::Closed)
    }
}

/// Who watches what.
#[derive(Clone, Default)]
pub(crate) struct Registry(Arc<Mutex<Watched>>);

#[derive(Default)]
struct Watched {
    channels: HashMap<Bytes, watch::Sender<Version>>,
    /// How many watched prefixes have each length: what has to be looked up for a key.
    lengths: BTreeMap<usize, usize>,
    closed: bool,
}

struct Registration {
    registry: Registry,
    prefix: Bytes,
}

impl Registry {
    /// `published` is read under the registry's lock.
    pub(crate) fn watch(&self, prefix: Bytes, published: impl FnOnce() -> Version) -> Watch {
        let mut watched = self.0.lock();
        let now = published();
        let changes = match watched.channels.get(&prefix) {
            Some(sender) => sender.subscribe(),
            None => {
                let (sender, receiver) = watch::channel(now);
                if !watched.closed {
                    *watched.lengths.entry(prefix.len()).or_default() += 1;
                    watched.channels.insert(prefix.clone(), sender);
                }
                receiver
            }
        };
        let registration = Registration { registry: self.clone(), prefix };
        // The lock is let go before the registration could be dropped.
        drop(watched);
        Watch::new(changes, Box::new(registration))
    }

    /// Tells of commits that are published. `touched` are the keys with the version of their commit, in commit order.
    pub(crate) fn tell<'a>(&self, touched: impl Iterator<Item = (&'a Bytes, Version)>) {
        let watched = self.0.lock();
        if watched.channels.is_empty() {
            return;
        }
        for (key, version) in touched {
            for length in watched.lengths.range(..=key.len()).map(|(length, _)| *length) {
                if let Some(sender) = watched.channels.get(&key[..length]) {
                    sender.send_if_modified(|last| {
                        let newer = version > *last;
                        *last = version.max(*last);
                        newer
                    });
                }
            }
        }
    }

    /// Ends every watch, present and future.
    pub(crate) fn close(&self) {
        let mut watched = self.0.lock();
        watched.closed = true;
        watched.channels.clear();
        watched.lengths.clear();
    }
}

impl Drop for Registration {
    fn drop(&mut self) {
        let mut watched = self.registry.0.lock();
        // The watch's own receiver was dropped just before (fields drop in order).
        let unused = watched.channels.get(&self.prefix).is_some_and(|sender| sender.receiver_count() == 0);
        if !unused {
            return;
        }
        watched.channels.remove(&self.prefix);
        if let Some(count) = watched.lengths.get_mut(&self.prefix.len()) {
            *count -= 1;
            if *count == 0 {
                watched.lengths.remove(&self.prefix.len());
            }
        }
    }
}
