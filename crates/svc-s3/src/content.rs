//! Objects' bytes: taken in (hashed in one pass, small ones to memory, others straight to a blob) and given out.
//!
//! Bytes of a failed request leave nothing: a blob is written, then named by a row in the object's own commit, then kept.
//! Until that it is pending, and removed if the request ends otherwise; what a crash leaves pending, `workers::free`
//! settles at the next start.

mod digests;
mod faults;
mod read;

use std::ops::RangeInclusive;

use base_time::Clock;
use bytes::{Bytes, BytesMut};
use http_body_util::BodyExt;
use store_blob::{BlobId, BlobWriter};
use store_kv::Transaction;
use wire_codec::Body;

use digests::Digests;
pub use digests::Expectations;
pub use faults::{blob_error, body_error, collect, from_text};
pub use read::Readers;

use crate::S3;
use crate::checksum::Checksum;
use crate::error::S3Error;
use crate::etag::Md5Digest;
use crate::model::{Data, DataId};
use crate::tables::{BLOBS, INLINE, INLINE_MAX_BYTES, Inline};

/// Bytes that were taken in and checked; no row names them yet.
pub struct Ingested {
    pub stored: Stored,
    pub size_bytes: u64,
    pub md5: Md5Digest,
    /// Of the algorithm that is stored.
    pub checksum: Checksum,
    /// Of the algorithm the client asked for, if that is another.
    pub asked: Option<Checksum>,
}

/// Where the bytes are, and what has to happen for them to stay.
pub struct Stored {
    data: Data,
    inline: Option<Bytes>,
    blob: Option<PendingBlob>,
}

/// A blob that goes with this, unless it is kept.
struct PendingBlob {
    s3: S3,
    id: Option<BlobId>,
}

impl Stored {
    pub fn data(&self) -> &Data {
        &self.data
    }

    /// Writes the rows that name the bytes.
    pub fn write(&self, tx: &Transaction) -> Result<(), S3Error> {
        match (&self.data, &self.inline) {
            (Data::Inline(id), Some(bytes)) => INLINE.insert_new(tx, (*id,), &Inline(bytes.clone()))?,
            (Data::Blob(id), _) => BLOBS.insert_new(tx, (&id.to_bytes()[..],), &())?,
            _ => {}
        }
        Ok(())
    }

    /// After the commit: keeps the blob, or removes it where nothing was committed. Where that isn't known (the store
    /// failed), the next start finds out.
    pub fn settle<T>(mut self, outcome: Result<T, S3Error>) -> Result<T, S3Error> {
        let Some(mut blob) = self.blob.take() else { return outcome };
        match &outcome {
            Ok(_) => blob.keep(),
            Err(error) if error.code == "InternalError" => blob.id = None,
            Err(_) => {}
        }
        outcome
    }
}

impl PendingBlob {
    /// In the background: the row names it already.
    fn keep(&mut self) {
        let Some(id) = self.id.take() else { return };
        let s3 = self.s3.clone();
        self.s3.tasks().spawn(async move {
            if let Err(error) = s3.blobs().keep(id).await {
                tracing::debug!(%error, "a blob stays pending until the next start, or was deleted at once");
            }
        });
    }
}

impl Drop for PendingBlob {
    fn drop(&mut self) {
        let Some(id) = self.id.take() else { return };
        let s3 = self.s3.clone();
        self.s3.tasks().spawn(async move {
            if let Err(error) = s3.blobs().delete(id).await {
                tracing::warn!(%error, "bytes of a failed request stay until the next start");
            }
        });
    }
}

/// Where bytes go while they come: to memory, until they are too many for a row.
enum Sink {
    Memory(BytesMut),
    Blob(Box<BlobWriter>),
}

