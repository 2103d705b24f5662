//! From a stored version to what the engine runs.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use fn_pool::{CredentialsSource, FunctionLog, FunctionSpec, LogLine, SessionCredentials, SpecKey};
use parking_lot::Mutex;
use port::{BoxFuture, LogEvent, LogSink, RoleAssumer};
use wire_codec::ApiError;

use crate::model::FunctionVersion;
use crate::names::FunctionRef;
use crate::{Lambda, describe};

/// Specs kept at once.
const CACHED: usize = 10_000;

/// Specs by key: one revision has one spec.
#[derive(Default)]
pub struct SpecCache(Mutex<HashMap<SpecKey, Arc<FunctionSpec>>>);

impl Lambda {
    /// The spec of a version; its code and layers are unpacked when this returns.
    pub(crate) async fn spec(
        &self,
        target: &FunctionRef,
        version: &FunctionVersion,
    ) -> Result<Arc<FunctionSpec>, ApiError> {
        let key = SpecKey {
            function_arn: target.arn(),
            version: version.version.clone(),
            revision: version.revision_id.clone(),
        };
        if let Some(spec) = self.0.specs.0.lock().get(&key) {
            return Ok(spec.clone());
        }
        let spec = Arc::new(self.make_spec(target, version, key.clone()).await?);
        let mut specs = self.0.specs.0.lock();
        if specs.len() >= CACHED {
            specs.clear();
        }
        specs.insert(key, spec.clone());
        Ok(spec)
    }

    async fn make_spec(
        &self,
        target: &FunctionRef,
        version: &FunctionVersion,
        key: SpecKey,
    ) -> Result<FunctionSpec, ApiError> {
        let runtime = version.runtime.parse().map_err(|unknown: fn_pool::ParseRuntimeError| {
            ApiError::new("InvalidRuntimeException", 502, unknown.to_string())
        })?;
        let code_dir = self.0.code.folder(&version.code).await?;
        let mut layer_dirs = Vec::with_capacity(version.layers.len());
        for layer in &version.layers {
            layer_dirs.push(self.0.code.folder(&layer.code).await?);
        }
        let links = self.links()?;
        Ok(FunctionSpec {
            key,
            name: target.name.clone(),
            region: target.region.clone(),
            runtime,
            handler: version.handler.clone(),
            memory_mb: version.memory_mb,
            timeout: Duration::from_secs(u64::from(version.timeout_s)),
            ephemeral_storage_mb: version.ephemeral_storage_mb,
            environment: version.environment.iter().map(|(k, v)| (k.clone(), v.clone())).collect(),
            code_dir,
            layer_dirs,
            log_group: describe::log_group(target, version),
            credentials: Arc::new(ExecutionRole {
                roles: links.roles.clone(),
                role_arn: version.role.clone(),
                session_name: target.name.clone(),
            }),
            log: Arc::new(LogWriter {
                sink: links.logs.clone(),
                account: target.account.clone(),
                region: target.region.clone(),
            }),
        })
    }

    /// Forgets the specs of a function whose revisions are gone.
    pub(crate) fn forget_specs(&self, function_arn: &str) {
        self.0.specs.0.lock().retain(|key, _| key.function_arn != function_arn);
    }
}

struct ExecutionRole {
    roles: Arc<dyn RoleAssumer>,
    role_arn: String,
    session_name: String,
}

impl CredentialsSource for ExecutionRole {
    fn session(&self) -> BoxFuture<'_, Result<SessionCredentials, String>> {
        Box::pin(async {
            let session =
                self.roles.assume_for_service(&self.role_arn, &self.session_name, "lambda.amazonaws.com");
            let credentials = session.await.map_err(|error| {
                format!("The role defined for the function cannot be assumed by Lambda. ({})", error.message)
            })?;
            Ok(SessionCredentials {
                access_key_id: credentials.access_key_id,
                secret_access_key: credentials.secret_access_key,
                session_token: credentials.session_token,
                expires: credentials.expires,
            })
        })
    }
}

struct LogWriter {
    sink: Arc<dyn LogSink>,
    account: String,
    region: String,
}

impl FunctionLog for LogWriter {
    fn append<'a>(
        &'a self,
        log_group: &'a str,
        log_stream: &'a str,
        lines: Vec<LogLine>,
    ) -> BoxFuture<'a, ()> {
        Box::pin(async move {
            let events =
                lines.into_iter().map(|line| LogEvent { time: line.time, message: line.message }).collect();
            let written = self.sink.append(&self.account, &self.region, log_group, log_stream, events).await;
            if let Err(error) = written {
                tracing::warn!(%log_group, %log_stream, %error, "a function's log lines could not be kept");
            }
        })
    }
}
