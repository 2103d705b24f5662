//! Event streams (`application/vnd.amazon.eventstream`): framing, and streams of typed events.
//!
//! `frame` is the format on its own, for anything that speaks it; `Events` is the value of an `eventstream` member, whose
//! events are written in the call's protocol.

mod events;
mod frame;

pub use events::{Event, Events};
pub use frame::{FrameError, HeaderValue, Message};

pub(crate) use events::body;
