//! Giving up rights: users, capabilities, limits, landlock.

use landlock::{
    ABI, Access, AccessFs, CompatLevel, Compatible, PathBeneath, PathFd, Ruleset, RulesetAttr,
    RulesetCreatedAttr, RulesetStatus, Scope,
};

use crate::report::Step;
use crate::{StepError, sys};

/// The one user inside where there is no right to more: as AWS numbers it.
pub(crate) const ROOTLESS_UID: u32 = 993;

/// Files and sockets a process may hold open (Lambda quotas, "File descriptors").
const MAX_DESCRIPTORS: u64 = 1_024;
/// Processes and threads (Lambda quotas, "Execution processes/threads").
pub(crate) const MAX_PROCESSES: u64 = 1_024;

const CAP_KILL: u32 = 1 << 5;
const CAP_SETGID: u32 = 1 << 6;
const CAP_SETUID: u32 = 1 << 7;
/// As of Linux 6.18; dropping one that does not exist ends the loop.
const LAST_CAPABILITY: u64 = 63;

/// What init keeps after the first launch: to end processes of the function's user, and to start one again as that user.
pub(crate) fn become_init(init_uid: u32, rootless: bool) -> Result<(), StepError> {
    sys::prctl(libc::PR_SET_NO_NEW_PRIVS, 1).step("set no_new_privs")?;
    for capability in 0..=LAST_CAPABILITY {
        if sys::prctl(libc::PR_CAPBSET_DROP, capability).is_err() {
            break;
        }
    }
    if rootless {
        sys::set_capabilities(CAP_KILL).step("drop init's capabilities")?;
    } else {
        sys::prctl(libc::PR_SET_KEEPCAPS, 1).step("keep init's capabilities")?;
        sys::become_user(init_uid, init_uid).step("become init's user")?;
        sys::set_capabilities(CAP_KILL | CAP_SETUID | CAP_SETGID).step("drop init's capabilities")?;
    }
    // A change of user clears both.
    sys::prctl(libc::PR_SET_DUMPABLE, 0).step("close init to debuggers")?;
    arm_parent_death()
}

/// Die with the parent; cleared by every change of user, so called after it.
pub(crate) fn arm_parent_death() -> Result<(), StepError> {
    sys::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL as u64).step("arm the parent-death signal")
}

/// What a runtime is before its exec: the function's user with no capability at all.
pub(crate) fn become_function(uid: u32, rootless: bool) -> Result<(), StepError> {
    if !rootless {
        sys::become_user(uid, uid).step("become the function's user")?;
    }
    sys::set_capabilities(0).step("drop all capabilities")?;
    arm_parent_death()
}

/// Where all environments share one user, a user namespace for this one, so that its processes are counted apart from
/// theirs. Before the limits are set: a new namespace is bound by those of its maker. Only maps the user to itself.
pub(crate) fn count_apart() -> Result<(), StepError> {
    // The maps belong to whoever may trace us.
    sys::prctl(libc::PR_SET_DUMPABLE, 1).step("open the process's own files")?;
    sys::unshare(libc::CLONE_NEWUSER).step("make a user namespace for the function")?;
    let id = ROOTLESS_UID;
    std::fs::write("/proc/self/setgroups", "deny").step("deny setgroups in the function's user namespace")?;
    std::fs::write("/proc/self/uid_map", format!("{id} {id} 1")).step("map the function's user")?;
    std::fs::write("/proc/self/gid_map", format!("{id} {id} 1")).step("map the function's group")
}

pub(crate) fn set_limits(data_limit_bytes: Option<u64>) -> Result<(), StepError> {
    sys::set_limit(libc::RLIMIT_NOFILE, MAX_DESCRIPTORS).step("limit open files")?;
    sys::set_limit(libc::RLIMIT_NPROC, MAX_PROCESSES).step("limit processes")?;
    sys::set_limit(libc::RLIMIT_CORE, 0).step("forbid core files")?;
    sys::set_limit(libc::RLIMIT_MEMLOCK, 64 * 1024).step("limit locked memory")?;
    sys::set_limit(libc::RLIMIT_MSGQUEUE, 0).step("forbid message queues")?;
    if let Some(bytes) = data_limit_bytes {
        sys::set_limit(libc::RLIMIT_DATA, bytes).step("limit a process's memory")?;
    }
    Ok(())
}

/// A second fence on files, independent of the mount table: read and execute anywhere, write in /tmp and to devices
/// only; signals and abstract sockets stay inside. Answers whether the kernel enforces it.
pub(crate) fn restrict_files() -> Result<bool, StepError> {
    let abi = ABI::V6;
    let read = AccessFs::from_read(abi);
    let device = AccessFs::ReadFile | AccessFs::WriteFile;
    let rules = || -> Result<RulesetStatus, landlock::RulesetError> {
        let mut ruleset = Ruleset::default()
            .set_compatibility(CompatLevel::BestEffort)
            .handle_access(AccessFs::from_all(abi))?
            .scope(Scope::from_all(abi))?
            .create()?;
        if let Ok(root) = PathFd::new("/") {
            ruleset = ruleset.add_rule(PathBeneath::new(root, read))?;
        }
        if let Ok(tmp) = PathFd::new("/tmp") {
            ruleset = ruleset.add_rule(PathBeneath::new(tmp, AccessFs::from_all(abi)))?;
        }
        if let Ok(dev) = PathFd::new("/dev") {
            ruleset = ruleset.add_rule(PathBeneath::new(dev, device))?;
        }
        if let Ok(own) = PathFd::new("/proc") {
            ruleset = ruleset.add_rule(PathBeneath::new(own, device | AccessFs::ReadDir))?;
        }
        Ok(ruleset.restrict_self()?.ruleset)
    };
    Ok(rules().step("restrict files by landlock")? != RulesetStatus::NotEnforced)
}
