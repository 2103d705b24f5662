//! Calling a notification's destination, as `s3.amazonaws.com` acting for the bucket: the destination's own policy decides
//! (S3 User Guide, "Granting permissions to publish event notification messages to a destination").

use bytes::Bytes;
use port::{Arn, Invocation, InvocationType, OutgoingMessage, Principal, RequestContext, RequestSource};
use serde_json::Value;
use wire_codec::ApiError;

use crate::Connections;
use crate::error::S3Error;
use crate::model::Bucket;
use crate::names::bucket_arn;
use crate::notification::{Destination, NotificationRule};

/// S3 acting for a bucket.
pub fn acting_for(bucket: &str, account: &str) -> Principal {
    Principal::Service {
        name: "s3.amazonaws.com".to_owned(),
        source_arn: Some(bucket_arn(bucket)),
        source_account: Some(account.to_owned()),
    }
}

/// The context of a delivery: no request stands behind it any more.
pub fn context(
    connections: &Connections,
    bucket: &str,
    account: &str,
    region: &str,
    request_id: String,
    time: base_time::Timestamp,
) -> RequestContext {
    RequestContext::new(
        acting_for(bucket, account),
        account.to_owned(),
        region.to_owned(),
        request_id,
        time,
        RequestSource::default(),
        connections.authorizer.clone(),
    )
}

/// Hands the message over; durable with the destination when it returns.
pub async fn deliver(
    connections: &Connections,
    cx: &RequestContext,
    destination: &Destination,
    message: &Value,
) -> Result<(), ApiError> {
    match destination {
        Destination::Function(arn) => {
            let invocation = invocation(arn, InvocationType::Event, Bytes::from(message.to_string()));
            connections.functions.invoke(cx, invocation).await.map(|_| ())
        }
        Destination::Queue(arn) => {
            let message = OutgoingMessage { body: message.to_string(), ..OutgoingMessage::default() };
            connections.queues.send(cx, arn, vec![message]).await
        }
    }
}

fn invocation(arn: &str, invocation_type: InvocationType, payload: Bytes) -> Invocation {
    Invocation {
        function: arn.to_owned(),
        qualifier: None,
        invocation_type,
        payload,
        client_context: None,
        trace_header: None,
    }
}

/// Whether every destination is there and lets S3 in; queues get the test event. AWS's one error names those that don't.
pub async fn validate(
    connections: &Connections,
    cx: &RequestContext,
    bucket: &Bucket,
    rules: &[NotificationRule],
    test_event: &Value,
) -> Result<(), S3Error> {
    let cx = cx.acting_as(acting_for(&bucket.name, &bucket.owner));
    let mut seen: Vec<&Destination> = Vec::new();
    for rule in rules {
        if seen.contains(&&rule.destination) {
            continue;
        }
        seen.push(&rule.destination);
        check_arn(&rule.destination, bucket)?;
        let outcome = match &rule.destination {
            Destination::Function(arn) => {
                let invocation = invocation(arn, InvocationType::DryRun, Bytes::new());
                connections.functions.invoke(&cx, invocation).await.map(|_| ())
            }
            queue @ Destination::Queue(_) => deliver(connections, &cx, queue, test_event).await,
        };
        outcome.map_err(|error| unreachable(&rule.destination, &error))?;
    }
    Ok(())
}

fn check_arn(destination: &Destination, bucket: &Bucket) -> Result<(), S3Error> {
    let service = match destination {
        Destination::Function(_) => "lambda",
        Destination::Queue(_) => "sqs",
    };
    let arn = destination.arn();
    match Arn::parse(arn) {
        Some(parsed) if parsed.service == service && parsed.region == bucket.region => {}
        Some(parsed) if parsed.service == service => {
            let text =
                "The notification destination service region is not valid for the bucket location constraint";
            return Err(S3Error::invalid_argument(arn, "null", text));
        }
        _ => return Err(S3Error::invalid_argument(service, arn, "The ARN could not be parsed")),
    }
    if arn.ends_with(".fifo") {
        return Err(S3Error::invalid_argument(arn, "null", "FIFO SQS queues are not supported"));
    }
    Ok(())
}

fn unreachable(destination: &Destination, error: &ApiError) -> S3Error {
    let is_missing = error.status == 404
        || error.code.contains("NonExistentQueue")
        || error.code.contains("QueueDoesNotExist");
    let reason = match destination {
        Destination::Function(arn) if is_missing => format!("Function not found: [{arn}]"),
        Destination::Function(arn) => format!("Not authorized to invoke function [{arn}]"),
        Destination::Queue(_) if is_missing => "The destination queue does not exist".to_owned(),
        Destination::Queue(_) => {
            "Permissions on the destination queue do not allow S3 to publish notifications from this bucket"
                .to_owned()
        }
    };
    S3Error::new("InvalidArgument", 400, "Unable to validate the following destination configurations")
        .with("ArgumentName1", destination.arn())
        .with("ArgumentValue1", reason)
}
