//! The spawner is killed: its environments die with it, and the next one starts another. Alone in its program, because it
//! kills every spawner of the program.
#![allow(clippy::unwrap_used, reason = "tests")]

use fn_sandbox::{LaunchSpec, RootPlan, SandboxEvent, SandboxSpec, Sandboxes, SandboxesConfig};

fn spawners() -> Vec<u32> {
    let me = format!(" {} ", std::process::id());
    let children = std::fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| {
        let pid = entry.file_name().to_str()?.parse::<u32>().ok()?;
        let stat = std::fs::read_to_string(entry.path().join("stat")).ok()?;
        let (_, after_name) = stat.rsplit_once(')')?;
        let is_child = after_name.get(2..)?.starts_with(&me) || after_name.get(..24)?.contains(&me);
        let name = std::fs::read(entry.path().join("cmdline")).ok()?;
        (is_child && name.starts_with(b"haneul-functions")).then_some(pid)
    });
    children.collect()
}

#[tokio::test]
async fn a_dead_spawner_takes_its_environments_along_and_is_replaced() {
    let dir = tempfile::tempdir().unwrap();
    let mount_point = dir.path().join("root");
    std::fs::create_dir(&mount_point).unwrap();
    let sandboxes = Sandboxes::start(SandboxesConfig::new(RootPlan::default(), mount_point)).await.unwrap();
    let mut sandbox = sandboxes.create(&SandboxSpec::default()).await.unwrap();
    let mut spec = LaunchSpec::new(vec!["/bin/sleep".into(), "1000".into()]);
    spec.cwd = "/".into();
    sandbox.launch(&spec).await.unwrap();
    assert!(sandbox.is_alive());
    let found = spawners();
    assert_eq!(found.len(), 1);
    let killed = std::process::Command::new("kill").args(["-9", &found[0].to_string()]).status().unwrap();
    assert!(killed.success());
    assert_eq!(sandbox.event().await, SandboxEvent::Gone);
    let next = sandboxes.create(&SandboxSpec::default()).await.unwrap();
    assert!(next.is_alive());
    assert!(!sandbox.is_alive());
}
