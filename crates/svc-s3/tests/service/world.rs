//! A service to be tested, with its neighbours played.

use std::sync::Arc;
use std::time::Duration;

use api_s3::{self as api, S3 as _};
use base_id::Ids;
use base_task::Tasks;
use base_time::Clock;
use bytes::Bytes;
use parking_lot::Mutex;
use port::{
    Access, AccessDenied, Authorizer, BoxFuture, FunctionInvoker, Invocation, InvocationResult,
    InvocationType, OutgoingMessage, Principal, QueueClient, QueueFacts, ReceivedMessage, RequestContext,
    RequestSource,
};
use serde_json::Value;
use store_blob::BlobStore;
use store_kv::Store;
use svc_s3::{Connections, S3, S3Config};
use wire_codec::{ApiError, Body};

pub const ACCOUNT: &str = "111122223333";
pub const BUCKET: &str = "bucket-1";
pub const FUNCTION: &str = "arn:aws:lambda:us-east-1:111122223333:function:f";
pub const QUEUE: &str = "arn:aws:sqs:us-east-1:111122223333:q";

pub struct World {
    pub s3: S3,
    pub store: Store,
    pub neighbours: Arc<Neighbours>,
    pub directory: tempfile::TempDir,
    tasks: Tasks,
}

/// The authorizer, Lambda and SQS: they note what they are asked and refuse what they are told to.
#[derive(Default)]
pub struct Neighbours {
    /// `action resource` of every decision asked.
    pub asked: Mutex<Vec<String>>,
    /// The condition keys of the last decision.
    pub keys: Mutex<Vec<(String, String)>>,
    /// Actions that are denied.
    pub denied: Mutex<Vec<String>>,
    /// Messages handed over, by destination.
    pub delivered: Mutex<Vec<(String, Value)>>,
    /// Destinations that refuse.
    pub unreachable: Mutex<Vec<String>>,
}

impl Authorizer for Neighbours {
    fn authorize<'a>(
        &'a self,
        _cx: &'a RequestContext,
        access: Access<'a>,
    ) -> BoxFuture<'a, Result<(), AccessDenied>> {
        self.asked.lock().push(format!("{} {}", access.action, access.resource));
        *self.keys.lock() =
            access.keys.iter().map(|(key, value)| ((*key).to_owned(), value.clone())).collect();
        let is_denied = self.denied.lock().iter().any(|action| action == access.action);
        let denied = AccessDenied { action: access.action.to_owned(), message: "denied".to_owned() };
        Box::pin(async move { if is_denied { Err(denied) } else { Ok(()) } })
    }
}

impl Neighbours {
    fn take(&self, cx: &RequestContext, destination: &str, message: Option<Value>) -> Result<(), ApiError> {
        let Principal::Service { name, source_arn, source_account } = cx.principal() else {
            return Err(ApiError::new("AccessDenied", 403, "not a service"));
        };
        assert_eq!(name, "s3.amazonaws.com");
        assert_eq!(source_arn.as_deref(), Some("arn:aws:s3:::bucket-1"));
        assert_eq!(source_account.as_deref(), Some(ACCOUNT));
        if self.unreachable.lock().iter().any(|other| other == destination) {
            return Err(ApiError::new("AccessDenied", 403, "no"));
        }
        if let Some(message) = message {
            self.delivered.lock().push((destination.to_owned(), message));
        }
        Ok(())
    }

    /// Event names with keys, as delivered so far.
    pub fn events(&self) -> Vec<String> {
        let delivered = self.delivered.lock();
        let records = delivered.iter().filter(|(_, message)| message["Records"].is_array());
        records
            .map(|(_, message)| {
                let record = &message["Records"][0];
                format!(
                    "{} {}",
                    record["eventName"].as_str().unwrap(),
                    record["s3"]["object"]["key"].as_str().unwrap()
                )
            })
            .collect()
    }
}

impl FunctionInvoker for Neighbours {
    fn invoke<'a>(
        &'a self,
        cx: &'a RequestContext,
        invocation: Invocation,
    ) -> BoxFuture<'a, Result<InvocationResult, ApiError>> {
        Box::pin(async move {
            let message = match invocation.invocation_type {
                InvocationType::Event => Some(serde_json::from_slice(&invocation.payload).unwrap()),
                _ => None,
            };
            self.take(cx, &invocation.function, message)?;
            Ok(InvocationResult {
                status: 202,
                payload: Bytes::new(),
                function_error: None,
                executed_version: "$LATEST".to_owned(),
                log_tail: Vec::new(),
            })
        })
    }
}

impl QueueClient for Neighbours {
    fn describe<'a>(
        &'a self,
        _: &'a RequestContext,
        _: &'a str,
    ) -> BoxFuture<'a, Result<QueueFacts, ApiError>> {
        Box::pin(async { Err(ApiError::not_implemented("describe")) })
    }

    fn send<'a>(
        &'a self,
        cx: &'a RequestContext,
        queue_arn: &'a str,
        messages: Vec<OutgoingMessage>,
    ) -> BoxFuture<'a, Result<(), ApiError>> {
        Box::pin(async move {
            for message in messages {
                self.take(cx, queue_arn, Some(serde_json::from_str(&message.body).unwrap()))?;
            }
            Ok(())
        })
    }

    fn receive<'a>(
        &'a self,
        _: &'a RequestContext,
        _: &'a str,
        _: usize,
        _: Duration,
    ) -> BoxFuture<'a, Result<Vec<ReceivedMessage>, ApiError>> {
        Box::pin(async { Err(ApiError::not_implemented("receive")) })
    }

    fn delete<'a>(
        &'a self,
        _: &'a RequestContext,
        _: &'a str,
        _: Vec<String>,
    ) -> BoxFuture<'a, Result<(), ApiError>> {
        Box::pin(async { Err(ApiError::not_implemented("delete")) })
    }

    fn change_visibility<'a>(
        &'a self,
        _: &'a RequestContext,
        _: &'a str,
        _: Vec<String>,
        _: Duration,
    ) -> BoxFuture<'a, Result<(), ApiError>> {
        Box::pin(async { Err(ApiError::not_implemented("change_visibility")) })
    }
}

