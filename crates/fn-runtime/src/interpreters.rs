//! The interpreters of this machine, and what an environment's root needs to run them.

use std::fs;
use std::io;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread::ScopedJoinHandle;

use fn_sandbox::{RootBind, RootFile};

const PYTHON_BOOTSTRAP: &str = include_str!("../bootstrap/bootstrap.py");
const NODE_BOOTSTRAP: &str = include_str!("../bootstrap/bootstrap.cjs");
/// Where the Node bootstrap is inside.
const NODE_BOOTSTRAP_PATH: &str = "/var/runtime/bootstrap.cjs";

/// Prints what we need to know.
const NODE_PROBE: &str = "console.log(process.execPath); console.log(process.versions.node)";
/// Prints what we need to know and compiles our bootstrap with the interpreter's own compiler.
const PYTHON_PROBE: &str = "\
import os, py_compile, sys
base = os.path.realpath(getattr(sys, '_base_executable', None) or sys.executable)
print(base); print(sys.base_prefix); print('%d.%d' % sys.version_info[:2])
py_compile.compile(sys.argv[1], cfile=sys.argv[2] % sys.version_info[1], dfile='/var/runtime/bootstrap.py', doraise=True,
    invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
";

/// One interpreter that functions can run on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interpreter {
    /// Absolute path, the same on the host and inside.
    pub program: String,
    /// Major and minor version.
    pub version: (u32, u32),
    /// Program and first arguments that start our bootstrap.
    pub command: Vec<String>,
    binds: Vec<RootBind>,
}

/// All that were found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Interpreters {
    pythons: Vec<Interpreter>,
    nodes: Vec<Interpreter>,
}

impl Interpreters {
    /// Looks along PATH (and in version managers' directories it points to). Runs each candidate once; blocks for some
    /// tens of milliseconds. `scratch`: an existing directory that lives as long as the environments.
    pub fn find(scratch: &Path) -> io::Result<Self> {
        let source = scratch.join("bootstrap.py");
        fs::write(&source, PYTHON_BOOTSTRAP)?;
        let compiled = scratch.join("bootstrap-3.%d.pyc");
        let of_python = ["-I", "-S", "-c", PYTHON_PROBE].map(std::ffi::OsStr::new);
        let of_python = [&of_python[..], &[source.as_os_str(), compiled.as_os_str()]].concat();
        let pythons = candidates("python3", &["9", "10", "11", "12", "13", "14"]);
        let of_node = ["-e", NODE_PROBE].map(std::ffi::OsStr::new);
        let nodes = candidates("node", &[]);
        let mut found = Self::default();
        // All at once: each takes tens of milliseconds, nearly all of it its own start.
        let asked = std::thread::scope(|scope| {
            let pythons = pythons.iter().map(|program| scope.spawn(|| ask(program, &of_python)));
            let pythons: Vec<_> = pythons.collect();
            let nodes: Vec<_> = nodes.iter().map(|program| scope.spawn(|| ask(program, &of_node))).collect();
            let answers = |asked: Vec<ScopedJoinHandle<'_, Option<String>>>| -> Vec<String> {
                asked.into_iter().filter_map(|one| one.join().ok().flatten()).collect()
            };
            (answers(pythons), answers(nodes))
        });
        asked.0.iter().for_each(|text| found.add_python(text, scratch));
        asked.1.iter().for_each(|text| found.add_node(text));
        Ok(found)
    }

    /// `text` is what the probe printed.
    fn add_python(&mut self, text: &str, scratch: &Path) {
        let lines: Vec<&str> = text.lines().collect();
        let [program, prefix, version] = lines[..] else { return };
        let Some(version) = parse_version(version) else { return };
        if self.pythons.iter().any(|known| known.version == version) {
            return;
        }
        let inside = format!("/var/runtime/bootstrap-3.{}.pyc", version.1);
        let compiled = scratch.join(format!("bootstrap-3.{}.pyc", version.1));
        // Root's umask may hide it from functions' users.
        if fs::set_permissions(&compiled, fs::Permissions::from_mode(0o644)).is_err() {
            return;
        }
        let mut binds =
            vec![RootBind { source: compiled.to_string_lossy().into_owned(), target: inside.clone() }];
        if !prefix.starts_with("/usr") {
            binds.push(RootBind { source: prefix.to_owned(), target: prefix.to_owned() });
        }
        if !program.starts_with(prefix) && !program.starts_with("/usr") {
            binds.push(RootBind { source: program.to_owned(), target: program.to_owned() });
        }
        self.pythons.push(Interpreter {
            program: program.to_owned(),
            version,
            // Without `site`: it would add the host's packages, which AWS does not have.
            command: vec![program.to_owned(), "-S".to_owned(), inside],
            binds,
        });
    }

    fn add_node(&mut self, text: &str) {
        let lines: Vec<&str> = text.lines().collect();
        let [program, version] = lines[..] else { return };
        let Some(version) = parse_version(version) else { return };
        let Ok(program) = fs::canonicalize(program) else { return };
        if self.nodes.iter().any(|known| known.version.0 == version.0) {
            return;
        }
        let program = program.to_string_lossy().into_owned();
        let outside_usr = !program.starts_with("/usr");
        let binds = outside_usr.then(|| RootBind { source: program.clone(), target: program.clone() });
        self.nodes.push(Interpreter {
            program: program.clone(),
            version,
            command: vec![program, NODE_BOOTSTRAP_PATH.to_owned()],
            binds: binds.into_iter().collect(),
        });
    }

    /// The one of this version, or else the first found.
    pub fn python(&self, minor: u32) -> Option<&Interpreter> {
        self.pythons.iter().find(|p| p.version == (3, minor)).or(self.pythons.first())
    }

    /// The one of this version, or else the first found.
    pub fn node(&self, major: u32) -> Option<&Interpreter> {
        self.nodes.iter().find(|n| n.version.0 == major).or(self.nodes.first())
    }

    /// Host paths that the root must show.
    pub fn binds(&self) -> Vec<RootBind> {
        self.pythons.iter().chain(&self.nodes).flat_map(|i| i.binds.clone()).collect()
    }

    /// Files of our own that the root must hold.
    pub fn files(&self) -> Vec<RootFile> {
        vec![RootFile { path: NODE_BOOTSTRAP_PATH.to_owned(), contents: NODE_BOOTSTRAP.to_owned() }]
    }
}

