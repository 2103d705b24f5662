//! What the tests and the demo drive Haneul with: Python and Node packages at pinned versions, photographs to upload.
//!
//! Everything goes under `target/tools/` (the JS SDK to `tests/js/node_modules`, where ES modules look), once: a stamp beside
//! each part holds what it was made from, and the part is made anew when that changes.

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::{houses, screen, steps};

/// The Python the packages are pinned for comes first.
const PYTHONS: [&str; 3] = ["python3.11", "python3.12", "python3"];
const REQUIREMENTS: &str = "tests/requirements.txt";
const PHOTOGRAPHS: &str = "examples/thumbnails/input/requirements.txt";

/// Where the tools are.
pub fn folder() -> PathBuf {
    houses::target().join("tools")
}

/// The Python interpreter that has the tools' packages.
pub fn python() -> PathBuf {
    folder().join("python/bin/python")
}

/// PATH with the tools first.
pub fn path() -> OsString {
    let own = folder().join("python/bin");
    let host = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::iter::once(own).chain(std::env::split_paths(&host));
    std::env::join_paths(folders).unwrap_or_else(|_| host.clone())
}

/// The photographs the thumbnails example uploads.
pub fn photographs() -> PathBuf {
    folder().join("photographs/skimage/data")
}

/// Where the examples' Rust functions are compiled, so that each is compiled once only.
pub fn cargo_target() -> PathBuf {
    folder().join("cargo")
}

/// Python's packages and the photographs.
pub fn ensure_python() -> Result<()> {
    fs::create_dir_all(folder())?;
    let python = find_python()?;
    let version = steps::output(steps::command(python).arg("--version"))?;
    let environment = folder().join("python");
    let made_from = format!("{version}{}", read(REQUIREMENTS)?);
    part("Python packages", &environment, &made_from, || {
        steps::run(steps::command(python).args(["-m", "venv"]).arg(&environment))?;
        pip(&environment, &["-r", REQUIREMENTS])
    })?;
    let photographs = folder().join("photographs");
    part("photographs", &photographs, &read(PHOTOGRAPHS)?, || {
        pip(&environment, &["--no-deps", "--target", &photographs.to_string_lossy(), "-r", PHOTOGRAPHS])
    })
}

/// The JS SDK of the tests.
pub fn ensure_node() -> Result<()> {
    npm("JS packages", &houses::root().join("tests/js"))
}

/// What Haneul is measured beside: MiniStack in a Python environment of its own, serverless-offline.
pub fn ensure_peers() -> Result<()> {
    let python = find_python()?;
    let environment = folder().join("ministack");
    part("MiniStack", &environment, &read("bench/invoke/requirements.txt")?, || {
        steps::run(steps::command(python).args(["-m", "venv"]).arg(&environment))?;
        pip(&environment, &["-r", "bench/invoke/requirements.txt"])
    })?;
    npm("serverless-offline", &houses::root().join("bench/invoke/serverless-offline"))
}

/// The MiniStack program.
pub fn ministack() -> PathBuf {
    folder().join("ministack/bin/ministack")
}

/// The folder whose node_modules has the Serverless Framework.
pub fn serverless() -> PathBuf {
    houses::root().join("bench/invoke/serverless-offline")
}

/// Programs of the system that a build of the examples needs.
pub fn ensure_system() -> Result<()> {
    if !steps::is_installed("node") || !steps::is_installed("npm") {
        bail!("Node.js 20 with npm is needed: install it, then run this again");
    }
    if steps::is_installed("make") {
        return Ok(());
    }
    debian(&["make"])
}

/// Makes a part unless its stamp says it is made already, from the same.
fn part(what: &str, folder: &Path, made_from: &str, make: impl FnOnce() -> Result<()>) -> Result<()> {
    let stamp = folder.join(".haneul-stamp");
    if fs::read_to_string(&stamp).is_ok_and(|text| text == made_from) {
        return Ok(());
    }
    screen::say(format!("    installing {what} ..."));
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| format!("removing {}", folder.display()))?;
    }
    make().with_context(|| format!("installing {what}"))?;
    fs::write(&stamp, made_from).with_context(|| format!("writing {}", stamp.display()))
}

fn npm(what: &str, folder: &Path) -> Result<()> {
    let made_from = ["package.json", "package-lock.json"].map(|name| fs::read_to_string(folder.join(name)));
    let [package, lock] = made_from;
    part(what, &folder.join("node_modules"), &format!("{}{}", package?, lock?), || {
        let mut npm = steps::command("npm");
        steps::run(npm.args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]).current_dir(folder))
    })
}

fn find_python() -> Result<&'static str> {
    let Some(python) = PYTHONS.into_iter().find(|python| steps::is_installed(python)) else {
        bail!("Python 3.11 or later is needed: install it, then run this again");
    };
    // Debian ships venv apart from Python.
    if steps::output(steps::command(python).args(["-c", "import ensurepip"])).is_err() {
        debian(&["python3-venv"])?;
    }
    Ok(python)
}

/// Installs into a virtual environment, or with its pip.
fn pip(environment: &Path, arguments: &[&str]) -> Result<()> {
    let common = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input"];
    steps::run(steps::command(environment.join("bin/python")).args(common).args(arguments))
}

fn debian(packages: &[&str]) -> Result<()> {
    if !steps::is_installed("apt-get") {
        bail!("{} is needed: install it, then run this again", packages.join(" and "));
    }
    screen::say(format!("    installing {} ...", packages.join(", ")));
    steps::run(steps::command("apt-get").args(["update", "-qq"]))?;
    let mut install = steps::command("apt-get");
    steps::run(install.args(["install", "-y", "-qq", "--no-install-recommends"]).args(packages))
}

fn read(path: &str) -> Result<String> {
    fs::read_to_string(houses::root().join(path)).with_context(|| format!("reading {path}"))
}
