//! The root all environments share: what is in it (`RootPlan`) and how the spawner puts it together.
//!
//! A small read-only tmpfs with read-only mounts of the host's programs and libraries, our own `/etc`, and five
//! devices. Nothing else of the host is in it. Each environment gets a copy of the mounts in its own mount namespace and
//! adds `/proc`, `/tmp`, `/var/task` and `/opt`.

use std::fs;
use std::io;
use std::ops::Range;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;

use serde::{Deserialize, Serialize};

use crate::report::Step;
use crate::{StepError, sys};

/// What the shared root holds beyond the system's programs and libraries.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootPlan {
    /// Host directories or files shown read-only, sub-mounts included.
    pub binds: Vec<RootBind>,
    /// Files of our own, world-readable.
    pub files: Vec<RootFile>,
    /// Symbolic links: (path inside, what it points to).
    pub links: Vec<(String, String)>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootBind {
    /// Absolute path on the host.
    pub source: String,
    /// Absolute path inside.
    pub target: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RootFile {
    /// Absolute path inside.
    pub path: String,
    pub contents: String,
}

/// System paths that programs and libraries need; symbolic links are kept as links.
const SYSTEM_PATHS: [&str; 6] = ["/usr", "/bin", "/sbin", "/lib", "/lib64", "/lib32"];

/// Single files and directories of /etc that hold no secret and that programs need.
const ETC_PATHS: [&str; 7] = [
    "/etc/ld.so.cache",
    "/etc/ssl/certs",
    "/etc/pki/tls/certs",
    "/etc/pki/ca-trust/extracted",
    "/etc/alternatives",
    "/etc/services",
    "/etc/protocols",
];

/// Mount points filled for each environment.
const OWN_DIRECTORIES: [&str; 7] = ["/proc", "/tmp", "/var/task", "/var/runtime", "/opt", "/dev", "/etc"];

/// (name, major, minor) of the character devices a function sees.
const DEVICES: [(&str, u32, u32); 5] =
    [("null", 1, 3), ("zero", 1, 5), ("full", 1, 7), ("random", 1, 8), ("urandom", 1, 9)];

/// The user functions run as, by AWS's name for it.
pub(crate) const USER_NAME: &str = "sbx_user1051";

/// Files under /proc that tell about the host or are a way into the kernel, hidden under an empty file.
pub(crate) const MASKED_FILES: [&str; 12] = [
    "/proc/cmdline",
    "/proc/config.gz",
    "/proc/kallsyms",
    "/proc/kcore",
    "/proc/keys",
    "/proc/key-users",
    "/proc/modules",
    "/proc/timer_list",
    "/proc/iomem",
    "/proc/ioports",
    "/proc/latency_stats",
    "/proc/mtrr",
];

/// Directories of the same kind, hidden under an empty directory.
pub(crate) const MASKED_DIRECTORIES: [&str; 5] =
    ["/proc/acpi", "/proc/scsi", "/proc/fs", "/proc/driver", "/proc/sysvipc"];

/// Inside the root: what masks are made of.
pub(crate) const EMPTY_FILE: &str = "/etc/.empty";
pub(crate) const EMPTY_DIRECTORY: &str = "/var/empty";

/// Puts the root together at `at`, in the caller's own mount namespace.
pub(crate) fn build(
    plan: &RootPlan,
    at: &str,
    uids: &Range<u32>,
    may_make_devices: bool,
) -> Result<(), StepError> {
    let flags = libc::MS_NOSUID | libc::MS_NODEV;
    sys::mount(Some("haneul"), at, Some("tmpfs"), flags, Some("mode=0755,size=16m,nr_inodes=4096"))
        .step("mount the root")?;
    for path in OWN_DIRECTORIES.iter().chain([&EMPTY_DIRECTORY]) {
        make_directory(at, path).step("make the root's directories")?;
    }
    for path in SYSTEM_PATHS.iter().chain(&ETC_PATHS) {
        show(path, path, at).step(&format!("show {path} in the root"))?;
    }
    for bind in &plan.binds {
        show(&bind.source, &bind.target, at).step(&format!("show {} in the root", bind.source))?;
    }
    for file in own_etc(uids).iter().chain(&plan.files) {
        write(at, file).step(&format!("write {} in the root", file.path))?;
    }
    for (path, to) in &plan.links {
        symlink(to, format!("{at}{path}")).step(&format!("link {path} in the root"))?;
    }
    devices(at, may_make_devices).step("make the root's devices")?;
    let read_only = libc::MOUNT_ATTR_RDONLY | libc::MOUNT_ATTR_NOSUID | libc::MOUNT_ATTR_NODEV;
    sys::add_mount_attributes(at, read_only).step("make the root read-only")
}

fn make_directory(at: &str, path: &str) -> io::Result<()> {
    fs::create_dir_all(format!("{at}{path}"))
}

/// Shows a host path read-only inside; a path that the host does not have is left out, a link stays a link.
fn show(source: &str, target: &str, at: &str) -> io::Result<()> {
    let Ok(kind) = fs::symlink_metadata(source) else { return Ok(()) };
    let inside = format!("{at}{target}");
    if kind.is_symlink() && source == target {
        return symlink(fs::read_link(source)?, inside);
    }
    if fs::metadata(source)?.is_dir() {
        fs::create_dir_all(&inside)?;
    } else {
        if let Some(parent) = Path::new(&inside).parent() {
            fs::create_dir_all(parent)?;
        }
        fs::File::create(&inside)?;
    }
    let tree = sys::detached_read_only(source, true)?;
    sys::attach_mount(std::os::fd::AsFd::as_fd(&tree), &inside)
}

fn write(at: &str, file: &RootFile) -> io::Result<()> {
    let path = format!("{at}{}", file.path);
    if let Some(parent) = Path::new(&path).parent() {
        fs::create_dir_all(parent)?;
    }
    fs::write(&path, &file.contents)?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644))
}

