//! What a function is to the engine: a fixed configuration plus where its credentials come from and its logs go.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;

use crate::BoxFuture;
use base_time::Timestamp;

/// What an environment must have been made from to serve an invoke. Two specs with the same key are identical in all
/// but `credentials` and `log`; whoever makes specs guarantees it by a new revision for each change.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct SpecKey {
    /// Unqualified function ARN.
    pub function_arn: String,
    /// `$LATEST` or a version number.
    pub version: String,
    /// Lambda's RevisionId, or any text that changes with code or configuration.
    pub revision: String,
}

/// One immutable version of a function, ready to run.
#[derive(Clone)]
pub struct FunctionSpec {
    pub key: SpecKey,
    /// Function name without ARN parts: AWS_LAMBDA_FUNCTION_NAME.
    pub name: String,
    /// AWS_REGION of the environment.
    pub region: String,
    pub runtime: Runtime,
    /// `module.function`; for `provided.*` whatever the bootstrap makes of `_HANDLER`.
    pub handler: String,
    /// 128 to 10,240 MB; decides the CPU share too (1,769 MB are one vCPU).
    pub memory_mb: u32,
    /// 1 to 900 s.
    pub timeout: Duration,
    /// Size of /tmp, 512 to 10,240 MB.
    pub ephemeral_storage_mb: u32,
    /// The function's own variables; reserved names have been refused before.
    pub environment: Vec<(String, String)>,
    /// Unpacked code, seen as /var/task; never written to while an environment lives.
    pub code_dir: PathBuf,
    /// Unpacked layers in the function's order, merged as /opt: a later one wins.
    pub layer_dirs: Vec<PathBuf>,
    /// AWS_LAMBDA_LOG_GROUP_NAME. The stream is named by the engine: `yyyy/mm/dd/[version]<32 hex>`.
    pub log_group: String,
    pub credentials: Arc<dyn CredentialsSource>,
    pub log: Arc<dyn FunctionLog>,
}

impl fmt::Debug for FunctionSpec {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FunctionSpec")
            .field("key", &self.key)
            .field("runtime", &self.runtime)
            .field("handler", &self.handler)
            .field("memory_mb", &self.memory_mb)
            .finish_non_exhaustive()
    }
}

/// Credentials of the execution role. `Debug` shows no secret.
#[derive(Clone, PartialEq, Eq)]
pub struct SessionCredentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: String,
    /// An environment is replaced before its credentials expire.
    pub expires: Timestamp,
}

impl fmt::Debug for SessionCredentials {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SessionCredentials")
            .field("access_key_id", &self.access_key_id)
            .field("expires", &self.expires)
            .finish_non_exhaustive()
    }
}

/// Gives each new environment its credentials.
pub trait CredentialsSource: Send + Sync {
    /// Called once an environment. The error's text reaches the caller of the invoke (`InvokeRefused::Credentials`).
    fn session(&self) -> BoxFuture<'_, Result<SessionCredentials, String>>;
}

/// One line of a function's log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    pub time: Timestamp,
    /// Without line end; at most 256 KB; invalid UTF-8 replaced.
    pub message: String,
}

/// Where log lines go. Called in order for one stream; while a call is pending the environment's output is not read,
/// so a slow sink slows the function down instead of filling memory.
pub trait FunctionLog: Send + Sync {
    fn append<'a>(
        &'a self,
        log_group: &'a str,
        log_stream: &'a str,
        lines: Vec<LogLine>,
    ) -> BoxFuture<'a, ()>;
}

/// A managed runtime identifier this engine can run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Runtime {
    /// `python3.<minor>`, 9 to 14.
    Python { minor: u8 },
    /// `nodejs<major>.x`: 18, 20, 22, 24.
    Node { major: u8 },
    /// `provided.al2`
    ProvidedAl2,
    /// `provided.al2023`
    ProvidedAl2023,
}

/// What executes a runtime.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum RuntimeFamily {
    Python,
    Node,
    Provided,
}

/// The runtime exists on AWS, or not, but is not built here.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "runtime {0} cannot be run here; python3.9 to 3.14, nodejs18.x to 24.x, provided.al2 and provided.al2023 can"
)]
pub struct ParseRuntimeError(pub String);

impl Runtime {
    pub fn family(self) -> RuntimeFamily {
        match self {
            Self::Python { .. } => RuntimeFamily::Python,
            Self::Node { .. } => RuntimeFamily::Node,
            Self::ProvidedAl2 | Self::ProvidedAl2023 => RuntimeFamily::Provided,
        }
    }
}

impl FromStr for Runtime {
    type Err = ParseRuntimeError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "python3.9" => Ok(Self::Python { minor: 9 }),
            "python3.10" => Ok(Self::Python { minor: 10 }),
            "python3.11" => Ok(Self::Python { minor: 11 }),
            "python3.12" => Ok(Self::Python { minor: 12 }),
            "python3.13" => Ok(Self::Python { minor: 13 }),
            "python3.14" => Ok(Self::Python { minor: 14 }),
            "nodejs18.x" => Ok(Self::Node { major: 18 }),
            "nodejs20.x" => Ok(Self::Node { major: 20 }),
            "nodejs22.x" => Ok(Self::Node { major: 22 }),
            "nodejs24.x" => Ok(Self::Node { major: 24 }),
            "provided.al2" => Ok(Self::ProvidedAl2),
            "provided.al2023" => Ok(Self::ProvidedAl2023),
            other => Err(ParseRuntimeError(other.to_owned())),
        }
    }
}

impl fmt::Display for Runtime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Python { minor } => write!(f, "python3.{minor}"),
            Self::Node { major } => write!(f, "nodejs{major}.x"),
            Self::ProvidedAl2 => f.write_str("provided.al2"),
            Self::ProvidedAl2023 => f.write_str("provided.al2023"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_runtime_reads_back_as_it_is_written_and_others_are_named() {
        for text in ["python3.9", "python3.14", "nodejs18.x", "nodejs24.x", "provided.al2", "provided.al2023"]
        {
            assert_eq!(text.parse::<Runtime>().unwrap().to_string(), text);
        }
        let error = "java21".parse::<Runtime>().unwrap_err();
        assert!(error.to_string().contains("java21"));
    }
}
