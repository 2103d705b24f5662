//! One connection of a runtime: requests in, state changed, answers out.

use std::io;

use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};

use super::request::{BodyRead, Head, Length, Reader};
use super::state::Refusal;
use super::{Invocation, MAX_RESPONSE_BYTES, RuntimeEvent, Shared};

const ROOT: &str = "/2018-06-01/runtime/";

/// What is answered to a request other than a successful `next`.
struct Answer {
    status: &'static str,
    body: String,
}

impl Answer {
    fn accepted() -> Self {
        Self { status: "202 Accepted", body: "{\"status\":\"OK\"}\n".to_owned() }
    }

    fn error(status: &'static str, error_type: &str, message: &str) -> Self {
        let body = serde_json::json!({ "errorMessage": message, "errorType": error_type });
        Self { status, body: format!("{body}\n") }
    }
}

impl From<Refusal> for Answer {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::UnknownRequestId => {
                Self::error("400 Bad Request", "InvalidRequestID", "Invalid request ID")
            }
            Refusal::InvalidTransition => {
                let message = "State transition is not allowed";
                Self::error("403 Forbidden", "InvalidStateTransition", message)
            }
        }
    }
}

/// Serves until the client leaves or misbehaves.
pub(super) async fn serve(stream: TcpStream, shared: &Shared) {
    // Answers are small and awaited; without effect on correctness if refused.
    let _ = stream.set_nodelay(true);
    let (read, write) = stream.into_split();
    let mut connection = Connection { reader: Reader::new(read), write, shared };
    if let Err(error) = connection.run().await
        && error.kind() == io::ErrorKind::InvalidData
    {
        let answer = Answer::error("400 Bad Request", "InvalidRequest", &error.to_string());
        // The client may be gone.
        let _ = connection.answer(&answer, false).await;
    }
}

struct Connection<'a> {
    reader: Reader<OwnedReadHalf>,
    write: OwnedWriteHalf,
    shared: &'a Shared,
}

enum Route<'a> {
    Next,
    Response(&'a str),
    Error(&'a str),
    InitError,
    Extension,
    Unknown,
}

fn route(head: &Head) -> Route<'_> {
    if head.path.starts_with("/2020-01-01/extension") || head.path.starts_with("/2022-07-01/telemetry") {
        return Route::Extension;
    }
    let Some(rest) = head.path.strip_prefix(ROOT) else { return Route::Unknown };
    match (head.method.as_str(), rest) {
        ("GET", "invocation/next") => Route::Next,
        ("POST", "init/error") => Route::InitError,
        ("POST", rest) => {
            let id_and_verb = rest.strip_prefix("invocation/").and_then(|rest| rest.split_once('/'));
            match id_and_verb {
                Some((id, "response")) => Route::Response(id),
                Some((id, "error")) => Route::Error(id),
                _ => Route::Unknown,
            }
        }
        _ => Route::Unknown,
    }
}

