//! What is said on screen. The only place in xtask that prints.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "xtask is a command line")]

use std::time::Duration;

/// One line.
pub fn say(text: impl AsRef<str>) {
    println!("{}", text.as_ref());
}

/// The beginning of a step.
pub fn begin(what: &str) {
    println!("==> {what}");
}

/// The end of a step.
pub fn done(what: &str, took: Duration) {
    println!("    {what}: {}", seconds(took));
}

/// Why the command failed, with its chain of causes.
pub fn error(error: &anyhow::Error) {
    eprintln!("error: {error:#}");
}

/// `1 min 23 s`, `12.3 s`, `45 ms`.
pub fn seconds(took: Duration) -> String {
    match took.as_millis() {
        ms if ms < 1_000 => format!("{ms} ms"),
        ms if ms < 60_000 => format!("{:.1} s", took.as_secs_f64()),
        ms => format!("{} min {} s", ms / 60_000, ms % 60_000 / 1_000),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_as_a_person_would_say_them() {
        assert_eq!(seconds(Duration::from_millis(45)), "45 ms");
        assert_eq!(seconds(Duration::from_millis(12_340)), "12.3 s");
        assert_eq!(seconds(Duration::from_secs(83)), "1 min 23 s");
    }
}
