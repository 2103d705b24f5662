//! On whose behalf an operation runs, kept with it so that a restart goes on as the same principal.

use std::sync::Arc;

use base_time::Timestamp;
use port::{Authorizer, Principal, RequestContext, RequestSource};
use serde::{Deserialize, Serialize};

/// Who executed a stack operation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Caller {
    account: String,
    region: String,
    request_id: String,
    endpoint: String,
    principal: StoredPrincipal,
}

/// `port::Principal`, stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
enum StoredPrincipal {
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
    AssumedRole {
        account: String,
        role_arn: String,
        session_name: String,
        arn: String,
        id: String,
        access_key_id: String,
        session_policies: Vec<String>,
    },
    Service {
        name: String,
        source_arn: Option<String>,
        source_account: Option<String>,
    },
    Anonymous,
}

impl Caller {
    pub fn of(cx: &RequestContext) -> Self {
        Self {
            account: cx.account().to_owned(),
            region: cx.region().to_owned(),
            request_id: cx.request_id().to_owned(),
            endpoint: cx.source().endpoint.clone(),
            principal: StoredPrincipal::from(cx.principal().clone()),
        }
    }

    /// A context of the caller at another time.
    pub fn context(&self, now: Timestamp, authorizer: Arc<dyn Authorizer>) -> RequestContext {
        RequestContext::new(
            self.principal.clone().into(),
            self.account.clone(),
            self.region.clone(),
            self.request_id.clone(),
            now,
            RequestSource { endpoint: self.endpoint.clone(), ..RequestSource::default() },
            authorizer,
        )
    }
}

impl From<Principal> for StoredPrincipal {
    fn from(principal: Principal) -> Self {
        match principal {
            Principal::Root { account } => Self::Root { account },
            Principal::User { account, name, arn, id, access_key_id } => {
                Self::User { account, name, arn, id, access_key_id }
            }
            Principal::AssumedRole {
                account,
                role_arn,
                session_name,
                arn,
                id,
                access_key_id,
                session_policies,
            } => Self::AssumedRole {
                account,
                role_arn,
                session_name,
                arn,
                id,
                access_key_id,
                session_policies,
            },
            Principal::Service { name, source_arn, source_account } => {
                Self::Service { name, source_arn, source_account }
            }
            Principal::Anonymous => Self::Anonymous,
        }
    }
}

impl From<StoredPrincipal> for Principal {
    fn from(stored: StoredPrincipal) -> Self {
        use StoredPrincipal as S;
        match stored {
            S::Root { account } => Self::Root { account },
            S::User { account, name, arn, id, access_key_id } => {
                Self::User { account, name, arn, id, access_key_id }
            }
            S::AssumedRole { account, role_arn, session_name, arn, id, access_key_id, session_policies } => {
                Self::AssumedRole {
                    account,
                    role_arn,
                    session_name,
                    arn,
                    id,
                    access_key_id,
                    session_policies,
                }
            }
            S::Service { name, source_arn, source_account } => {
                Self::Service { name, source_arn, source_account }
            }
            S::Anonymous => Self::Anonymous,
        }
    }
}
