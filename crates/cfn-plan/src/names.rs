//! Physical names.
