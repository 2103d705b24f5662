//! Streams of typed events as members of inputs and outputs.

use std::fmt;
use std::pin::Pin;

use futures_util::{Stream, StreamExt};
use parking_lot::Mutex;

use crate::error::ApiError;
use crate::value::Structure;

/// An event as the stream's writer takes it.
pub type Event = Box<dyn Structure>;

type Source = Pin<Box<dyn Stream<Item = Result<Event, ApiError>> + Send>>;

/// A stream of events: the value of an `eventstream` member. Each event is the model's union with one member set.
#[derive(Default)]
pub struct Events(Option<Box<Mutex<Source>>>);

impl Events {
    /// From a stream of the model's union. An error ends the stream as an exception message.
    pub fn new<T: Structure + 'static>(
        events: impl Stream<Item = Result<T, ApiError>> + Send + 'static,
    ) -> Self {
        let boxed = events.map(|e| e.map(|e| Box::new(e) as Event));
        Self(Some(Box::new(Mutex::new(Box::pin(boxed)))))
    }

    /// The next event; `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Event, ApiError>> {
        self.0.as_mut()?.get_mut().next().await
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Events")
    }
}
