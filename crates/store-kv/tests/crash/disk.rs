//! A disk with a volatile cache: replays a recording (see `recorder.c`) and says what a power cut would leave.
//!
//! The model is as hard as POSIX lets a disk be, short of losing synced data:
//! - What was written to a file since its last sync is kept or lost sector by sector (512 bytes), in any order; its
//!   length is the synced one, the last one, or between.
//! - A name (created, renamed, removed) is certain once its directory is synced; of those since, the first few in order
//!   are kept, the rest are not. A file's own sync says nothing about its name.

use std::collections::{BTreeMap, HashMap};
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

use base_id::Ids;

const SECTOR: usize = 512;

/// One record of the recording.
pub struct Record<'a> {
    op: u8,
    fd: i32,
    offset: u64,
    bytes: &'a [u8],
}

impl Record<'_> {
    pub fn is_sync(&self) -> bool {
        self.op == 6
    }
}

/// The records, and where each ends. A last one that is cut off is left out.
pub fn records(mut recording: &[u8]) -> Vec<Record<'_>> {
    let mut records = Vec::new();
    while let Some((head, rest)) = recording.split_first_chunk::<17>() {
        let number = |from: usize, to: usize| {
            head[from..to].iter().rev().fold(0u64, |number, byte| number << 8 | u64::from(*byte))
        };
        let Some((bytes, rest)) = rest.split_at_checked(number(13, 17) as usize) else { break };
        records.push(Record { op: head[0], fd: number(1, 5) as i32, offset: number(5, 13), bytes });
        recording = rest;
    }
    records
}

type Node = usize;

/// A file, or a directory whose names are in `Disk::changes`.
#[derive(Default)]
struct Content {
    bytes: Vec<u8>,
    synced_length: usize,
    /// The synced bytes of sectors written since.
    unsynced: BTreeMap<usize, [u8; SECTOR]>,
    is_directory: bool,
}

/// A change of names. A rename is two, kept or lost together.
struct Change {
    names: Vec<(Node, String, Option<Node>)>,
    synced: bool,
}

/// The disk at one point of the recording.
pub struct Disk {
    nodes: Vec<Content>,
    open: HashMap<i32, Node>,
    /// As the running process sees them.
    names: HashMap<Node, BTreeMap<String, Node>>,
    changes: Vec<Change>,
    /// What was written to `acks`, by an observer who loses nothing.
    pub acks: Vec<u8>,
}

impl Disk {
    pub fn new() -> Self {
        let root = Content { is_directory: true, ..Content::default() };
        let names = HashMap::from([(0, BTreeMap::new())]);
        Self { nodes: vec![root], open: HashMap::new(), names, changes: Vec::new(), acks: Vec::new() }
    }

    /// # Errors
    /// If the recording has something that is not understood.
    pub fn apply(&mut self, record: &Record<'_>) -> Result<(), String> {
        let text = std::str::from_utf8(record.bytes).unwrap_or_default();
        match record.op {
            1..=3 => self.open(record.op, record.fd, text)?,
            4 => {
                self.open.remove(&record.fd);
            }
            5 => self.write(record),
            6 => self.sync(record.fd),
            7 => self.resize(record.fd, record.offset as usize),
            8 => {
                let (from, to) = text.split_once('\0').ok_or("a rename without a second name")?;
                let ((from, from_name), (to, to_name)) = (self.place(from)?, self.place(to)?);
                let node = self.names[&from].get(&from_name).copied().ok_or("a rename of nothing")?;
                self.change(vec![(from, from_name, None), (to, to_name, Some(node))]);
            }
            9 | 11 => {
                let (directory, name) = self.place(text)?;
                self.change(vec![(directory, name, None)]);
            }
            10 => {
                let (directory, name) = self.place(text)?;
                let node = self.new_node(true);
                self.change(vec![(directory, name, Some(node))]);
            }
            op => return Err(format!("operation {op} is not understood")),
        }
        Ok(())
    }

    fn new_node(&mut self, is_directory: bool) -> Node {
        self.nodes.push(Content { is_directory, ..Content::default() });
        let node = self.nodes.len() - 1;
        if is_directory {
            self.names.insert(node, BTreeMap::new());
        }
        node
    }

