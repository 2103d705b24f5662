//! Finding out which hierarchies there are and which of them are ours to use, by trying.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::{Hierarchies, Place, Version};
use crate::report::IsolationPart;

/// Prefix of our groups' names; the process id and the instance's number in the process follow.
const OURS: &str = "haneul-fn-";
static INSTANCES: AtomicU64 = AtomicU64::new(0);
/// Where the platform itself goes when version 2 forbids processes beside groups.
const PLATFORM: &str = "haneul-platform";

/// One mounted hierarchy and our place in it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Mounted {
    version: Version,
    /// Version 1: its controllers. Version 2: none named here.
    controllers: Vec<String>,
    mount_point: PathBuf,
    own: PathBuf,
}

/// What can be used, and the report of it.
pub(crate) fn discover() -> (Hierarchies, Vec<IsolationPart>) {
    let mounts = fs::read_to_string("/proc/self/mountinfo").unwrap_or_default();
    let own = fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let mounted = parse(&mounts, &own);
    let name = format!("{OURS}{}-{}", std::process::id(), INSTANCES.fetch_add(1, Ordering::Relaxed));
    let mut found = Hierarchies::default();
    for hierarchy in mounted.iter().filter(|m| m.version == Version::Two) {
        take_version_2(hierarchy, &name, &mut found);
    }
    for hierarchy in mounted.iter().filter(|m| m.version == Version::One) {
        take_version_1(hierarchy, &name, &mut found);
    }
    let parts = report(&found);
    (found, parts)
}

fn take_version_1(hierarchy: &Mounted, name: &str, found: &mut Hierarchies) {
    let slots = slots(found)
        .into_iter()
        .filter(|(c, slot)| slot.is_none() && hierarchy.controllers.iter().any(|h| h == c));
    let wanted: Vec<_> = slots.map(|(_, slot)| slot).collect();
    if wanted.is_empty() {
        return;
    }
    sweep(&hierarchy.own);
    let dir = hierarchy.own.join(name);
    if make_dir(&dir) {
        for slot in wanted {
            *slot = Some(Place { version: Version::One, dir: dir.clone() });
        }
    }
}

fn take_version_2(hierarchy: &Mounted, name: &str, found: &mut Hierarchies) {
    for base in [&hierarchy.own, &hierarchy.mount_point] {
        sweep(base);
        let dir = base.join(name);
        let enabled = if enable(base) { controllers(base, "cgroup.subtree_control") } else { Vec::new() };
        let has_controllers = !controllers(base, "cgroup.controllers").is_empty();
        let usable = base == &hierarchy.mount_point || !has_controllers || !enabled.is_empty();
        if !usable || !make_dir(&dir) {
            continue;
        }
        enable(&dir);
        let enabled = controllers(&dir, "cgroup.subtree_control");
        for (controller, slot) in slots(found) {
            let has = controller == "freezer" && dir.join("cgroup.freeze").exists();
            if has || enabled.iter().any(|e| e == controller) {
                *slot = Some(Place { version: Version::Two, dir: dir.clone() });
            }
        }
        return;
    }
}

fn slots(found: &mut Hierarchies) -> [(&'static str, &mut Option<Place>); 4] {
    [
        ("memory", &mut found.memory),
        ("cpu", &mut found.cpu),
        ("pids", &mut found.pids),
        ("freezer", &mut found.freezer),
    ]
}

fn make_dir(dir: &Path) -> bool {
    dir.is_dir() || fs::create_dir(dir).is_ok()
}

fn controllers(dir: &Path, file: &str) -> Vec<String> {
    let text = fs::read_to_string(dir.join(file)).unwrap_or_default();
    text.split_whitespace().filter(|c| matches!(*c, "memory" | "cpu" | "pids")).map(str::to_owned).collect()
}

/// Hands the controllers down to child groups. Version 2 forbids that where processes live beside the children: then
/// the platform's own process moves into a child of its own, which is what delegation is for.
fn enable(dir: &Path) -> bool {
    let offered = controllers(dir, "cgroup.controllers");
    if offered.is_empty() {
        return false;
    }
    let order: Vec<String> = offered.iter().map(|c| format!("+{c}")).collect();
    let order = order.join(" ");
    let control = dir.join("cgroup.subtree_control");
    if fs::write(&control, &order).is_ok() {
        return true;
    }
    let platform = dir.join(PLATFORM);
    let moved = make_dir(&platform)
        && fs::write(platform.join("cgroup.procs"), std::process::id().to_string()).is_ok();
    if moved && fs::write(&control, &order).is_ok() {
        return true;
    }
    if moved {
        // Other processes live here too: back to where we were.
        let _ = fs::write(dir.join("cgroup.procs"), std::process::id().to_string());
    }
    // Left in place if another process of ours is in it.
    let _ = fs::remove_dir(&platform);
    false
}

/// Removes what earlier processes left: only empty groups can be removed.
fn sweep(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let Some(pid) = name.to_str().and_then(|n| n.strip_prefix(OURS)?.split('-').next()) else { continue };
        if Path::new("/proc").join(pid).exists() {
            continue;
        }
        for group in fs::read_dir(entry.path()).into_iter().flatten().flatten() {
            if group.path().is_dir() {
                let _ = fs::remove_dir(group.path());
            }
        }
        let _ = fs::remove_dir(entry.path());
    }
}

