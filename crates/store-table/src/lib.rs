//! Typed tables over `store-kv`: keys whose bytes sort as their parts do, versioned values, indexes.
//!
//! A service declares its tables as constants, with the key layout beside the type:
//!
//! ```
//! # use serde::{Serialize, Deserialize};
//! # use store_table::{First, JsonRecord, Table, TableId, services};
//! # #[derive(Serialize, Deserialize)] struct Queue { delay_seconds: u32 }
//! /// (account, queue name) -> Queue
//! const QUEUES: Table<(String, String), Queue> = Table::new(TableId::rows(services::SQS, 1));
//!
//! impl JsonRecord for Queue {
//!     const VERSION: u8 = 1;
//!     type Previous = First;
//!     fn migrate(previous: First) -> Self { match previous {} }
//! }
//! ```
//!
//! and uses them in a transaction or on a snapshot: `QUEUES.get(&tx, (account, name))`. [`IndexedTable`] keeps secondary
//! indexes with the rows; [`Queue`] is for what is appended and soon deleted, and says why such tables need a [`Head`].

mod error;
mod index;
mod key;
mod queue;
mod record;
pub mod services;
mod table;

pub use error::{DecodeError, TableError, public_message};
pub use index::{Follow, Index, IndexedTable};
pub use key::{EncodeAs, KeyCodec, LastPart, PrefixOf, StartsWith, decode_key};
pub use queue::{Head, Messages, Queue};
pub use record::{First, JsonRecord, Record};
pub use table::{Cursor, Scan, Table, TableId, TablePage};
