//! Runtimes: how functions are started and spoken to.
//!
//! What lives here: the Runtime API (2018-06-01) of one environment (`api`), our own bootstraps for Python and Node
//! (`bootstrap/`), and finding the interpreters of this machine (`interpreters`). What does not: making the environment
//! (`fn-sandbox`), deciding when an invoke goes where (`fn-pool`).

mod api;
mod interpreters;

pub use api::{Invocation, MAX_RESPONSE_BYTES, RuntimeApi, RuntimeEvent};
pub use interpreters::{Interpreter, Interpreters};
