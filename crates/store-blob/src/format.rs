//! The layout of a blob's file, version 1.
//!
//! The data comes first and in one piece, so that a range of the file can be handed to the kernel as it is. Behind it
//! one CRC-32C (little endian, four bytes) for each block of 64 KB, the last one shorter; then the trailer, 24 bytes:
//!
//! | bytes | what |
//! |---|---|
//! | 0..8 | length of the data, little endian |
//! | 8..12 | bytes of a block, little endian |
//! | 12..16 | CRC-32C of the block checksums, little endian |
//! | 16..20 | CRC-32C of bytes 0..16 of the trailer, little endian |
//! | 20..24 | `HNB1` |

use crc_fast::{CrcAlgorithm, checksum};

pub(crate) const BLOCK_BYTES: usize = 64 << 10;
pub(crate) const CRC_BYTES: usize = size_of::<u32>();
pub(crate) const TRAILER_BYTES: usize = 24;
const MAGIC: [u8; 4] = *b"HNB1";

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Trailer {
    pub(crate) length: u64,
    pub(crate) crcs_crc: u32,
}

pub(crate) fn crc32c(bytes: &[u8]) -> u32 {
    // A 32-bit checksum in a wider type.
    u32::try_from(checksum(CrcAlgorithm::Crc32Iscsi, bytes)).unwrap_or(u32::MAX)
}

impl Trailer {
    pub(crate) fn encode(self) -> [u8; TRAILER_BYTES] {
        let mut out = [0; TRAILER_BYTES];
        out[0..8].copy_from_slice(&self.length.to_le_bytes());
        out[8..12].copy_from_slice(&(BLOCK_BYTES as u32).to_le_bytes());
        out[12..16].copy_from_slice(&self.crcs_crc.to_le_bytes());
        let own_crc = crc32c(&out[..16]);
        out[16..20].copy_from_slice(&own_crc.to_le_bytes());
        out[20..24].copy_from_slice(&MAGIC);
        out
    }

    /// `None` if it is not one, or of another version.
    pub(crate) fn decode(bytes: [u8; TRAILER_BYTES]) -> Option<Self> {
        let length = u64::from_le_bytes(*bytes.first_chunk()?);
        let crcs_crc = u32::from_le_bytes(*bytes.get(12..)?.first_chunk()?);
        let trailer = Self { length, crcs_crc };
        (trailer.encode() == bytes).then_some(trailer)
    }

    pub(crate) fn blocks(self) -> u64 {
        self.length.div_ceil(BLOCK_BYTES as u64)
    }

    /// The length of the whole file; `None` if it cannot be.
    pub(crate) fn file_length(self) -> Option<u64> {
        let crcs = self.blocks().checked_mul(CRC_BYTES as u64)?;
        self.length.checked_add(crcs)?.checked_add(TRAILER_BYTES as u64)
    }
}
