//! Amazon S3: buckets and objects.

pub mod checksum;
pub mod cors;
pub mod encoding;
pub mod error;
pub mod etag;
pub mod listing;
pub mod names;
pub mod notification;
pub mod precondition;
pub mod range;
pub mod tags;
