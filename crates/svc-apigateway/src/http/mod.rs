//! The HTTP APIs' control plane.

pub mod check;
mod describe;

pub use describe::endpoint;
pub mod ops;
mod service;