impl S3 {
    /// Takes a body of known length in. An error leaves nothing.
    pub(crate) async fn ingest(&self, body: Body, expected: Expectations) -> Result<Ingested, S3Error> {
        let declared = body.length().ok_or_else(S3Error::missing_content_length)?;
        if declared > expected.max_bytes {
            return Err(S3Error::entity_too_large(declared, expected.max_bytes));
        }
        let ingested = self.ingest_sized(body, expected, declared..=declared).await?;
        ingested.map_err(|size_bytes| S3Error::incomplete_body(declared, size_bytes))
    }

    /// Takes a body in whose end alone tells its length (a form's file).
    pub(crate) async fn ingest_unsized(
        &self,
        body: Body,
        expected: Expectations,
    ) -> Result<Ingested, S3Error> {
        let max_bytes = expected.max_bytes;
        let ingested = self.ingest_sized(body, expected, 0..=max_bytes).await?;
        ingested.map_err(|size_bytes| S3Error::entity_too_large(size_bytes, max_bytes))
    }

    /// The bytes there were, if they are not as many as they must be.
    async fn ingest_sized(
        &self,
        mut body: Body,
        expected: Expectations,
        sizes: RangeInclusive<u64>,
    ) -> Result<Result<Ingested, u64>, S3Error> {
        let (mut digests, mut trailers) = (Digests::new(expected), None);
        let (mut size_bytes, mut sink) = (0u64, Sink::Memory(BytesMut::new()));
        while let Some(frame) = body.frame().await {
            match frame.map_err(faults::body_error)?.into_data() {
                Ok(bytes) => {
                    size_bytes += bytes.len() as u64;
                    if size_bytes > *sizes.end() {
                        return Ok(Err(size_bytes));
                    }
                    digests.update(&bytes);
                    self.write(&mut sink, bytes).await?;
                }
                Err(frame) => trailers = frame.into_trailers().ok(),
            }
        }
        if !sizes.contains(&size_bytes) {
            return Ok(Err(size_bytes));
        }
        let digests = digests.finish(trailers.as_ref())?;
        let stored = self.finish(sink).await?;
        let (md5, checksum, asked) = (digests.md5, digests.stored, digests.asked);
        Ok(Ok(Ingested { stored, size_bytes, md5, checksum, asked }))
    }

    async fn write(&self, sink: &mut Sink, bytes: Bytes) -> Result<(), S3Error> {
        match sink {
            Sink::Memory(memory) if memory.len() + bytes.len() <= INLINE_MAX_BYTES => {
                memory.extend_from_slice(&bytes);
                Ok(())
            }
            Sink::Memory(memory) => {
                let mut writer = self.blobs().put().await.map_err(blob_error)?;
                writer.write(std::mem::take(memory).freeze()).await.map_err(blob_error)?;
                writer.write(bytes).await.map_err(blob_error)?;
                *sink = Sink::Blob(Box::new(writer));
                Ok(())
            }
            Sink::Blob(writer) => writer.write(bytes).await.map_err(blob_error),
        }
    }

    async fn finish(&self, sink: Sink) -> Result<Stored, S3Error> {
        match sink {
            Sink::Memory(memory) if memory.is_empty() => {
                Ok(Stored { data: Data::Empty, inline: None, blob: None })
            }
            Sink::Memory(memory) => {
                let data = Data::Inline(self.new_data_id());
                Ok(Stored { data, inline: Some(memory.freeze()), blob: None })
            }
            Sink::Blob(writer) => {
                let id = writer.finish().await.map_err(blob_error)?.id;
                let blob = Some(PendingBlob { s3: self.clone(), id: Some(id) });
                Ok(Stored { data: Data::Blob(id), inline: None, blob })
            }
        }
    }

    pub(crate) fn new_data_id(&self) -> DataId {
        new_data_id(self.clock(), self.ids().u64())
    }
}

/// By time first, so that rows written together lie together.
fn new_data_id(clock: &Clock, random: u64) -> DataId {
    DataId(u64::try_from(clock.now().as_millis()).unwrap_or(0), random)
}
