//! JSON bodies: awsJson 1.0 and 1.1, restJson1.

pub(crate) mod read;
pub(crate) mod write;
