//! The service on a store in memory and blobs in a temporary directory, through its operations' typed interface.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod access;
mod buckets;
mod form;
mod histories;
mod http;
mod listing;
mod multipart;
mod notifications;
mod objects;
mod resources;
mod space;
mod versions;
mod world;
