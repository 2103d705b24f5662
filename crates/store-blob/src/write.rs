//! Writing a blob, piece by piece.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::{BufMut, Bytes, BytesMut};

use crate::error::BlobError;
use crate::files::{Files, blocking, remove, sync_directory};
use crate::format::{BLOCK_BYTES, CRC_BYTES, Trailer, crc32c};
use crate::id::BlobId;

/// What is gathered before it is written; a multiple of the block.
const GATHER_BYTES: usize = 4 * BLOCK_BYTES;

/// Takes a blob's bytes. Holds at most 256 KB of them, and four bytes for each 64 KB written. Dropped without
/// `finish`, it leaves nothing.
pub struct BlobWriter {
    id: BlobId,
    files: Files,
    part: Part,
    file: Arc<File>,
    gathered: BytesMut,
    /// Written to the file.
    written: u64,
    crcs: BytesMut,
}

/// A finished blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    pub id: BlobId,
    /// In bytes.
    pub length: u64,
}

/// The unfinished file; removed when dropped.
struct Part(PathBuf);

impl Drop for Part {
    fn drop(&mut self) {
        if let Err(error) = remove(&self.0) {
            tracing::warn!(%error, "an unfinished blob stays until the next start");
        }
    }
}

impl BlobWriter {
    pub(crate) async fn create(files: Files, id: BlobId) -> Result<Self, BlobError> {
        let path = files.part(id);
        let open = path.clone();
        let file = blocking(&path, move || File::create_new(&open).map_err(BlobError::io(open))).await?;
        let part = Part(path);
        let file = Arc::new(file);
        Ok(Self { id, files, part, file, gathered: BytesMut::new(), written: 0, crcs: BytesMut::new() })
    }

    pub fn id(&self) -> BlobId {
        self.id
    }

    /// Bytes taken so far.
    pub fn len(&self) -> u64 {
        self.written + self.gathered.len() as u64
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Takes the next bytes. Waits for the disk when enough are gathered. After an error the writer is of no more use.
    ///
    /// # Errors
    /// `DiskFull`, or what the disk says.
    pub async fn write(&mut self, mut bytes: Bytes) -> Result<(), BlobError> {
        while !bytes.is_empty() {
            let room = GATHER_BYTES - self.gathered.len();
            let piece = bytes.split_to(bytes.len().min(room));
            self.gathered.put_slice(&piece);
            if self.gathered.len() == GATHER_BYTES {
                self.flush().await?;
            }
        }
        Ok(())
    }

    async fn flush(&mut self) -> Result<(), BlobError> {
        let bytes = self.gathered.split().freeze();
        for block in bytes.chunks(BLOCK_BYTES) {
            self.crcs.put_u32_le(crc32c(block));
        }
        let (at, length) = (self.written, bytes.len() as u64);
        self.write_at(bytes, at).await?;
        self.written += length;
        Ok(())
    }

    async fn write_at(&self, bytes: Bytes, at: u64) -> Result<(), BlobError> {
        let (file, path) = (self.file.clone(), self.part.0.clone());
        let work = move || file.write_all_at(&bytes, at).map_err(BlobError::io(path));
        blocking(&self.part.0, work).await
    }

    /// Makes the blob durable and readable. It is pending: commit the row that names it, then `BlobStore::keep` it.
    ///
    /// # Errors
    /// `DiskFull`, or what the disk says; nothing remains then.
    pub async fn finish(mut self) -> Result<Written, BlobError> {
        self.flush().await?;
        let length = self.written;
        let trailer = Trailer { length, crcs_crc: crc32c(&self.crcs) };
        debug_assert_eq!(self.crcs.len() as u64, trailer.blocks() * CRC_BYTES as u64);
        let mut end = self.crcs.split();
        end.put_slice(&trailer.encode());
        self.write_at(end.freeze(), length).await?;
        let (id, file, part) = (self.id, self.file, self.part);
        let (pending, directory) = (self.files.pending(id), self.files.pending_directory());
        let path = pending.clone();
        let publish = move || {
            file.sync_all().map_err(BlobError::io(&part.0))?;
            fs::rename(&part.0, &pending).map_err(BlobError::io(&pending))?;
            sync_directory(&directory).inspect_err(|_| drop(remove(&pending)))
        };
        blocking(&path, publish).await?;
        Ok(Written { id, length })
    }
}
