//! System calls that no safe library offers, each behind a safe function. The only module with `unsafe` besides the
//! start-up hook in `spawner::entry`.
//!
//! All of them run in single-threaded processes of ours (the spawner, an environment's init, a runtime before its
//! exec), never in the platform's own process, with the exception of `pidfd_send_signal`.

use std::ffi::{CStr, CString};
use std::io;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};

use libc::{c_int, c_long, c_ulong};

fn check(result: c_long) -> io::Result<c_long> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

fn check_int(result: c_int) -> io::Result<c_int> {
    if result < 0 { Err(io::Error::last_os_error()) } else { Ok(result) }
}

pub(crate) fn c_string(text: &str) -> io::Result<CString> {
    CString::new(text).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))
}

/// The two sides of a fork.
pub(crate) enum Forked {
    Child,
    Parent { pid: i32, pidfd: Option<OwnedFd> },
}

/// Makes a child in new namespaces, optionally in a cgroup v2 directory. The caller must be single-threaded.
pub(crate) fn clone_into(namespaces: c_int, cgroup: Option<BorrowedFd<'_>>) -> io::Result<Forked> {
    let mut pidfd: RawFd = -1;
    // SAFETY: an all-zero `clone_args` is its documented default.
    let mut args: libc::clone_args = unsafe { std::mem::zeroed() };
    args.flags = namespaces as u32 as u64 | libc::CLONE_PIDFD as u64;
    args.pidfd = &raw mut pidfd as u64;
    args.exit_signal = libc::SIGCHLD as u64;
    if let Some(dir) = cgroup {
        args.flags |= 0x2_0000_0000; // CLONE_INTO_CGROUP does not fit libc's type on every target
        args.cgroup = dir.as_raw_fd() as u64;
    }
    // SAFETY: without CLONE_VM the child has its own copy of memory; `args` and `pidfd` outlive the call.
    let pid =
        check(unsafe { libc::syscall(libc::SYS_clone3, &raw mut args, size_of::<libc::clone_args>()) })?;
    if pid == 0 {
        return Ok(Forked::Child);
    }
    // SAFETY: the kernel has stored a new descriptor that nobody else owns.
    let pidfd = unsafe { OwnedFd::from_raw_fd(pidfd) };
    Ok(Forked::Parent { pid: pid as i32, pidfd: Some(pidfd) })
}

/// `fork(2)`. The caller must be single-threaded, so that the child may allocate.
pub(crate) fn fork() -> io::Result<Forked> {
    // SAFETY: single-threaded by contract: no lock can be held by a thread that does not exist in the child.
    match check_int(unsafe { libc::fork() })? {
        0 => Ok(Forked::Child),
        pid => Ok(Forked::Parent { pid, pidfd: None }),
    }
}

/// Ends the process without running destructors or `atexit` handlers.
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: `_exit` has no preconditions.
    unsafe { libc::_exit(code) }
}

pub(crate) fn unshare(flags: c_int) -> io::Result<()> {
    // SAFETY: takes a number only.
    check_int(unsafe { libc::unshare(flags) }).map(drop)
}

pub(crate) fn mount(
    source: Option<&str>,
    target: &str,
    fs_type: Option<&str>,
    flags: c_ulong,
    data: Option<&str>,
) -> io::Result<()> {
    let source = source.map(c_string).transpose()?;
    let target = c_string(target)?;
    let fs_type = fs_type.map(c_string).transpose()?;
    let data = data.map(c_string).transpose()?;
    let pointer = |text: &Option<CString>| text.as_ref().map_or(std::ptr::null(), |t| t.as_ptr());
    // SAFETY: every pointer is null or a NUL-terminated text that lives until after the call.
    let result = unsafe {
        libc::mount(pointer(&source), target.as_ptr(), pointer(&fs_type), flags, pointer(&data).cast())
    };
    check_int(result).map(drop)
}

pub(crate) fn umount(target: &str, flags: c_int) -> io::Result<()> {
    let target = c_string(target)?;
    // SAFETY: a NUL-terminated text that lives until after the call.
    check_int(unsafe { libc::umount2(target.as_ptr(), flags) }).map(drop)
}

