//! Invoke: runs a function and answers what it answered, or queues the event.

use api_lambda::types::{InvocationType as Asked, InvokeInput, InvokeOutput, LogType};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use fn_pool::{ConcurrencyLimits, InvokeRequest};
use port::{Access, Invocation, InvocationResult, InvocationType, RequestContext};
use wire_codec::ApiError;

use crate::error;
use crate::model::{FunctionVersion, QueuedEvent};
use crate::names::FunctionRef;
use crate::read::Resolved;
use crate::{ACCOUNT_CONCURRENCY, Lambda, settings};

/// Synchronous payload, in bytes (Lambda quotas).
const MAX_SYNC_BYTES: usize = 6_291_456;
/// Asynchronous payload, in bytes.
const MAX_ASYNC_BYTES: usize = 1_048_576;
/// Decoded client context, in bytes.
const MAX_CLIENT_CONTEXT_BYTES: usize = 3_583;

pub async fn run(lambda: &Lambda, cx: &RequestContext, input: InvokeInput) -> Result<InvokeOutput, ApiError> {
    settings::refuse_if(input.durable_execution_name.is_some(), "DurableExecutionName")?;
    settings::refuse_if(input.tenant_id.is_some(), "TenantId")?;
    let invocation_type = match input.invocation_type {
        None | Some(Asked::RequestResponse) => InvocationType::RequestResponse,
        Some(Asked::Event) => InvocationType::Event,
        Some(Asked::DryRun) => InvocationType::DryRun,
    };
    let wants_log =
        input.log_type == Some(LogType::Tail) && invocation_type == InvocationType::RequestResponse;
    let invocation = Invocation {
        function: input.function_name,
        qualifier: input.qualifier,
        invocation_type,
        payload: input.payload.unwrap_or_default(),
        client_context: input.client_context,
        trace_header: None,
    };
    let result = invoke(lambda, cx, invocation).await?;
    Ok(InvokeOutput {
        status_code: Some(i32::from(result.status)),
        function_error: result.function_error,
        log_result: wants_log.then(|| STANDARD.encode(&result.log_tail)),
        payload: Some(result.payload),
        executed_version: (result.status != 202).then_some(result.executed_version),
        ..InvokeOutput::default()
    })
}

/// The way in for all: checks, authorizes, runs or queues.
pub async fn invoke(
    lambda: &Lambda,
    cx: &RequestContext,
    invocation: Invocation,
) -> Result<InvocationResult, ApiError> {
    let target = lambda.target(cx, &invocation.function, invocation.qualifier.as_deref())?;
    let snapshot = lambda.snapshot().await?;
    let policy = lambda.policy(&snapshot, &target).await?;
    let arn = target.qualified_arn();
    let access =
        Access::new("lambda:InvokeFunction", &arn).owned_by(&target.account).with_policy(policy.as_deref());
    cx.authorize(access).await?;
    let resolved = lambda.resolve(&snapshot, &target).await?;
    check_payload(&invocation)?;
    match invocation.invocation_type {
        InvocationType::DryRun => Ok(accepted(204, &resolved)),
        InvocationType::Event => {
            let event = queued(cx, &target, &invocation);
            lambda.enqueue(event, cx.time()).await?;
            Ok(accepted(202, &resolved))
        }
        InvocationType::RequestResponse => {
            let client_context = decode_client_context(invocation.client_context.as_deref())?;
            let call = Call {
                request_id: cx.request_id().to_owned(),
                payload: invocation.payload,
                client_context,
                trace_header: invocation.trace_header,
            };
            execute(lambda, &target, &resolved, call).await
        }
    }
}

/// One run.
pub struct Call {
    pub request_id: String,
    pub payload: Bytes,
    pub client_context: Option<String>,
    pub trace_header: Option<String>,
}

/// Runs a resolved version; permission has been decided before.
pub async fn execute(
    lambda: &Lambda,
    target: &FunctionRef,
    resolved: &Resolved,
    call: Call,
) -> Result<InvocationResult, ApiError> {
    let request = InvokeRequest {
        function: lambda.spec(target, &resolved.version).await?,
        payload: if call.payload.is_empty() { Bytes::from_static(b"{}") } else { call.payload },
        request_id: call.request_id,
        client_context: call.client_context,
        cognito_identity: None,
        trace_id: Some(trace_header(lambda, &resolved.version, call.trace_header)),
        invoked_arn: target.qualified_arn(),
        limits: ConcurrencyLimits {
            account: ACCOUNT_CONCURRENCY,
            unreserved: lambda.unreserved_concurrency(target).await?,
            reserved: resolved.function.reserved_concurrency,
        },
    };
    let outcome = lambda.0.engine.invoke(request).await.map_err(error::refused)?;
    Ok(InvocationResult {
        status: 200,
        payload: outcome.payload,
        function_error: outcome.function_error.map(|kind| kind.as_str().to_owned()),
        executed_version: resolved.version.version.clone(),
        log_tail: outcome.log_tail,
    })
}

