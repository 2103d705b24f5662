//! Who calls, from where, about which account and region: what every operation is told of its request.

use std::net::IpAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use base_time::Timestamp;

use crate::authorize::{Access, AccessDenied, Authorizer};

/// Who a request acts as (IAM User Guide, "AWS JSON policy elements: Principal").
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Principal {
    /// The account's root user: everything in its own account is allowed.
    Root {
        account: String,
    },
    User {
        account: String,
        name: String,
        arn: String,
        id: String,
        access_key_id: String,
    },
    /// A session of a role: `arn` is the session's (`arn:aws:sts::…:assumed-role/role/session`).
    AssumedRole {
        account: String,
        role_arn: String,
        session_name: String,
        arn: String,
        /// `AROA…:session`, as `aws:userid` and GetCallerIdentity show it.
        id: String,
        access_key_id: String,
        /// Session policies given to AssumeRole: each narrows what the role allows.
        session_policies: Vec<String>,
    },
    /// One of the platform's services acting for itself, such as `s3.amazonaws.com` invoking a function.
    Service {
        name: String,
        source_arn: Option<String>,
        source_account: Option<String>,
    },
    /// An unsigned request.
    Anonymous,
}

impl Principal {
    /// The account it belongs to; none for services and anonymous callers.
    pub fn account(&self) -> Option<&str> {
        match self {
            Self::Root { account } | Self::User { account, .. } | Self::AssumedRole { account, .. } => {
                Some(account)
            }
            Self::Service { .. } | Self::Anonymous => None,
        }
    }

    /// As `aws:PrincipalArn` and AccessDenied texts name it.
    pub fn arn(&self) -> String {
        match self {
            Self::Root { account } => format!("arn:aws:iam::{account}:root"),
            Self::User { arn, .. } | Self::AssumedRole { arn, .. } => arn.clone(),
            Self::Service { name, .. } => name.clone(),
            Self::Anonymous => "anonymous".to_owned(),
        }
    }
}

/// Where a request came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestSource {
    /// None for calls made inside the platform.
    pub ip: Option<IpAddr>,
    pub user_agent: Option<String>,
    /// `scheme://authority` the caller used, for answers that carry URLs (SQS queue URLs, API endpoints).
    pub endpoint: String,
    pub is_tls: bool,
}

/// What an operation knows of its request. Cheap to clone.
#[derive(Clone)]
pub struct RequestContext(Arc<Inner>);

struct Inner {
    account: String,
    region: String,
    request_id: String,
    time: Timestamp,
    principal: Principal,
    source: RequestSource,
    authorizer: Arc<dyn Authorizer>,
    decided: AtomicBool,
}

impl RequestContext {
    /// `account` is the account whose resources the request is about: the caller's own, unless the operation names another.
    pub fn new(
        principal: Principal,
        account: String,
        region: String,
        request_id: String,
        time: Timestamp,
        source: RequestSource,
        authorizer: Arc<dyn Authorizer>,
    ) -> Self {
        let decided = AtomicBool::new(false);
        Self(Arc::new(Inner { account, region, request_id, time, principal, source, authorizer, decided }))
    }

    /// The same request made by another principal (a role a service has assumed, a service acting for itself).
    pub fn acting_as(&self, principal: Principal) -> Self {
        Self(Arc::new(Inner {
            account: principal.account().unwrap_or(&self.0.account).to_owned(),
            region: self.0.region.clone(),
            request_id: self.0.request_id.clone(),
            time: self.0.time,
            principal,
            source: RequestSource { endpoint: self.0.source.endpoint.clone(), ..RequestSource::default() },
            authorizer: self.0.authorizer.clone(),
            decided: AtomicBool::new(false),
        }))
    }

    /// Twelve digits.
    pub fn account(&self) -> &str {
        &self.0.account
    }

    pub fn region(&self) -> &str {
        &self.0.region
    }

    pub fn request_id(&self) -> &str {
        &self.0.request_id
    }

    /// When the request arrived. Operations take "now" from here, so that one request sees one time.
    pub fn time(&self) -> Timestamp {
        self.0.time
    }

    pub fn principal(&self) -> &Principal {
        &self.0.principal
    }

    pub fn source(&self) -> &RequestSource {
        &self.0.source
    }

    /// `arn:aws:{service}:{region}:{account}:{resource}` in this request's region and account.
    pub fn arn(&self, service: &str, resource: &str) -> String {
        format!("arn:aws:{service}:{}:{}:{resource}", self.0.region, self.0.account)
    }

    /// Decides whether the caller may do this; every operation asks before it reads or changes anything.
    pub async fn authorize(&self, access: Access<'_>) -> Result<(), AccessDenied> {
        self.0.decided.store(true, Ordering::Relaxed);
        self.0.authorizer.authorize(self, access).await
    }

    /// States that the operation is open to every authenticated caller (such as GetCallerIdentity).
    pub fn needs_no_permission(&self) {
        self.0.decided.store(true, Ordering::Relaxed);
    }

    /// Whether authorization was decided. The server refuses to answer success where it was not.
    pub fn is_decided(&self) -> bool {
        self.0.decided.load(Ordering::Relaxed)
    }
}
