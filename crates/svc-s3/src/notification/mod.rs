//! Event notifications (S3 User Guide, "Amazon S3 Event Notifications"): which rule wants which event, and the records
//! that are sent. Delivery is `workers::deliver`.

mod config;
mod event;
mod record;

pub use config::{Destination, NotificationRule, check_rules};
pub use event::EventName;
pub use record::{EventObject, EventRecord, TestEvent, sequencer};
