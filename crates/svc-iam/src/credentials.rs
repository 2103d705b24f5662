//! Access keys and sessions: who a signature's key belongs to, and making new ones.

use std::time::Duration;

use base_time::Timestamp;
use port::{Access, BoxFuture, Principal, RoleAssumer, RoleCredentials};
use store_table::TableError;
use wire_auth::AuthError;
use wire_codec::ApiError;

use crate::Iam;
use crate::error::{Fault, service_failure};
use crate::model::{Entity, split_arn};
use crate::policy::{Decision, Facts, PolicySet, Request, evaluate};
use crate::session::{Session, Who};
use crate::tables::{ROLES, RoleRow, USERS, UserRow};

/// The account of callers that `--dev` lets in without a key.
pub const DEV_ACCOUNT: &str = "000000000000";
/// How long a service's session of a role lasts; the longest AWS allows.
const SERVICE_SESSION: Duration = Duration::from_secs(12 * 3600);

/// Whose key it is, and the secret the signature must have been made with.
#[derive(Clone, PartialEq, Eq)]
pub struct Resolved {
    pub secret_access_key: String,
    pub principal: Principal,
    /// False for keys that only `--dev` accepts: there is no secret to verify with.
    pub is_verifiable: bool,
}

impl std::fmt::Debug for Resolved {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Resolved").field("principal", &self.principal).finish_non_exhaustive()
    }
}

/// A session's keys.
pub(crate) struct SessionKeys {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: String,
    pub expires: Timestamp,
}

/// An access key in full.
#[derive(Clone, PartialEq, Eq)]
pub struct RootCredentials {
    pub account: String,
    pub access_key_id: String,
    pub secret_access_key: String,
}

impl Iam {
    /// Finds the caller. Long-lived keys come from the store (kept in memory until IAM changes); sessions are read from
    /// their token, and their user or role must still be there.
    ///
    /// # Errors
    /// `UnknownAccessKey`, `InvalidToken`, `ExpiredToken`. A store that cannot be read refuses as `UnknownAccessKey`.
    pub async fn resolve_credentials(
        &self,
        access_key_id: &str,
        session_token: Option<&str>,
        now: Timestamp,
    ) -> Result<Resolved, AuthError> {
        let known = match session_token {
            Some(token) => self.resolve_session(access_key_id, token, now).await,
            None => self.resolve_key(access_key_id).await,
        };
        match known {
            Err(AuthError::UnknownAccessKey { .. } | AuthError::InvalidToken) if self.is_dev() => {
                Ok(dev_root(access_key_id))
            }
            known => known,
        }
    }

    async fn resolve_key(&self, access_key_id: &str) -> Result<Resolved, AuthError> {
        let key = self
            .identities()
            .access_key(access_key_id)
            .await
            .map_err(|error| unreadable(error, access_key_id))?;
        let key = key.filter(|key| key.is_active);
        let key =
            key.ok_or_else(|| AuthError::UnknownAccessKey { access_key_id: access_key_id.to_owned() })?;
        Ok(Resolved {
            secret_access_key: key.secret.clone(),
            principal: key.principal.clone(),
            is_verifiable: true,
        })
    }

    async fn session_user(
        &self,
        account: &str,
        name: &str,
        id: &str,
        access_key_id: &str,
    ) -> Result<Option<Principal>, TableError> {
        let snapshot = self.store().snapshot().await?;
        let row = USERS.get(&snapshot, (account, name)).await?.filter(|row| row.id == id);
        Ok(row.map(|row| user_principal(account, row, access_key_id)))
    }

    async fn resolve_session(
        &self,
        access_key_id: &str,
        token: &str,
        now: Timestamp,
    ) -> Result<Resolved, AuthError> {
        let session = self.sealer().open(token)?;
        if session.access_key_id != access_key_id {
            return Err(AuthError::InvalidToken);
        }
        if session.expires <= now {
            return Err(AuthError::ExpiredToken);
        }
        let principal =
            self.session_principal(&session).await.map_err(|error| unreadable(error, access_key_id))?;
        let principal = principal.ok_or(AuthError::InvalidToken)?;
        let secret_access_key = self.sealer().secret_of(access_key_id);
        Ok(Resolved { secret_access_key, principal, is_verifiable: true })
    }

    /// `None` where the user or role is gone, or is another of the same name.
    async fn session_principal(&self, session: &Session) -> Result<Option<Principal>, TableError> {
        let account = session.account.clone();
        let access_key_id = session.access_key_id.clone();
        match &session.who {
            Who::Root => Ok(Some(Principal::Root { account })),
            Who::User { name, id } => self.session_user(&account, name, id, &access_key_id).await,
            Who::Role { arn, id, session_name, policies } => {
                let identity = self.identities().identity(arn).await?;
                let is_there = identity.is_some_and(|identity| identity.id == *id);
                let principal =
                    role_principal(&account, arn, id, session_name, &access_key_id, policies.clone());
                Ok(is_there.then_some(principal))
            }
        }
    }

