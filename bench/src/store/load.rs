//! The loads.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::time::{Duration, Instant};

use base_id::Ids;

use super::engines::{Commits, Engine, Write};

const ITEM_BYTES: usize = 1024;
const MESSAGE_BYTES: usize = 100;
const GROUP_BATCHES: usize = 256;
const GROUP_BYTES: usize = 1 << 20;
/// Messages of one receive, and rows of one scan.
const RECEIVED: usize = 10;
const SCANNED: usize = 100;

pub fn item_key(row: u64) -> Vec<u8> {
    format!("i/{:016x}", row.wrapping_mul(0x9e37_79b9_7f4a_7c15)).into_bytes()
}

fn item(ids: &Ids) -> Vec<u8> {
    let mut bytes = vec![0; ITEM_BYTES];
    ids.fill(&mut bytes);
    bytes
}

pub fn fill(engine: &dyn super::engines::Store, rows: u64) -> anyhow::Result<()> {
    let ids = Ids::seeded(1);
    let mut group = Vec::new();
    for row in 0..rows {
        group.push((item_key(row), Some(item(&ids))));
        if group.len() == 1000 || row + 1 == rows {
            engine.write(&std::mem::take(&mut group))?;
        }
    }
    Ok(())
}

pub struct Committed {
    pub per_second: f64,
    /// p50, p99, p999.
    pub latencies_ms: [f64; 3],
}

/// Each client reads an item and writes it back with an index row and a log record, durably, again and again.
pub fn commits(engine: Engine, clients: usize, rows: u64, seconds: u64) -> anyhow::Result<Committed> {
    let (queue, requests) = sync_channel::<Request>(1024);
    let stop = AtomicBool::new(false);
    let log = AtomicU64::new(0);
    let start = Instant::now();
    let mut latencies = std::thread::scope(|scope| {
        if engine.commits() == Commits::Alone {
            let engine = &*engine;
            scope.spawn(move || committer(engine, &requests));
        }
        let handles: Vec<_> = (0..clients)
            .map(|client| {
                let (engine, queue, stop, log) = (&*engine, queue.clone(), &stop, &log);
                scope.spawn(move || run_client(engine, &queue, client as u64, rows, stop, log))
            })
            .collect();
        drop(queue);
        let (never, wait) = sync_channel::<()>(0);
        let _ = wait.recv_timeout(Duration::from_secs(seconds));
        drop(never);
        stop.store(true, Ordering::Relaxed);
        let joined = handles.into_iter().map(|handle| handle.join());
        joined
            .map(|outcome| outcome.unwrap_or_else(|_| Err(anyhow::anyhow!("a client panicked"))))
            .collect::<anyhow::Result<Vec<_>>>()
    })?
    .concat();
    let elapsed = start.elapsed().as_secs_f64();
    latencies.sort_unstable();
    let at = |part: f64| {
        let place = (latencies.len() as f64 * part) as usize;
        latencies
            .get(place.min(latencies.len().saturating_sub(1)))
            .map_or(0.0, |time| time.as_secs_f64() * 1000.0)
    };
    Ok(Committed {
        per_second: latencies.len() as f64 / elapsed,
        latencies_ms: [at(0.5), at(0.99), at(0.999)],
    })
}

struct Request {
    writes: Vec<Write>,
    done: SyncSender<bool>,
}

fn run_client(
    engine: &dyn super::engines::Store,
    queue: &SyncSender<Request>,
    client: u64,
    rows: u64,
    stop: &AtomicBool,
    log: &AtomicU64,
) -> anyhow::Result<Vec<Duration>> {
    let ids = Ids::seeded(client + 100);
    let (done, answered) = sync_channel(1);
    let mut latencies = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let start = Instant::now();
        let row = ids.below(rows);
        let mut item = engine.get(&item_key(row))?.unwrap_or_default();
        if let Some(byte) = item.first_mut() {
            *byte = byte.wrapping_add(1);
        }
        let record = log.fetch_add(1, Ordering::Relaxed);
        let writes = vec![
            (format!("x/{:08x}/{row}", ids.below(1 << 32)).into_bytes(), Some(Vec::new())),
            (format!("\u{80}l/{record:016x}").into_bytes(), Some(item.clone())),
            (item_key(row), Some(item)),
        ];
        match engine.commits() {
            Commits::Together => engine.write(&writes)?,
            Commits::Alone => {
                queue.send(Request { writes, done: done.clone() })?;
                anyhow::ensure!(answered.recv()?, "a write failed");
            }
        }
        latencies.push(start.elapsed());
    }
    Ok(latencies)
}

