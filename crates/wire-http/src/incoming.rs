//! Request bodies that must keep moving: a peer that stops sending in the middle does not hold its connection for ever.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep};

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// The request's body, failing where nothing comes for `stall`.
pub(crate) struct MovingBody {
    inner: Incoming,
    stall: Duration,
    /// Made at the first wait, since most bodies come with their head.
    timer: Option<Pin<Box<Sleep>>>,
}

impl MovingBody {
    pub(crate) fn new(inner: Incoming, stall: Duration) -> Self {
        Self { inner, stall, timer: None }
    }
}

#[expect(
    clippy::disallowed_methods,
    reason = "a socket's pace is real time, as are the protocol's own timers beside it; the platform's clock may stand still"
)]
fn timer(stall: Duration) -> Pin<Box<Sleep>> {
    Box::pin(tokio::time::sleep(stall))
}

impl Body for MovingBody {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        let this = &mut *self;
        if let Poll::Ready(frame) = Pin::new(&mut this.inner).poll_frame(cx) {
            this.timer = None;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let stall = this.stall;
        let timer = this.timer.get_or_insert_with(|| timer(stall));
        ready!(timer.as_mut().poll(cx));
        // Whoever asks again gets the same answer at once.
        timer.as_mut().reset(Instant::now());
        Poll::Ready(Some(Err(format!("nothing of the request's body came for {} s", stall.as_secs()).into())))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