    /// Makes a session: an access key that only its token makes known.
    pub(crate) fn new_session(
        &self,
        account: &str,
        who: Who,
        expires: Timestamp,
    ) -> Result<SessionKeys, ApiError> {
        let access_key_id = format!("ASIA{}", self.ids().base32(16));
        let session =
            Session { access_key_id: access_key_id.clone(), expires, account: account.to_owned(), who };
        let session_token = self.sealer().seal(&session).map_err(|error| {
            tracing::error!(%error, "a session token could not be made");
            service_failure()
        })?;
        let secret_access_key = self.sealer().secret_of(&access_key_id);
        Ok(SessionKeys { access_key_id, secret_access_key, session_token, expires })
    }

    /// The role of an ARN, path included.
    pub(crate) async fn role_by_arn(&self, arn: &str) -> Result<Option<(String, RoleRow)>, Fault> {
        let Some((account, name)) = split_arn(arn, "role") else { return Ok(None) };
        let snapshot = self.store().snapshot().await?;
        let row = ROLES.get(&snapshot, (account, name)).await?;
        let row = row.filter(|row| Entity::role(name).arn(account, &row.path) == arn);
        Ok(row.map(|row| (account.to_owned(), row)))
    }
}

impl RoleAssumer for Iam {
    fn assume_for_service<'a>(
        &'a self,
        role_arn: &'a str,
        session_name: &'a str,
        service: &'a str,
    ) -> BoxFuture<'a, Result<RoleCredentials, ApiError>> {
        Box::pin(async move {
            let refused = || {
                let access = Access::new("sts:AssumeRole", role_arn);
                let message = format!(
                    "User: {service} is not authorized to perform: {} on resource: {role_arn}",
                    access.action
                );
                ApiError::new("AccessDenied", 403, message)
            };
            let (account, role) = self.role_by_arn(role_arn).await?.ok_or_else(refused)?;
            let caller = Principal::Service {
                name: service.to_owned(),
                source_arn: None,
                source_account: Some(account.clone()),
            };
            let trust = self.identities().parse(&role.trust_policy).ok_or_else(refused)?;
            let facts =
                Facts::from_pairs(&[("aws:SourceAccount", &account), ("aws:PrincipalServiceName", service)]);
            let request = Request {
                caller: &caller,
                action: "sts:AssumeRole",
                resource: role_arn,
                resource_account: &account,
                context: &facts,
            };
            let policies = PolicySet { resource: Some(&trust), ..PolicySet::default() };
            if evaluate(&request, policies) != Decision::Allow {
                return Err(refused());
            }
            let who = Who::Role {
                arn: role_arn.to_owned(),
                id: role.id.clone(),
                session_name: session_name.to_owned(),
                policies: Vec::new(),
            };
            let keys = self.new_session(&account, who, self.clock().now() + SERVICE_SESSION)?;
            let principal =
                role_principal(&account, role_arn, &role.id, session_name, &keys.access_key_id, Vec::new());
            Ok(RoleCredentials {
                access_key_id: keys.access_key_id,
                secret_access_key: keys.secret_access_key,
                session_token: keys.session_token,
                expires: keys.expires,
                principal,
            })
        })
    }
}

pub(crate) fn user_principal(account: &str, row: UserRow, access_key_id: &str) -> Principal {
    Principal::User {
        account: account.to_owned(),
        arn: Entity::user(&row.name).arn(account, &row.path),
        name: row.name,
        id: row.id,
        access_key_id: access_key_id.to_owned(),
    }
}

fn role_principal(
    account: &str,
    role_arn: &str,
    role_id: &str,
    session_name: &str,
    access_key_id: &str,
    session_policies: Vec<String>,
) -> Principal {
    let role_name = role_arn.rsplit('/').next().unwrap_or_default();
    Principal::AssumedRole {
        account: account.to_owned(),
        role_arn: role_arn.to_owned(),
        session_name: session_name.to_owned(),
        arn: format!("arn:aws:sts::{account}:assumed-role/{role_name}/{session_name}"),
        id: format!("{role_id}:{session_name}"),
        access_key_id: access_key_id.to_owned(),
        session_policies,
    }
}

/// `--dev`: twelve digits are the account whose root calls; anything else is the root of the first account.
fn dev_root(access_key_id: &str) -> Resolved {
    let is_account = access_key_id.len() == 12 && access_key_id.bytes().all(|b| b.is_ascii_digit());
    let account = if is_account { access_key_id } else { DEV_ACCOUNT };
    Resolved {
        secret_access_key: String::new(),
        principal: Principal::Root { account: account.to_owned() },
        is_verifiable: false,
    }
}

fn unreadable(error: TableError, access_key_id: &str) -> AuthError {
    tracing::error!(%error, "access keys could not be read");
    AuthError::UnknownAccessKey { access_key_id: access_key_id.to_owned() }
}
