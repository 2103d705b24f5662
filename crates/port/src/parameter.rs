//! Reading parameters (SSM Parameter Store) inside the platform.

use wire_codec::ApiError;

use crate::{BoxFuture, RequestContext};

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParameterValue {
    /// `String`, `StringList` or `SecureString`.
    pub parameter_type: String,
    /// Decrypted.
    pub value: String,
    pub version: i64,
}

/// Implemented by SSM. Authorizes `ssm:GetParameters` for the context's principal.
pub trait ParameterReader: Send + Sync {
    /// `name` may carry `:version` or `:label`.
    fn read<'a>(
        &'a self,
        cx: &'a RequestContext,
        name: &'a str,
    ) -> BoxFuture<'a, Result<ParameterValue, ApiError>>;
}
