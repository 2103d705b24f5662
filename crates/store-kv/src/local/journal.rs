//! Cutting off what a power cut left half written at the end of fjall's journal.
//!
//! A power cut may keep any of the sectors of the write that was on its way. If it keeps the last and loses one in the
//! middle, fjall (3.1) finds a batch with a wrong checksum and refuses to open, though nothing acknowledged is lost. So
//! before it opens, the active journal is read here: it is cut behind its last whole batch. The committer syncs each
//! batch before the next, so at most the last can be broken; if a whole batch follows a broken one, that was no power
//! cut, and opening fails.
//!
//! The layout (fjall's format 3, little endian, no compression): a batch is a start (1, number of items `u32`, sequence
//! number `u64`), its items, and an end (3, XXH3 of the items' bytes `u64`, `FJL` 3). An item is 2, kind `u8`, compression
//! `u8`, keyspace `u64`, key length `u16`, value length `u32` twice, key, value; or, for a cleared keyspace, 4 and the
//! keyspace `u64`. Behind the last batch the file is filled with zeros.

use std::fs::{self, File, OpenOptions};
use std::io::{self, BufReader, Read};
use std::os::unix::fs::FileExt;
use std::path::{Path, PathBuf};

use xxhash_rust::xxh3::Xxh3;

use super::directory::io_error;
use crate::error::OpenError;

const START: u8 = 1;
const ITEM: u8 = 2;
const END: u8 = 3;
const CLEAR: u8 = 4;
const MAGIC: [u8; 4] = *b"FJL\x03";
const UNCOMPRESSED: u8 = 0;
/// An item's head behind its tag.
const ITEM_HEAD: usize = 20;

/// `engine` is fjall's directory.
pub(crate) fn cut_torn_end(engine: &Path) -> Result<(), OpenError> {
    let at_engine = |cause| io_error(engine, cause);
    let Some(journal) = active_journal(engine).map_err(at_engine)? else { return Ok(()) };
    let at_journal = |cause| io_error(&journal, cause);
    let file = OpenOptions::new().read(true).write(true).open(&journal).map_err(at_journal)?;
    let whole = whole_batches(&file).map_err(at_journal)?;
    let rest = rest_from(&file, whole).map_err(at_journal)?;
    if rest.is_empty() {
        return Ok(());
    }
    if let Some(later) = find_batch(&rest) {
        return Err(OpenError::Damaged { path: journal, at: whole.saturating_add(later as u64) });
    }
    tracing::warn!(bytes = rest.len(), "cut off what was half written when the power went");
    file.set_len(whole).and_then(|()| file.sync_all()).map_err(at_journal)
}

/// The journal of the greatest number.
fn active_journal(engine: &Path) -> io::Result<Option<PathBuf>> {
    let mut newest = None;
    for entry in fs::read_dir(engine)? {
        let path = entry?.path();
        let number = path.extension().filter(|extension| *extension == "jnl").and_then(|_| {
            let stem = path.file_stem()?.to_str()?;
            stem.parse::<u64>().ok()
        });
        newest = newest.max(number.map(|number| (number, path)));
    }
    Ok(newest.map(|(_, path)| path))
}

/// The length of the whole batches at the start of the file.
fn whole_batches(file: &File) -> io::Result<u64> {
    let mut reader = BufReader::with_capacity(1 << 16, file);
    let mut whole = 0;
    while let Some(length) = read_batch(&mut reader)? {
        whole += length;
    }
    Ok(whole)
}

/// The bytes from `at` on, without the zeros at the end.
fn rest_from(file: &File, at: u64) -> io::Result<Vec<u8>> {
    static ZEROS: [u8; 1 << 16] = [0; 1 << 16];
    let (mut rest, mut place) = (Vec::new(), at);
    let mut piece = vec![0; ZEROS.len()];
    loop {
        // Over the holes, of which most of the file consists.
        place = match rustix::fs::seek(file, rustix::fs::SeekFrom::Data(place)) {
            Ok(data) => data,
            Err(rustix::io::Errno::NXIO) => break,
            Err(error) => return Err(error.into()),
        };
        let length = file.read_at(&mut piece, place)?;
        let (piece, zeros) =
            (piece.get(..length).unwrap_or_default(), ZEROS.get(..length).unwrap_or_default());
        if length == 0 {
            break;
        }
        if piece != zeros {
            rest.resize(usize::try_from(place - at).map_err(io::Error::other)?, 0);
            rest.extend_from_slice(piece);
        }
        place += length as u64;
    }
    let end = rest.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    rest.truncate(end);
    Ok(rest)
}

/// Where a whole batch is, behind the first byte.
fn find_batch(rest: &[u8]) -> Option<usize> {
    let starts = rest.iter().enumerate().skip(1).filter(|(_, byte)| **byte == START);
    // Reading from memory does not fail.
    starts.map(|(at, _)| at).find(|at| {
        let mut from = rest.get(*at..).unwrap_or_default();
        matches!(read_batch(&mut from), Ok(Some(_)))
    })
}

/// Reads a batch; its length, or `None` if there is no whole one.
fn read_batch(reader: &mut impl Read) -> io::Result<Option<u64>> {
    let mut batch = BatchReader { reader, length: 0, items: Xxh3::new() };
    match batch.read() {
        Ok(true) => Ok(Some(batch.length)),
        Ok(false) => Ok(None),
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => Ok(None),
        Err(error) => Err(error),
    }
}

struct BatchReader<'a, R> {
    reader: &'a mut R,
    length: u64,
    items: Xxh3,
}

impl<R: Read> BatchReader<'_, R> {
    /// Whether it is whole.
    fn read(&mut self) -> io::Result<bool> {
        if self.array::<1>()? != [START] {
            return Ok(false);
        }
        let count = u32::from_le_bytes(self.array()?);
        self.array::<8>()?;
        for _ in 0..count {
            if !self.read_item()? {
                return Ok(false);
            }
        }
        if self.array::<1>()? != [END] {
            return Ok(false);
        }
        let checksum = u64::from_le_bytes(self.array()?);
        Ok(self.array()? == MAGIC && checksum == self.items.digest())
    }

    fn read_item(&mut self) -> io::Result<bool> {
        let tag = self.array::<1>()?;
        self.items.update(&tag);
        match tag {
            [ITEM] => {
                let head = self.array::<ITEM_HEAD>()?;
                self.items.update(&head);
                let [_, compression, _, _, _, _, _, _, _, _, k0, k1, _, _, _, _, v0, v1, v2, v3] = head;
                let key = u64::from(u16::from_le_bytes([k0, k1]));
                let value = u64::from(u32::from_le_bytes([v0, v1, v2, v3]));
                if compression != UNCOMPRESSED {
                    return Ok(false);
                }
                self.pass(key + value)?;
                Ok(true)
            }
            [CLEAR] => {
                self.pass(8)?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    fn array<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.reader.read_exact(&mut bytes)?;
        self.length += N as u64;
        Ok(bytes)
    }

    /// Takes so many bytes of an item.
    fn pass(&mut self, mut length: u64) -> io::Result<()> {
        let mut piece = [0; 1 << 12];
        while length > 0 {
            let take = piece.len().min(usize::try_from(length).unwrap_or(usize::MAX));
            let Some(piece) = piece.get_mut(..take) else { break };
            self.reader.read_exact(piece)?;
            self.items.update(piece);
            self.length += take as u64;
            length -= take as u64;
        }
        Ok(())
    }
}
