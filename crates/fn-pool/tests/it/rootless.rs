//! All of it once more without root's rights, where the kernel lets an unprivileged user make namespaces.

use std::os::unix::process::CommandExt;
use std::process::Command;

/// A user nobody else is.
const USER: u32 = 64_321;

#[test]
fn everything_holds_for_an_unprivileged_user() {
    // Who we are: the owner of what we make.
    let dir = tempfile::tempdir().unwrap();
    if std::os::unix::fs::MetadataExt::uid(&std::fs::metadata(dir.path()).unwrap()) != 0 {
        return;
    }
    let allowed = Command::new("unshare").args(["-Urm", "true"]).uid(USER).gid(USER).status();
    if !allowed.is_ok_and(|status| status.success()) {
        println!("no user namespaces for unprivileged users here: not tried");
        return;
    }
    let home = dir.path().join("home");
    std::fs::create_dir(&home).unwrap();
    for path in [dir.path(), home.as_path()] {
        std::os::unix::fs::chown(path, Some(USER), Some(USER)).unwrap();
    }
    let output = Command::new(std::env::current_exe().unwrap())
        .args(["functions::", "hostile::", "--test-threads=2"])
        .env("TMPDIR", &home)
        .env("HOME", &home)
        .env("PATH", "/usr/local/bin:/usr/bin:/bin")
        .current_dir("/")
        .uid(USER)
        .gid(USER)
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("test result: ok") && !text.contains(" 0 passed"), "{text}");
}
