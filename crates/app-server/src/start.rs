//! Starting: store, services, introductions, door; and stopping in the opposite order.

use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use base_id::Ids;
use base_task::Tasks;
use base_time::Clock;
use cfn_service::CloudFormation;
use edge_gateway::Gateway;
use fn_pool::{Engine, EngineConfig, EngineStartError, IsolationPolicy, PlatformEndpoint, RuntimeRoots};
use port::{ApiService, ResourceProvider};
use store_blob::BlobStore;
use store_kv::{OpenError, Options, Store};
use svc_apigateway::ApiGateway;
use svc_iam::{DEV_ACCOUNT, Iam, IamConfig, IamService, RootCredentials, StsService};
use svc_lambda::Lambda;
use svc_logs::Logs;
use svc_s3::{S3, S3Config};
use svc_sqs::Sqs;
use svc_ssm::Ssm;
use wire_http::{Limits, Listener};

use crate::account::account;
use crate::config::{ServerConfig, StartError};
use crate::environment::EnvironmentDoor;
use crate::front::{Front, FrontConfig};
use crate::status::Status;

/// A running platform.
pub struct Server {
    address: SocketAddr,
    account: String,
    root: RootCredentials,
    engine: Engine,
    /// The bound port and what answers there, until `open`.
    entrance: Option<(Listener, Arc<Front>)>,
    tasks: Tasks,
}

/// All services, before they are put behind the door.
struct Services {
    iam: Iam,
    s3: S3,
    gateway: Gateway,
    api: Vec<Arc<dyn ApiService>>,
}

impl Server {
    /// Starts everything; connections wait in the kernel until `open`.
    ///
    /// # Errors
    /// See `StartError`.
    pub async fn start(config: ServerConfig) -> Result<Self, StartError> {
        let tasks = Tasks::new(config.clock.clone());
        let bind = |cause| StartError::Bind { address: config.listen, cause };
        let listener = Listener::bind(config.listen, Limits::default()).await.map_err(bind)?;
        let address = listener.local_addr().map_err(bind)?;
        let store = open_store(&config).await?;
        let fixed = config.dev.then_some(DEV_ACCOUNT);
        let account =
            account(&store, &config.ids, fixed).await.map_err(|cause| StartError::Data { cause })?;
        let door = Arc::new(EnvironmentDoor::new(tasks.clone()));
        let engine = start_engine(&config, address.port(), door.clone(), &tasks).await?;
        let services = start_services(&config, store, &account, &engine, &tasks).await?;
        let status = Status {
            engine: engine.clone(),
            clock: config.clock.clone(),
            started: config.clock.now(),
            data: config.data.clone(),
        };
        let root = services.iam.root_credentials();
        let front = Arc::new(Front::new(FrontConfig {
            services: services.api,
            iam: services.iam,
            s3: services.s3,
            data_plane: Some(Arc::new(services.gateway)),
            status: Arc::new(status),
            account: account.clone(),
            region: config.region.clone(),
            address,
            clock: config.clock.clone(),
            ids: config.ids.clone(),
        }));
        door.open(front.clone());
        Ok(Self { address, account, root, engine, entrance: Some((listener, front)), tasks })
    }

    /// Requests are answered from now on. Apart from `start`, so that whoever got an answer finds everything in place that
    /// a running server leaves for its clients.
    pub fn open(&mut self) {
        if let Some((listener, front)) = self.entrance.take() {
            self.tasks.spawn(listener.serve(front, self.tasks.clone()));
        }
    }

    pub fn address(&self) -> SocketAddr {
        self.address
    }

    pub fn account(&self) -> &str {
        &self.account
    }

    pub fn root_credentials(&self) -> &RootCredentials {
        &self.root
    }

    /// One line for each part of the functions' isolation that is not as designed; one in all where everything is.
    pub fn isolation_summary(&self) -> Vec<String> {
        let report = self.engine.isolation();
        let lines: Vec<String> = report.shortcomings().map(|part| format!("isolation, {part}")).collect();
        if lines.is_empty() { vec!["functions are fully isolated".to_owned()] } else { lines }
    }

    /// No new connections; requests, invokes and workers end, at most in `limit`. Returns whether all did.
    pub async fn stop(self, limit: Duration) -> bool {
        self.tasks.drain(limit).await
    }
}

async fn open_store(config: &ServerConfig) -> Result<Store, StartError> {
    let data = &config.data;
    std::fs::create_dir_all(data).map_err(|cause| data_error(data, &cause))?;
    let options = Options::new(data.join("store"), config.clock.clone(), config.ids.clone());
    // Opening replays what a crash left in the journal: not on a thread that serves.
    let opened = tokio::task::spawn_blocking(move || Store::open(options)).await;
    let opened = opened.map_err(|cause| data_error(data, &cause))?;
    opened.map_err(|error| match error {
        OpenError::InUse { .. } => StartError::DataInUse { cause: error.to_string() },
        other => StartError::Data { cause: other.to_string() },
    })
}

fn data_error(data: &Path, cause: &dyn std::error::Error) -> StartError {
    StartError::Data { cause: format!("{}: {cause}", data.display()) }
}

