//! The load of a crash trial, and the judgement of what a crash left of it.
//!
//! Each writer commits its steps 1, 2, 3, ... one after the other; a step changes six keys in one batch, by rules that
//! give the whole content after step `n`. A step is noted in the acknowledgements' file when its commit has returned.
//! After a crash a writer must be at a step `n` with `acknowledged <= n <= acknowledged + 1` (one may have been on its
//! way), and its keys must be exactly those after `n`: less is a lost write, anything else a torn one.

use std::fs::{File, OpenOptions};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

use base_id::Ids;
use base_time::Clock;
use bytes::Bytes;
use store_kv::{
    CommitError, Direction, KeyRange, Options, PageLimit, Read, Snapshot, Store, Transaction, read_counter,
};

pub const WRITERS: usize = 12;
const SLOTS: u64 = 40;
/// One step in so many writes a value of many pages.
const GREAT_EVERY: u64 = 9;

/// The last step of each writer.
pub type Steps = [u64; WRITERS];

pub fn open(directory: &Path) -> Result<Store, String> {
    // Small memory, so that a short trial flushes and compacts.
    let options = Options::new(directory.join("data"), Clock::system(), Ids::system());
    let options = options.reserve_bytes(0).cache_bytes(1 << 20).memtable_bytes(200_000);
    Store::open(options).map_err(|error| error.to_string())
}

/// Writes until it is killed.
pub async fn run(directory: &Path) -> Result<(), String> {
    let store = open(directory)?;
    let acks = directory.join("acks");
    let acks = OpenOptions::new().append(true).create(true).open(acks).map_err(|error| error.to_string())?;
    let acks = Arc::new(acks);
    let mut writers = tokio::task::JoinSet::new();
    for writer in 0..WRITERS {
        writers.spawn(write(store.clone(), acks.clone(), writer));
    }
    match writers.join_next().await {
        Some(Ok(outcome)) => outcome,
        other => Err(format!("{other:?}")),
    }
}

async fn write(store: Store, acks: Arc<File>, writer: usize) -> Result<(), String> {
    loop {
        let step = store.transact(|tx| step(tx, writer)).await.map_err(|error| error.to_string())?;
        // One write: whole or not there.
        (&*acks).write_all(&ack(writer, step)).map_err(|error| error.to_string())?;
    }
}

fn ack(writer: usize, step: u64) -> [u8; 16] {
    let mut ack = [0; 16];
    ack[..8].copy_from_slice(&(writer as u64).to_le_bytes());
    ack[8..].copy_from_slice(&step.to_le_bytes());
    ack
}

/// The acknowledgements' bytes that say that the writers are at `steps`.
pub fn acks(steps: &Steps) -> Vec<u8> {
    steps.iter().enumerate().flat_map(|(writer, step)| ack(writer, *step)).collect()
}

async fn step(tx: Transaction, writer: usize) -> Result<u64, CommitError> {
    let before = tx.get(&key(writer, "step", 0)).await?;
    let n = before.and_then(|entry| read_counter(&entry.value)).unwrap_or(0) as u64 + 1;
    tx.put(key(writer, "step", 0), Bytes::copy_from_slice(&(n as i64).to_le_bytes()));
    tx.add(key(writer, "count", 0), 1);
    tx.put(key(writer, "item", n % SLOTS), value(writer, n));
    tx.delete(key(writer, "item", (n + SLOTS / 2) % SLOTS));
    tx.append(log_prefix(writer), Bytes::new(), Bytes::copy_from_slice(&n.to_le_bytes()));
    Ok(n)
}

fn key(writer: usize, what: &str, n: u64) -> Bytes {
    Bytes::from(format!("{writer:02}/{what}/{n:04}"))
}

fn log_prefix(writer: usize) -> Bytes {
    Bytes::from(vec![0x80, writer as u8])
}

/// What step `n` writes: made of the step, so that a foreign byte shows.
fn value(writer: usize, n: u64) -> Bytes {
    let mut state = (n << 8 | writer as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let length = if n.is_multiple_of(GREAT_EVERY) { 20_000 } else { 100 + state % 1500 };
    let bytes = (0..length).map(|_| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        state as u8
    });
    bytes.collect()
}

/// The last acknowledged step of each writer, from the acknowledgements' bytes.
pub fn acknowledged(acks: &[u8]) -> Steps {
    let mut steps = [0; WRITERS];
    for ack in acks.as_chunks::<16>().0 {
        let (writer, step) = ack.split_at(8);
        let number = |bytes: &[u8]| bytes.try_into().map(u64::from_le_bytes).unwrap_or(0);
        if let Some(last) = steps.get_mut(number(writer) as usize) {
            *last = number(step).max(*last);
        }
    }
    steps
}