/// Makes the current directory the root and detaches the old root, all in one place (pivot_root(2), "notes").
pub(crate) fn pivot_to_current_dir() -> io::Result<()> {
    // SAFETY: constant NUL-terminated texts.
    check(unsafe { libc::syscall(libc::SYS_pivot_root, c".".as_ptr(), c".".as_ptr()) })?;
    umount(".", libc::MNT_DETACH)
}

/// A detached copy of the mount at `path`, read-only, without set-user-id and devices.
pub(crate) fn detached_read_only(path: &str, recursive: bool) -> io::Result<OwnedFd> {
    const OPEN_TREE_CLONE: u32 = 1;
    let path = c_string(path)?;
    let recurse = if recursive { libc::AT_RECURSIVE as u32 } else { 0 };
    let flags = OPEN_TREE_CLONE | libc::O_CLOEXEC as u32 | recurse;
    // SAFETY: a NUL-terminated text that lives until after the call.
    let fd = check(unsafe { libc::syscall(libc::SYS_open_tree, libc::AT_FDCWD, path.as_ptr(), flags) })?;
    // SAFETY: the kernel returned a new descriptor that nobody else owns.
    let tree = unsafe { OwnedFd::from_raw_fd(fd as RawFd) };
    let attributes = libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;
    mount_setattr(tree.as_raw_fd(), c"", libc::AT_EMPTY_PATH as u32 | recurse, attributes)?;
    Ok(tree)
}

/// Adds attributes to the mount at `path`.
pub(crate) fn add_mount_attributes(path: &str, attributes: u64) -> io::Result<()> {
    let path = c_string(path)?;
    mount_setattr(libc::AT_FDCWD, &path, 0, attributes)
}

fn mount_setattr(dir: RawFd, path: &CStr, flags: u32, attributes: u64) -> io::Result<()> {
    let attr = libc::mount_attr { attr_set: attributes, attr_clr: 0, propagation: 0, userns_fd: 0 };
    // SAFETY: `attr` and `path` live until after the call and the size passed is that of `attr`.
    let result = unsafe {
        libc::syscall(libc::SYS_mount_setattr, dir, path.as_ptr(), flags, &raw const attr, size_of_val(&attr))
    };
    check(result).map(drop)
}

/// Puts a detached mount at `target`.
pub(crate) fn attach_mount(tree: BorrowedFd<'_>, target: &str) -> io::Result<()> {
    const MOVE_MOUNT_F_EMPTY_PATH: u32 = 4;
    let target = c_string(target)?;
    // SAFETY: NUL-terminated texts that live until after the call, and a live descriptor.
    let result = unsafe {
        libc::syscall(
            libc::SYS_move_mount,
            tree.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_FDCWD,
            target.as_ptr(),
            MOVE_MOUNT_F_EMPTY_PATH,
        )
    };
    check(result).map(drop)
}

pub(crate) fn make_device(path: &str, mode: u32, major: u32, minor: u32) -> io::Result<()> {
    let path = c_string(path)?;
    let device = libc::makedev(major, minor);
    // SAFETY: a NUL-terminated text that lives until after the call.
    check_int(unsafe { libc::mknod(path.as_ptr(), libc::S_IFCHR | mode, device) }).map(drop)
}

pub(crate) fn set_hostname(name: &str) -> io::Result<()> {
    // SAFETY: pointer and length describe `name`.
    check_int(unsafe { libc::sethostname(name.as_ptr().cast(), name.len()) }).map(drop)
}

/// Brings the loopback interface of the current network namespace up.
pub(crate) fn loopback_up(socket: BorrowedFd<'_>) -> io::Result<()> {
    // SAFETY: an all-zero `ifreq` is a valid value of this plain C structure.
    let mut request: libc::ifreq = unsafe { std::mem::zeroed() };
    for (to, from) in request.ifr_name.iter_mut().zip(b"lo") {
        *to = *from as libc::c_char;
    }
    request.ifr_ifru.ifru_flags = (libc::IFF_UP | libc::IFF_RUNNING) as i16;
    // SAFETY: `request` is a complete `ifreq` that lives until after the call.
    check_int(unsafe { libc::ioctl(socket.as_raw_fd(), libc::SIOCSIFFLAGS, &raw const request) }).map(drop)
}

