//! A service on a store in memory, with one made-up resource type whose resources live in a map.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use api_cloudformation::CloudFormation as _;
use api_cloudformation::types as t;
use base_id::Ids;
use base_task::Tasks;
use base_time::{Clock, Timestamp};
use parking_lot::Mutex;
use port::{
    Access, AccessDenied, Authorizer, BoxFuture, ObjectEntry, ObjectReader, ParameterReader, ParameterValue,
    Principal, Provisioned, RequestContext, RequestSource, ResourceFailure, ResourceProperty,
    ResourceProvider, ResourceRequest, ResourceTypeDesc, RoleAssumer, RoleCredentials,
};
use serde_json::{Map, Value};
use store_kv::Store;
use tokio::sync::Notify;
use wire_codec::ApiError;

use crate::{CloudFormation, Links};

static TYPES: &[ResourceTypeDesc] = &[ResourceTypeDesc {
    name: "Test::Thing",
    properties: &[
        ResourceProperty::replacing("Name"),
        ResourceProperty::in_place("Size"),
        ResourceProperty::in_place("Link"),
        ResourceProperty::in_place("Fail"),
        ResourceProperty::in_place("Tags"),
    ],
    attributes: &["Arn"],
}];

/// The things there are, by physical id; and when calls get stuck.
#[derive(Default)]
pub struct Things {
    pub things: Mutex<BTreeMap<String, Map<String, Value>>>,
    pub calls: Mutex<Vec<String>>,
    /// After so many calls none returns; even: before its effect, odd: after it.
    pub stuck_after: Mutex<Option<usize>>,
    pub stuck: Notify,
}

impl Things {
    async fn pass(&self, call: String, effect: impl FnOnce()) {
        let number = {
            let mut calls = self.calls.lock();
            calls.push(call);
            calls.len() - 1
        };
        let stuck = self.stuck_after.lock().is_some_and(|at| number >= at / 2);
        if !stuck {
            effect();
            return;
        }
        if self.stuck_after.lock().is_some_and(|at| at % 2 == 1 && number == at / 2) {
            effect();
        }
        self.stuck.notify_one();
        std::future::pending::<()>().await;
    }
}

fn failing(request: &ResourceRequest) -> bool {
    request.properties.get("Fail").is_some_and(|fail| fail != "false")
}

fn answer(physical_id: String) -> Provisioned {
    let arn = Value::from(format!("arn:{physical_id}"));
    Provisioned { physical_id, attributes: Map::from_iter([("Arn".to_owned(), arn)]) }
}

pub struct ThingProvider(pub Arc<Things>);

impl ResourceProvider for ThingProvider {
    fn types(&self) -> &'static [ResourceTypeDesc] {
        TYPES
    }

    fn create<'a>(
        &'a self,
        _cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<Provisioned, ResourceFailure>> {
        Box::pin(async move {
            if failing(&request) {
                return Err(ResourceFailure::new("it fails"));
            }
            let id = match request.properties.get("Name").and_then(Value::as_str) {
                Some(name) => name.to_owned(),
                None => request.generated_name.clone(),
            };
            let effect = || {
                self.0.things.lock().insert(id.clone(), request.properties.clone());
            };
            self.0.pass(format!("create {}", request.logical_id), effect).await;
            Ok(answer(id))
        })
    }

    fn update<'a>(
        &'a self,
        _cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<Provisioned, ResourceFailure>> {
        Box::pin(async move {
            if failing(&request) {
                return Err(ResourceFailure::new("it fails"));
            }
            let id = request.physical_id.clone().unwrap();
            assert!(self.0.things.lock().contains_key(&id), "{id} is updated and isn't there");
            let effect = || {
                self.0.things.lock().insert(id.clone(), request.properties.clone());
            };
            self.0.pass(format!("update {}", request.logical_id), effect).await;
            Ok(answer(id))
        })
    }

    fn delete<'a>(
        &'a self,
        _cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<(), ResourceFailure>> {
        Box::pin(async move {
            let id = request.physical_id.clone().unwrap();
            let effect = || {
                self.0.things.lock().remove(&id);
            };
            self.0.pass(format!("delete {}", request.logical_id), effect).await;
            Ok(())
        })
    }
}

struct Open;

impl Authorizer for Open {
    fn authorize<'a>(
        &'a self,
        _cx: &'a RequestContext,
        _access: Access<'a>,
    ) -> BoxFuture<'a, Result<(), AccessDenied>> {
        Box::pin(async { Ok(()) })
    }
}

impl ObjectReader for Open {
    fn read<'a>(
        &'a self,
        _cx: &'a RequestContext,
        _bucket: &'a str,
        _key: &'a str,
        _version_id: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ObjectEntry, ApiError>> {
        Box::pin(async { Err(ApiError::new("NoSuchKey", 404, "There is none.")) })
    }
}

