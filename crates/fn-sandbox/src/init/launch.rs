//! From a ready environment to a running runtime.

use std::ffi::CString;
use std::io;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use rustix::fs::{Mode, OFlags};

use super::InitContext;
use crate::message::LaunchOrder;
use crate::report::{IsolationPart, Step};
use crate::sys::{self, Forked};
use crate::{StepError, privileges};

pub(super) struct Launched {
    pub(super) pid: i32,
    /// /tmp, so that the platform can see how full it is; after the first launch only.
    pub(super) tmp: Option<OwnedFd>,
    pub(super) parts: Vec<IsolationPart>,
}

/// What the child tells before its exec, through a pipe that the exec closes.
#[derive(serde::Serialize, serde::Deserialize)]
enum Progress {
    Landlock(bool),
    Failed(StepError),
}

pub(super) fn launch(
    context: &InitContext,
    order: &LaunchOrder,
    mounts: &[OwnedFd],
    first: bool,
) -> Result<Launched, StepError> {
    let tmp = if first { Some(complete_root(context, order, mounts)?) } else { None };
    let (progress, report) = rustix::pipe::pipe_with(rustix::pipe::PipeFlags::CLOEXEC).step("make a pipe")?;
    match sys::fork().step("fork the runtime")? {
        Forked::Child => {
            drop(progress);
            let error = become_runtime(context, order, &report);
            // Init may be gone; then nobody is left to tell.
            let _ = tell(&report, &Progress::Failed(error));
            sys::exit_now(127)
        }
        Forked::Parent { pid, .. } => {
            drop(report);
            let parts = follow(&progress)?;
            Ok(Launched { pid, tmp, parts })
        }
    }
}

/// The mounts that only this environment has, then the end of init's rights.
fn complete_root(
    context: &InitContext,
    order: &LaunchOrder,
    mounts: &[OwnedFd],
) -> Result<OwnedFd, StepError> {
    if order.mounts.len() != mounts.len() {
        return Err(StepError::new("mount the function's code", "descriptors missing"));
    }
    for (target, tree) in order.mounts.iter().zip(mounts) {
        sys::attach_mount(tree.as_fd(), target).step(&format!("mount {target}"))?;
    }
    let flags = libc::MS_NOSUID | libc::MS_NODEV;
    let uid = if context.rootless { privileges::ROOTLESS_UID } else { context.create.uid };
    let inodes = order.tmp_bytes / 4_096;
    let options = format!("mode=0700,uid={uid},gid={uid},size={},nr_inodes={inodes}", order.tmp_bytes);
    sys::mount(Some("tmp"), "/tmp", Some("tmpfs"), flags, Some(&options)).step("mount /tmp")?;
    // After the platform has put us into control groups, so that their paths are not ours to see.
    sys::unshare(libc::CLONE_NEWCGROUP).step("make a control group namespace")?;
    let tmp = rustix::fs::open("/tmp", OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).step("open /tmp")?;
    privileges::become_init(context.create.init_uid, context.rootless)?;
    Ok(tmp)
}

fn follow(progress: &OwnedFd) -> Result<Vec<IsolationPart>, StepError> {
    let mut text = String::new();
    io::Read::read_to_string(
        &mut std::fs::File::from(progress.try_clone().step("read the runtime's report")?),
        &mut text,
    )
    .step("read the runtime's report")?;
    let mut parts = Vec::new();
    for line in text.lines() {
        match serde_json::from_str(line).step("read the runtime's report")? {
            Progress::Failed(error) => return Err(error),
            Progress::Landlock(true) => {
                parts.push(IsolationPart::in_force(
                    "landlock",
                    "writes in /tmp only, signals and abstract sockets inside",
                ));
            }
            Progress::Landlock(false) => {
                parts.push(IsolationPart::missing("landlock", "this kernel does not offer it"));
            }
        }
    }
    parts.push(IsolationPart::in_force("seccomp", "allow-list of system calls"));
    Ok(parts)
}

fn tell(report: &OwnedFd, progress: &Progress) -> io::Result<()> {
    let mut line = serde_json::to_vec(progress)?;
    line.push(b'\n');
    rustix::io::write(report, &line)?;
    Ok(())
}

/// Everything between the fork and the exec, in the order that leaves each step the right it needs.
fn become_runtime(context: &InitContext, order: &LaunchOrder, report: &OwnedFd) -> StepError {
    match prepare(context, order, report) {
        Ok((path, argv, env)) => {
            StepError::new(&format!("execute {}", order.argv[0]), sys::exec(&path, &argv, &env))
        }
        Err(error) => error,
    }
}

type Exec = (CString, Vec<CString>, Vec<CString>);

fn prepare(context: &InitContext, order: &LaunchOrder, report: &OwnedFd) -> Result<Exec, StepError> {
    let argv: Vec<CString> =
        order.argv.iter().map(|a| sys::c_string(a)).collect::<Result<_, _>>().step("read the arguments")?;
    let env: Vec<CString> = order
        .env
        .iter()
        .map(|(name, value)| sys::c_string(&format!("{name}={value}")))
        .collect::<Result<_, _>>()
        .step("read the environment variables")?;
    let path = argv.first().cloned().ok_or_else(|| StepError::new("read the arguments", "none"))?;
    sys::reset_signals();
    rustix::process::setsid().step("start a session")?;
    let output = context.output.as_raw_fd();
    for stream in 1..=2 {
        sys::duplicate_to(output, stream).step("connect the output")?;
    }
    if context.rootless && std::path::Path::new("/proc/self/uid_map").exists() {
        privileges::count_apart()?;
    }
    privileges::set_limits(order.data_limit_bytes)?;
    privileges::become_function(context.create.uid, context.rootless)?;
    std::env::set_current_dir(&order.cwd).step("enter the working directory")?;
    let landlock = privileges::restrict_files()?;
    tell(report, &Progress::Landlock(landlock)).step("report")?;
    // All but the standard streams and the report close at exec by their flag; this makes sure of it.
    let last = report.as_raw_fd() as u32;
    sys::close_range(3, last - 1).step("close descriptors")?;
    sys::close_range(last + 1, u32::MAX).step("close descriptors")?;
    sys::install_filter(context.filter.instructions()).step("install the system call filter")?;
    Ok((path, argv, env))
}