async fn start_engine(
    config: &ServerConfig,
    port: u16,
    door: Arc<EnvironmentDoor>,
    tasks: &Tasks,
) -> Result<Engine, StartError> {
    let scratch = config.data.join("functions");
    let mut engine = EngineConfig::new(scratch, config.clock.clone(), config.ids.clone(), tasks.clone());
    engine.runtime_roots = RuntimeRoots {
        python_packages: config.python_packages.clone(),
        node_modules: config.node_modules.clone(),
    };
    engine.endpoint = Some(PlatformEndpoint { port, acceptor: door });
    engine.strict_runtimes = config.strict_runtimes;
    if config.allow_weak_isolation {
        engine.isolation = IsolationPolicy::BestEffort;
    }
    Engine::start(engine).await.map_err(|error| match error {
        EngineStartError::Isolation(cause) => StartError::Isolation { cause },
        EngineStartError::Scratch { .. } => StartError::Data { cause: error.to_string() },
    })
}

async fn start_services(
    config: &ServerConfig,
    store: Store,
    account: &str,
    engine: &Engine,
    tasks: &Tasks,
) -> Result<Services, StartError> {
    let (clock, ids) = (&config.clock, &config.ids);
    let iam = Iam::open(store.clone(), clock.clone(), ids.clone(), account, IamConfig { dev: config.dev })
        .await
        .map_err(|error| StartError::Service { what: "IAM", cause: error.to_string() })?;
    let blobs = BlobStore::open(config.data.join("blobs"), ids.clone());
    let blobs = blobs.map_err(|error| StartError::Data { cause: error.to_string() })?;
    let s3 = S3::open(S3Config::default(), store.clone(), blobs, clock.clone(), ids.clone(), tasks.clone());
    let sqs = Sqs::open(store.clone(), clock.clone(), ids.clone(), tasks);
    let logs = Logs::open(store.clone(), clock.clone(), ids.clone(), tasks);
    let apis = ApiGateway::open(store.clone(), ids.clone());
    let ssm = Ssm::open(store.clone(), clock.clone(), ids.clone());
    let dynamodb = svc_dynamodb::Service::new(store.clone(), clock.clone(), ids.clone());
    dynamodb.start_workers(tasks);
    let cloudformation = CloudFormation::open(store.clone(), clock.clone(), ids.clone(), tasks.clone());
    let lambda = Lambda::open(
        &config.data.join("lambda"),
        store,
        Arc::new(engine.clone()),
        clock.clone(),
        ids.clone(),
        tasks.clone(),
    )
    .map_err(|error| StartError::Data { cause: error.to_string() })?;
    let all = All { iam, s3, sqs, logs, ssm, dynamodb, lambda, apis, cloudformation };
    all.introduce();
    Ok(all.mount(clock, ids))
}

/// Every service, made and not yet introduced to the others.
struct All {
    iam: Iam,
    s3: S3,
    sqs: Sqs,
    logs: Logs,
    ssm: Ssm,
    dynamodb: svc_dynamodb::Service,
    lambda: Lambda,
    apis: ApiGateway,
    cloudformation: CloudFormation,
}

impl All {
    /// Gives each service the others it calls.
    fn introduce(&self) {
        self.lambda.connect(svc_lambda::Links {
            objects: Arc::new(self.s3.clone()),
            queues: Arc::new(self.sqs.clone()),
            roles: Arc::new(self.iam.clone()),
            logs: Arc::new(self.logs.clone()),
            authorizer: Arc::new(self.iam.clone()),
        });
        self.s3.connect(svc_s3::Connections {
            functions: Arc::new(self.lambda.clone()),
            queues: Arc::new(self.sqs.clone()),
            authorizer: Arc::new(self.iam.clone()),
        });
        let providers: Vec<Arc<dyn ResourceProvider>> = vec![
            Arc::new(self.iam.clone()),
            Arc::new(self.s3.clone()),
            Arc::new(self.sqs.clone()),
            Arc::new(self.logs.clone()),
            Arc::new(self.ssm.clone()),
            Arc::new(self.dynamodb.clone()),
            Arc::new(self.lambda.clone()),
            Arc::new(self.apis.clone()),
        ];
        self.cloudformation.connect(cfn_service::Links {
            providers,
            objects: Arc::new(self.s3.clone()),
            parameters: Arc::new(self.ssm.clone()),
            roles: Arc::new(self.iam.clone()),
            authorizer: Arc::new(self.iam.clone()),
        });
    }

    /// What the front door needs of them.
    fn mount(self, clock: &Clock, ids: &Ids) -> Services {
        let gateway = Gateway::new(
            self.apis.clone(),
            Arc::new(self.lambda.clone()),
            Arc::new(self.iam.clone()),
            clock.clone(),
            ids.clone(),
        );
        let api: Vec<Arc<dyn ApiService>> = vec![
            Arc::new(self.s3.clone()),
            Arc::new(self.dynamodb),
            Arc::new(self.lambda),
            Arc::new(self.sqs),
            Arc::new(IamService(self.iam.clone())),
            Arc::new(StsService(self.iam.clone())),
            Arc::new(self.logs),
            Arc::new(self.ssm),
            Arc::new(self.apis.rest_apis()),
            Arc::new(self.apis.http_apis()),
            Arc::new(self.cloudformation),
        ];
        Services { iam: self.iam, s3: self.s3, gateway, api }
    }
}
