//! The machine's clock and a manual one behind one type.

use std::collections::BTreeMap;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use parking_lot::Mutex;
use tokio::sync::oneshot;

use crate::Timestamp;

/// Where time comes from. Cheap to clone; clones share the same time.
#[derive(Clone, Default)]
pub struct Clock(Option<Arc<Mutex<Manual>>>);

struct Manual {
    now: Timestamp,
    sequence: u64,
    sleepers: BTreeMap<(Timestamp, u64), oneshot::Sender<()>>,
}

/// Ends when the clock has reached its time.
pub struct Sleep(Inner);

enum Inner {
    System(Pin<Box<tokio::time::Sleep>>),
    Manual(oneshot::Receiver<()>),
    Over,
}

impl Clock {
    /// The machine's own clock.
    pub fn system() -> Self {
        Self(None)
    }

    /// A clock that stands at `start` until `advance` moves it.
    pub fn manual(start: Timestamp) -> Self {
        let manual = Manual { now: start, sequence: 0, sleepers: BTreeMap::new() };
        Self(Some(Arc::new(Mutex::new(manual))))
    }

    pub fn now(&self) -> Timestamp {
        match &self.0 {
            None => system_now(),
            Some(manual) => manual.lock().now,
        }
    }

    /// Time since an arbitrary moment, for measuring durations: never goes backward, finer than a millisecond on the
    /// system clock.
    pub fn monotonic(&self) -> Duration {
        match &self.0 {
            None => system_monotonic(),
            Some(manual) => manual.lock().now.since(Timestamp::EPOCH),
        }
    }

    /// Moves a manual clock forward and wakes every sleeper that is due. Has no effect on the system clock.
    pub fn advance(&self, by: Duration) {
        let Some(manual) = &self.0 else { return };
        let due = {
            let mut manual = manual.lock();
            manual.now = manual.now + by;
            let first_later = (manual.now + Duration::from_millis(1), 0);
            let later = manual.sleepers.split_off(&first_later);
            std::mem::replace(&mut manual.sleepers, later)
        };
        for (_, wake) in due {
            // A sleeper that was dropped no longer listens.
            let _ = wake.send(());
        }
    }

    pub fn sleep(&self, duration: Duration) -> Sleep {
        self.sleep_until(self.now() + duration)
    }

    pub fn sleep_until(&self, at: Timestamp) -> Sleep {
        match &self.0 {
            None => Sleep(Inner::System(Box::pin(system_sleep(at.since(system_now()))))),
            Some(manual) => {
                let mut manual = manual.lock();
                if at <= manual.now {
                    return Sleep(Inner::Over);
                }
                let (wake, woken) = oneshot::channel();
                manual.sequence += 1;
                let key = (at, manual.sequence);
                manual.sleepers.insert(key, wake);
                Sleep(Inner::Manual(woken))
            }
        }
    }

    /// Runs `work` for at most `limit`; `None` when time ran out first.
    pub async fn timeout<F: Future>(&self, limit: Duration, work: F) -> Option<F::Output> {
        tokio::select! {
            biased;
            output = work => Some(output),
            () = self.sleep(limit) => None,
        }
    }
}

impl Future for Sleep {
    type Output = ();

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        match &mut self.0 {
            Inner::System(sleep) => sleep.as_mut().poll(cx),
            Inner::Manual(woken) => Pin::new(woken).poll(cx).map(|_| ()),
            Inner::Over => Poll::Ready(()),
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "the one place that reads the machine's clock")]
fn system_now() -> Timestamp {
    let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp::from_millis(i64::try_from(since_epoch.as_millis()).unwrap_or(i64::MAX))
}

fn system_monotonic() -> Duration {
    static START: std::sync::OnceLock<std::time::Instant> = std::sync::OnceLock::new();
    START.get_or_init(std::time::Instant::now).elapsed()
}

#[expect(clippy::disallowed_methods, reason = "the one place that sleeps")]
fn system_sleep(duration: Duration) -> tokio::time::Sleep {
    tokio::time::sleep(duration)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_manual_clock_wakes_sleepers_in_their_time_only() {
        let clock = Clock::manual(Timestamp::from_secs(100));
        let mut early = clock.sleep(Duration::from_secs(1));
        let mut late = clock.sleep(Duration::from_secs(2));
        clock.advance(Duration::from_secs(1));
        assert!(futures_ready(&mut early).await);
        assert!(!futures_ready(&mut late).await);
        clock.advance(Duration::from_secs(1));
        assert!(futures_ready(&mut late).await);
        assert_eq!(clock.now(), Timestamp::from_secs(102));
    }

    async fn futures_ready(sleep: &mut Sleep) -> bool {
        std::future::poll_fn(|cx| Poll::Ready(Pin::new(&mut *sleep).poll(cx).is_ready())).await
    }
}
