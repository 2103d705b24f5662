//! Sessions of roles, for services that act as one (a function's execution role).

use base_time::Timestamp;
use wire_codec::ApiError;

use crate::{BoxFuture, Principal};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RoleCredentials {
    pub access_key_id: String,
    pub secret_access_key: String,
    pub session_token: String,
    pub expires: Timestamp,
    pub principal: Principal,
}

/// Implemented by IAM/STS. The role's trust policy must allow the service principal.
pub trait RoleAssumer: Send + Sync {
    /// `service` such as `lambda.amazonaws.com`.
    fn assume_for_service<'a>(
        &'a self,
        role_arn: &'a str,
        session_name: &'a str,
        service: &'a str,
    ) -> BoxFuture<'a, Result<RoleCredentials, ApiError>>;
}
