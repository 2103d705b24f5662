//! Answers of the gateway itself: `{"message": …}` with AWS's words (API Gateway Developer Guide, "Gateway response types").

use http::{HeaderValue, Response, StatusCode, header};
use serde_json::json;
use wire_codec::{Body, BodyError};

/// A refusal of REST APIs: `kind` is the error type's header.
pub fn rest(status: u16, kind: &'static str, message: &str) -> Response<Body> {
    let mut answer = plain(status, message);
    answer.headers_mut().insert("x-amzn-errortype", HeaderValue::from_static(kind));
    answer
}

/// A refusal of HTTP APIs.
pub fn plain(status: u16, message: &str) -> Response<Body> {
    let mut answer = Response::new(Body::bytes(json!({ "message": message }).to_string()));
    *answer.status_mut() = StatusCode::from_u16(status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    answer.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
    answer
}

/// No API or stage of the name: AWS does not say which.
pub fn forbidden() -> Response<Body> {
    rest(403, "ForbiddenException", "Forbidden")
}

pub fn internal() -> Response<Body> {
    rest(500, "InternalServerErrorException", "Internal server error")
}

pub fn unreadable(error: &BodyError) -> Response<Body> {
    match error {
        BodyError::TooLarge { .. } => {
            rest(413, "RequestEntityTooLargeException", "HTTP content length exceeded 10485760 bytes.")
        }
        BodyError::Source(_) => {
            rest(400, "BadRequestException", "The request's body could not be read to its end.")
        }
    }
}