fn committer(engine: &dyn super::engines::Store, requests: &Receiver<Request>) {
    while let Ok(first) = requests.recv() {
        let mut group = vec![first];
        let mut bytes = 0;
        while group.len() < GROUP_BATCHES && bytes < GROUP_BYTES {
            let Ok(request) = requests.try_recv() else { break };
            bytes +=
                request.writes.iter().map(|(_, value)| value.as_ref().map_or(0, Vec::len)).sum::<usize>();
            group.push(request);
        }
        // The last write of a key wins.
        let mut writes = std::collections::BTreeMap::new();
        for request in &mut group {
            writes.extend(std::mem::take(&mut request.writes));
        }
        let written = engine.write(&writes.into_iter().collect::<Vec<_>>()).is_ok();
        for request in group {
            let _ = request.done.send(written);
        }
    }
}

/// Random reads of items by two threads.
pub fn points(engine: &dyn super::engines::Store, rows: u64, seconds: u64) -> anyhow::Result<f64> {
    let limit = Duration::from_secs(seconds);
    let start = Instant::now();
    let counts = std::thread::scope(|scope| {
        let handles: Vec<_> = (0..2)
            .map(|thread| {
                scope.spawn(move || {
                    let ids = Ids::seeded(thread);
                    let mut count = 0u64;
                    while start.elapsed() < limit {
                        for _ in 0..100 {
                            anyhow::ensure!(
                                engine.get(&item_key(ids.below(rows)))?.is_some(),
                                "a row is gone"
                            );
                        }
                        count += 100;
                    }
                    Ok(count)
                })
            })
            .collect();
        let joined = handles.into_iter().map(|handle| handle.join());
        joined
            .map(|outcome| outcome.unwrap_or_else(|_| Err(anyhow::anyhow!("a reader panicked"))))
            .sum::<anyhow::Result<u64>>()
    })?;
    Ok(counts as f64 / start.elapsed().as_secs_f64())
}

/// A hundred rows from a random one on, by one thread; rows a second.
pub fn scans(engine: &dyn super::engines::Store, rows: u64, seconds: u64) -> anyhow::Result<f64> {
    let (limit, ids) = (Duration::from_secs(seconds), Ids::seeded(5));
    let start = Instant::now();
    let mut count = 0;
    while start.elapsed() < limit {
        count += engine.scan(&item_key(ids.below(rows)), SCANNED)?.len();
    }
    Ok(count as f64 / start.elapsed().as_secs_f64())
}

/// All messages are pushed, then received ten by ten and deleted, durably: messages received a second, in at most
/// `seconds`. From the head: each scan starts at the last message received, as `store_table::Queue` does.
pub fn queue(
    engine: &dyn super::engines::Store,
    prefix: &[u8],
    messages: u64,
    from_head: bool,
    seconds: u64,
) -> anyhow::Result<f64> {
    let key = |n: u64| [prefix, &n.to_be_bytes()].concat();
    let mut numbers: VecDeque<_> = (0..messages).collect();
    while !numbers.is_empty() {
        let group = numbers.drain(..numbers.len().min(1000));
        engine.write(&group.map(|n| (key(n), Some(vec![0; MESSAGE_BYTES]))).collect::<Vec<_>>())?;
    }
    let (start, limit) = (Instant::now(), Duration::from_secs(seconds));
    let (mut received, mut from) = (0, prefix.to_vec());
    while received < messages && start.elapsed() < limit {
        let found = engine.scan(&from, RECEIVED)?;
        let found: Vec<_> = found.into_iter().filter(|key| key.starts_with(prefix)).collect();
        anyhow::ensure!(!found.is_empty(), "messages are gone");
        received += found.len() as u64;
        if let Some(last) = found.last().filter(|_| from_head) {
            from.clone_from(last);
        }
        engine.write(&found.into_iter().map(|key| (key, None)).collect::<Vec<_>>())?;
    }
    Ok(received as f64 / start.elapsed().as_secs_f64())
}
