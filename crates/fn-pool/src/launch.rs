//! What a function's runtime is started with: program, variables, directories.

use std::path::{Path, PathBuf};

use fn_runtime::{Interpreter, Interpreters};
use fn_sandbox::LaunchSpec;

use crate::{FunctionSpec, InvokeRefused, PlatformEndpoint, Runtime, SessionCredentials};

/// Where the Runtime API listens inside.
pub(crate) fn runtime_api_port(endpoint: Option<&PlatformEndpoint>) -> u16 {
    if endpoint.is_some_and(|e| e.port == 9_001) { 9_002 } else { 9_001 }
}

/// What runs the function, and what its log should be told about it.
pub(crate) struct Program {
    command: Vec<String>,
    pub(crate) warning: Option<String>,
}

/// Chooses the interpreter.
pub(crate) fn program(
    spec: &FunctionSpec,
    found: &Interpreters,
    strict: bool,
) -> Result<Program, InvokeRefused> {
    let (interpreter, exact) = match spec.runtime {
        Runtime::Python { minor } => {
            let python = found.python(u32::from(minor));
            (python, python.is_some_and(|p| p.version == (3, u32::from(minor))))
        }
        Runtime::Node { major } => {
            let node = found.node(u32::from(major));
            (node, node.is_some_and(|n| n.version.0 == u32::from(major)))
        }
        Runtime::ProvidedAl2 | Runtime::ProvidedAl2023 => return provided(spec),
    };
    let Some(interpreter) = interpreter else {
        let text = format!("no interpreter for runtime {} on this machine", spec.runtime);
        return Err(InvokeRefused::RuntimeUnavailable(text));
    };
    let warning = (!exact).then(|| differs(spec, interpreter));
    if let (Some(warning), true) = (&warning, strict) {
        return Err(InvokeRefused::RuntimeUnavailable(warning.clone()));
    }
    let mut command = interpreter.command.clone();
    if let Runtime::Node { .. } = spec.runtime {
        // As AWS's bootstrap bounds the heap.
        command.insert(1, format!("--max-old-space-size={}", spec.memory_mb * 9 / 10));
        command.insert(2, format!("--max-semi-space-size={}", (spec.memory_mb / 20).max(1)));
    }
    if let Some((_, wrapper)) = spec.environment.iter().find(|(name, _)| name == "AWS_LAMBDA_EXEC_WRAPPER") {
        command.insert(0, wrapper.clone());
    }
    Ok(Program { command, warning })
}

fn differs(spec: &FunctionSpec, interpreter: &Interpreter) -> String {
    let (major, minor) = interpreter.version;
    format!(
        "runtime {} is not on this machine; the nearest found is {} {major}.{minor}",
        spec.runtime, interpreter.program
    )
}

fn provided(spec: &FunctionSpec) -> Result<Program, InvokeRefused> {
    let in_layers = || spec.layer_dirs.iter().any(|dir| dir.join("bootstrap").exists());
    let program = if !spec.code_dir.join("bootstrap").exists() && in_layers() {
        "/opt/bootstrap"
    } else {
        "/var/task/bootstrap"
    };
    Ok(Program { command: vec![program.to_owned()], warning: None })
}

/// The launch of one environment.
pub(crate) fn launch_spec(
    spec: &FunctionSpec,
    program: &Program,
    opt_dir: Option<&Path>,
    log_stream: &str,
    credentials: &SessionCredentials,
    endpoint: Option<&PlatformEndpoint>,
) -> LaunchSpec {
    LaunchSpec {
        argv: program.command.clone(),
        env: environment(spec, log_stream, credentials, endpoint),
        cwd: "/var/task".to_owned(),
        code_dir: Some(spec.code_dir.clone()),
        opt_dir: opt_dir.map(Path::to_path_buf),
        memory_mb: spec.memory_mb,
        tmp_mb: spec.ephemeral_storage_mb,
    }
}