impl ParameterReader for Open {
    fn read<'a>(
        &'a self,
        _cx: &'a RequestContext,
        name: &'a str,
    ) -> BoxFuture<'a, Result<ParameterValue, ApiError>> {
        let value = format!("value of {name}");
        Box::pin(async { Ok(ParameterValue { parameter_type: "String".into(), value, version: 1 }) })
    }
}

impl RoleAssumer for Open {
    fn assume_for_service<'a>(
        &'a self,
        _role_arn: &'a str,
        _session_name: &'a str,
        _service: &'a str,
    ) -> BoxFuture<'a, Result<RoleCredentials, ApiError>> {
        Box::pin(async { Err(ApiError::new("AccessDenied", 403, "no")) })
    }
}

/// What outlives the service.
pub struct World {
    pub store: Store,
    pub things: Arc<Things>,
    clock: Clock,
    ids: Ids,
}

/// A running service.
pub struct Running {
    pub cf: CloudFormation,
    pub cx: RequestContext,
    tasks: Tasks,
}

impl World {
    pub fn new() -> Self {
        let (clock, ids) = (Clock::system(), Ids::seeded(1));
        let store = Store::in_memory(clock.clone(), ids.clone()).unwrap();
        Self { store, things: Arc::default(), clock, ids }
    }

    pub fn start(&self) -> Running {
        let tasks = Tasks::new(self.clock.clone());
        let (clock, ids) = (self.clock.clone(), self.ids.clone());
        let cf = CloudFormation::open(self.store.clone(), clock, ids, tasks.clone());
        cf.connect(Links {
            providers: vec![Arc::new(ThingProvider(self.things.clone()))],
            objects: Arc::new(Open),
            parameters: Arc::new(Open),
            roles: Arc::new(Open),
            authorizer: Arc::new(Open),
        });
        let account = "123456789012".to_owned();
        let cx = RequestContext::new(
            Principal::Root { account: account.clone() },
            account,
            "us-east-1".to_owned(),
            "request".to_owned(),
            Timestamp::from_secs(1_000_000),
            RequestSource::default(),
            Arc::new(Open),
        );
        Running { cf, cx, tasks }
    }

    /// Properties by physical id.
    pub fn things(&self) -> BTreeMap<String, Map<String, Value>> {
        self.things.things.lock().clone()
    }
}

impl Running {
    pub async fn create(&self, body: &str) -> Result<String, ApiError> {
        let input = t::CreateStackInput {
            stack_name: "shop".into(),
            template_body: Some(body.into()),
            ..t::CreateStackInput::default()
        };
        Ok(self.cf.create_stack(&self.cx, input).await?.stack_id.unwrap())
    }

    pub async fn update(&self, body: &str) -> Result<(), ApiError> {
        let input = t::UpdateStackInput {
            stack_name: "shop".into(),
            template_body: Some(body.into()),
            ..t::UpdateStackInput::default()
        };
        self.cf.update_stack(&self.cx, input).await.map(|_| ())
    }

    pub async fn delete(&self) -> Result<(), ApiError> {
        let input = t::DeleteStackInput { stack_name: "shop".into(), ..t::DeleteStackInput::default() };
        self.cf.delete_stack(&self.cx, input).await.map(|_| ())
    }

    pub async fn stack(&self, name: &str) -> Result<t::Stack, ApiError> {
        let input = t::DescribeStacksInput { stack_name: Some(name.into()), next_token: None };
        Ok(self.cf.describe_stacks(&self.cx, input).await?.stacks.unwrap().remove(0))
    }

    /// Waits until no operation is under way.
    pub async fn settled(&self, name: &str) -> t::Stack {
        for _ in 0..2_000 {
            let stack = self.stack(name).await.unwrap();
            if !stack.stack_status.as_str().ends_with("_IN_PROGRESS") {
                return stack;
            }
            Clock::system().sleep(Duration::from_millis(2)).await;
        }
        panic!("the stack doesn't settle: {:?}", self.stack(name).await);
    }

    /// Events from the first on: `logical id STATUS reason`.
    pub async fn events(&self, name: &str) -> Vec<String> {
        let input = t::DescribeStackEventsInput { stack_name: name.into(), next_token: None };
        let events = self.cf.describe_stack_events(&self.cx, input).await.unwrap().stack_events.unwrap();
        events
            .into_iter()
            .rev()
            .map(|event| {
                let reason = event.resource_status_reason.unwrap_or_default();
                let (id, status) = (event.logical_resource_id.unwrap(), event.resource_status.unwrap());
                format!("{id} {status} {reason}").trim_end().to_owned()
            })
            .collect()
    }

    /// Ends every task at its next await, as a crash would; what was written stays.
    pub async fn crash(self) {
        assert!(self.tasks.drain(Duration::from_secs(5)).await);
    }
}
