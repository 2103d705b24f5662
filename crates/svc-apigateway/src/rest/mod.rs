//! The REST APIs' control plane.

pub mod check;
mod describe;
mod find;
pub mod ops;
mod service;
pub mod tree;