/// Lambda Developer Guide, "Defined runtime environment variables". A function's own variables come first where AWS lets
/// them override, last where it does not.
fn environment(
    spec: &FunctionSpec,
    log_stream: &str,
    credentials: &SessionCredentials,
    endpoint: Option<&PlatformEndpoint>,
) -> Vec<(String, String)> {
    let text = str::to_owned;
    let mut defaults = vec![
        ("LANG", text("en_US.UTF-8")),
        ("TZ", text(":UTC")),
        ("PATH", text("/var/lang/bin:/usr/local/bin:/usr/bin/:/bin:/opt/bin")),
        (
            "LD_LIBRARY_PATH",
            text(
                "/var/lang/lib:/lib64:/usr/lib64:/var/runtime:/var/runtime/lib:/var/task:/var/task/lib:/opt/lib",
            ),
        ),
    ];
    match spec.runtime {
        Runtime::Python { .. } => defaults.push(("PYTHONPATH", text("/var/runtime"))),
        Runtime::Node { major } => {
            let layers = format!("/opt/nodejs/node{major}/node_modules:/opt/nodejs/node_modules");
            defaults
                .push(("NODE_PATH", format!("{layers}:/var/runtime/node_modules:/var/runtime:/var/task")));
        }
        Runtime::ProvidedAl2 | Runtime::ProvidedAl2023 => {}
    }
    let execution_env = match spec.runtime {
        Runtime::ProvidedAl2 | Runtime::ProvidedAl2023 => None,
        runtime => Some(format!("AWS_Lambda_{runtime}")),
    };
    let mut fixed = vec![
        ("AWS_LAMBDA_RUNTIME_API", format!("127.0.0.1:{}", runtime_api_port(endpoint))),
        ("_HANDLER", spec.handler.clone()),
        ("LAMBDA_TASK_ROOT", text("/var/task")),
        ("LAMBDA_RUNTIME_DIR", text("/var/runtime")),
        ("AWS_REGION", spec.region.clone()),
        ("AWS_DEFAULT_REGION", spec.region.clone()),
        ("AWS_LAMBDA_FUNCTION_NAME", spec.name.clone()),
        ("AWS_LAMBDA_FUNCTION_VERSION", spec.key.version.clone()),
        ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", spec.memory_mb.to_string()),
        ("AWS_LAMBDA_LOG_GROUP_NAME", spec.log_group.clone()),
        ("AWS_LAMBDA_LOG_STREAM_NAME", log_stream.to_owned()),
        ("AWS_LAMBDA_INITIALIZATION_TYPE", text("on-demand")),
        ("AWS_ACCESS_KEY_ID", credentials.access_key_id.clone()),
        ("AWS_SECRET_ACCESS_KEY", credentials.secret_access_key.clone()),
        ("AWS_SESSION_TOKEN", credentials.session_token.clone()),
    ];
    fixed.extend(execution_env.map(|e| ("AWS_EXECUTION_ENV", e)));
    if let Some(endpoint) = endpoint {
        defaults.push(("AWS_ENDPOINT_URL", format!("http://127.0.0.1:{}", endpoint.port)));
    }
    let own = |name: &str| spec.environment.iter().any(|(own, _)| own == name);
    let is_fixed = |name: &str| fixed.iter().any(|(fixed, _)| *fixed == name);
    let defaults = defaults.into_iter().filter(|(name, _)| !own(name)).map(|(n, v)| (n.to_owned(), v));
    let own_ones = spec.environment.iter().filter(|(name, _)| !is_fixed(name)).cloned();
    let mut all: Vec<(String, String)> = defaults.chain(own_ones).collect();
    all.extend(fixed.into_iter().map(|(n, v)| (n.to_owned(), v)));
    all
}

/// The directory to show as /opt: none, the one layer, or all of them merged under `scratch` by hard links (copies where
/// they cannot be had), the later ones winning. Blocks.
pub(crate) fn merged_layers(layers: &[PathBuf], scratch: &Path) -> std::io::Result<Option<PathBuf>> {
    if layers.len() < 2 {
        return Ok(layers.first().cloned());
    }
    let merged = scratch.join(layers_name(layers));
    if merged.is_dir() {
        return Ok(Some(merged));
    }
    // Made aside and moved into place, so that a half-made one is never used.
    let making = tempdir_beside(&merged)?;
    for layer in layers {
        merge(layer, &making)?;
    }
    match std::fs::rename(&making, &merged) {
        // Another environment of the function was faster.
        Err(_) if merged.is_dir() => std::fs::remove_dir_all(&making)?,
        other => other?,
    }
    Ok(Some(merged))
}

fn layers_name(layers: &[PathBuf]) -> String {
    use std::hash::{Hash, Hasher};
    let mut hasher = std::collections::hash_map::DefaultHasher::new();
    layers.hash(&mut hasher);
    format!("layers-{:016x}", hasher.finish())
}

fn tempdir_beside(path: &Path) -> std::io::Result<PathBuf> {
    static MADE: std::sync::atomic::AtomicU64 = std::sync::atomic::AtomicU64::new(0);
    let n = MADE.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
    let dir = path.with_extension(format!("making-{n}"));
    std::fs::create_dir_all(&dir)?;
    Ok(dir)
}

fn merge(from: &Path, to: &Path) -> std::io::Result<()> {
    for entry in std::fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        let kind = entry.file_type()?;
        if kind.is_dir() {
            if std::fs::symlink_metadata(&target).is_ok_and(|m| !m.is_dir()) {
                std::fs::remove_file(&target)?;
            }
            std::fs::create_dir_all(&target)?;
            merge(&entry.path(), &target)?;
            continue;
        }
        match std::fs::symlink_metadata(&target) {
            Ok(known) if known.is_dir() => std::fs::remove_dir_all(&target)?,
            Ok(_) => std::fs::remove_file(&target)?,
            Err(_) => {}
        }
        if kind.is_symlink() {
            std::os::unix::fs::symlink(std::fs::read_link(entry.path())?, &target)?;
        } else if std::fs::hard_link(entry.path(), &target).is_err() {
            std::fs::copy(entry.path(), &target)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn the_later_layer_wins_and_the_merge_is_made_once() {
        let dir = tempfile::tempdir().unwrap();
        let (one, two) = (dir.path().join("one"), dir.path().join("two"));
        for (layer, text) in [(&one, "1"), (&two, "2")] {
            fs::create_dir_all(layer.join("python/pkg")).unwrap();
            fs::write(layer.join("python/pkg/same.py"), text).unwrap();
        }
        fs::write(one.join("python/only.py"), "1").unwrap();
        let layers = [one.clone(), two];
        let merged = merged_layers(&layers, dir.path()).unwrap().unwrap();
        assert_eq!(fs::read_to_string(merged.join("python/pkg/same.py")).unwrap(), "2");
        assert_eq!(fs::read_to_string(merged.join("python/only.py")).unwrap(), "1");
        assert_eq!(
            fs::read_to_string(one.join("python/pkg/same.py")).unwrap(),
            "1",
            "layers are not changed"
        );
        assert_eq!(merged_layers(&layers, dir.path()).unwrap().unwrap(), merged);
        assert_eq!(merged_layers(&layers[..1], dir.path()).unwrap().unwrap(), one);
        assert_eq!(merged_layers(&[], dir.path()).unwrap(), None);
    }
}
