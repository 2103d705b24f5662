//! `haneul-bench store`: embedded engines, and `store-kv` over the chosen one, under the same loads.
//!
//! Without the feature `engines` only fjall and `store-kv` are built in; with it also LMDB (heed), redb and canopydb;
//! `rocksdb` adds RocksDB. Engines are given one committer that gathers what its clients hand it (256 batches or 1 MB),
//! as `store-kv` does, so that the engines are compared and not their ways of gathering. Each commit is synced.

mod engines;
mod load;

use std::path::{Path, PathBuf};
use std::time::Instant;

use anyhow::Context;
use clap::Parser;

use engines::{Engine, NAMES};
use load::{commits, fill, points, queue, scans};

/// Commits, reads, scans, a queue, reopening.
#[derive(Parser)]
pub struct Arguments {
    /// One engine instead of all that are built in
    #[arg(long)]
    engine: Option<String>,
    /// Items of 1 KB
    #[arg(long, default_value_t = 1_000_000)]
    rows: u64,
    #[arg(long, default_value_t = 64)]
    clients: usize,
    /// Of commits; reads and scans take a third of it
    #[arg(long, default_value_t = 30)]
    seconds: u64,
    /// Through one queue
    #[arg(long, default_value_t = 2_000_000)]
    messages: u64,
    /// Where the data goes; a directory of its own is made in it
    #[arg(long)]
    directory: Option<PathBuf>,
}

pub fn run(arguments: impl Iterator<Item = String>) -> anyhow::Result<String> {
    let arguments = Arguments::try_parse_from(std::iter::once("store".to_owned()).chain(arguments))?;
    let mut lines = vec![
        "| engine | commits/s | p50 ms | p99 ms | p999 ms | reads/s | rows scanned/s | queue, from the front | queue, \
         from the head | reopen ms | disk MB |"
            .to_owned(),
        "|---|---|---|---|---|---|---|---|---|---|---|".to_owned(),
    ];
    for name in NAMES.iter().filter(|name| arguments.engine.as_deref().is_none_or(|wanted| wanted == **name))
    {
        lines.push(measure(name, &arguments).with_context(|| (*name).to_owned())?);
    }
    Ok(lines.join("\n"))
}

fn measure(name: &str, arguments: &Arguments) -> anyhow::Result<String> {
    let directory = match &arguments.directory {
        Some(parent) => tempfile::tempdir_in(parent)?,
        None => tempfile::tempdir()?,
    };
    let path = directory.path().join("data");
    let engine = engines::open(name, &path)?;
    fill(&*engine, arguments.rows)?;
    let commits = commits(engine.clone(), arguments.clients, arguments.rows, arguments.seconds)?;
    let reads = points(&*engine, arguments.rows, arguments.seconds.div_ceil(3))?;
    let scanned = scans(&*engine, arguments.rows, arguments.seconds.div_ceil(3))?;
    let limit = arguments.seconds;
    let front = queue(&*engine, b"q/front/", arguments.messages, false, limit)?;
    let head = queue(&*engine, b"q/head/", arguments.messages, true, limit)?;
    let reopened = reopen(engine, name, &path, arguments.rows)?;
    let [p50, p99, p999] = commits.latencies_ms;
    Ok(format!(
        "| {name} | {:.0} | {p50:.1} | {p99:.1} | {p999:.1} | {reads:.0} | {scanned:.0} | {front:.0} | {head:.0} | \
         {reopened:.0} | {} |",
        commits.per_second,
        size_bytes(&path)? >> 20,
    ))
}

/// Until the first read.
fn reopen(engine: Engine, name: &str, path: &Path, rows: u64) -> anyhow::Result<f64> {
    drop(engine);
    let start = Instant::now();
    let engine = engines::open(name, path)?;
    anyhow::ensure!(engine.get(&load::item_key(rows / 2))?.is_some(), "a row is gone");
    Ok(start.elapsed().as_secs_f64() * 1000.0)
}

/// What the disk gives, holes not counted.
fn size_bytes(path: &Path) -> anyhow::Result<u64> {
    use std::os::unix::fs::MetadataExt;
    let metadata = std::fs::symlink_metadata(path)?;
    if !metadata.is_dir() {
        return Ok(metadata.blocks() * 512);
    }
    std::fs::read_dir(path)?.map(|entry| size_bytes(&entry?.path())).sum()
}
