//! An engine on this machine and functions made on the spot.
#![allow(
    dead_code,
    clippy::unwrap_used,
    clippy::panic,
    reason = "tests; not every test file uses everything"
)]

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base_id::Ids;
use base_task::Tasks;
use base_time::{Clock, Timestamp};
use fn_pool::{
    BoxFuture, CredentialsSource, EndpointAcceptor, Engine, EngineConfig, FunctionEngine, FunctionLog,
    FunctionSpec, InvokeOutcome, InvokeRefused, InvokeRequest, LogLine, PlatformEndpoint, SessionCredentials,
    SpecKey,
};
use parking_lot::Mutex;

pub struct World {
    pub engine: Engine,
    pub tasks: Tasks,
    pub log: Arc<Lines>,
    dir: tempfile::TempDir,
    made: Mutex<u32>,
}

#[derive(Default)]
pub struct Lines(pub Mutex<Vec<String>>);

impl FunctionLog for Lines {
    fn append<'a>(&'a self, _group: &'a str, _stream: &'a str, lines: Vec<LogLine>) -> BoxFuture<'a, ()> {
        let mut all = self.0.lock();
        // A flood is counted, not kept.
        if all.len() < 10_000 {
            all.extend(lines.into_iter().map(|line| line.message));
        }
        Box::pin(async {})
    }
}

struct Credentials;

impl CredentialsSource for Credentials {
    fn session(&self) -> BoxFuture<'_, Result<SessionCredentials, String>> {
        Box::pin(async {
            Ok(SessionCredentials {
                access_key_id: "ASIATEST".to_owned(),
                secret_access_key: "secret".to_owned(),
                session_token: "token".to_owned(),
                expires: Timestamp::from_secs(i64::MAX / 10_000),
            })
        })
    }
}

/// Answers every connection with one line.
struct Greeter;

impl EndpointAcceptor for Greeter {
    fn accept(&self, mut stream: tokio::net::TcpStream) {
        tokio::spawn(async move {
            use tokio::io::AsyncWriteExt;
            let _ = stream.write_all(b"hello from the platform\n").await;
        });
    }
}

pub async fn world() -> World {
    world_with(|_| {}).await
}

pub async fn world_with(change: impl FnOnce(&mut EngineConfig)) -> World {
    start_with(change).await.unwrap()
}

pub async fn start_with(change: impl FnOnce(&mut EngineConfig)) -> Result<World, fn_pool::EngineStartError> {
    let dir = tempfile::tempdir().unwrap();
    let clock = Clock::system();
    let tasks = Tasks::new(clock.clone());
    let mut config = EngineConfig::new(dir.path().join("scratch"), clock, Ids::system(), tasks.clone());
    config.endpoint = Some(PlatformEndpoint { port: 4566, acceptor: Arc::new(Greeter) });
    config.isolation = fn_pool::IsolationPolicy::BestEffort;
    change(&mut config);
    let engine = Engine::start(config).await?;
    Ok(World { engine, tasks, log: Arc::default(), dir, made: Mutex::new(0) })
}

impl World {
    /// A function of these files.
    pub fn function(&self, runtime: &str, handler: &str, files: &[(&str, &str)]) -> FunctionSpec {
        let n = {
            let mut made = self.made.lock();
            *made += 1;
            *made
        };
        let code_dir = self.dir.path().join(format!("code-{n}"));
        std::fs::create_dir(&code_dir).unwrap();
        for (name, text) in files {
            write(&code_dir.join(name), text.as_bytes());
        }
        FunctionSpec {
            key: SpecKey {
                function_arn: format!("arn:aws:lambda:us-east-1:000000000000:function:f{n}"),
                version: "$LATEST".to_owned(),
                revision: "1".to_owned(),
            },
            name: format!("f{n}"),
            region: "us-east-1".to_owned(),
            runtime: runtime.parse().unwrap(),
            handler: handler.to_owned(),
            memory_mb: 128,
            timeout: Duration::from_secs(10),
            ephemeral_storage_mb: 512,
            environment: vec![("OWN".to_owned(), "variable".to_owned())],
            code_dir,
            layer_dirs: Vec::new(),
            log_group: format!("/aws/lambda/f{n}"),
            credentials: Arc::new(Credentials),
            log: self.log.clone(),
        }
    }

    pub fn python(&self, source: &str) -> FunctionSpec {
        self.function("python3.11", "app.handler", &[("app.py", source)])
    }

    pub fn node(&self, source: &str) -> FunctionSpec {
        self.function("nodejs20.x", "index.handler", &[("index.js", source)])
    }

    pub async fn invoke(&self, function: &Arc<FunctionSpec>, payload: &str) -> InvokeOutcome {
        self.try_invoke(function, payload).await.unwrap()
    }

    pub async fn try_invoke(
        &self,
        function: &Arc<FunctionSpec>,
        payload: &str,
    ) -> Result<InvokeOutcome, InvokeRefused> {
        self.engine.invoke(request(function, payload)).await
    }

    /// Whether a part of the isolation is as designed here.
    pub fn in_force(&self, part: &str) -> bool {
        let report = self.engine.isolation();
        let part = report.parts.iter().find(|p| p.name == part).unwrap();
        matches!(part.state, fn_pool::PartState::InForce(_))
    }

    pub fn logged(&self) -> Vec<String> {
        self.log.0.lock().clone()
    }
}

pub fn request(function: &Arc<FunctionSpec>, payload: &str) -> InvokeRequest {
    InvokeRequest {
        function: function.clone(),
        payload: payload.to_owned().into(),
        request_id: Ids::system().uuid(),
        client_context: Some(r#"{"custom":{"k":"v"}}"#.to_owned()),
        cognito_identity: None,
        trace_id: Some("Root=1-5759e988-bd862e3fe1be46a994272793".to_owned()),
        invoked_arn: format!("{}:live", function.key.function_arn),
        limits: Default::default(),
    }
}

pub fn write(path: &Path, bytes: &[u8]) {
    use std::os::unix::fs::PermissionsExt;
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, bytes).unwrap();
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o755)).unwrap();
}

/// The payload, as JSON.
pub fn json(outcome: &InvokeOutcome) -> serde_json::Value {
    serde_json::from_slice(&outcome.payload)
        .unwrap_or_else(|_| panic!("not JSON: {}", String::from_utf8_lossy(&outcome.payload)))
}

/// A good answer, as JSON.
pub fn answer(outcome: &InvokeOutcome) -> serde_json::Value {
    let tail = String::from_utf8_lossy(&outcome.log_tail);
    assert_eq!(outcome.function_error, None, "{}\n{tail}", String::from_utf8_lossy(&outcome.payload));
    json(outcome)
}

/// The error document's type and message.
pub fn error(outcome: &InvokeOutcome) -> (String, String) {
    assert!(outcome.function_error.is_some(), "{}", String::from_utf8_lossy(&outcome.payload));
    let document = json(outcome);
    let text = |name: &str| document[name].as_str().unwrap_or_default().to_owned();
    (text("errorType"), text("errorMessage"))
}
