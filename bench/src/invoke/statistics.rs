//! What a run's times say.

use std::time::Duration;

/// Of all calls of a run. Times in microseconds.
#[derive(Debug, PartialEq)]
pub struct Statistics {
    calls: usize,
    median_us: u64,
    p99_us: u64,
    max_us: u64,
    per_second: f64,
}

impl Statistics {
    /// Sorts the times.
    pub fn of(taken_us: &mut [u64], elapsed: Duration) -> Self {
        taken_us.sort_unstable();
        Self {
            calls: taken_us.len(),
            median_us: quantile(taken_us, 0.5),
            p99_us: quantile(taken_us, 0.99),
            max_us: taken_us.last().copied().unwrap_or_default(),
            per_second: taken_us.len() as f64 / elapsed.as_secs_f64().max(f64::EPSILON),
        }
    }

    pub fn to_json(&self) -> String {
        format!(
            "{{\"calls\": {}, \"median_us\": {}, \"p99_us\": {}, \"max_us\": {}, \"per_second\": {:.1}}}",
            self.calls, self.median_us, self.p99_us, self.max_us, self.per_second
        )
    }
}

/// The smallest time that at least this share of the calls did not exceed.
fn quantile(sorted: &[u64], share: f64) -> u64 {
    let rank = (sorted.len() as f64 * share).ceil() as usize;
    sorted.get(rank.saturating_sub(1)).copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_times_that_were_measured() {
        let mut times: Vec<u64> = (1..=100).rev().collect();
        let statistics = Statistics::of(&mut times, Duration::from_secs(2));
        let expected = Statistics { calls: 100, median_us: 50, p99_us: 99, max_us: 100, per_second: 50.0 };
        assert_eq!(statistics, expected);
        assert_eq!(Statistics::of(&mut [], Duration::ZERO).median_us, 0);
    }
}
