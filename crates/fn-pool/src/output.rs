//! An environment's log: reads the runtime's output, adds the platform's lines, feeds the sink.
//!
//! Bounded everywhere: one unfinished line, one batch, a short queue to the sink. When the sink is slow the pipe is not
//! read, and the function waits in its write.

use std::io;
use std::os::fd::OwnedFd;

use base_time::Clock;
use tokio::net::unix::pipe;
use tokio::sync::mpsc;

use std::sync::Arc;

use crate::lines::{LineCutter, Tail};
use crate::{FunctionSpec, LogLine};

/// Batches that may wait for the sink.
const SINK_QUEUE: usize = 8;
const READ_BYTES: usize = 64 * 1024;
/// What is read after an answer: all the pipe could hold when it came.
const DRAIN_BYTES: usize = 128 * 1024;

pub(crate) struct Output {
    pipe: Option<pipe::Receiver>,
    cutter: LineCutter,
    tail: Tail,
    batch: Vec<LogLine>,
    sink: mpsc::Sender<Vec<LogLine>>,
    clock: Clock,
    buffer: Vec<u8>,
}

impl Output {
    /// Starts the task that feeds the sink; it ends when this is dropped and all is written.
    pub(crate) fn new(
        spec: &Arc<FunctionSpec>,
        log_stream: String,
        clock: Clock,
        tasks: &base_task::Tasks,
    ) -> Self {
        let (sink, mut batches) = mpsc::channel::<Vec<LogLine>>(SINK_QUEUE);
        let spec = spec.clone();
        tasks.spawn(async move {
            while let Some(batch) = batches.recv().await {
                spec.log.append(&spec.log_group, &log_stream, batch).await;
            }
        });
        Self {
            pipe: None,
            cutter: LineCutter::default(),
            tail: Tail::default(),
            batch: Vec::new(),
            sink,
            clock,
            buffer: Vec::new(),
        }
    }

    pub(crate) fn connect(&mut self, pipe: OwnedFd) -> io::Result<()> {
        self.pipe = Some(pipe::Receiver::from_owned_fd(pipe)?);
        Ok(())
    }

    /// A line of the platform's.
    pub(crate) fn platform(&mut self, line: String) {
        let (time, tail, batch) = (self.clock.now(), &mut self.tail, &mut self.batch);
        // What the function left unfinished before it is a line of its own.
        self.cutter.finish(|line| keep(time, line, tail, batch));
        keep(time, line, tail, batch);
    }

    pub(crate) fn take_tail(&mut self) -> Vec<u8> {
        self.tail.take()
    }

    /// Moves output onward for as long as it is polled. Cancel-safe; never ends.
    pub(crate) async fn pump(&mut self) {
        loop {
            if !self.batch.is_empty() {
                let Ok(permit) = self.sink.reserve().await else { return std::future::pending().await };
                permit.send(std::mem::take(&mut self.batch));
            }
            let Some(pipe) = &self.pipe else { return std::future::pending().await };
            if pipe.readable().await.is_err() || self.read_some(READ_BYTES).is_err() {
                // The end of file cannot come while init lives; either way there is nothing more to read.
                self.pipe = None;
            }
        }
    }

    /// Takes what is in the pipe now, and gives it to the sink if that has room.
    pub(crate) fn drain(&mut self) {
        if self.read_some(DRAIN_BYTES).is_err() {
            self.pipe = None;
        }
        self.offer();
    }

    /// Gives the batch to the sink if that has room; else the next `pump` does.
    pub(crate) fn offer(&mut self) {
        if !self.batch.is_empty()
            && let Ok(permit) = self.sink.try_reserve()
        {
            permit.send(std::mem::take(&mut self.batch));
        }
    }

    /// Waits until the sink has taken the rest.
    pub(crate) async fn flush(&mut self) {
        self.drain();
        if !self.batch.is_empty() {
            // Closed only if the task has ended with the engine.
            let _ = self.sink.send(std::mem::take(&mut self.batch)).await;
        }
    }

    fn read_some(&mut self, most: usize) -> io::Result<()> {
        let Some(pipe) = &self.pipe else { return Ok(()) };
        self.buffer.resize(READ_BYTES, 0);
        let time = self.clock.now();
        let mut total = 0;
        while total < most {
            match pipe.try_read(&mut self.buffer) {
                Ok(0) => return Err(io::ErrorKind::UnexpectedEof.into()),
                Ok(n) => {
                    total += n;
                    let (tail, batch) = (&mut self.tail, &mut self.batch);
                    self.cutter.push(&self.buffer[..n], |line| keep(time, line, tail, batch));
                }
                Err(error) if error.kind() == io::ErrorKind::WouldBlock => return Ok(()),
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

fn keep(time: base_time::Timestamp, message: String, tail: &mut Tail, batch: &mut Vec<LogLine>) {
    tail.push(&message);
    batch.push(LogLine { time, message });
}
