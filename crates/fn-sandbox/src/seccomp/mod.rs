//! The system call filter of every runtime: an allow-list (`allow`), compiled to a binary search (`filter`).
//!
//! A linear filter of this size costs three times as much to install and runs longer on each call.

mod allow;
mod filter;

pub(crate) use filter::Program;

/// The filter of this crate's policy.
pub(crate) fn program() -> Program {
    Program::compile(&allow::rules())
}
