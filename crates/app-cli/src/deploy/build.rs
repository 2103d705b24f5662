//! Building what a template's functions and layers need, as `sam build` would: dependencies installed beside the code,
//! compiled languages compiled. Nothing is uploaded here.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use sha2::{Digest, Sha256};
use tokio::process::Command;

/// How one function's or layer's code becomes what is shipped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BuildMethod {
    /// The folder as it is.
    Copy,
    /// Plus `pip install -r requirements.txt`.
    Pip,
    /// Plus `npm ci` (or `npm install`) of the production dependencies.
    Npm,
    /// `make build-<LogicalId>` with ARTIFACTS_DIR set.
    Makefile,
    /// `cargo build --release`; the binary becomes `bootstrap`.
    Cargo,
}

/// One thing to build.
#[derive(Clone, Debug)]
pub struct BuildItem {
    pub logical_id: String,
    pub source: PathBuf,
    pub method: BuildMethod,
    /// The binary's name where Cargo's package builds several.
    pub binary: Option<String>,
    /// Python packages of a layer live in `python/`, Node's in `nodejs/`.
    pub layer_folder: Option<&'static str>,
}

/// What a build did.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BuildOutcome {
    Built(PathBuf),
    /// The source has not changed since the last build.
    Unchanged(PathBuf),
}

impl BuildOutcome {
    pub fn artifacts(&self) -> &Path {
        match self {
            Self::Built(path) | Self::Unchanged(path) => path,
        }
    }
}

/// Chooses the method as `sam build` does: the resource's metadata first, then the runtime, then what lies in the folder.
pub fn choose_method(metadata: Option<&str>, runtime: &str, source: &Path) -> Result<BuildMethod> {
    let has = |file: &str| source.join(file).is_file();
    Ok(match metadata {
        Some("makefile") => BuildMethod::Makefile,
        Some("rust-cargolambda") => BuildMethod::Cargo,
        Some(method) if method.starts_with("python") => BuildMethod::Pip,
        Some(method) if method.starts_with("nodejs") => BuildMethod::Npm,
        Some(other) => {
            bail!("BuildMethod `{other}` is not offered; use makefile, rust-cargolambda, python3.x or nodejs")
        }
        None if source.is_file() => BuildMethod::Copy,
        None if runtime.starts_with("python") && has("requirements.txt") => BuildMethod::Pip,
        None if runtime.starts_with("nodejs") && has("package.json") => BuildMethod::Npm,
        None if runtime.starts_with("provided") && has("Cargo.toml") => BuildMethod::Cargo,
        None => BuildMethod::Copy,
    })
}

/// Builds `item` below `root` unless its source is the same as at the last build.
pub async fn build(item: &BuildItem, root: &Path) -> Result<BuildOutcome> {
    let artifacts = root.join(&item.logical_id);
    let stamp = root.join(format!("{}.source-sha256", item.logical_id));
    let digest = source_digest(item)?;
    if artifacts.is_dir() && fs::read_to_string(&stamp).is_ok_and(|old| old == digest) {
        return Ok(BuildOutcome::Unchanged(artifacts));
    }
    if artifacts.exists() {
        fs::remove_dir_all(&artifacts).with_context(|| format!("clearing {}", artifacts.display()))?;
    }
    let target = item.layer_folder.map_or(artifacts.clone(), |folder| artifacts.join(folder));
    fs::create_dir_all(&target).with_context(|| format!("making {}", target.display()))?;
    let target = fs::canonicalize(&target)?;
    match item.method {
        BuildMethod::Copy => copy_tree(&item.source, &target)?,
        BuildMethod::Pip => pip(item, &target).await?,
        BuildMethod::Npm => npm(item, &target).await?,
        BuildMethod::Makefile => makefile(item, &target).await?,
        BuildMethod::Cargo => cargo(item, &target).await?,
    }
    fs::write(&stamp, digest)?;
    Ok(BuildOutcome::Built(artifacts))
}

async fn pip(item: &BuildItem, target: &Path) -> Result<()> {
    copy_tree(&item.source, target)?;
    let requirements = item.source.join("requirements.txt");
    if !requirements.is_file() {
        return Ok(());
    }
    let mut pip = Command::new("python3");
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile", "--target"])
        .arg(target)
        .arg("-r")
        .arg(&requirements);
    run(pip, item, "pip install").await
}

async fn npm(item: &BuildItem, target: &Path) -> Result<()> {
    copy_tree(&item.source, target)?;
    let locked = target.join("package-lock.json").is_file();
    let mut npm = Command::new("npm");
    npm.arg(if locked { "ci" } else { "install" })
        .args(["--omit=dev", "--no-audit", "--no-fund", "--loglevel=error"])
        .current_dir(target);
    run(npm, item, "npm install").await
}

async fn makefile(item: &BuildItem, target: &Path) -> Result<()> {
    let mut make = Command::new("make");
    make.arg(format!("build-{}", item.logical_id)).env("ARTIFACTS_DIR", target).current_dir(&item.source);
    run(make, item, "make").await
}