/// Hierarchies from `/proc/self/mountinfo` (proc(5)) and our groups from `/proc/self/cgroup` (cgroups(7)).
fn parse(mountinfo: &str, own: &str) -> Vec<Mounted> {
    let mut found = Vec::new();
    for line in mountinfo.lines() {
        let Some((fields, rest)) = line.split_once(" - ") else { continue };
        let fields: Vec<&str> = fields.split(' ').collect();
        let mut rest = rest.split(' ');
        let (Some(kind), Some(options)) = (rest.next(), rest.nth(1)) else { continue };
        let (Some(root), Some(mount_point)) = (fields.get(3), fields.get(4)) else { continue };
        let (version, controllers) = match kind {
            "cgroup" => (Version::One, options.split(',').map(str::to_owned).collect()),
            "cgroup2" => (Version::Two, Vec::new()),
            _ => continue,
        };
        let path = own_path(own, version, &controllers).unwrap_or("/");
        let inside = path.strip_prefix(root).unwrap_or(path).trim_start_matches('/');
        let mount_point = PathBuf::from(mount_point);
        let own_dir = mount_point.join(inside);
        let own_dir = if own_dir.is_dir() { own_dir } else { mount_point.clone() };
        found.push(Mounted { version, controllers, mount_point, own: own_dir });
    }
    found
}

fn own_path<'a>(own: &'a str, version: Version, controllers: &[String]) -> Option<&'a str> {
    own.lines().find_map(|line| {
        let mut parts = line.splitn(3, ':');
        let (_, names, path) = (parts.next()?, parts.next()?, parts.next()?);
        let ours = match version {
            Version::Two => names.is_empty(),
            Version::One => !names.is_empty() && names.split(',').all(|n| controllers.iter().any(|c| c == n)),
        };
        ours.then_some(path)
    })
}

fn report(found: &Hierarchies) -> Vec<IsolationPart> {
    let why = "no control group that we may use";
    let place = |place: &Place| format!("cgroup v{}", if place.version == Version::One { 1 } else { 2 });
    let part = |name: &str, found: &Option<Place>, instead: Option<&str>| match (found, instead) {
        (Some(p), _) => IsolationPart::in_force(name, place(p)),
        (None, Some(instead)) => IsolationPart::weaker(name, format!("{instead}: {why}")),
        (None, None) => IsolationPart::missing(name, why),
    };
    vec![
        part("memory limit", &found.memory, Some("a limit for each process")),
        part("cpu share", &found.cpu, None),
        part("process limit", &found.pids, Some("a limit for each user")),
        part("freezer", &found.freezer, Some("SIGSTOP and SIGCONT")),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_versions_are_read_from_the_mount_table() {
        let mountinfo = "36 25 0:29 / /nowhere/memory rw - cgroup cgroup rw,memory\n\
                         37 25 0:30 / /nowhere/unified rw,relatime - cgroup2 cgroup2 rw\n\
                         22 1 254:0 / / rw - ext4 /dev/vda rw\n";
        let found = parse(mountinfo, "4:memory:/a/b\n0::/c\n");
        assert_eq!(found.len(), 2);
        assert_eq!(found[0].version, Version::One);
        assert!(found[0].controllers.iter().any(|c| c == "memory"));
        assert_eq!(found[1].mount_point, Path::new("/nowhere/unified"));
        assert_eq!(
            own_path("4:cpu,cpuacct:/x\n", Version::One, &["cpu".into(), "cpuacct".into()]),
            Some("/x")
        );
        assert_eq!(own_path("0::/y\n", Version::Two, &[]), Some("/y"));
    }

    #[test]
    fn a_missing_controller_is_reported() {
        let shown: Vec<String> = report(&Hierarchies::default()).iter().map(ToString::to_string).collect();
        assert!(shown.iter().any(|line| line.starts_with("cpu share: missing")));
        assert!(shown.iter().any(|line| line.starts_with("freezer: weaker")));
    }
}
