//! The error every operation returns, and errors of reading requests.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

use crate::schema::Kind;
use crate::value::{Structure, View};

/// An AWS error: code, status and message, and what some errors carry besides. The writer adds the request id and the
/// protocol's form.
#[derive(Clone)]
pub struct ApiError {
    /// As the protocols write it, without namespace.
    pub code: Cow<'static, str>,
    pub status: u16,
    /// As AWS words it.
    pub message: String,
    /// What few errors carry; boxed to keep results small.
    more: Option<Box<More>>,
}

#[derive(Clone, Default)]
struct More {
    query_code: Option<Cow<'static, str>>,
    detail: Option<Arc<dyn Structure>>,
    extra: Vec<(&'static str, String)>,
    headers: Vec<(&'static str, String)>,
    framework: bool,
}

impl ApiError {
    /// `code` as the protocols write it, without namespace; `message` as AWS words it.
    pub fn new(code: impl Into<Cow<'static, str>>, status: u16, message: impl Into<String>) -> Self {
        Self { code: code.into(), status, message: message.into(), more: None }
    }

    /// The honest refusal of what isn't built: `NotImplemented`, 501, "Haneul does not offer `what` yet". `what` names an
    /// operation (`sqs:AddPermission`), a parameter or a resource type.
    pub fn not_implemented(what: impl fmt::Display) -> Self {
        Self::new("NotImplemented", 501, format!("Haneul does not offer {what} yet"))
    }

    /// An unexpected failure: `InternalFailure`, 500. Log the cause before: the caller must not see it.
    pub fn internal() -> Self {
        let text = "The request processing has failed because of an unknown error, exception or failure.";
        Self::new("InternalFailure", 500, text)
    }

    /// From a modelled error shape: code, status and message are taken from its schema and members.
    pub fn from_shape(shape: impl Structure + 'static) -> Self {
        let schema = shape.schema();
        let (code, status, query_code) =
            schema.error.map_or((schema.name, 400, None), |e| (e.code, e.status, e.query_code));
        let mut error = Self::new(code, status, message_of(&shape).unwrap_or_default());
        let more = error.more();
        more.query_code = query_code.map(Cow::Borrowed);
        more.detail = Some(Arc::new(shape));
        error
    }

    /// Adds a text member to the body (S3: `Resource`, `BucketName`, ...).
    #[must_use]
    pub fn with(mut self, member: &'static str, text: impl Into<String>) -> Self {
        self.more().extra.push((member, text.into()));
        self
    }

    /// Adds a header to the answer: `ETag` with 304, `Retry-After`.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.more().headers.push((name, value.into()));
        self
    }

    /// Sets the query protocol's code, where it differs (`AWS.SimpleQueueService.NonExistentQueue`).
    #[must_use]
    pub fn with_query_code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.more().query_code = Some(code.into());
        self
    }

    /// The caller's fault, by status.
    pub fn is_sender(&self) -> bool {
        self.status < 500
    }

    /// The query protocol's code, where it differs from `code`.
    pub fn query_code(&self) -> Option<&str> {
        self.more.as_ref()?.query_code.as_deref()
    }

    /// The modelled error shape this error was made from.
    pub fn detail(&self) -> Option<&dyn Structure> {
        self.more.as_ref()?.detail.as_deref()
    }

    /// Text members added by `with`.
    pub fn extra(&self) -> &[(&'static str, String)] {
        self.more.as_ref().map_or(&[], |m| &m.extra)
    }

    /// Headers added by `with_header`.
    pub fn headers(&self) -> &[(&'static str, String)] {
        self.more.as_ref().map_or(&[], |m| &m.headers)
    }

    /// Raised by the codec or the front door, not by the service: parsing, validation, routing, signatures. Its `__type`
    /// bears the framework's namespace.
    pub fn framework(code: impl Into<Cow<'static, str>>, status: u16, message: impl Into<String>) -> Self {
        let mut error = Self::new(code, status, message);
        error.more().framework = true;
        error
    }

    /// Whether it was made by `framework`.
    pub fn is_framework(&self) -> bool {
        self.more.as_ref().is_some_and(|m| m.framework)
    }

    fn more(&mut self) -> &mut More {
        self.more.get_or_insert_default()
    }
}

/// The text of an error shape's message member, whatever its case.
fn message_of(shape: &dyn Structure) -> Option<String> {
    let members = shape.schema().members;
    let index = members
        .iter()
        .position(|m| m.target.kind == Kind::String && m.name.eq_ignore_ascii_case("message"))?;
    match shape.member(index) {
        View::Str(text) => Some(text.to_owned()),
        _ => None,
    }
}

impl fmt::Debug for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ApiError")
            .field("code", &self.code)
            .field("status", &self.status)
            .field("message", &self.message)
            .field("extra", &self.extra())
            .finish_non_exhaustive()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.status, self.message)
    }
}

impl std::error::Error for ApiError {}
