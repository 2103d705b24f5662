//! A function's answer as an HTTP response: the proxy format of REST APIs and payload 1.0, and payload 2.0.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Response, StatusCode, header};
use serde_json::{Map, Value};
use wire_codec::Body;

/// The answer is not in the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Malformed;

/// Headers that the gateway sets itself; a function's are renamed (API Gateway Developer Guide, "Amazon API Gateway
/// important notes").
const REMAPPED: [HeaderName; 5] =
    [header::CONNECTION, header::CONTENT_LENGTH, header::DATE, header::SERVER, header::WWW_AUTHENTICATE];

/// Payload 1.0: an object with `statusCode`. `decodes`: whether a base 64 body is decoded for this client.
pub fn version_1(payload: &[u8], decodes: impl Fn(&str) -> bool) -> Result<Response<Body>, Malformed> {
    let answer: Value = serde_json::from_slice(payload).map_err(|_| Malformed)?;
    let Value::Object(answer) = answer else { return Err(Malformed) };
    let known = ["statusCode", "headers", "multiValueHeaders", "body", "isBase64Encoded", "cookies"];
    if answer.keys().any(|key| !known.contains(&key.as_str())) {
        return Err(Malformed);
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status(answer.get("statusCode")).ok_or(Malformed)?;
    add_headers(&mut response, &answer)?;
    add_multi_headers(&mut response, &answer)?;
    let content_type = content_type(&mut response, "application/json");
    let is_encoded = answer.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or(false);
    let text = body_text(&answer)?;
    let body =
        if is_encoded && decodes(&content_type) { decode(text)? } else { Bytes::from(text.to_owned()) };
    *response.body_mut() = Body::bytes(body);
    Ok(response)
}

/// Payload 2.0: an object with `statusCode`, or any JSON, which becomes the body of a 200.
pub fn version_2(payload: &[u8]) -> Result<Response<Body>, Malformed> {
    let answer: Value = serde_json::from_slice(payload).map_err(|_| Malformed)?;
    let Some(answer) = answer.as_object().filter(|object| object.contains_key("statusCode")) else {
        let text = answer.as_str().map_or_else(|| answer.to_string(), str::to_owned);
        let mut response = Response::new(Body::bytes(text));
        content_type(&mut response, "application/json");
        return Ok(response);
    };
    let mut response = Response::new(Body::empty());
    *response.status_mut() = status(answer.get("statusCode")).ok_or(Malformed)?;
    add_headers(&mut response, answer)?;
    for cookie in answer.get("cookies").and_then(Value::as_array).into_iter().flatten() {
        append(&mut response, "set-cookie", cookie)?;
    }
    content_type(&mut response, "text/plain;charset=UTF-8");
    let is_encoded = answer.get("isBase64Encoded").and_then(Value::as_bool).unwrap_or(false);
    let text = match answer.get("body") {
        Some(value @ (Value::Object(_) | Value::Array(_))) => value.to_string(),
        _ => body_text(answer)?.to_owned(),
    };
    let body = if is_encoded { decode(&text)? } else { Bytes::from(text) };
    *response.body_mut() = Body::bytes(body);
    Ok(response)
}

fn status(value: Option<&Value>) -> Option<StatusCode> {
    let number = match value? {
        Value::Number(number) => u16::try_from(number.as_u64()?).ok()?,
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    StatusCode::from_u16(number).ok().filter(|status| status.as_u16() >= 100)
}

fn body_text(answer: &Map<String, Value>) -> Result<&str, Malformed> {
    match answer.get("body") {
        None | Some(Value::Null) => Ok(""),
        Some(Value::String(text)) => Ok(text),
        Some(_) => Err(Malformed),
    }
}

fn decode(text: &str) -> Result<Bytes, Malformed> {
    STANDARD.decode(text).map(Bytes::from).map_err(|_| Malformed)
}

fn add_headers(response: &mut Response<Body>, answer: &Map<String, Value>) -> Result<(), Malformed> {
    match answer.get("headers") {
        None | Some(Value::Null) => Ok(()),
        Some(Value::Object(headers)) => {
            headers.iter().try_for_each(|(name, value)| append(response, name, value))
        }
        Some(_) => Err(Malformed),
    }
}

/// Values given both ways are merged; those of `multiValueHeaders` win.
fn add_multi_headers(response: &mut Response<Body>, answer: &Map<String, Value>) -> Result<(), Malformed> {
    let headers = match answer.get("multiValueHeaders") {
        None | Some(Value::Null) => return Ok(()),
        Some(Value::Object(headers)) => headers,
        Some(_) => return Err(Malformed),
    };
    for (name, values) in headers {
        if let Ok(name) = HeaderName::try_from(name.as_str()) {
            response.headers_mut().remove(name);
        }
        for value in values.as_array().ok_or(Malformed)? {
            append(response, name, value)?;
        }
    }
    Ok(())
}

fn append(response: &mut Response<Body>, name: &str, value: &Value) -> Result<(), Malformed> {
    let text = match value {
        Value::String(text) => text.clone(),
        Value::Number(_) | Value::Bool(_) => value.to_string(),
        Value::Null => return Ok(()),
        _ => return Err(Malformed),
    };
    let name = HeaderName::try_from(name).map_err(|_| Malformed)?;
    let value = HeaderValue::from_str(&text).or_else(|_| HeaderValue::from_bytes(text.as_bytes()));
    let value = value.map_err(|_| Malformed)?;
    if name == header::TRANSFER_ENCODING {
        return Ok(());
    }
    let name = if REMAPPED.contains(&name) {
        HeaderName::try_from(format!("x-amzn-remapped-{name}")).map_err(|_| Malformed)?
    } else {
        name
    };
    response.headers_mut().append(name, value);
    Ok(())
}

/// The content type, set to `default` where the function gave none.
fn content_type(response: &mut Response<Body>, default: &'static str) -> String {
    let value = response.headers_mut().entry(header::CONTENT_TYPE);
    let value = value.or_insert(HeaderValue::from_static(default));
    String::from_utf8_lossy(value.as_bytes()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn body(response: &Response<Body>) -> String {
        String::from_utf8_lossy(response.body().as_bytes().unwrap()).into_owned()
    }

    #[test]
    fn a_proxy_answer_needs_a_status_and_a_text_body() {
        let ok = version_1(br#"{"statusCode":201,"headers":{"X-A":"1"},"body":"hi"}"#, |_| false).unwrap();
        assert_eq!((ok.status().as_u16(), body(&ok).as_str()), (201, "hi"));
        assert_eq!(ok.headers()["x-a"], "1");
        for bad in [
            r#""text""#,
            "{}",
            r#"{"statusCode":200,"body":{}}"#,
            r#"{"statusCode":"x"}"#,
            r#"{"statusCode":200,"extra":1}"#,
        ] {
            assert!(version_1(bad.as_bytes(), |_| false).is_err(), "{bad}");
        }
    }

    #[test]
    fn payload_2_infers_an_answer_from_any_json() {
        let plain = version_2(br#"{"a":1}"#).unwrap();
        assert_eq!((plain.status().as_u16(), body(&plain).as_str()), (200, r#"{"a":1}"#));
        assert_eq!(body(&version_2(br#""text""#).unwrap()), "text");
        let full =
            version_2(br#"{"statusCode":200,"cookies":["a=1","b=2"],"body":"aGk=","isBase64Encoded":true}"#)
                .unwrap();
        assert_eq!(body(&full), "hi");
        assert_eq!(full.headers().get_all("set-cookie").iter().count(), 2);
    }

    #[test]
    fn headers_of_the_gateway_are_renamed_and_multi_values_win() {
        let answer =
            br#"{"statusCode":200,"headers":{"Date":"x","A":"1"},"multiValueHeaders":{"A":["2","3"]}}"#;
        let response = version_1(answer, |_| false).unwrap();
        assert_eq!(response.headers()["x-amzn-remapped-date"], "x");
        assert_eq!(response.headers().get_all("a").iter().collect::<Vec<_>>(), ["2", "3"]);
    }
}
