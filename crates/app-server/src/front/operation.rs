//! Which operation a request for a known service is.

use std::borrow::Cow;

use http::Request;
use http::request::Parts;
use http::uri::{PathAndQuery, Uri};
use percent_encoding::percent_decode_str;
use wire_codec::{Body, OperationDesc, RestRouter, ServiceDesc};
use wire_http::{OperationChoice, Router};

use super::{Asked, refusal};

type Answer = Box<http::Response<Body>>;

/// The operation, where the head tells: so its limits hold before the body is read. None for forms, whose body names it. The
/// error is the finished answer.
pub fn of_head(
    asked: &Asked,
    rest: Option<&RestRouter>,
    parts: &Parts,
) -> Result<Option<&'static OperationDesc>, Answer> {
    match asked.operation {
        OperationChoice::Known(operation) => Ok(Some(operation)),
        OperationChoice::ByAction => Ok(None),
        OperationChoice::ByPath => {
            let path = styled_path(asked.service, parts);
            let found = rest
                .and_then(|rest| rest.route(parts.method.as_str(), &path, parts.uri.query(), &parts.headers));
            found.map(Some).ok_or_else(|| Box::new(refusal::no_such_path(asked, parts)))
        }
    }
}

/// Whether the operation takes requests without a signature; of one not known yet, whether any of the service does. S3's own
/// policies decide what anonymous callers may do there.
pub fn may_be_anonymous(service: &ServiceDesc, operation: Option<&OperationDesc>) -> bool {
    service.quirks.s3
        || match operation {
            Some(operation) => operation.anonymous,
            None => service.operations.iter().any(|operation| operation.anonymous),
        }
}

/// The operation that a form's body or the query names; the body is read for it.
pub async fn of_form(
    asked: &Asked,
    request: Request<Body>,
) -> Result<(&'static OperationDesc, Request<Body>), Answer> {
    let (parts, body) = request.into_parts();
    let body = match body.collect(asked.service.quirks.max_body_bytes).await {
        Ok(bytes) => bytes,
        Err(error) => return Err(Box::new(refusal::unreadable(asked, &parts, &error))),
    };
    let form = std::str::from_utf8(&body).unwrap_or_default();
    let action =
        value_of(form, "Action").or_else(|| parts.uri.query().and_then(|query| value_of(query, "Action")));
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

/// The path with the bucket of the host in front.
fn styled_path<'a>(service: &ServiceDesc, parts: &'a Parts) -> Cow<'a, str> {
    let path = parts.uri.path();
    match wire_http::bucket_of_host(parts).filter(|_| service.quirks.s3) {
        Some(bucket) => Cow::Owned(format!("/{bucket}{path}")),
        None => Cow::Borrowed(path),
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
