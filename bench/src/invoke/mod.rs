//! `haneul-bench invoke`: calls functions through the public endpoint of any Lambda API and reports how long it took.
//!
//!     haneul-bench invoke --endpoint http://127.0.0.1:4566 --functions hello --clients 16 --requests 2000
//!
//! Credentials come from AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY. Each client is a thread with a connection of its own that
//! is kept open; a request is signed, sent and read to its end before the next. With several functions the requests take turns,
//! so that each of N functions called N times in all is called once: cold. What comes out is one line of JSON.

mod connection;
mod signature;
mod statistics;

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Instant;

use anyhow::{Context, Result, bail};
use base_time::Clock;
use clap::Parser;

use connection::Connection;
use signature::Signer;
use statistics::Statistics;

#[derive(Parser)]
#[command(name = "haneul-bench invoke", about = "Calls functions through a Lambda API and measures")]
struct Arguments {
    /// http://host:port
    #[arg(long)]
    endpoint: String,
    #[arg(long, default_value = "us-east-1")]
    region: String,
    /// Names, separated by commas; calls take turns
    #[arg(long, value_delimiter = ',', required = true)]
    functions: Vec<String>,
    /// Connections at once
    #[arg(long, default_value_t = 1)]
    clients: usize,
    /// Calls in all, after the warm-up
    #[arg(long, default_value_t = 1_000)]
    requests: usize,
    /// Calls before, that are not counted
    #[arg(long, default_value_t = 0)]
    warm_up: usize,
    /// The event
    #[arg(long, default_value = "{}")]
    payload: String,
    /// A text every answer must contain
    #[arg(long, default_value = "")]
    expect: String,
}

/// Runs the subcommand with the arguments that follow `invoke`.
pub fn run(arguments: impl IntoIterator<Item = String>) -> Result<String> {
    let name = "haneul-bench invoke".to_owned();
    let arguments = Arguments::parse_from(std::iter::once(name).chain(arguments));
    if arguments.clients == 0 || arguments.clients > 256 {
        bail!("--clients must be from 1 to 256");
    }
    let signer = Signer::from_environment(&arguments.region)?;
    measure(&arguments, &signer, arguments.warm_up)?;
    let start = Instant::now();
    let mut taken_us = measure(&arguments, &signer, arguments.requests)?;
    Ok(Statistics::of(&mut taken_us, start.elapsed()).to_json())
}

/// Microseconds of each call.
fn measure(arguments: &Arguments, signer: &Signer, requests: usize) -> Result<Vec<u64>> {
    let next = AtomicUsize::new(0);
    let outcomes: Vec<Result<Vec<u64>>> = std::thread::scope(|scope| {
        let client = || client(arguments, signer, &next, requests);
        let threads: Vec<_> = (0..arguments.clients).map(|_| scope.spawn(client)).collect();
        let joined = threads.into_iter().map(|thread| thread.join());
        joined.map(|outcome| outcome.unwrap_or_else(|_| bail!("a client panicked"))).collect()
    });
    let mut all = Vec::with_capacity(requests);
    for outcome in outcomes {
        all.extend(outcome?);
    }
    Ok(all)
}

fn client(arguments: &Arguments, signer: &Signer, next: &AtomicUsize, requests: usize) -> Result<Vec<u64>> {
    let clock = Clock::system();
    let mut connection = Connection::open(&arguments.endpoint)?;
    let mut taken_us = Vec::new();
    loop {
        let number = next.fetch_add(1, Ordering::Relaxed);
        if number >= requests {
            return Ok(taken_us);
        }
        let function = &arguments.functions[number % arguments.functions.len()];
        let path = format!("/2015-03-31/functions/{function}/invocations");
        let start = Instant::now();
        let headers = signer.headers(connection.host(), &path, arguments.payload.as_bytes(), clock.now());
        let answer = connection.post(&path, &headers, arguments.payload.as_bytes())?;
        taken_us.push(u64::try_from(start.elapsed().as_micros()).context("a call took longer than time")?);
        answer.check(&arguments.expect).with_context(|| format!("calling {function}"))?;
    }
}
