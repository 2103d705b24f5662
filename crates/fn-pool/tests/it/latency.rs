//! Measures the engine alone: `cargo test --release -p fn-pool --test it latency -- --ignored --nocapture`.
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::support::{World, world};
use fn_pool::{FunctionEngine, FunctionSpec};

fn median(mut times: Vec<Duration>) -> (Duration, Duration, Duration) {
    times.sort();
    (times[0], times[times.len() / 2], times[times.len() * 99 / 100])
}

async fn cold(w: &World, function: &FunctionSpec, n: usize) -> (Duration, Duration, Duration) {
    let mut times = Vec::new();
    for i in 0..n {
        let mut function = function.clone();
        function.key.revision = format!("cold {i}");
        let function = Arc::new(function);
        let begun = Instant::now();
        let outcome = w.invoke(&function, "{}").await;
        times.push(begun.elapsed());
        assert_eq!(outcome.function_error, None);
        w.engine.retire(&function.key.function_arn, None);
        // Let the end of one not disturb the beginning of the next.
        tokio::task::spawn_blocking(|| std::process::Command::new("sleep").arg("0.03").status())
            .await
            .unwrap()
            .unwrap();
    }
    median(times)
}

async fn warm(w: &World, function: &FunctionSpec, n: usize) -> (Duration, Duration, Duration) {
    let function = Arc::new(function.clone());
    let mut times = Vec::new();
    for _ in 0..n {
        let begun = Instant::now();
        w.invoke(&function, "{}").await;
        times.push(begun.elapsed());
    }
    median(times.split_off(n / 10))
}

#[tokio::test(flavor = "multi_thread")]
#[ignore = "a measurement, not a test"]
async fn cold_and_warm_invokes() {
    let w = world().await;
    let python = w.python("def handler(e, c): return 'hello'\n");
    let node = w.node("exports.handler = async () => 'hello'");
    for (name, function) in [("python", &python), ("node", &node)] {
        let (c0, c50, c99) = cold(&w, function, 60).await;
        let (w0, w50, w99) = warm(&w, function, 3_000).await;
        println!(
            "{name}: cold {c50:.2?} (least {c0:.2?}, p99 {c99:.2?}), warm {w50:.2?} (least {w0:.2?}, p99 {w99:.2?})"
        );
    }
}