/// `/etc` as a function sees it: its own user, loopback names, and no name servers.
fn own_etc(uids: &Range<u32>) -> Vec<RootFile> {
    let file = |path: &str, contents: String| RootFile { path: path.to_owned(), contents };
    let mut passwd = "root:x:0:0:root:/root:/sbin/nologin\n".to_owned();
    let mut group = "root:x:0:\n".to_owned();
    for uid in uids.clone() {
        // Each environment has another number, all the same name: a program looks up its own.
        passwd.push_str(&format!("{USER_NAME}:x:{uid}:{uid}::/tmp:/sbin/nologin\n"));
        group.push_str(&format!("{USER_NAME}:x:{uid}:\n"));
    }
    vec![
        file("/etc/passwd", passwd),
        file("/etc/group", group),
        file("/etc/hosts", "127.0.0.1 localhost\n::1 localhost\n".to_owned()),
        file("/etc/resolv.conf", String::new()),
        file("/etc/nsswitch.conf", "passwd: files\ngroup: files\nhosts: files dns\n".to_owned()),
        file("/etc/hostname", "localhost\n".to_owned()),
        file(EMPTY_FILE, String::new()),
    ]
}

fn devices(at: &str, may_make: bool) -> io::Result<()> {
    let dev = format!("{at}/dev");
    let flags = libc::MS_NOSUID | libc::MS_NOEXEC;
    sys::mount(Some("haneul"), &dev, Some("tmpfs"), flags, Some("mode=0755,size=64k,nr_inodes=32"))?;
    for (name, major, minor) in DEVICES {
        let path = format!("{dev}/{name}");
        if may_make {
            sys::make_device(&path, 0o666, major, minor)?;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o666))?;
        } else {
            fs::File::create(&path)?;
            sys::mount(Some(&format!("/dev/{name}")), &path, None, libc::MS_BIND, None)?;
        }
    }
    for (link, to) in [("fd", "/proc/self/fd"), ("stdin", "fd/0"), ("stdout", "fd/1"), ("stderr", "fd/2")] {
        symlink(to, format!("{dev}/{link}"))?;
    }
    sys::add_mount_attributes(&dev, libc::MOUNT_ATTR_RDONLY)
}
