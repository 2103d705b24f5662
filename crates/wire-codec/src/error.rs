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
    pub code: Cow<'static, str>,
    pub status: u16,
    pub message: String,
    /// The query protocol's code, where it differs (`AWS.SimpleQueueService.NonExistentQueue`).
    pub query_code: Option<Cow<'static, str>>,
    /// The members of a modelled error shape.
    pub detail: Option<Arc<dyn Structure>>,
    /// Further text members of the body: S3's `BucketName`, `Key`, `Resource`.
    pub extra: Vec<(&'static str, String)>,
    /// Further headers: `ETag` with 304, `Retry-After`.
    pub headers: Vec<(&'static str, String)>,
    /// Raised by the codec itself, not by the service: parsing, validation, routing.
    pub framework: bool,
}

impl ApiError {
    /// `code` as the protocols write it, without namespace; `message` as AWS words it.
    pub fn new(code: impl Into<Cow<'static, str>>, status: u16, message: impl Into<String>) -> Self {
        Self {
            code: code.into(),
            status,
            message: message.into(),
            query_code: None,
            detail: None,
            extra: Vec::new(),
            headers: Vec::new(),
            framework: false,
        }
    }

    /// The honest refusal of what isn't built: `NotImplemented`, 501, "Haneul does not offer `what` yet". `what` names an
    /// operation (`sqs:AddPermission`), a parameter or a resource type.
    pub fn not_implemented(what: impl fmt::Display) -> Self {
        Self::new("NotImplemented", 501, format!("Haneul does not offer {what} yet"))
    }

    /// An unexpected failure: `InternalFailure`, 500. Log the cause before: the caller must not see it.
    pub fn internal() -> Self {
        Self::new(
            "InternalFailure",
            500,
            "The request processing has failed because of an unknown error, exception or failure.",
        )
    }

    /// From a modelled error shape: code, status and message are taken from its schema and members.
    pub fn from_shape(shape: impl Structure + 'static) -> Self {
        let schema = shape.schema();
        let (code, status, query_code) =
            schema.error.map_or((schema.name, 400, None), |e| (e.code, e.status, e.query_code));
        let mut error = Self::new(code, status, message_of(&shape).unwrap_or_default());
        error.query_code = query_code.map(Cow::Borrowed);
        error.detail = Some(Arc::new(shape));
        error
    }

    /// Adds a text member to the body (S3: `Resource`, `BucketName`, ...).
    #[must_use]
    pub fn with(mut self, member: &'static str, text: impl Into<String>) -> Self {
        self.extra.push((member, text.into()));
        self
    }

    /// Adds a header to the answer.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// Sets the query protocol's code.
    #[must_use]
    pub fn with_query_code(mut self, code: impl Into<Cow<'static, str>>) -> Self {
        self.query_code = Some(code.into());
        self
    }

    /// The caller's fault, by status.
    pub fn is_sender(&self) -> bool {
        self.status < 500
    }

    pub(crate) fn framework(code: &'static str, status: u16, message: impl Into<String>) -> Self {
        let mut error = Self::new(code, status, message);
        error.framework = true;
        error
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
            .field("extra", &self.extra)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for ApiError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({}): {}", self.code, self.status, self.message)
    }
}

impl std::error::Error for ApiError {}
