//! The event of HTTP APIs, payload 2.0 (API Gateway Developer Guide, "Create AWS Lambda proxy integrations for HTTP APIs").

use serde_json::{Map, Value, json};

use crate::incoming::Incoming;
use crate::rest_event::Facts;

/// `route_key` such as `GET /notes/{id}`; of the facts, `full_path` is the raw path, stage included.
pub fn event(incoming: &Incoming, facts: &Facts<'_>, route_key: &str) -> Value {
    let mut headers = Map::new();
    for (name, values) in incoming.header_values() {
        if name != "cookie" {
            headers.insert(name, json!(values.join(",")));
        }
    }
    let cookies: Vec<&str> = incoming
        .headers
        .get_all("cookie")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split("; "))
        .collect();
    let query: Map<String, Value> =
        incoming.query().into_iter().map(|(name, values)| (name, json!(values.join(",")))).collect();
    let body = incoming.event_body(facts.is_binary);
    let raw_path = percent_encoding::percent_decode_str(facts.full_path).decode_utf8_lossy();
    let mut event = json!({
        "version": "2.0",
        "routeKey": route_key,
        "rawPath": raw_path,
        "rawQueryString": incoming.raw_query,
        "headers": headers,
        "requestContext": context(incoming, facts, route_key, &raw_path),
        "isBase64Encoded": facts.is_binary && body.is_some(),
    });
    let texts = |pairs: Vec<(&String, &String)>| {
        Value::Object(pairs.into_iter().map(|(k, v)| (k.clone(), json!(v))).collect())
    };
    let parameters: Vec<_> = facts.parameters.iter().map(|(k, v)| (k, v)).collect();
    let optional = [
        ("cookies", (!cookies.is_empty()).then(|| json!(cookies))),
        ("queryStringParameters", (!query.is_empty()).then_some(Value::Object(query))),
        ("pathParameters", (!parameters.is_empty()).then(|| texts(parameters))),
        ("stageVariables", (!facts.variables.is_empty()).then(|| texts(facts.variables.iter().collect()))),
        ("body", body.map(Value::String)),
    ];
    for (name, value) in optional {
        if let Some(value) = value {
            event[name] = value;
        }
    }
    event
}

fn context(incoming: &Incoming, facts: &Facts<'_>, route_key: &str, raw_path: &str) -> Value {
    let domain = incoming.host.split(':').next().unwrap_or_default();
    json!({
        "accountId": facts.account,
        "apiId": facts.api_id,
        "domainName": domain,
        "domainPrefix": domain.split('.').next(),
        "http": {
            "method": incoming.method.as_str(),
            "path": raw_path,
            "protocol": incoming.protocol,
            "sourceIp": incoming.source_ip,
            "userAgent": incoming.user_agent,
        },
        "requestId": facts.extended_request_id,
        "routeKey": route_key,
        "stage": facts.stage,
        "time": facts.time.format("%d/%b/%Y:%H:%M:%S +0000"),
        "timeEpoch": facts.time.as_millis(),
    })
}