    /// The directory and the name in it.
    fn place(&self, path: &str) -> Result<(Node, String), String> {
        let mut directory = 0;
        let mut parts = path.split('/').filter(|part| !part.is_empty()).peekable();
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return Ok((directory, part.to_owned()));
            }
            directory = *self.names[&directory].get(part).ok_or_else(|| format!("{path}: not known"))?;
        }
        Err(format!("{path:?}: no name"))
    }

    fn change(&mut self, names: Vec<(Node, String, Option<Node>)>) {
        for (directory, name, node) in &names {
            let Some(entries) = self.names.get_mut(directory) else { continue };
            match node {
                Some(node) => entries.insert(name.clone(), *node),
                None => entries.remove(name),
            };
        }
        self.changes.push(Change { names, synced: false });
    }

    fn open(&mut self, op: u8, fd: i32, path: &str) -> Result<(), String> {
        if path.is_empty() {
            self.open.insert(fd, 0);
            return Ok(());
        }
        let (directory, name) = self.place(path)?;
        let node = if op == 2 {
            let node = self.new_node(false);
            self.change(vec![(directory, name, Some(node))]);
            node
        } else {
            *self.names[&directory].get(&name).ok_or_else(|| format!("{path}: opened but not known"))?
        };
        self.open.insert(fd, node);
        if op == 3 {
            self.resize(fd, 0);
        }
        Ok(())
    }

    fn write(&mut self, record: &Record<'_>) {
        let Some(node) = self.open.get(&record.fd).copied() else { return };
        if self.names[&0].get("acks") == Some(&node) {
            self.acks.extend_from_slice(record.bytes);
        }
        let content = &mut self.nodes[node];
        let (start, end) = (record.offset as usize, record.offset as usize + record.bytes.len());
        content.keep_synced(start, end);
        if content.bytes.len() < end {
            content.bytes.resize(end, 0);
        }
        content.bytes[start..end].copy_from_slice(record.bytes);
    }

    fn resize(&mut self, fd: i32, length: usize) {
        let Some(node) = self.open.get(&fd) else { return };
        let content = &mut self.nodes[*node];
        content.keep_synced(length, content.bytes.len());
        content.bytes.resize(length, 0);
    }

    fn sync(&mut self, fd: i32) {
        let Some(node) = self.open.get(&fd).copied() else { return };
        if self.nodes[node].is_directory {
            let touches = |change: &Change| change.names.iter().any(|(directory, _, _)| *directory == node);
            self.changes.iter_mut().filter(|change| touches(change)).for_each(|change| change.synced = true);
        } else {
            let content = &mut self.nodes[node];
            content.synced_length = content.bytes.len();
            content.unsynced.clear();
        }
    }

    /// Writes into `directory` what is left if the power is cut now.
    ///
    /// # Errors
    /// If the directory cannot be written.
    pub fn cut(&self, directory: &Path, ids: &Ids) -> io::Result<()> {
        let unsynced = self.changes.iter().filter(|change| !change.synced).count() as u64;
        let mut kept = ids.below(unsynced + 1);
        let mut names: HashMap<Node, BTreeMap<&str, Node>> = HashMap::new();
        for change in &self.changes {
            if !change.synced && kept == 0 {
                continue;
            }
            kept -= u64::from(!change.synced);
            for (directory, name, node) in &change.names {
                let entries = names.entry(*directory).or_default();
                match node {
                    Some(node) => entries.insert(name, *node),
                    None => entries.remove(name.as_str()),
                };
            }
        }
        self.lay_out(0, &names, directory, ids)
    }

    fn lay_out(
        &self,
        node: Node,
        names: &HashMap<Node, BTreeMap<&str, Node>>,
        path: &Path,
        ids: &Ids,
    ) -> io::Result<()> {
        fs::create_dir_all(path)?;
        for (name, node) in names.get(&node).into_iter().flatten() {
            let path = path.join(name);
            let content = &self.nodes[*node];
            if content.is_directory {
                self.lay_out(*node, names, &path, ids)?;
            } else {
                content.lay_out(&path, ids)?;
            }
        }
        Ok(())
    }
}

impl Content {
    /// Notes the synced bytes of the sectors from `start` to `end`, before they change.
    fn keep_synced(&mut self, start: usize, end: usize) {
        for sector in start / SECTOR..end.min(self.synced_length).div_ceil(SECTOR) {
            let (bytes, synced_length) = (&self.bytes, self.synced_length);
            self.unsynced.entry(sector).or_insert_with(|| {
                let from = sector * SECTOR;
                let to = (from + SECTOR).min(bytes.len()).min(synced_length);
                let mut kept = [0; SECTOR];
                if from < to {
                    kept[..to - from].copy_from_slice(&bytes[from..to]);
                }
                kept
            });
        }
        // Beyond the synced length there were zeros.
        for sector in (start / SECTOR).max(self.synced_length.div_ceil(SECTOR))..end.div_ceil(SECTOR) {
            self.unsynced.entry(sector).or_insert([0; SECTOR]);
        }
    }

    fn lay_out(&self, path: &Path, ids: &Ids) -> io::Result<()> {
        let mut bytes = self.bytes.clone();
        bytes.resize(bytes.len().max(self.synced_length), 0);
        // Of a hundred sectors so many are lost: often none or all.
        let lost = [0, 100, 10, 50, 90][ids.below(5) as usize];
        for (sector, synced) in &self.unsynced {
            let from = sector * SECTOR;
            if ids.below(100) < lost && from < bytes.len() {
                let to = (from + SECTOR).min(bytes.len());
                bytes[from..to].copy_from_slice(&synced[..to - from]);
            }
        }
        let (short, long) =
            (self.synced_length.min(self.bytes.len()), self.synced_length.max(self.bytes.len()));
        bytes.truncate(match ids.below(3) {
            0 => self.synced_length,
            1 => self.bytes.len(),
            _ => short + ids.below((long - short) as u64 + 1) as usize,
        });
        let file = File::create(path)?;
        file.set_len(bytes.len() as u64)?;
        for (at, chunk) in bytes.chunks(1 << 16).enumerate() {
            if chunk.iter().any(|byte| *byte != 0) {
                file.write_all_at(chunk, (at as u64) << 16)?;
            }
        }
        Ok(())
    }
}