fn parse_version(text: &str) -> Option<(u32, u32)> {
    let mut parts = text.trim().split('.');
    Some((parts.next()?.parse().ok()?, parts.next()?.parse().ok()?))
}

/// Existing programs `name` and `name.<suffix>` along PATH. A script is a version manager's shim: the programs it
/// stands for are in its `versions` directory.
fn candidates(name: &str, minors: &[&str]) -> Vec<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_else(|| "/usr/local/bin:/usr/bin:/bin".into());
    let names: Vec<String> =
        std::iter::once(name.to_owned()).chain(minors.iter().map(|m| format!("{name}.{m}"))).collect();
    let mut found: Vec<PathBuf> = Vec::new();
    for dir in std::env::split_paths(&path) {
        for name in &names {
            let program = dir.join(name);
            if is_program(&program) {
                found.push(program);
            }
        }
        if dir.ends_with("shims")
            && let Ok(versions) = fs::read_dir(dir.with_file_name("versions"))
        {
            found.extend(
                versions.flatten().map(|v| v.path().join("bin").join(name)).filter(|p| is_program(p)),
            );
        }
    }
    let mut seen = Vec::new();
    found.retain(|program| !is_of_old_python(program));
    found.retain(|program| {
        let real = fs::canonicalize(program).unwrap_or_else(|_| program.clone());
        let new = !seen.contains(&real);
        seen.push(real);
        new
    });
    found
}

/// In a folder of a Python that no runtime is run on (a version manager's `versions/3.6.15`): not worth starting.
fn is_of_old_python(program: &Path) -> bool {
    let minor = program.components().find_map(|part| {
        let version = part.as_os_str().to_str()?.strip_prefix("3.")?;
        version.split('.').next()?.parse::<u32>().ok()
    });
    minor.is_some_and(|minor| !(9..=14).contains(&minor))
}

/// An executable that is not a script.
fn is_program(path: &Path) -> bool {
    use std::io::Read;
    let executable = fs::metadata(path).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0);
    let mut start = [0u8; 4];
    executable
        && fs::File::open(path).and_then(|mut file| file.read_exact(&mut start)).is_ok()
        && start == *b"\x7fELF"
}

fn ask(program: &Path, arguments: &[&std::ffi::OsStr]) -> Option<String> {
    let output =
        Command::new(program).args(arguments).stdin(Stdio::null()).stderr(Stdio::null()).output().ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_found_can_be_started() {
        let scratch = tempfile::tempdir().unwrap();
        let found = Interpreters::find(scratch.path()).unwrap();
        for interpreter in found.pythons.iter().chain(&found.nodes) {
            assert!(Path::new(&interpreter.program).is_absolute());
            assert!(is_program(Path::new(&interpreter.program)));
        }
        assert!(found.binds().iter().all(|bind| Path::new(&bind.source).exists()));
    }

    #[test]
    fn old_pythons_are_not_started() {
        assert!(is_of_old_python(Path::new("/opt/versions/3.6.15/bin/python3")));
        assert!(!is_of_old_python(Path::new("/opt/versions/3.12.1/bin/python3")));
        assert!(!is_of_old_python(Path::new("/usr/bin/python3.11")));
    }

    #[test]
    fn versions_are_read() {
        assert_eq!(parse_version("20.20.2"), Some((20, 20)));
        assert_eq!(parse_version("3.11\n"), Some((3, 11)));
        assert_eq!(parse_version("x"), None);
    }
}
