//! One call of a resource provider: dynamic references filled in, then create, update or delete.

use std::sync::Arc;

use cfn_plan::intrinsics::dynamic::{self, DynamicReference};
use indexmap::IndexMap;
use port::{
    ParameterReader, Provisioned, RequestContext, ResourceFailure, ResourceProvider, ResourceRequest,
};
use serde_json::{Map, Value};

/// Which call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Create,
    Update,
    Delete,
}

/// A call to be made.
pub(crate) struct Job {
    pub index: usize,
    pub call: Call,
    pub provider: Arc<dyn ResourceProvider>,
    pub parameters: Arc<dyn ParameterReader>,
    pub cx: RequestContext,
    pub request: ResourceRequest,
}

/// The step of the job, and what came of it. A deletion gives an empty `Provisioned`.
pub(crate) type JobResult = (usize, Result<Provisioned, ResourceFailure>);

pub(crate) async fn perform(job: Job) -> JobResult {
    let index = job.index;
    (index, call(job).await)
}

async fn call(job: Job) -> Result<Provisioned, ResourceFailure> {
    let Job { call, provider, parameters, cx, mut request, .. } = job;
    if call != Call::Delete {
        request.properties = filled(&cx, &*parameters, request.properties).await?;
        if let Some(previous) = request.previous_properties.take() {
            // What is gone from the store can't be told apart from what changed: the text stays, and differs.
            let previous = match filled(&cx, &*parameters, previous.clone()).await {
                Ok(filled) => filled,
                Err(_) => previous,
            };
            request.previous_properties = Some(previous);
        }
    }
    match call {
        Call::Create => provider.create(&cx, request).await,
        Call::Update => provider.update(&cx, request).await,
        Call::Delete => match provider.delete(&cx, request).await {
            Err(failure) if !failure.is_not_found => Err(failure),
            _ => Ok(Provisioned::default()),
        },
    }
}

async fn filled(
    cx: &RequestContext,
    parameters: &dyn ParameterReader,
    properties: Map<String, Value>,
) -> Result<Map<String, Value>, ResourceFailure> {
    let tree = Value::Object(properties);
    let references = dynamic::collect(&tree).map_err(|error| ResourceFailure::new(error.to_string()))?;
    let mut answers = IndexMap::new();
    for (text, reference) in references {
        let name = match reference {
            DynamicReference::Ssm { name, version: Some(version) } => format!("{name}:{version}"),
            DynamicReference::Ssm { name, version: None } => name,
            DynamicReference::SsmSecure { .. } | DynamicReference::Secret { .. } => {
                return Err(ResourceFailure::new(format!("The dynamic reference {text} is not supported")));
            }
        };
        let answer = parameters.read(cx, &name).await.map_err(ResourceFailure::from)?;
        if answer.parameter_type == "SecureString" {
            return Err(ResourceFailure::new(format!(
                "Non-secure reference to a SecureString parameter: {text}"
            )));
        }
        answers.insert(text, answer.value);
    }
    match dynamic::fill(&tree, &answers) {
        Value::Object(properties) => Ok(properties),
        _ => Ok(Map::new()),
    }
}