/// `prctl` with numeric arguments.
pub(crate) fn prctl(option: c_int, argument: c_ulong) -> io::Result<()> {
    let zero: c_ulong = 0;
    // SAFETY: only options that take numbers are used by this crate.
    check_int(unsafe { libc::prctl(option, argument, zero, zero, zero) }).map(drop)
}

#[repr(C)]
struct CapHeader {
    version: u32,
    pid: i32,
}

#[repr(C)]
#[derive(Clone, Copy)]
struct CapData {
    effective: u32,
    permitted: u32,
    inheritable: u32,
}

/// Sets the permitted and effective capabilities to exactly `mask` (bits 0 to 31; none of the higher ones is kept).
pub(crate) fn set_capabilities(mask: u32) -> io::Result<()> {
    const VERSION_3: u32 = 0x2008_0522;
    let header = CapHeader { version: VERSION_3, pid: 0 };
    let low = CapData { effective: mask, permitted: mask, inheritable: 0 };
    let high = CapData { effective: 0, permitted: 0, inheritable: 0 };
    let data = [low, high];
    // SAFETY: version 3 takes a header and two data words, both alive until after the call.
    check(unsafe { libc::syscall(libc::SYS_capset, &raw const header, data.as_ptr()) }).map(drop)
}

/// Real, effective and saved group and user ids. Raw calls: they act on this thread, the only one.
pub(crate) fn become_user(uid: u32, gid: u32) -> io::Result<()> {
    // SAFETY: numbers only; a null list of length 0 is valid for setgroups.
    unsafe {
        check(libc::syscall(libc::SYS_setgroups, 0, std::ptr::null::<u32>()))?;
        check(libc::syscall(libc::SYS_setresgid, gid, gid, gid))?;
        check(libc::syscall(libc::SYS_setresuid, uid, uid, uid))?;
    }
    Ok(())
}

pub(crate) fn set_limit(resource: libc::__rlimit_resource_t, limit: u64) -> io::Result<()> {
    let value = libc::rlimit { rlim_cur: limit, rlim_max: limit };
    // SAFETY: `value` lives until after the call.
    check_int(unsafe { libc::setrlimit(resource, &raw const value) }).map(drop)
}

/// Marks or closes all descriptors from `first` to `last`.
pub(crate) fn close_range(first: u32, last: u32) -> io::Result<()> {
    // SAFETY: callers hold no owned descriptor in the range that they use afterwards.
    check(unsafe { libc::syscall(libc::SYS_close_range, first, last, 0) }).map(drop)
}

/// Makes `to` a copy of `from`, inherited across exec.
pub(crate) fn duplicate_to(from: RawFd, to: RawFd) -> io::Result<()> {
    // SAFETY: numbers only; `to` is a standard stream, owned by nobody in these processes.
    check_int(unsafe { libc::dup2(from, to) }).map(drop)
}

pub(crate) fn kill(pid: i32, signal: i32) -> io::Result<()> {
    // SAFETY: numbers only.
    check_int(unsafe { libc::kill(pid, signal) }).map(drop)
}

pub(crate) fn pidfd_send_signal(pidfd: BorrowedFd<'_>, signal: i32) -> io::Result<()> {
    let no_info = std::ptr::null::<libc::siginfo_t>();
    // SAFETY: a live descriptor and a null info pointer, which the call documents.
    let result =
        unsafe { libc::syscall(libc::SYS_pidfd_send_signal, pidfd.as_raw_fd(), signal, no_info, 0u32) };
    check(result).map(drop)
}

/// How a child ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Ended {
    Code(i32),
    Signal(i32),
}

/// Takes one ended child: `Ok(None)` if none has ended (only with `wait` false), an error if there are no children.
pub(crate) fn reap(wait: bool) -> io::Result<Option<(i32, Ended)>> {
    let mut status = 0;
    let flags = if wait { 0 } else { libc::WNOHANG };
    // SAFETY: `status` lives until after the call.
    let pid = check_int(unsafe { libc::waitpid(-1, &raw mut status, flags) })?;
    if pid == 0 {
        return Ok(None);
    }
    let ended = if libc::WIFSIGNALED(status) {
        Ended::Signal(libc::WTERMSIG(status))
    } else {
        Ended::Code(libc::WEXITSTATUS(status))
    };
    Ok(Some((pid, ended)))
}

