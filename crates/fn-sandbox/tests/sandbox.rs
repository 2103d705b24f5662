//! Environments, made for real.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::io::Read;
use std::path::PathBuf;

use fn_sandbox::{
    LaunchSpec, RootPlan, RuntimeExit, Sandbox, SandboxEvent, SandboxSpec, Sandboxes, SandboxesConfig,
};

async fn start(dir: &tempfile::TempDir) -> Sandboxes {
    let mount_point = dir.path().join("root");
    std::fs::create_dir(&mount_point).unwrap();
    Sandboxes::start(SandboxesConfig::new(RootPlan::default(), mount_point)).await.unwrap()
}

async fn run(sandboxes: &Sandboxes, script: &str) -> (String, SandboxEvent, Sandbox) {
    let mut sandbox = sandboxes.create(&SandboxSpec { ports: vec![9001] }).await.unwrap();
    let mut spec = LaunchSpec::new(vec!["/bin/sh".into(), "-c".into(), script.into()]);
    spec.code_dir = Some(PathBuf::from("/usr/share"));
    sandbox.launch(&spec).await.unwrap();
    let output = sandbox.take_output().unwrap();
    let event = sandbox.event().await;
    rustix::io::ioctl_fionbio(&output, true).unwrap();
    let mut text = Vec::new();
    // Ends with WouldBlock: init still holds the writing end.
    let _ = std::fs::File::from(output).read_to_end(&mut text);
    (String::from_utf8(text).unwrap(), event, sandbox)
}

#[tokio::test]
async fn a_program_runs_as_nobody_in_a_small_world() {
    let dir = tempfile::tempdir().unwrap();
    let sandboxes = start(&dir).await;
    let script = "echo $(ls /dev); echo $(ls -d /*); grep -c . /proc/cmdline; grep CapBnd /proc/self/status; \
                  ls -d /proc/[0-9]* | wc -l; test -e /proc/1 || echo init hidden; exit 3";
    let (text, event, sandbox) = run(&sandboxes, script).await;
    assert_eq!(event, SandboxEvent::RuntimeExited(RuntimeExit::Status(3)), "{text}");
    let lines: Vec<&str> = text.lines().collect();
    assert_eq!(lines[0], "fd full null random stderr stdin stdout urandom zero");
    for hidden in ["/root", "/home", "/sys", "/work", "/mnt", "/srv"] {
        assert!(!lines[1].contains(hidden), "{hidden} in {}", lines[1]);
    }
    assert_eq!(lines[2], "0", "the kernel's command line is masked");
    assert_eq!(lines[3], "CapBnd:\t0000000000000000");
    assert_eq!(lines[5], "init hidden");
    sandbox.end().await;
}

#[tokio::test]
async fn an_environment_can_be_launched_into_again_and_keeps_its_tmp() {
    let dir = tempfile::tempdir().unwrap();
    let sandboxes = start(&dir).await;
    let (_, _, mut sandbox) = run(&sandboxes, "echo kept > /tmp/file; sleep 1000 & exit 0").await;
    sandbox.kill_all().await.unwrap();
    let spec = LaunchSpec::new(vec![
        "/bin/sh".into(),
        "-c".into(),
        "test \"$(cat /tmp/file)\" = kept && exit 9".into(),
    ]);
    sandbox.launch(&spec).await.unwrap();
    assert_eq!(sandbox.event().await, SandboxEvent::RuntimeExited(RuntimeExit::Status(9)));
}

#[tokio::test]
async fn a_program_that_does_not_exist_is_named() {
    let dir = tempfile::tempdir().unwrap();
    let sandboxes = start(&dir).await;
    let mut sandbox = sandboxes.create(&SandboxSpec::default()).await.unwrap();
    let error = sandbox.launch(&LaunchSpec::new(vec!["/var/task/bootstrap".into()])).await.unwrap_err();
    assert!(error.to_string().contains("/var/task/bootstrap"), "{error}");
    assert!(error.to_string().contains("No such file"), "{error}");
}

#[tokio::test]
#[ignore = "a measurement, not a test"]
async fn time_to_create_and_launch() {
    let dir = tempfile::tempdir().unwrap();
    let sandboxes = start(&dir).await;
    let mut times = Vec::new();
    for _ in 0..200 {
        let begun = std::time::Instant::now();
        let mut sandbox = sandboxes.create(&SandboxSpec { ports: vec![9001] }).await.unwrap();
        let created = begun.elapsed();
        let mut spec = LaunchSpec::new(vec!["/bin/true".into()]);
        spec.code_dir = Some(PathBuf::from("/usr/share"));
        sandbox.launch(&spec).await.unwrap();
        let launched = begun.elapsed() - created;
        sandbox.event().await;
        sandbox.end().await;
        times.push((created, launched, begun.elapsed() - created - launched));
    }
    times.sort();
    println!("least {:?}, median {:?}", times[0], times[100]);
}
