//! Which operation a request for a known service is.

use http::Request;
use http::request::Parts;
use http::uri::{PathAndQuery, Uri};
use percent_encoding::percent_decode_str;
use wire_codec::{Body, OperationDesc, RestRouter, ServiceDesc};
use wire_http::{OperationChoice, Router};

use super::{Asked, refusal};

type Found = (&'static OperationDesc, Request<Body>);

/// Finds the operation; of form requests the body is read for it. The error is the finished answer.
pub async fn find(
    asked: &Asked,
    rest: Option<&RestRouter>,
    request: Request<Body>,
) -> Result<Found, Box<http::Response<Body>>> {
    match asked.operation {
        OperationChoice::Known(operation) => Ok((operation, request)),
        OperationChoice::ByPath => by_path(asked, rest, request),
        OperationChoice::ByAction => by_action(asked, request).await,
    }
}

fn by_path(
    asked: &Asked,
    rest: Option<&RestRouter>,
    request: Request<Body>,
) -> Result<Found, Box<http::Response<Body>>> {
    let uri = request.uri();
    let found = rest
        .and_then(|rest| rest.route(request.method().as_str(), uri.path(), uri.query(), request.headers()));
    match found {
        Some(operation) => Ok((operation, request)),
        None => {
            let (parts, _) = request.into_parts();
            Err(Box::new(refusal::no_such_path(asked, &parts)))
        }
    }
}

async fn by_action(asked: &Asked, request: Request<Body>) -> Result<Found, Box<http::Response<Body>>> {
    let (parts, body) = request.into_parts();
    let body = match body.collect(asked.service.quirks.max_body_bytes).await {
        Ok(bytes) => bytes,
        Err(error) => return Err(Box::new(refusal::unreadable(asked, &parts, &error))),
    };
    let form = std::str::from_utf8(&body).unwrap_or_default();
    let action = value_of(form, "Action").or_else(|| value_of(parts.uri.query()?, "Action"));
    let Some(action) = action else {
        return Err(Box::new(refusal::missing_action(asked, &parts)));
    };
    match Router::by_action(asked.service, &action) {
        Ok(operation) => Ok((operation, Request::from_parts(parts, Body::bytes(body)))),
        Err(_) => Err(Box::new(refusal::unknown_operation(
            asked.service,
            &parts,
            &action,
            asked.request_id.clone(),
        ))),
    }
}

fn value_of(form: &str, name: &str) -> Option<String> {
    form.split('&').find_map(|pair| {
        let (key, value) = pair.split_once('=')?;
        (key == name).then(|| percent_decode_str(value).decode_utf8_lossy().into_owned())
    })
}

/// S3 requests whose host names the bucket get it in front of their path. The signature has been checked before.
pub fn path_style(service: &ServiceDesc, mut parts: Parts) -> Parts {
    if !service.quirks.s3 {
        return parts;
    }
    let Some(bucket) = wire_http::bucket_of_host(&parts) else { return parts };
    let path = parts.uri.path_and_query().map_or("/", PathAndQuery::as_str);
    let path = format!("/{bucket}{}", if path.starts_with('/') { path } else { "/" });
    let mut uri = std::mem::take(&mut parts.uri).into_parts();
    if let Ok(path) = PathAndQuery::try_from(path) {
        uri.path_and_query = Some(path);
    }
    // A path with a bucket in front is as valid as it was without.
    parts.uri = Uri::from_parts(uri).unwrap_or_default();
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_action_is_found_among_the_fields() {
        assert_eq!(value_of("Version=1&Action=List%4Fueues", "Action").as_deref(), Some("ListOueues"));
        assert_eq!(value_of("NotAction=x", "Action"), None);
    }
}