impl World {
    /// With one bucket.
    pub async fn new() -> Self {
        let (clock, ids) = (Clock::system(), Ids::seeded(1));
        let store = Store::in_memory(clock.clone(), ids.clone()).unwrap();
        let this = Self::on(store, tempfile::tempdir().unwrap());
        let input = api::CreateBucketInput { bucket: BUCKET.to_owned(), ..Default::default() };
        this.s3.create_bucket(&this.cx(), input).await.unwrap();
        this
    }

    /// On what there is.
    pub fn on(store: Store, directory: tempfile::TempDir) -> Self {
        let (clock, ids) = (Clock::system(), Ids::system());
        let blobs = BlobStore::open(directory.path(), ids.clone()).unwrap();
        let tasks = Tasks::new(clock.clone());
        let s3 = S3::open(S3Config::default(), store.clone(), blobs, clock, ids, tasks.clone());
        let neighbours = Arc::new(Neighbours::default());
        s3.connect(Connections {
            functions: neighbours.clone(),
            queues: neighbours.clone(),
            authorizer: neighbours.clone(),
        });
        Self { s3, store, neighbours, directory, tasks }
    }

    /// Ends the service and starts another on the same store and directory.
    pub async fn restart(self) -> Self {
        let Self { s3, store, directory, tasks, .. } = self;
        assert!(tasks.drain(Duration::from_secs(5)).await);
        drop(s3);
        Self::on(store, directory)
    }

    pub fn cx(&self) -> RequestContext {
        self.cx_as(Principal::Root { account: ACCOUNT.to_owned() }, "us-east-1")
    }

    pub fn cx_as(&self, principal: Principal, region: &str) -> RequestContext {
        RequestContext::new(
            principal,
            ACCOUNT.to_owned(),
            region.to_owned(),
            "request-1".to_owned(),
            Clock::system().now(),
            RequestSource { endpoint: "http://localhost:4566".to_owned(), ..RequestSource::default() },
            self.neighbours.clone(),
        )
    }

    pub async fn put(&self, key: &str, bytes: impl Into<Bytes>) -> api::PutObjectOutput {
        self.try_put(key, bytes, |_| {}).await.unwrap()
    }

    pub async fn try_put(
        &self,
        key: &str,
        bytes: impl Into<Bytes>,
        change: impl FnOnce(&mut api::PutObjectInput),
    ) -> Result<api::PutObjectOutput, ApiError> {
        let mut input = api::PutObjectInput {
            bucket: BUCKET.to_owned(),
            key: key.to_owned(),
            body: Body::bytes(bytes),
            ..Default::default()
        };
        change(&mut input);
        self.s3.put_object(&self.cx(), input).await
    }

    pub async fn get(&self, key: &str) -> Bytes {
        self.try_get(key, |_| {}).await.unwrap().1
    }

    pub async fn try_get(
        &self,
        key: &str,
        change: impl FnOnce(&mut api::GetObjectInput),
    ) -> Result<(api::GetObjectOutput, Bytes), ApiError> {
        let mut input =
            api::GetObjectInput { bucket: BUCKET.to_owned(), key: key.to_owned(), ..Default::default() };
        change(&mut input);
        let mut output = self.s3.get_object(&self.cx(), input).await?;
        let length = output.content_length.unwrap();
        let bytes = output.body.take().collect(1 << 30).await.unwrap();
        assert_eq!(bytes.len() as i64, length);
        Ok((output, bytes))
    }

    pub async fn delete(&self, key: &str, version_id: Option<&str>) -> api::DeleteObjectOutput {
        let input = api::DeleteObjectInput {
            bucket: BUCKET.to_owned(),
            key: key.to_owned(),
            version_id: version_id.map(str::to_owned),
            ..Default::default()
        };
        self.s3.delete_object(&self.cx(), input).await.unwrap()
    }

    pub async fn set_versioning(&self, status: api::BucketVersioningStatus) {
        let input = api::PutBucketVersioningInput {
            bucket: BUCKET.to_owned(),
            versioning_configuration: api::VersioningConfiguration { status: Some(status), mfa_delete: None },
            ..Default::default()
        };
        self.s3.put_bucket_versioning(&self.cx(), input).await.unwrap();
    }

    /// Files of the blob store that hold bytes.
    pub fn blob_files(&self) -> usize {
        fn count(path: &std::path::Path) -> usize {
            let entries = std::fs::read_dir(path).unwrap().map(Result::unwrap);
            entries.map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 }).sum()
        }
        count(&self.directory.path().join("blobs")) + count(&self.directory.path().join("pending"))
    }

    /// Waits, at most some seconds, until `check` holds.
    pub async fn until(&self, what: &str, check: impl Fn() -> bool) {
        for _ in 0..400 {
            if check() {
                return;
            }
            Clock::system().sleep(Duration::from_millis(20)).await;
        }
        panic!("it did not happen: {what}");
    }
}

/// A mebibyte and more of bytes that differ.
pub fn many_bytes(len: usize) -> Bytes {
    (0..len).map(|i| (i * 31 + i / 251) as u8).collect::<Vec<_>>().into()
}

/// The code of a refusal.
pub fn code<T>(outcome: Result<T, ApiError>) -> String {
    outcome.err().expect("it was refused").code.into_owned()
}
