//! Answers for requests that never reach an operation, in the form of the service they were for.

use http::request::Parts;
use http::{Method, Response, StatusCode, header};
use serde_json::json;
use wire_codec::call::Responder;
use wire_codec::{ApiError, Body, BodyError, Protocol, ServiceDesc};

use super::Asked;

/// An error of a service whose operation is not known (or does not matter).
pub fn of(
    service: &'static ServiceDesc,
    protocol: Protocol,
    parts: &Parts,
    request_id: String,
    error: &ApiError,
) -> Response<Body> {
    let Some(operation) = service.operations.first() else {
        return plain(StatusCode::INTERNAL_SERVER_ERROR, "the service has no operations");
    };
    let responder = Responder {
        operation,
        protocol,
        request_id,
        head: parts.method == Method::HEAD,
        query_mode: parts.headers.contains_key("x-amzn-query-mode"),
    };
    responder.error(error)
}

fn asked_error(asked: &Asked, parts: &Parts, error: &ApiError) -> Response<Body> {
    of(asked.service, asked.protocol, parts, asked.request_id.clone(), error)
}

/// Nothing in AWS's model of the service has this name.
pub fn unknown_operation(
    service: &'static ServiceDesc,
    parts: &Parts,
    name: &str,
    request_id: String,
) -> Response<Body> {
    let protocol = service.protocols.first().copied().unwrap_or(Protocol::AwsJson11);
    let error = match protocol {
        Protocol::Query | Protocol::Ec2 => ApiError::new(
            "InvalidAction",
            400,
            format!("Could not find operation {name} for version {}", service.api_version),
        ),
        _ => ApiError::new(
            "UnknownOperationException",
            400,
            format!("{} has no operation {name}", service.service_id),
        ),
    };
    of(service, protocol, parts, request_id, &error)
}

pub fn missing_action(asked: &Asked, parts: &Parts) -> Response<Body> {
    let error = match asked.protocol {
        Protocol::Query | Protocol::Ec2 => {
            ApiError::new("MissingAction", 400, "The request is missing an action or a required parameter.")
        }
        _ => ApiError::new("UnknownOperationException", 400, "The request has no X-Amz-Target header."),
    };
    asked_error(asked, parts, &error)
}

pub fn no_such_path(asked: &Asked, parts: &Parts) -> Response<Body> {
    let error = if asked.service.quirks.s3 {
        ApiError::new("MethodNotAllowed", 405, "The specified method is not allowed against this resource.")
            .with("Method", parts.method.as_str())
    } else {
        ApiError::new(
            "UnknownOperationException",
            404,
            format!("{} has no operation at {} {}", asked.service.service_id, parts.method, parts.uri.path()),
        )
    };
    asked_error(asked, parts, &error)
}

pub fn unreadable(asked: &Asked, parts: &Parts, error: &BodyError) -> Response<Body> {
    let error = match error {
        BodyError::TooLarge { limit } => {
            ApiError::new("RequestEntityTooLarge", 413, format!("Request must be smaller than {limit} bytes"))
        }
        BodyError::Source(_) => {
            ApiError::new("RequestTimeout", 400, "The request's body could not be read to its end.")
        }
    };
    asked_error(asked, parts, &error)
}

/// A service that isn't offered: JSON and a header that every SDK understands.
pub fn unknown_service(name: &str, request_id: &str) -> Response<Body> {
    let name: String = name.chars().filter(|c| !c.is_control()).take(64).collect();
    let message = format!("Haneul does not offer the service `{name}`");
    let body = json!({ "__type": "UnknownServiceException", "message": message }).to_string();
    let mut answer = json_answer(StatusCode::NOT_IMPLEMENTED, body);
    for (header, value) in [("x-amzn-errortype", "UnknownServiceException"), ("x-amzn-requestid", request_id)]
    {
        if let Ok(value) = value.parse() {
            answer.headers_mut().insert(header, value);
        }
    }
    answer
}

/// `{"message": …}`, as API Gateway answers.
pub fn plain(status: StatusCode, message: &str) -> Response<Body> {
    json_answer(status, json!({ "message": message }).to_string())
}

pub fn json_answer(status: StatusCode, body: String) -> Response<Body> {
    let mut answer = Response::new(Body::from(body));
    *answer.status_mut() = status;
    answer.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
    answer
}
