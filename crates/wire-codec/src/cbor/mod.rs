//! CBOR bodies: Smithy RPC v2.

pub(crate) mod read;
pub(crate) mod write;
