//! An environment's process 1: trusted code of ours under a user of its own.
//!
//! ```text
//! clone -> set up (network, root, /proc) -> Ready -> Launch -> mounts, drop rights -> fork runtime -> Launched
//!                                                      ^                                        |
//!                                                      +---- KillAll -> AllKilled <- Exited <---+
//! ```
//!
//! It reaps whatever is orphaned, forwards how the runtime ended, and does what the platform orders on its socket. It
//! runs no function code, reads nothing a function writes, and cannot be signalled or traced by one. When the platform
//! or the spawner dies, it dies, and the kernel ends every process of the namespace with it.

mod launch;
mod set_up;

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use rustix::event::{PollFd, PollFlags, poll};

use crate::channel;
use crate::message::{Create, FromInit, RuntimeExit, ToInit};
use crate::report::Step;
use crate::seccomp::Program;
use crate::sys::{self, Ended};
use crate::{StepError, privileges};

/// What an init inherits from the spawner.
pub(crate) struct InitContext {
    pub(crate) control: OwnedFd,
    /// Writing end of the pipe that takes the runtime's output.
    pub(crate) output: OwnedFd,
    pub(crate) create: Create,
    pub(crate) root: String,
    pub(crate) rootless: bool,
    pub(crate) filter: Program,
    pub(crate) masked_files: Vec<&'static str>,
    pub(crate) masked_directories: Vec<&'static str>,
}

struct Init {
    context: InitContext,
    child_ended: OwnedFd,
    runtime: Option<i32>,
    launched_before: bool,
}

/// Never returns: the process ends with the environment.
pub(crate) fn run(context: InitContext) -> ! {
    let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| serve(context)));
    sys::exit_now(if matches!(outcome, Ok(Ok(()))) { 0 } else { 1 })
}

fn serve(mut context: InitContext) -> Result<(), StepError> {
    match set_up::set_up(&mut context) {
        Ok((parts, listeners)) => {
            let fds: Vec<BorrowedFd<'_>> = listeners.iter().map(AsFd::as_fd).collect();
            channel::send(context.control.as_fd(), &FromInit::Ready { parts }, &fds).step("report")?;
        }
        Err(error) => {
            // The platform may be gone; then there is nobody to tell.
            let _ = channel::send(context.control.as_fd(), &FromInit::Failed(error.clone()), &[]);
            return Err(error);
        }
    }
    sys::set_signal(libc::SIGCHLD, false);
    sys::set_blocked(&[libc::SIGCHLD]);
    let child_ended = sys::signal_fd(libc::SIGCHLD).step("watch children")?;
    Init { context, child_ended, runtime: None, launched_before: false }.run()
}

impl Init {
    fn run(mut self) -> Result<(), StepError> {
        loop {
            let control = self.context.control.as_fd();
            let mut fds =
                [PollFd::new(&control, PollFlags::IN), PollFd::new(&self.child_ended, PollFlags::IN)];
            rustix::io::retry_on_intr(|| poll(&mut fds, None)).step("wait")?;
            let (ordered, ended) = (!fds[0].revents().is_empty(), !fds[1].revents().is_empty());
            if ended {
                let mut discard = [0u8; 1024];
                // Readable by poll; what it holds is not needed, the children say all.
                let _ = rustix::io::read(&self.child_ended, &mut discard);
                self.reap()?;
            }
            if ordered {
                let (order, fds) =
                    channel::receive::<ToInit>(self.context.control.as_fd()).step("receive an order")?;
                self.obey(order, fds)?;
            }
        }
    }

    fn obey(&mut self, order: ToInit, fds: Vec<OwnedFd>) -> Result<(), StepError> {
        match order {
            ToInit::Launch(order) => {
                let launched = launch::launch(&self.context, &order, &fds, !self.launched_before);
                self.launched_before = true;
                match launched {
                    Ok(launched) => {
                        self.runtime = Some(launched.pid);
                        let fds: Vec<BorrowedFd<'_>> = launched.tmp.iter().map(AsFd::as_fd).collect();
                        self.tell(&FromInit::Launched { parts: launched.parts }, &fds)
                    }
                    Err(error) => self.tell(&FromInit::Failed(error), &[]),
                }
            }
            ToInit::Signal(signal) => {
                if let Some(pid) = self.runtime {
                    // It may have ended meanwhile; its end is reported.
                    let _ = sys::kill(pid, signal);
                }
                Ok(())
            }
            ToInit::SignalAll(signal) => {
                // Fails only when there is nobody to signal.
                let _ = sys::kill(-1, signal);
                Ok(())
            }
            ToInit::KillAll => self.kill_all(),
        }
    }

    fn kill_all(&mut self) -> Result<(), StepError> {
        self.runtime = None;
        let _ = sys::kill(-1, libc::SIGKILL);
        while sys::reap(true).is_ok() {}
        self.tell(&FromInit::AllKilled, &[])
    }

    fn reap(&mut self) -> Result<(), StepError> {
        while let Ok(Some((pid, ended))) = sys::reap(false) {
            if self.runtime == Some(pid) {
                self.runtime = None;
                let exit = match ended {
                    Ended::Code(code) => RuntimeExit::Status(code),
                    Ended::Signal(signal) => RuntimeExit::Signal(signal),
                };
                self.tell(&FromInit::Exited(exit), &[])?;
            }
        }
        Ok(())
    }

    fn tell(&self, message: &FromInit, fds: &[BorrowedFd<'_>]) -> Result<(), StepError> {
        channel::send(self.context.control.as_fd(), message, fds).step("report")
    }
}

/// First of all: die with the spawner, even if it is dying already.
fn bind_to_parent() -> Result<(), StepError> {
    privileges::arm_parent_death()
}
