//! The clock: the only crate that reads the time or sleeps.
//!
//! `Clock::system()` is the machine's; `Clock::manual(start)` stands still until a test advances it, so that a test can
//! run a week in a second. `Timestamp` is a point in time to the millisecond, AWS's own precision, with the three text
//! forms AWS's protocols use. Time zones and calendars are not here.

mod clock;
mod timestamp;

pub use clock::{Clock, Sleep};
pub use timestamp::{ParseTimestampError, Timestamp};