/// The caller's trace goes on; without one a new trace begins, sampled where the function's tracing is active (AWS X-Ray
/// Developer Guide, "Tracing header").
fn trace_header(lambda: &Lambda, version: &FunctionVersion, given: Option<String>) -> String {
    given.unwrap_or_else(|| {
        let (time, ids) = (lambda.0.clock.now().as_secs(), &lambda.0.ids);
        let is_sampled = u8::from(version.tracing_mode == "Active");
        format!("Root=1-{time:08x}-{};Parent={};Sampled={is_sampled}", ids.hex(24), ids.hex(16))
    })
}

fn accepted(status: u16, resolved: &Resolved) -> InvocationResult {
    InvocationResult {
        status,
        payload: Bytes::new(),
        function_error: None,
        executed_version: resolved.version.version.clone(),
        log_tail: Vec::new(),
    }
}

fn queued(cx: &RequestContext, target: &FunctionRef, invocation: &Invocation) -> QueuedEvent {
    QueuedEvent {
        account: target.account.clone(),
        region: target.region.clone(),
        function: target.name.clone(),
        qualifier: target.qualifier.clone(),
        request_id: cx.request_id().to_owned(),
        trace_header: invocation.trace_header.clone(),
        payload: STANDARD.encode(&invocation.payload),
        accepted: cx.time(),
        failures: 0,
        throttles: 0,
        details: serde_json::Map::new(),
    }
}

fn check_payload(invocation: &Invocation) -> Result<(), ApiError> {
    let payload = &invocation.payload;
    if invocation.invocation_type == InvocationType::Event && payload.len() > MAX_ASYNC_BYTES {
        return Err(error::event_too_large(payload.len(), MAX_ASYNC_BYTES));
    }
    if payload.len() > MAX_SYNC_BYTES {
        return Err(error::too_large(MAX_SYNC_BYTES, "InvokeFunction"));
    }
    if payload.is_empty() {
        return Ok(());
    }
    serde_json::from_slice::<serde::de::IgnoredAny>(payload).map(drop).map_err(|cause| {
        error::invalid_request_content(format!("Could not parse request body into json: {cause}"))
    })
}

fn decode_client_context(header: Option<&str>) -> Result<Option<String>, ApiError> {
    let Some(text) = header else { return Ok(None) };
    let decoded = STANDARD.decode(text).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let decoded = decoded.filter(|json| serde_json::from_str::<serde::de::IgnoredAny>(json).is_ok());
    match decoded {
        Some(json) if json.len() <= MAX_CLIENT_CONTEXT_BYTES => Ok(Some(json)),
        Some(_) => Err(error::invalid_request_content(format!(
            "Client context must be no more than {MAX_CLIENT_CONTEXT_BYTES} bytes when base64-decoded."
        ))),
        None => {
            Err(error::invalid_request_content("Client context must be a valid Base64-encoded JSON object."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn invocation(invocation_type: InvocationType, payload: Bytes) -> Invocation {
        let function = "f".to_owned();
        Invocation {
            function,
            qualifier: None,
            invocation_type,
            payload,
            client_context: None,
            trace_header: None,
        }
    }

    #[test]
    fn payloads_are_json_within_their_limits() {
        let sync = InvocationType::RequestResponse;
        assert!(check_payload(&invocation(sync, Bytes::new())).is_ok());
        assert!(check_payload(&invocation(sync, Bytes::from_static(b"{\"a\":1}"))).is_ok());
        let broken = check_payload(&invocation(sync, Bytes::from_static(b"{"))).unwrap_err();
        assert_eq!(broken.code, "InvalidRequestContentException");
        let text = Bytes::from(format!("\"{}\"", "x".repeat(MAX_ASYNC_BYTES)));
        assert!(check_payload(&invocation(sync, text.clone())).is_ok());
        let large = check_payload(&invocation(InvocationType::Event, text)).unwrap_err();
        assert_eq!((large.code.as_ref(), large.status), ("RequestEntityTooLargeException", 413));
    }

    #[test]
    fn a_client_context_is_base_64_of_json() {
        assert_eq!(decode_client_context(Some("e30=")).unwrap().as_deref(), Some("{}"));
        assert!(decode_client_context(Some("%%")).is_err());
        assert!(decode_client_context(Some(&STANDARD.encode(format!("\"{}\"", "x".repeat(3_600))))).is_err());
    }
}
