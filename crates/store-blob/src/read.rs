//! Reading a blob, or a range of one.

use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::{self, Stream};

use crate::error::BlobError;
use crate::files::blocking;
use crate::format::{BLOCK_BYTES, CRC_BYTES, TRAILER_BYTES, Trailer, crc32c};
use crate::id::BlobId;

/// Blocks that are read at once.
const READ_BLOCKS: u64 = 4;

/// An open blob. Cheap to clone. It can be read even if the blob is deleted meanwhile.
#[derive(Clone)]
pub struct Blob(Arc<Open>);

struct Open {
    id: BlobId,
    path: PathBuf,
    file: File,
    trailer: Trailer,
}

impl Blob {
    /// Blocks.
    pub(crate) fn open(id: BlobId, path: PathBuf, file: File) -> Result<Self, BlobError> {
        let corrupt = |what| BlobError::Corrupt { id, what };
        let file_length = file.metadata().map_err(BlobError::io(&path))?.len();
        let trailer_at = file_length.checked_sub(TRAILER_BYTES as u64);
        let trailer_at = trailer_at.ok_or_else(|| corrupt("the file is too short"))?;
        let mut bytes = [0; TRAILER_BYTES];
        file.read_exact_at(&mut bytes, trailer_at).map_err(BlobError::io(&path))?;
        let trailer = Trailer::decode(bytes).ok_or_else(|| corrupt("the trailer"))?;
        if trailer.file_length() != Some(file_length) {
            return Err(corrupt("the length"));
        }
        Ok(Self(Arc::new(Open { id, path, file, trailer })))
    }

    pub fn id(&self) -> BlobId {
        self.0.id
    }

    /// In bytes.
    pub fn len(&self) -> u64 {
        self.0.trailer.length
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The file, whose first `len` bytes are the data, to be sent by the kernel. What is read so is not verified.
    pub fn file(&self) -> &File {
        &self.0.file
    }

    /// The bytes of the range (cut to the blob's length) as a stream of pieces up to 256 KB, each verified. An error
    /// ends the stream.
    pub fn read(
        &self,
        range: Range<u64>,
    ) -> impl Stream<Item = Result<Bytes, BlobError>> + Send + Sync + Unpin + 'static + use<> {
        let rest = range.start..range.end.min(self.len());
        let pieces = stream::unfold((self.clone(), rest), |(blob, rest)| async move {
            if rest.is_empty() {
                return None;
            }
            let piece = blob.piece(rest.clone()).await;
            // After an error nothing follows.
            let next = piece.as_ref().map_or(rest.end, |bytes| rest.start + bytes.len() as u64);
            Some((piece, (blob, next..rest.end)))
        });
        Box::pin(pieces)
    }

    /// The whole blob; only for blobs known to be small.
    ///
    /// # Errors
    /// `Corrupt`, or what the disk says.
    pub async fn read_small(&self, most_bytes: u64) -> Result<Bytes, BlobError> {
        if self.len() > most_bytes {
            return Err(BlobError::Corrupt { id: self.0.id, what: "it is longer than expected" });
        }
        let mut out = Vec::new();
        while (out.len() as u64) < self.len() {
            out.extend_from_slice(&self.piece(out.len() as u64..self.len()).await?);
        }
        Ok(out.into())
    }

    /// The first bytes of the range, which is not empty and within the blob.
    async fn piece(&self, range: Range<u64>) -> Result<Bytes, BlobError> {
        let open = self.0.clone();
        blocking(&self.0.path, move || open.piece(range)).await
    }
}

impl Open {
    fn piece(&self, range: Range<u64>) -> Result<Bytes, BlobError> {
        let block = BLOCK_BYTES as u64;
        let first = range.start / block;
        let last = range.end.div_ceil(block).min(first + READ_BLOCKS);
        let (start, end) = (first * block, (last * block).min(self.trailer.length));
        let data = self.bytes(start, end - start)?;
        let crcs_at = self.trailer.length + first * CRC_BYTES as u64;
        let crcs = self.bytes(crcs_at, (last - first) * CRC_BYTES as u64)?;
        for (bytes, crc) in data.chunks(BLOCK_BYTES).zip(crcs.chunks(CRC_BYTES)) {
            if crc32c(bytes).to_le_bytes() != *crc {
                return Err(BlobError::Corrupt { id: self.id, what: "a block's checksum" });
            }
        }
        let data = Bytes::from(data);
        // Within the piece: at most its length.
        let (from, to) = (range.start - start, range.end.min(end) - start);
        Ok(data.slice(from as usize..to as usize))
    }

    /// At most a few blocks.
    fn bytes(&self, at: u64, length: u64) -> Result<Vec<u8>, BlobError> {
        let mut bytes = vec![0; length as usize];
        self.file.read_exact_at(&mut bytes, at).map_err(BlobError::io(&self.path))?;
        Ok(bytes)
    }

    fn verify(&self) -> Result<(), BlobError> {
        let mut at = 0;
        while at < self.trailer.length {
            at += self.piece(at..self.trailer.length)?.len() as u64;
        }
        Ok(())
    }
}

impl Blob {
    /// Reads and verifies all of it.
    ///
    /// # Errors
    /// `Corrupt`, or what the disk says.
    pub async fn verify(&self) -> Result<(), BlobError> {
        let open = self.0.clone();
        blocking(&self.0.path, move || open.verify()).await
    }
}
