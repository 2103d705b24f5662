//! What is stored, with the key layout beside the type. Object bytes over `INLINE_MAX_BYTES` are in the blob store.
//!
//! A key's current version is in `OBJECTS`, so that listing touches current versions only; the others are in `VERSIONS`,
//! newest first. Rows that go with an object change in its own transaction.

use base_time::Timestamp;
use bytes::Bytes;
use store_kv::Versionstamp;
use store_table::{DecodeError, EncodeAs, First, JsonRecord, KeyCodec, LastPart, Record, Table, TableId};

use crate::delivery::{Delivery, Event};
use crate::model::{Bucket, BucketId, Completed, DataId, Garbage, Head, ManifestPage, Part, Upload, Version};

/// Objects and parts up to this size are stored in the same commit as their row: one sync suffices.
pub const INLINE_MAX_BYTES: usize = 8 << 10;
/// Parts of one row of `MANIFEST`.
pub const PARTS_PER_PAGE: usize = 500;

/// S3's number among the services (ARCHITECTURE.md).
pub const SERVICE: u8 = 2;

/// bucket name -> bucket. Names are global.
pub const BUCKETS: Table<(String,), Bucket> = Table::new(TableId::rows(SERVICE, 1));
/// (account, bucket name): the buckets of an account.
pub const BUCKETS_BY_OWNER: Table<(String, String), ()> = Table::new(TableId::rows(SERVICE, 2));
/// (bucket, key) -> the current version.
pub const OBJECTS: Table<(BucketId, String), Head> = Table::new(TableId::rows(SERVICE, 3));
/// (bucket, key, `Newest(order)`) -> a noncurrent version.
pub const VERSIONS: Table<(BucketId, String, u64), Version> = Table::new(TableId::rows(SERVICE, 4));
/// data -> bytes of a small object or part.
pub const INLINE: Table<(DataId,), Inline> = Table::new(TableId::rows(SERVICE, 5));
/// (data, page) -> parts of a multipart object.
pub const MANIFEST: Table<(DataId, u32), ManifestPage> = Table::new(TableId::rows(SERVICE, 6));
/// (bucket, key, upload id) -> multipart upload in progress.
pub const UPLOADS: Table<(BucketId, String, String), Upload> = Table::new(TableId::rows(SERVICE, 7));
/// (bucket, upload id) -> what completing it answered, for a client that asks again.
pub const COMPLETED: Table<(BucketId, String), Completed> = Table::new(TableId::rows(SERVICE, 10));
/// (time, bucket, upload id): rows of `COMPLETED` by age.
pub const COMPLETED_BY_TIME: Table<(Timestamp, BucketId, String), ()> = Table::new(TableId::log(SERVICE, 4));
/// (bucket, upload id, part number) -> uploaded part.
pub const PARTS: Table<(BucketId, String, u32), Part> = Table::new(TableId::rows(SERVICE, 8));
/// blob id: the blobs that a row refers to. What the blob store has besides was never acknowledged.
pub const BLOBS: Table<(Bytes,), ()> = Table::new(TableId::rows(SERVICE, 9));
/// commit -> bytes to be freed.
pub const GARBAGE: Table<(Versionstamp,), Garbage> = Table::new(TableId::log(SERVICE, 1));
/// commit -> event to be delivered.
pub const EVENTS: Table<(Versionstamp,), Event> = Table::new(TableId::log(SERVICE, 2));
/// (due, commit, destination) -> delivery to be tried again.
pub const RETRIES: Table<(Timestamp, Versionstamp, u32), Delivery> = Table::new(TableId::log(SERVICE, 3));

/// A version's place in `VERSIONS`: newest first.
pub fn newest_first(order: u64) -> u64 {
    u64::MAX - order
}

/// The bytes of a small object.
pub struct Inline(pub Bytes);

impl Record for Inline {
    const VERSION: u8 = 1;
    type Previous = First;

    fn migrate(previous: First) -> Self {
        match previous {}
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), String> {
        out.extend_from_slice(&self.0);
        Ok(())
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self(Bytes::copy_from_slice(bytes)))
    }
}

macro_rules! json_record {
    ($($type:ty),+) => {
        $(impl JsonRecord for $type {
            const VERSION: u8 = 1;
            type Previous = First;

            fn migrate(previous: First) -> Self {
                match previous {}
            }
        })+
    };
}

json_record!(Bucket, Completed, Head, Version, ManifestPage, Upload, Part, Garbage, Event, Delivery);

impl EncodeAs<DataId> for DataId {
    fn encode(&self, out: &mut Vec<u8>) {
        EncodeAs::<u64>::encode(&self.0, out);
        EncodeAs::<u64>::encode(&self.1, out);
    }
}

impl KeyCodec for DataId {
    fn decode(input: &mut &[u8]) -> Result<Self, DecodeError> {
        Ok(Self(u64::decode(input)?, u64::decode(input)?))
    }
}

impl LastPart<DataId> for DataId {
    fn encode_last(&self, out: &mut Vec<u8>) {
        EncodeAs::<DataId>::encode(self, out);
    }
}

/// As the object key of a scan's start: bytes that need not be a key, before all keys that begin with them.
pub struct From<'a>(pub &'a [u8]);

impl EncodeAs<String> for From<'_> {
    fn encode(&self, out: &mut Vec<u8>) {
        for byte in self.0 {
            out.push(*byte);
            if *byte == 0 {
                out.push(0xff);
            }
        }
    }
}
