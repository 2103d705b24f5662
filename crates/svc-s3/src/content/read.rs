//! Giving bytes out: from the row, from a blob, or from the blobs of the parts one after the other.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::{StreamExt, TryStreamExt, stream};
use parking_lot::Mutex;
use store_blob::{BlobError, BlobId, BlobStore};
use store_kv::Snapshot;
use store_table::Scan;
use tokio::sync::Notify;
use wire_codec::Body;

use super::faults::blob_error;
use crate::S3;
use crate::error::S3Error;
use crate::model::{Data, DataId, ObjectFacts, Part};
use crate::tables::{INLINE, MANIFEST};

/// Manifests whose parts are being read: their blobs are not freed meanwhile.
#[derive(Clone, Default)]
pub struct Readers(Arc<Shared>);

#[derive(Default)]
struct Shared {
    counts: Mutex<HashMap<DataId, usize>>,
    released: Notify,
}

/// Held while parts are read.
struct Reading {
    readers: Readers,
    data: DataId,
}

impl Readers {
    fn enter(&self, data: DataId) -> Reading {
        *self.0.counts.lock().entry(data).or_default() += 1;
        Reading { readers: self.clone(), data }
    }

    pub fn is_read(&self, data: DataId) -> bool {
        self.0.counts.lock().contains_key(&data)
    }

    /// Ends when some reader has ended.
    pub async fn released(&self) {
        self.0.released.notified().await;
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        let mut counts = self.readers.0.counts.lock();
        if let Some(count) = counts.get_mut(&self.data) {
            *count -= 1;
            if *count == 0 {
                counts.remove(&self.data);
                self.readers.0.released.notify_one();
            }
        }
    }
}

/// A piece of an object of parts.
enum Segment {
    Bytes(Bytes),
    Blob(BlobId, Range<u64>),
}

impl S3 {
    /// The bytes of the range, which lies within the object and is not empty.
    pub(crate) async fn read_data(
        &self,
        snapshot: &Snapshot,
        facts: &ObjectFacts,
        range: Range<u64>,
    ) -> Result<Body, S3Error> {
        match &facts.data {
            Data::Empty => Ok(Body::empty()),
            Data::Inline(id) => Ok(Body::bytes(inline(snapshot, *id, &range).await?)),
            Data::Blob(id) => {
                let blob = self.blobs().get(*id).await.map_err(blob_error)?;
                let length = range.end - range.start;
                Ok(Body::stream(blob.read(range), Some(length)))
            }
            Data::Parts(id) => {
                let reading = self.readers().enter(*id);
                let parts = self.manifest(snapshot, facts).await?;
                let segments = segments(snapshot, &parts, &range).await?;
                Ok(chain(self.blobs().clone(), segments, range.end - range.start, reading))
            }
        }
    }

    /// The parts of an object, in order; none where it was put in one piece.
    pub(crate) async fn manifest(
        &self,
        snapshot: &Snapshot,
        facts: &ObjectFacts,
    ) -> Result<Vec<Part>, S3Error> {
        let Data::Parts(id) = facts.data else { return Ok(Vec::new()) };
        let (mut parts, mut next) = (Vec::new(), None);
        loop {
            let page = MANIFEST.scan(snapshot, (id,), Scan::forward().after(next)).await?;
            parts.extend(page.rows.into_iter().flat_map(|(_, page)| page.parts));
            next = page.next;
            if next.is_none() {
                return Ok(parts);
            }
        }
    }

    /// Where a part's bytes lie in the object.
    pub(crate) async fn part_range(
        &self,
        snapshot: &Snapshot,
        facts: &ObjectFacts,
        number: i32,
    ) -> Result<Range<u64>, S3Error> {
        let wanted = crate::uploads::part_number(number)?;
        let count = facts.parts.unwrap_or(1);
        if wanted > count {
            return Err(S3Error::invalid_part_number(number, usize::try_from(count).unwrap_or(usize::MAX)));
        }
        if facts.parts.is_none() {
            return Ok(0..facts.size_bytes);
        }
        let mut start = 0;
        for part in self.manifest(snapshot, facts).await? {
            if part.number == wanted {
                return Ok(start..start + part.size_bytes);
            }
            start += part.size_bytes;
        }
        Err(S3Error::internal())
    }
}

async fn inline(snapshot: &Snapshot, id: DataId, range: &Range<u64>) -> Result<Bytes, S3Error> {
    let bytes = INLINE.get(snapshot, (id,)).await?.ok_or_else(missing)?.0;
    let (start, end) = (usize::try_from(range.start), usize::try_from(range.end));
    match (start, end) {
        (Ok(start), Ok(end)) if start <= end && end <= bytes.len() => Ok(bytes.slice(start..end)),
        _ => Err(missing()),
    }
}

fn missing() -> S3Error {
    tracing::error!("S3's row names bytes that are not there");
    S3Error::internal()
}

async fn segments(snapshot: &Snapshot, parts: &[Part], range: &Range<u64>) -> Result<Vec<Segment>, S3Error> {
    let (mut segments, mut start) = (Vec::new(), 0u64);
    for part in parts {
        let end = start + part.size_bytes;
        if end > range.start && start < range.end {
            let within = range.start.saturating_sub(start)..range.end.min(end) - start;
            match &part.data {
                Data::Empty => {}
                Data::Inline(id) => segments.push(Segment::Bytes(inline(snapshot, *id, &within).await?)),
                Data::Blob(id) => segments.push(Segment::Blob(*id, within)),
                Data::Parts(_) => return Err(missing()),
            }
        }
        start = end;
    }
    Ok(segments)
}

/// One stream; each blob is opened when its turn comes.
fn chain(blobs: BlobStore, segments: Vec<Segment>, length: u64, reading: Reading) -> Body {
    let pieces = stream::iter(segments)
        .then(move |segment| {
            let blobs = blobs.clone();
            async move {
                match segment {
                    Segment::Bytes(bytes) => Ok(stream::once(async move { Ok(bytes) }).boxed()),
                    Segment::Blob(id, range) => Ok::<_, BlobError>(blobs.get(id).await?.read(range).boxed()),
                }
            }
        })
        .try_flatten()
        .map(move |piece| {
            let _held = &reading;
            piece
        });
    Body::stream(pieces, Some(length))
}
