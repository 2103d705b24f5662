//! Bytes too great for a row: object bodies, code packages, in files of their own. Never whole in memory.
//!
//! Small ones (up to some KB) are better kept in a row by the caller: a blob costs a file and two syncs.
//!
//! What names a blob is a row elsewhere, so a blob lives in two steps:
//!
//! 1. `BlobStore::put` -> `BlobWriter::write` .. -> `finish`: the blob is complete and durable, but *pending*.
//! 2. The caller commits the row that holds its id, then calls `keep`.
//!
//! A crash before the commit leaves a pending blob that no row names; after it, one that a row names. `recover`, once
//! after opening, asks the caller which, and deletes or keeps it. To delete: the caller's transaction removes the row and
//! notes the id as garbage; then `delete`, then the note goes. `sweep` looks through all blobs, for what was lost
//! otherwise. A blob may be deleted while it is read: readers go on with what they opened.
//!
//! Each 64 KB block has a CRC-32C, verified when it is read: damage is an error, never wrong bytes. Hashes that a
//! protocol wants (MD5, SHA-256) are the caller's business.
//!
//! On the disk: `LOCK`, `FORMAT`, `pending/<id>` (with `.part` while it is written), `blobs/<first two digits>/<id>`.
//! See `format` for a file's layout.

mod error;
mod files;
mod format;
mod id;
mod read;
mod store;
mod write;

pub use error::BlobError;
pub use id::{BlobId, ParseBlobIdError};
pub use read::Blob;
pub use store::BlobStore;
pub use write::{BlobWriter, Written};