impl Connection<'_> {
    async fn run(&mut self) -> io::Result<()> {
        while let Some(head) = self.reader.head().await? {
            let keep_alive = head.keep_alive;
            match route(&head) {
                Route::Next => self.next(&head).await?,
                Route::Response(_) if head.streaming => {
                    let message = "response streaming is not built; answer with a whole body";
                    self.refuse(
                        &head,
                        Answer::error("501 Not Implemented", "Runtime.StreamingNotBuilt", message),
                    )
                    .await?;
                }
                Route::Response(id) => self.response(id, &head).await?,
                Route::Error(id) => self.error(id, &head).await?,
                Route::InitError => self.init_error(&head).await?,
                Route::Extension => {
                    let message = "the Extensions and Telemetry APIs are not built";
                    self.refuse(&head, Answer::error("501 Not Implemented", "Extension.NotBuilt", message))
                        .await?;
                }
                Route::Unknown => {
                    self.refuse(&head, Answer::error("404 Not Found", "NotFound", "no such resource"))
                        .await?;
                }
            }
            if !keep_alive {
                return Ok(());
            }
        }
        Ok(())
    }

    async fn next(&mut self, head: &Head) -> io::Result<()> {
        self.reader.body(head.length, 0).await?;
        let polled = self.shared.state.lock().next();
        let invocation = match polled {
            Err(refusal) => return self.answer(&refusal.into(), head.keep_alive).await,
            Ok(waiting) => {
                self.tell(RuntimeEvent::Waiting).await;
                tokio::select! {
                    biased;
                    invocation = waiting => invocation,
                    // A client that leaves or talks while it waits is no longer waiting.
                    _ = self.reader.head() => return Err(io::ErrorKind::ConnectionReset.into()),
                }
            }
        };
        match invocation {
            Ok(invocation) => self.send_invocation(&invocation).await,
            // The environment was reset meanwhile.
            Err(_) => Err(io::ErrorKind::ConnectionReset.into()),
        }
    }

    async fn send_invocation(&mut self, invocation: &Invocation) -> io::Result<()> {
        let mut message = invocation_head(invocation).into_bytes();
        if message.len() + invocation.payload.len() <= 64 * 1024 {
            message.extend_from_slice(&invocation.payload);
            return self.write.write_all(&message).await;
        }
        self.write.write_all(&message).await?;
        self.write.write_all(&invocation.payload).await
    }

    async fn response(&mut self, id: &str, head: &Head) -> io::Result<()> {
        if let Some(body) = self.begin(id, head).await? {
            let (event, answer) = match body {
                BodyRead::Whole(payload) => {
                    (RuntimeEvent::Response { request_id: id.to_owned(), payload }, Answer::accepted())
                }
                BodyRead::TooLong => {
                    (RuntimeEvent::ResponseTooLarge { request_id: id.to_owned() }, too_large())
                }
            };
            self.tell(event).await;
            self.answer(&answer, head.keep_alive).await?;
        }
        Ok(())
    }

    async fn error(&mut self, id: &str, head: &Head) -> io::Result<()> {
        if let Some(body) = self.begin(id, head).await? {
            let (request_id, error_type) = (id.to_owned(), head.error_type.clone());
            let (event, answer) = match body {
                BodyRead::Whole(payload) => {
                    (RuntimeEvent::Error { request_id, error_type, payload }, Answer::accepted())
                }
                BodyRead::TooLong => (RuntimeEvent::ResponseTooLarge { request_id }, too_large()),
            };
            self.tell(event).await;
            self.answer(&answer, head.keep_alive).await?;
        }
        Ok(())
    }

    /// Claims the invoke and reads the body. `None`: refused, and the client was told.
    async fn begin(&mut self, id: &str, head: &Head) -> io::Result<Option<BodyRead>> {
        let begun = self.shared.state.lock().begin_answer(id);
        if let Err(refusal) = begun {
            self.refuse(head, refusal.into()).await?;
            return Ok(None);
        }
        let body = self.body(head).await;
        let mut state = self.shared.state.lock();
        match body {
            Ok(body) => {
                state.end_answer(id);
                Ok(Some(body))
            }
            Err(error) => {
                state.abandon_answer(id);
                Err(error)
            }
        }
    }

    async fn init_error(&mut self, head: &Head) -> io::Result<()> {
        let begun = self.shared.state.lock().init_error();
        if let Err(refusal) = begun {
            return self.refuse(head, refusal.into()).await;
        }
        let payload = match self.body(head).await? {
            BodyRead::Whole(payload) => payload,
            BodyRead::TooLong => bytes::Bytes::new(),
        };
        self.tell(RuntimeEvent::InitError { error_type: head.error_type.clone(), payload }).await;
        self.answer(&Answer::accepted(), head.keep_alive).await
    }

    async fn body(&mut self, head: &Head) -> io::Result<BodyRead> {
        let too_long = matches!(head.length, Length::Bytes(n) if n > MAX_RESPONSE_BYTES as u64);
        if head.expects_continue && !too_long {
            self.write.write_all(b"HTTP/1.1 100 Continue\r\n\r\n").await?;
        }
        if head.expects_continue && too_long {
            // It will not be sent.
            return Ok(BodyRead::TooLong);
        }
        self.reader.body(head.length, MAX_RESPONSE_BYTES).await
    }

    /// Throws the body away and answers.
    async fn refuse(&mut self, head: &Head, answer: Answer) -> io::Result<()> {
        if head.expects_continue {
            self.answer(&answer, false).await?;
            return Err(io::ErrorKind::ConnectionReset.into());
        }
        self.reader.body(head.length, 0).await?;
        self.answer(&answer, head.keep_alive).await
    }

    async fn answer(&mut self, answer: &Answer, keep_alive: bool) -> io::Result<()> {
        let connection = if keep_alive { "" } else { "Connection: close\r\n" };
        let text = format!(
            "HTTP/1.1 {}\r\nContent-Type: application/json\r\nContent-Length: {}\r\n{connection}\r\n{}",
            answer.status,
            answer.body.len(),
            answer.body
        );
        self.write.write_all(text.as_bytes()).await
    }

    async fn tell(&self, event: RuntimeEvent) {
        // The environment may be ending: nobody listens then.
        let _ = self.shared.events.send(event).await;
    }
}

fn too_large() -> Answer {
    let message = format!("Exceeded maximum allowed payload size ({MAX_RESPONSE_BYTES} bytes).");
    Answer::error("413 Payload Too Large", "RequestEntityTooLarge", &message)
}

fn invocation_head(invocation: &Invocation) -> String {
    use std::fmt::Write;
    let mut head = format!(
        "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nLambda-Runtime-Aws-Request-Id: {}\r\n\
         Lambda-Runtime-Deadline-Ms: {}\r\nLambda-Runtime-Invoked-Function-Arn: {}\r\n",
        invocation.request_id, invocation.deadline_ms, invocation.invoked_function_arn
    );
    for (name, value) in [
        ("Trace-Id", &invocation.trace_id),
        ("Client-Context", &invocation.client_context),
        ("Cognito-Identity", &invocation.cognito_identity),
    ] {
        if let Some(value) = value {
            // A header is one line; JSON text means the same without its line ends.
            let line: String = value.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
            // Writing to a String cannot fail.
            let _ = write!(head, "Lambda-Runtime-{name}: {line}\r\n");
        }
    }
    let _ = write!(head, "Content-Length: {}\r\n\r\n", invocation.payload.len());
    head
}
