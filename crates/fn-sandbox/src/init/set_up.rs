//! Before the function is known: descriptors, names, network, root, /proc.

use std::net::{Ipv4Addr, SocketAddrV4, TcpListener};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

use rustix::fs::{Mode, OFlags};
use rustix::net::{AddressFamily, SocketFlags, SocketType};

use super::InitContext;
use crate::report::{IsolationPart, Step};
use crate::{StepError, root, sys};

/// Listeners' queue: connections not yet taken over by the platform.
const BACKLOG: i32 = 128;

pub(super) fn set_up(context: &mut InitContext) -> Result<(Vec<IsolationPart>, Vec<OwnedFd>), StepError> {
    super::bind_to_parent()?;
    sys::reset_signals();
    keep_only_own_descriptors(context)?;
    // When the host itself runs out of memory, functions go before the platform. Refused only where /proc is not.
    let _ = std::fs::write("/proc/self/oom_score_adj", "500");
    rustix::process::setsid().step("start a session")?;
    sys::set_hostname("localhost").step("set the host name")?;
    let listeners = listen(&context.create.ports)?;
    let mut parts = vec![
        IsolationPart::in_force("namespaces", "mount, process, network, IPC, host name, control group"),
        IsolationPart::in_force("network", "loopback of its own; no interface, no route, no host sockets"),
    ];
    std::env::set_current_dir(&context.root).step("enter the root")?;
    parts.push(mount_proc(context));
    sys::pivot_to_current_dir().step("change the root")?;
    std::env::set_current_dir("/").step("enter the root")?;
    parts.push(IsolationPart::in_force(
        "root",
        "read-only, of its own; no host file but programs and libraries",
    ));
    Ok((parts, listeners))
}

fn keep_only_own_descriptors(context: &mut InitContext) -> Result<(), StepError> {
    let null = rustix::fs::open("/dev/null", OFlags::RDWR | OFlags::CLOEXEC, Mode::empty())
        .step("open /dev/null")?;
    for stream in 0..=2 {
        sys::duplicate_to(null.as_raw_fd(), stream).step("detach standard streams")?;
    }
    drop(null);
    let highest = |fd: &OwnedFd| rustix::io::fcntl_dupfd_cloexec(fd, 64);
    let control = highest(&context.control).step("keep the control socket")?;
    let output = highest(&context.output).step("keep the output pipe")?;
    // The old ones fall to the range below; forgotten first, so that no destructor closes a number in use again.
    std::mem::forget(std::mem::replace(&mut context.control, control));
    std::mem::forget(std::mem::replace(&mut context.output, output));
    let (low, high) = (context.control.as_raw_fd() as u32, context.output.as_raw_fd() as u32);
    sys::close_range(3, low.min(high) - 1).step("close inherited descriptors")?;
    sys::close_range(low.max(high) + 1, u32::MAX).step("close inherited descriptors")
}

fn listen(ports: &[u16]) -> Result<Vec<OwnedFd>, StepError> {
    let socket = rustix::net::socket_with(AddressFamily::INET, SocketType::DGRAM, SocketFlags::CLOEXEC, None)
        .step("open a socket")?;
    sys::loopback_up(socket.as_fd()).step("bring the loopback interface up")?;
    let mut listeners = Vec::new();
    for port in ports {
        let listener = TcpListener::bind(SocketAddrV4::new(Ipv4Addr::LOCALHOST, *port)).step("listen")?;
        rustix::net::listen(&listener, BACKLOG).step("listen")?;
        listeners.push(OwnedFd::from(listener));
    }
    Ok(listeners)
}

/// `/proc` of the environment's own processes. A container that masks parts of its own /proc forbids a new one.
fn mount_proc(context: &InitContext) -> IsolationPart {
    let flags = libc::MS_NOSUID | libc::MS_NODEV | libc::MS_NOEXEC;
    let mounted = sys::mount(Some("proc"), "proc", Some("proc"), flags, Some("hidepid=invisible"))
        .or_else(|_| sys::mount(Some("proc"), "proc", Some("proc"), flags, Some("hidepid=2")));
    if let Err(error) = mounted {
        return IsolationPart::weaker("proc", format!("no /proc inside: {error}"));
    }
    let masks = context.masked_files.iter().map(|path| (path, root::EMPTY_FILE));
    let masks = masks.chain(context.masked_directories.iter().map(|path| (path, root::EMPTY_DIRECTORY)));
    for (path, empty) in masks {
        let (path, empty) = (format!(".{path}"), format!(".{empty}"));
        if let Err(error) = sys::mount(Some(&empty), &path, None, libc::MS_BIND, None) {
            return unmount_proc(&path, &error);
        }
    }
    IsolationPart::in_force("proc", "own processes only; kernel details masked")
}

/// Better none than one that shows what it should not.
fn unmount_proc(path: &str, error: &std::io::Error) -> IsolationPart {
    // Detaching a mount just made can't fail in a way that leaves it visible.
    let _ = sys::umount("proc", libc::MNT_DETACH);
    IsolationPart::weaker("proc", format!("no /proc inside: cannot mask {path}: {error}"))
}