/// What a crash did to the store.
#[derive(Clone, Debug, Default)]
pub struct Damage {
    /// Acknowledged steps that are not there.
    pub lost: u64,
    /// Writers whose keys are not those of any step.
    pub torn: u64,
    /// Whether the store could not be opened, read or written any more, and why.
    pub broken: Option<String>,
    pub details: Vec<String>,
    /// The step that each writer is at.
    pub found: Steps,
}

impl Damage {
    pub fn is_none(&self) -> bool {
        self.lost == 0 && self.torn == 0 && self.broken.is_none()
    }
}

/// Opens what a crash left and judges it; then writes to it.
pub async fn judge(directory: &Path, acknowledged: &Steps) -> Damage {
    let (directory, acknowledged) = (directory.to_owned(), *acknowledged);
    let judging = tokio::spawn(async move {
        let mut damage = Damage::default();
        if let Err(error) = try_judge(&directory, &acknowledged, &mut damage).await {
            damage.broken = Some(error);
        }
        damage
    });
    judging.await.unwrap_or_else(|panic| Damage { broken: Some(panic.to_string()), ..Damage::default() })
}

async fn try_judge(directory: &Path, acknowledged: &Steps, damage: &mut Damage) -> Result<(), String> {
    let store = open(directory)?;
    let snapshot = store.snapshot().await.map_err(|error| error.to_string())?;
    for (writer, acknowledged) in acknowledged.iter().enumerate() {
        let at = check_writer(&snapshot, writer).await;
        damage.found[writer] = *at.as_ref().unwrap_or(&0);
        match at {
            Err(torn) => {
                damage.torn += 1;
                damage.details.push(torn);
            }
            Ok(step) if step < *acknowledged => {
                damage.lost += acknowledged - step;
                damage.details.push(format!("writer {writer}: at {step}, acknowledged {acknowledged}"));
            }
            Ok(step) if step > acknowledged + 1 => {
                damage.torn += 1;
                damage.details.push(format!("writer {writer}: at {step}, acknowledged {acknowledged} only"));
            }
            Ok(_) => {}
        }
    }
    drop(snapshot);
    let more = store.transact(|tx| step(tx, 0)).await.map_err(|error| error.to_string())?;
    damage.found[0] = more;
    let snapshot = store.snapshot().await.map_err(|error| error.to_string())?;
    if damage.is_none() && check_writer(&snapshot, 0).await != Ok(more) {
        return Err("what is written after the crash is not read".to_owned());
    }
    Ok(())
}

/// The writer's step, if its keys are exactly those after it.
async fn check_writer(snapshot: &Snapshot, writer: usize) -> Result<u64, String> {
    let counter = async |what| {
        let entry = snapshot.get(&key(writer, what, 0)).await.map_err(|error| error.to_string())?;
        Ok::<_, String>(entry.and_then(|entry| read_counter(&entry.value)).unwrap_or(0) as u64)
    };
    let (n, count) = (counter("step").await?, counter("count").await?);
    if count != n {
        return Err(format!("writer {writer}: at {n}, counted {count}"));
    }
    let log = all(snapshot, log_prefix(writer)).await?;
    let log: Vec<_> = log.iter().map(|(_, value)| value.to_vec()).collect();
    if !log.iter().eq((1..=n).map(|step| step.to_le_bytes().to_vec()).collect::<Vec<_>>().iter()) {
        return Err(format!("writer {writer}: at {n}, {} in the log", log.len()));
    }
    let items = all(snapshot, Bytes::from(format!("{writer:02}/item/"))).await?;
    if items != items_after(writer, n) {
        return Err(format!("writer {writer}: at {n}, the items are not"));
    }
    Ok(n)
}

/// A step puts one slot and deletes the one half a round on: the last half round's are there.
fn items_after(writer: usize, n: u64) -> Vec<(Bytes, Bytes)> {
    let from = n.saturating_sub(SLOTS / 2 - 1).max(1);
    let mut items: Vec<_> =
        (from..=n).map(|step| (key(writer, "item", step % SLOTS), value(writer, step))).collect();
    items.sort();
    items
}

async fn all(snapshot: &Snapshot, prefix: Bytes) -> Result<Vec<(Bytes, Bytes)>, String> {
    let mut found = Vec::new();
    let mut rest = Some(KeyRange::prefix(prefix));
    while let Some(range) = rest {
        let page = snapshot.range(range.clone(), Direction::Forward, PageLimit::default()).await;
        let page = page.map_err(|error| error.to_string())?;
        rest = range.rest(&page, Direction::Forward);
        found.extend(page.rows.into_iter().map(|row| (row.key, row.entry.value)));
    }
    Ok(found)
}
