//! The wiring: every service made, introduced to the others and put behind one port. The only place that knows everyone.

mod account;
mod config;
mod environment;
mod examine;
mod front;
mod start;
mod status;

pub use config::{ServerConfig, StartError};
pub use examine::{Finding, examine};
pub use start::Server;