/// Sets a signal's disposition to the default or to "ignore".
pub(crate) fn set_signal(signal: c_int, ignore: bool) {
    let action = if ignore { libc::SIG_IGN } else { libc::SIG_DFL };
    // SAFETY: only the two constant dispositions are set; no handler code runs.
    unsafe { libc::signal(signal, action) };
}

/// Every signal back to its default and none blocked, as a fresh program expects.
pub(crate) fn reset_signals() {
    for signal in 1..=64 {
        if signal != libc::SIGKILL && signal != libc::SIGSTOP {
            set_signal(signal, false);
        }
    }
    set_blocked(&[]);
}

/// Blocks exactly these signals.
pub(crate) fn set_blocked(signals: &[c_int]) {
    // SAFETY: an all-zero set is storage for sigemptyset, which initialises it; the set lives until after the call.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        for signal in signals {
            libc::sigaddset(&raw mut set, *signal);
        }
        libc::sigprocmask(libc::SIG_SETMASK, &raw const set, std::ptr::null_mut());
    }
}

/// A descriptor that becomes readable when one of the (blocked) signals is pending.
pub(crate) fn signal_fd(signal: c_int) -> io::Result<OwnedFd> {
    // SAFETY: as in `set_blocked`; the kernel returns a new descriptor that nobody else owns.
    unsafe {
        let mut set: libc::sigset_t = std::mem::zeroed();
        libc::sigemptyset(&raw mut set);
        libc::sigaddset(&raw mut set, signal);
        let fd = check_int(libc::signalfd(-1, &raw const set, libc::SFD_CLOEXEC | libc::SFD_NONBLOCK))?;
        Ok(OwnedFd::from_raw_fd(fd))
    }
}

/// Installs a seccomp filter for this thread (the only one). `no_new_privs` must be set.
pub(crate) fn install_filter(program: &[libc::sock_filter]) -> io::Result<()> {
    let length = u16::try_from(program.len()).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    let program = libc::sock_fprog { len: length, filter: program.as_ptr().cast_mut() };
    // SAFETY: `program` describes a live slice, which the kernel only reads.
    let result =
        unsafe { libc::syscall(libc::SYS_seccomp, libc::SECCOMP_SET_MODE_FILTER, 0u32, &raw const program) };
    check(result).map(drop)
}

/// Replaces the process. Returns only on failure.
pub(crate) fn exec(path: &CStr, argv: &[CString], env: &[CString]) -> io::Error {
    let pointers = |texts: &[CString]| -> Vec<*const libc::c_char> {
        texts.iter().map(|t| t.as_ptr()).chain(std::iter::once(std::ptr::null())).collect()
    };
    let (argv, env) = (pointers(argv), pointers(env));
    // SAFETY: both arrays are null-terminated and hold NUL-terminated texts that live until after the call.
    unsafe { libc::execve(path.as_ptr(), argv.as_ptr(), env.as_ptr()) };
    io::Error::last_os_error()
}

/// Takes ownership of a descriptor this process was started with.
pub(crate) fn inherited(fd: RawFd) -> OwnedFd {
    // SAFETY: called once, at start, for a descriptor that the parent passed and no other code knows.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// Registers a descriptor with the reactor.
pub(crate) fn watch(fd: OwnedFd) -> io::Result<tokio::io::unix::AsyncFd<OwnedFd>> {
    // SAFETY: an `OwnedFd` keeps its descriptor open and its own for as long as the registration holds it.
    Ok(unsafe { tokio::io::unix::AsyncFd::register(fd) }?)
}

/// The same, for what a descriptor signals as priority data.
pub(crate) fn watch_priority(fd: OwnedFd) -> io::Result<tokio::io::unix::AsyncFd<OwnedFd>> {
    // SAFETY: as in `watch`.
    Ok(unsafe { tokio::io::unix::AsyncFd::register_with_interest(fd, tokio::io::Interest::PRIORITY) }?)
}