async fn cargo(item: &BuildItem, target: &Path) -> Result<()> {
    let build_dir = item.source.join("target");
    let mut cargo = Command::new("cargo");
    cargo.args(["build", "--release", "--quiet", "--target-dir"]).arg(&build_dir).current_dir(&item.source);
    if let Some(binary) = &item.binary {
        cargo.args(["--bin", binary]);
    }
    run(cargo, item, "cargo build").await?;
    let binary = match &item.binary {
        Some(name) => build_dir.join("release").join(name),
        None => only_executable(&build_dir.join("release"))?,
    };
    fs::copy(&binary, target.join("bootstrap")).with_context(|| format!("taking {}", binary.display()))?;
    Ok(())
}

/// The one program of a release folder; several need the resource's `Metadata.BuildProperties.Binary`.
fn only_executable(folder: &Path) -> Result<PathBuf> {
    use std::os::unix::fs::PermissionsExt;
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let entry = entry?;
        let meta = entry.metadata()?;
        let is_program = meta.is_file() && meta.permissions().mode() & 0o111 != 0;
        if is_program && entry.path().extension().is_none() {
            found.push(entry.path());
        }
    }
    match found.as_slice() {
        [one] => Ok(one.clone()),
        [] => bail!("cargo built no program; the package needs a binary target"),
        _ => bail!("cargo built several programs; name one in Metadata.BuildProperties.Binary"),
    }
}

async fn run(mut command: Command, item: &BuildItem, what: &str) -> Result<()> {
    let program = command.as_std().get_program().to_owned();
    let output = command.stdin(std::process::Stdio::null()).output().await.with_context(|| {
        format!("{}: {what} needs `{}`, which could not be started", item.logical_id, text(&program))
    })?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        bail!("{}: {what} failed ({}):\n{}", item.logical_id, output.status, said.trim_end());
    }
    Ok(())
}

fn text(os: &OsStr) -> String {
    os.to_string_lossy().into_owned()
}

/// Folders that are never part of a function's code.
fn is_left_out(name: &OsStr) -> bool {
    matches!(name.to_str(), Some(".aws-sam" | ".haneul" | ".git" | "node_modules" | "__pycache__" | "target"))
}

/// Copies files, folders and symbolic links that stay inside; file modes are kept.
fn copy_tree(from: &Path, to: &Path) -> Result<()> {
    if from.is_file() {
        bail!("{} is a file; a function's code is a folder or a .zip", from.display());
    }
    for entry in fs::read_dir(from).with_context(|| format!("reading {}", from.display()))? {
        let entry = entry?;
        let (source, target) = (entry.path(), to.join(entry.file_name()));
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if !is_left_out(&entry.file_name()) {
                fs::create_dir_all(&target)?;
                copy_tree(&source, &target)?;
            }
        } else {
            // A link's target is copied: the archive carries no links.
            fs::copy(&source, &target).with_context(|| format!("copying {}", source.display()))?;
        }
    }
    Ok(())
}

/// SHA-256 over names, modes and contents of the source, the method and its choices.
fn source_digest(item: &BuildItem) -> Result<String> {
    let mut hash = Sha256::new();
    hash.update(format!("{:?} {:?} {:?}\n", item.method, item.binary, item.layer_folder));
    digest_tree(&item.source, &mut hash)?;
    Ok(hex::encode(hash.finalize()))
}

fn digest_tree(folder: &Path, hash: &mut Sha256) -> Result<()> {
    let mut entries: Vec<_> = fs::read_dir(folder)
        .with_context(|| format!("reading {}", folder.display()))?
        .collect::<std::io::Result<_>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let path = entry.path();
        hash.update(path.as_os_str().as_encoded_bytes());
        if path.is_dir() {
            if !is_left_out(&entry.file_name()) {
                digest_tree(&path, hash)?;
            }
        } else {
            let bytes = fs::read(&path).with_context(|| format!("reading {}", path.display()))?;
            hash.update((bytes.len() as u64).to_be_bytes());
            hash.update(&bytes);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(source: &Path) -> BuildItem {
        BuildItem {
            logical_id: "Fn".into(),
            source: source.into(),
            method: BuildMethod::Copy,
            binary: None,
            layer_folder: None,
        }
    }

    #[tokio::test]
    async fn an_unchanged_source_is_not_built_again() {
        let dir = tempfile::tempdir().unwrap();
        let (source, root) = (dir.path().join("src"), dir.path().join("build"));
        fs::create_dir_all(source.join("node_modules")).unwrap();
        fs::write(source.join("app.py"), "x = 1").unwrap();
        assert!(matches!(build(&item(&source), &root).await.unwrap(), BuildOutcome::Built(_)));
        assert!(matches!(build(&item(&source), &root).await.unwrap(), BuildOutcome::Unchanged(_)));
        fs::write(source.join("app.py"), "x = 2").unwrap();
        let outcome = build(&item(&source), &root).await.unwrap();
        assert_eq!(fs::read_to_string(outcome.artifacts().join("app.py")).unwrap(), "x = 2");
        assert!(!outcome.artifacts().join("node_modules").exists());
    }

    #[test]
    fn the_metadata_decides_before_the_runtime() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("requirements.txt"), "").unwrap();
        let choose = |metadata, runtime| choose_method(metadata, runtime, dir.path());
        assert_eq!(choose(None, "python3.11").unwrap(), BuildMethod::Pip);
        assert_eq!(choose(Some("makefile"), "python3.11").unwrap(), BuildMethod::Makefile);
        assert_eq!(choose(None, "provided.al2023").unwrap(), BuildMethod::Copy);
        assert!(choose(Some("bazel"), "python3.11").is_err());
    }
}
