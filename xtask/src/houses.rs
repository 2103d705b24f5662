//! Where things are: the project's folder, the build folder, the workspace's packages as Cargo sees them.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::steps;

/// The project's folder.
pub fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new("."))
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |folder| root().join(folder))
}

/// A workspace package and what it depends on directly.
#[derive(Clone, Debug, Default)]
pub struct Package {
    pub name: String,
    /// Its folder, relative to the project's.
    pub folder: PathBuf,
    /// Names of its dependencies of every kind.
    pub dependencies: Vec<Dependency>,
}

#[derive(Clone, Debug)]
pub struct Dependency {
    pub name: String,
    /// Only its tests need it.
    pub dev: bool,
}

/// The workspace's packages.
pub fn packages() -> Result<Vec<Package>> {
    let text =
        steps::output(steps::cargo().args(["metadata", "--no-deps", "--format-version", "1", "--quiet"]))?;
    let metadata: Value = serde_json::from_str(&text).context("what cargo metadata printed")?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    packages.iter().map(package).collect()
}

fn package(value: &Value) -> Result<Package> {
    let name = value["name"].as_str().context("a package without a name")?.to_owned();
    let manifest = Path::new(value["manifest_path"].as_str().context("a package without a manifest")?);
    let folder = manifest.parent().unwrap_or(manifest);
    let folder = folder.strip_prefix(root()).unwrap_or(folder).to_owned();
    let dependencies = value["dependencies"].as_array().map_or(&[][..], Vec::as_slice);
    let dependencies = dependencies
        .iter()
        .filter_map(|dependency| {
            let name = dependency["name"].as_str()?.to_owned();
            Some(Dependency { name, dev: dependency["kind"] == "dev" })
        })
        .collect();
    Ok(Package { name, folder, dependencies })
}

/// The files Git tracks or would track, relative to the project's folder.
pub fn files() -> Result<Vec<PathBuf>> {
    let list = steps::output(steps::command("git").args([
        "ls-files",
        "-z",
        "--cached",
        "--others",
        "--exclude-standard",
    ]))?;
    let mut files: Vec<PathBuf> =
        list.split('\0').filter(|path| !path.is_empty()).map(PathBuf::from).collect();
    files.retain(|path| root().join(path).is_file());
    files.sort();
    files.dedup();
    Ok(files)
}
