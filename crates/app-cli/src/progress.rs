//! What a person sees while something long goes on: one line a step, with the time it took.

use std::io::{self, IsTerminal, Write};

use base_time::{Clock, Timestamp};

/// Prints steps. Cheap; holds no line open, so that it reads well in a log file too.
pub struct Progress {
    clock: Clock,
    started: Timestamp,
    is_terminal: bool,
}

impl Progress {
    pub fn new(clock: Clock) -> Self {
        let started = clock.now();
        Self { clock, started, is_terminal: io::stderr().is_terminal() }
    }

    /// A step that begins or has been done.
    pub fn step(&self, text: &str) {
        let (bold, plain) = if self.is_terminal { ("\x1b[1m", "\x1b[0m") } else { ("", "") };
        self.line(&format!("{bold}{text}{plain}"));
    }

    /// A detail below the current step.
    pub fn note(&self, text: &str) {
        self.line(&format!("  {text}"));
    }

    fn line(&self, text: &str) {
        let elapsed = self.clock.now().since(self.started).as_secs_f64();
        // A closed terminal is no reason to stop the work.
        let _ = writeln!(io::stderr().lock(), "{elapsed:>7.2}s  {text}");
    }
}
