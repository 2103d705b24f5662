//! The spawner's loop.

use std::fs;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use crate::channel;
use crate::init::{self, InitContext};
use crate::message::{Create, FromSpawner, Setup, ToSpawner};
use crate::report::{IsolationPart, Step};
use crate::seccomp::Program;
use crate::sys::{self, Forked};
use crate::{StepError, privileges, root};

const NAMESPACES: i32 =
    libc::CLONE_NEWNS | libc::CLONE_NEWPID | libc::CLONE_NEWNET | libc::CLONE_NEWIPC | libc::CLONE_NEWUTS;

struct Spawner {
    mount_point: String,
    rootless: bool,
    filter: Program,
    masked_files: Vec<&'static str>,
    masked_directories: Vec<&'static str>,
}

/// Serves until the platform's end of the socket (standard input) is closed.
pub(super) fn run() {
    let socket = sys::inherited(0);
    sys::reset_signals();
    // Ended inits need no waiting for: the platform holds their pidfds.
    sys::set_signal(libc::SIGCHLD, true);
    // A terminal's interrupt is for the platform, which then drains.
    sys::set_signal(libc::SIGINT, true);
    let mut spawner = None;
    while let Ok((message, fds)) = channel::receive::<ToSpawner>(socket.as_fd()) {
        let (answer, answer_fd) = match answer(&mut spawner, message, fds) {
            Ok(answer) => answer,
            Err(error) => (FromSpawner::Failed(error), None),
        };
        let fds: Vec<BorrowedFd<'_>> = answer_fd.iter().map(AsFd::as_fd).collect();
        if channel::send(socket.as_fd(), &answer, &fds).is_err() {
            return;
        }
    }
}

type Answer = (FromSpawner, Option<OwnedFd>);

fn answer(spawner: &mut Option<Spawner>, message: ToSpawner, fds: Vec<OwnedFd>) -> Result<Answer, StepError> {
    match (message, spawner.as_ref()) {
        (ToSpawner::Setup(setup), None) => {
            let (ready, parts) = set_up(*setup)?;
            let rootless = ready.rootless;
            *spawner = Some(ready);
            Ok((FromSpawner::Ready { rootless, parts }, None))
        }
        (ToSpawner::Create(create), Some(spawner)) => spawner.create(create, fds),
        (ToSpawner::Bind { path }, Some(_)) => {
            let tree = sys::detached_read_only(&path, true).step(&format!("mount {path}"))?;
            Ok((FromSpawner::Bound, Some(tree)))
        }
        _ => Err(StepError::new("speak to the spawner", "message out of order")),
    }
}

fn set_up(setup: Setup) -> Result<(Spawner, Vec<IsolationPart>), StepError> {
    let rootless = enter_namespaces()?;
    sys::mount(None, "/", None, libc::MS_REC | libc::MS_PRIVATE, None).step("make mounts private")?;
    let uids = if rootless { privileges::ROOTLESS_UID..privileges::ROOTLESS_UID + 1 } else { setup.uids };
    root::build(&setup.plan, &setup.mount_point, &uids, !rootless)?;
    // Nothing here is anyone's to look into.
    sys::prctl(libc::PR_SET_DUMPABLE, 0).step("close the spawner to debuggers")?;
    let users = if rootless {
        IsolationPart::weaker("user ids", "one user for all environments: rootless")
    } else {
        IsolationPart::in_force("user ids", "one for each environment, no capabilities, no_new_privs")
    };
    let spawner = Spawner {
        mount_point: setup.mount_point,
        rootless,
        filter: crate::seccomp::program(),
        masked_files: existing(&root::MASKED_FILES),
        masked_directories: existing(&root::MASKED_DIRECTORIES),
    };
    Ok((spawner, vec![users]))
}

fn existing(paths: &[&'static str]) -> Vec<&'static str> {
    paths.iter().filter(|path| Path::new(path).exists()).copied().collect()
}

/// A mount namespace of our own; with root's rights, or else in a new user namespace. Answers whether rootless.
fn enter_namespaces() -> Result<bool, StepError> {
    if sys::unshare(libc::CLONE_NEWNS).is_ok() {
        return Ok(false);
    }
    let (uid, gid) = (rustix::process::geteuid().as_raw(), rustix::process::getegid().as_raw());
    sys::unshare(libc::CLONE_NEWUSER | libc::CLONE_NEWNS).step(
        "make a user namespace (neither root's rights nor unprivileged user namespaces are to be had)",
    )?;
    let inside = privileges::ROOTLESS_UID;
    fs::write("/proc/self/setgroups", "deny").step("deny setgroups in the user namespace")?;
    fs::write("/proc/self/uid_map", format!("{inside} {uid} 1")).step("map the user")?;
    fs::write("/proc/self/gid_map", format!("{inside} {gid} 1")).step("map the group")?;
    Ok(true)
}

impl Spawner {
    fn create(&self, create: Create, fds: Vec<OwnedFd>) -> Result<Answer, StepError> {
        let mut fds = fds.into_iter();
        let (Some(control), Some(output)) = (fds.next(), fds.next()) else {
            return Err(StepError::new("create an environment", "descriptors missing"));
        };
        let cgroup = if create.in_cgroup { fds.next() } else { None };
        match sys::clone_into(NAMESPACES, cgroup.as_ref().map(AsFd::as_fd))
            .step("clone into new namespaces")?
        {
            Forked::Parent { pid, pidfd } => Ok((FromSpawner::Created { pid }, pidfd)),
            Forked::Child => init::run(InitContext {
                control,
                output,
                create,
                root: self.mount_point.clone(),
                rootless: self.rootless,
                filter: self.filter.clone(),
                masked_files: self.masked_files.clone(),
                masked_directories: self.masked_directories.clone(),
            }),
        }
    }
}
