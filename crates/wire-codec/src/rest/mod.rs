//! HTTP bindings of the REST protocols: URI templates, routing, labels, query strings, headers, payloads.

mod header;
pub(crate) mod read;
mod router;
pub(crate) mod uri;
pub(crate) mod write;

pub use router::RestRouter;
