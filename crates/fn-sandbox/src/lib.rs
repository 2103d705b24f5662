//! Execution environments: isolation of one function from the host and from other functions.
//!
//! What lives here: the spawner (`spawner`), the root it builds (`root`), an environment's process 1 (`init`), the
//! system call filter (`seccomp`), control groups (`cgroup`), and the handle the platform holds (`Sandboxes`,
//! `Sandbox`). What does not: what a runtime is and how it is spoken to (`fn-runtime`), when to make one (`fn-pool`).
//! The only crate with `unsafe`; all of it is in `sys` and `spawner::entry`.
//!
//! The threat model and what stops what: `docs/security/sandbox.md`.

#![expect(unsafe_code, reason = "system calls that no safe library offers; each block carries its argument")]

mod cgroup;
mod channel;
mod init;
mod message;
mod privileges;
mod report;
mod root;
mod sandbox;
mod sandboxes;
mod seccomp;
mod spawner;
mod sys;

pub use cgroup::MemoryUse;
pub use message::RuntimeExit;
pub use report::{IsolationPart, IsolationReport, PartState, StepError};
pub use root::{RootBind, RootFile, RootPlan};
pub use sandbox::{LaunchSpec, Sandbox, SandboxEvent};
pub use sandboxes::{SandboxSpec, Sandboxes, SandboxesConfig};
