//! The event of the Lambda proxy integration, payload 1.0 (API Gateway Developer Guide, "Input format of a Lambda function for
//! proxy integration").

use base_time::Timestamp;
use indexmap::IndexMap;
use serde_json::{Map, Value, json};

use crate::incoming::{Incoming, train_case};

/// What the event says beside the request itself.
pub struct Facts<'a> {
    pub account: &'a str,
    pub api_id: &'a str,
    pub stage: &'a str,
    /// `/notes/{id}`, `$default`, ...
    pub resource: &'a str,
    pub resource_id: &'a str,
    /// Below the stage.
    pub path: &'a str,
    /// As the client sent it, stage included.
    pub full_path: &'a str,
    pub parameters: &'a [(String, String)],
    pub variables: &'a IndexMap<String, String>,
    pub request_id: &'a str,
    pub extended_request_id: &'a str,
    pub time: Timestamp,
    pub is_binary: bool,
    /// Set for HTTP APIs with payload 1.0.
    pub is_http_api: bool,
}

pub fn event(incoming: &Incoming, facts: &Facts<'_>) -> Value {
    let headers: IndexMap<String, Vec<String>> =
        incoming.header_values().into_iter().map(|(name, values)| (train_case(&name), values)).collect();
    let query = incoming.query();
    let body = incoming.event_body(facts.is_binary);
    let mut event = json!({
        "resource": facts.resource,
        "path": facts.path,
        "httpMethod": incoming.method.as_str(),
        "headers": last_values(&headers),
        "multiValueHeaders": all_values(&headers),
        "queryStringParameters": last_values(&query),
        "multiValueQueryStringParameters": all_values(&query),
        "pathParameters": or_null(facts.parameters.iter().map(|(k, v)| (k.clone(), json!(v))).collect()),
        "stageVariables": or_null(facts.variables.iter().map(|(k, v)| (k.clone(), json!(v))).collect()),
        "requestContext": context(incoming, facts),
        "isBase64Encoded": facts.is_binary && body.is_some(),
        "body": body,
    });
    if facts.is_http_api {
        event["version"] = json!("1.0");
    }
    event
}

fn context(incoming: &Incoming, facts: &Facts<'_>) -> Value {
    let domain = incoming.host.split(':').next().unwrap_or_default();
    json!({
        "resourceId": facts.resource_id,
        "resourcePath": facts.resource,
        "httpMethod": incoming.method.as_str(),
        "extendedRequestId": facts.extended_request_id,
        "requestTime": facts.time.format("%d/%b/%Y:%H:%M:%S +0000"),
        "path": facts.full_path,
        "accountId": facts.account,
        "protocol": incoming.protocol,
        "stage": facts.stage,
        "domainPrefix": domain.split('.').next(),
        "requestTimeEpoch": facts.time.as_millis(),
        "requestId": facts.request_id,
        "identity": {
            "cognitoIdentityPoolId": null,
            "accountId": null,
            "cognitoIdentityId": null,
            "caller": null,
            "sourceIp": incoming.source_ip,
            "principalOrgId": null,
            "accessKey": null,
            "cognitoAuthenticationType": null,
            "cognitoAuthenticationProvider": null,
            "userArn": null,
            "userAgent": incoming.user_agent,
            "user": null,
        },
        "domainName": domain,
        "apiId": facts.api_id,
    })
}

fn last_values(all: &IndexMap<String, Vec<String>>) -> Value {
    or_null(all.iter().map(|(name, values)| (name.clone(), json!(values.last()))).collect())
}

fn all_values(all: &IndexMap<String, Vec<String>>) -> Value {
    or_null(all.iter().map(|(name, values)| (name.clone(), json!(values))).collect())
}

/// AWS writes an empty map as null.
fn or_null(map: Map<String, Value>) -> Value {
    if map.is_empty() { Value::Null } else { Value::Object(map) }
}
