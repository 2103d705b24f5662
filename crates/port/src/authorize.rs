//! Authorization: what an operation asks, and the answer (IAM User Guide, "Policy evaluation logic").

use wire_codec::ApiError;

use crate::{BoxFuture, RequestContext};

/// What is to be allowed: an action on a resource, with what the resource's side adds.
#[derive(Clone, Debug, Default)]
pub struct Access<'a> {
    /// `service:Action`, as policies name it; not always the operation's name (`s3:ListBucket`).
    pub action: &'a str,
    /// The resource's ARN, or `*` for actions without a resource.
    pub resource: &'a str,
    /// The account that owns the resource, where the ARN does not say (S3) or it differs from the request's.
    pub resource_account: Option<&'a str>,
    /// The policy attached to the resource, as JSON text (bucket, queue, function, role trust policy, ...).
    pub resource_policy: Option<&'a str>,
    /// Condition keys of the service and their values, such as (`s3:prefix`, `photos/`).
    pub keys: Vec<(&'a str, String)>,
}

impl<'a> Access<'a> {
    pub fn new(action: &'a str, resource: &'a str) -> Self {
        Self { action, resource, ..Self::default() }
    }

    pub fn owned_by(mut self, account: &'a str) -> Self {
        self.resource_account = Some(account);
        self
    }

    pub fn with_policy(mut self, policy: Option<&'a str>) -> Self {
        self.resource_policy = policy;
        self
    }

    pub fn with_key(mut self, key: &'a str, value: impl Into<String>) -> Self {
        self.keys.push((key, value.into()));
        self
    }
}

/// Implemented by IAM.
pub trait Authorizer: Send + Sync {
    fn authorize<'a>(
        &'a self,
        cx: &'a RequestContext,
        access: Access<'a>,
    ) -> BoxFuture<'a, Result<(), AccessDenied>>;
}

/// Implemented by IAM: for services that store a resource's policy.
pub trait PolicyChecker: Send + Sync {
    /// Whether the text is a policy of a resource: each statement has principal, action and resource, all of known form.
    /// The error says what is wrong, in IAM's words.
    fn check_resource_policy(&self, policy: &str) -> Result<(), String>;
}

/// The caller may not do this. The message is AWS's: it names principal, action, resource and the reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccessDenied {
    pub action: String,
    pub message: String,
}

impl From<AccessDenied> for ApiError {
    /// The code and status differ by service; the action's prefix tells which.
    fn from(denied: AccessDenied) -> Self {
        let service = denied.action.split(':').next().unwrap_or_default();
        let (code, status) = match service {
            "s3" | "iam" | "sts" | "cloudformation" | "sqs" | "sns" => ("AccessDenied", 403),
            "dynamodb" | "logs" | "ssm" | "kinesis" | "events" => ("AccessDeniedException", 400),
            _ => ("AccessDeniedException", 403),
        };
        ApiError::new(code, status, denied.message)
    }
}
