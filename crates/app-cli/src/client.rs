//! A small AWS client for the commands: signs, sends, reads the whole answer. One connection a request.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use base_time::Clock;
use bytes::Bytes;
use http::{HeaderName, HeaderValue, Method, Request, Response, Uri, header};
use http_body_util::{BodyExt, Full};
use hyper_util::rt::TokioIo;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::Value;
use tokio::net::TcpStream;
use wire_auth::{SignedPayload, SigningCredentials, sign};

use crate::settings::Target;
use crate::xml::Element;

/// A synchronous invoke may take a function's whole timeout.
const LIMIT: Duration = Duration::from_secs(910);
/// Answers above this size are refused, in bytes.
const ANSWER: usize = 64 << 20;
/// RFC 3986 unreserved characters stay.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Percent-encodes one path segment or query value.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

pub struct Client {
    target: Target,
    authority: String,
    clock: Clock,
}

impl Client {
    pub fn new(target: Target, clock: Clock) -> Result<Self> {
        let uri: Uri =
            target.endpoint.parse().with_context(|| format!("{} is not a URL", target.endpoint))?;
        if uri.scheme_str() != Some("http") {
            bail!(
                "{}: this command speaks plain HTTP to a server on this machine or network",
                target.endpoint
            );
        }
        let host = uri.host().context("the endpoint has no host")?;
        let authority = format!("{host}:{}", uri.port_u16().unwrap_or(80));
        Ok(Self { target, authority, clock })
    }

    pub fn endpoint(&self) -> &str {
        self.target.endpoint.trim_end_matches('/')
    }

    pub fn region(&self) -> &str {
        &self.target.region
    }

    /// A call of the query protocol.
    pub async fn query(
        &self,
        service: &str,
        version: &str,
        action: &str,
        form: &[(&str, &str)],
    ) -> Result<Element> {
        let mut body = format!("Action={action}&Version={version}");
        for (name, value) in form {
            body.push_str(&format!("&{}={}", encode(name), encode(value)));
        }
        let headers = [("content-type", "application/x-www-form-urlencoded; charset=utf-8")];
        let answer = self.send(service, Method::POST, "/", &headers, body.into()).await?;
        Element::parse(std::str::from_utf8(answer.body())?)
    }

    /// A call of the JSON protocols.
    pub async fn json(
        &self,
        service: &str,
        target: &str,
        operation: &str,
        version: &str,
        input: &Value,
    ) -> Result<Value> {
        let content_type = format!("application/x-amz-json-{version}");
        let operation = format!("{target}.{operation}");
        let headers = [("content-type", content_type.as_str()), ("x-amz-target", operation.as_str())];
        let answer =
            self.send(service, Method::POST, "/", &headers, serde_json::to_vec(input)?.into()).await?;
        serde_json::from_slice(answer.body()).context("the answer is not JSON")
    }

    /// An unsigned request for the platform's own pages.
    pub async fn plain(&self, method: Method, path: &str) -> Result<Value> {
        let request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.authority)
            .body(Full::new(Bytes::new()))?;
        let answer = self.exchange(request).await?;
        serde_json::from_slice(answer.body()).context("the answer is not JSON")
    }

    /// Signs and sends; an answer of 400 or above is an error with AWS's code and message.
    pub async fn send(
        &self,
        service: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Response<Bytes>> {
        let answer = self.try_send(service, method, path, headers, body).await?;
        if answer.status().as_u16() >= 400 {
            bail!("{}", error_text(&answer));
        }
        Ok(answer)
    }

    /// Signs and sends; any answer is fine.
    pub async fn try_send(
        &self,
        service: &str,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: Bytes,
    ) -> Result<Response<Bytes>> {
        let mut request =
            Request::builder().method(method).uri(path).header(header::HOST, &self.authority).body(())?;
        for (name, value) in headers {
            request.headers_mut().insert(HeaderName::try_from(*name)?, HeaderValue::from_str(value)?);
        }
        let credentials = SigningCredentials {
            access_key_id: self.target.access_key_id.clone(),
            secret_access_key: self.target.secret_access_key.clone(),
            session_token: self.target.session_token.clone(),
        };
        let (mut parts, ()) = request.into_parts();
        let payload = SignedPayload::Bytes(&body);
        sign(&mut parts, &credentials, &self.target.region, service, self.clock.now(), payload);
        self.exchange(Request::from_parts(parts, Full::new(body))).await
    }

    async fn exchange(&self, request: Request<Full<Bytes>>) -> Result<Response<Bytes>> {
        let work = async {
            let stream = TcpStream::connect(&self.authority)
                .await
                .with_context(|| format!("no server answers at {}", self.target.endpoint))?;
            let (mut sender, connection) =
                hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
            let connection = tokio::spawn(connection);
            let answer = sender.send_request(request).await?;
            let (parts, body) = answer.into_parts();
            let body = http_body_util::Limited::new(body, ANSWER)
                .collect()
                .await
                .map_err(|error| anyhow::anyhow!("the answer could not be read: {error}"))?;
            drop(sender);
            connection.abort();
            Ok(Response::from_parts(parts, body.to_bytes()))
        };
        self.clock.timeout(LIMIT, work).await.context("the server did not answer in time")?
    }
}

/// `Code: message` of an error answer in JSON or XML.
fn error_text(answer: &Response<Bytes>) -> String {
    let body = answer.body();
    if let Ok(value) = serde_json::from_slice::<Value>(body) {
        let header = answer.headers().get("x-amzn-errortype").and_then(|v| v.to_str().ok());
        let code = value["__type"].as_str().or(header).unwrap_or("error");
        let code = code.rsplit('#').next().unwrap_or(code);
        let message = value["message"].as_str().or(value["Message"].as_str()).unwrap_or_default();
        return format!("{code}: {message}");
    }
    let text = String::from_utf8_lossy(body);
    match Element::parse(&text).ok().and_then(|root| root.find("Error")) {
        Some(error) => format!("{}: {}", error.text("Code"), error.text("Message")),
        None => format!("the server answered {}", answer.status()),
    }
}
