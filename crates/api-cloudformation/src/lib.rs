//! CloudFormation: inputs, outputs, errors and the operation table, generated from the service's model.
//!
//! `cargo xtask gen` writes this crate; `models/manifest.toml` lists the operations.

#![allow(non_upper_case_globals, reason = "statics bear the names of the model's shapes")]
#![allow(unused_imports, reason = "each chunk imports all that types may need")]
#![allow(clippy::all, reason = "generated")]

mod enums;
mod operations;
pub mod schemas;
mod service;
pub mod types;
mod types_0;
mod types_1;

pub use operations::SERVICE;
pub use service::{CloudFormation, dispatch};
pub use types::*;
