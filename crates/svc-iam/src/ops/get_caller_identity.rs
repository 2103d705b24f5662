//! GetCallerIdentity. Who calls. Open to everyone who is authenticated.

use crate::Iam;
use api_sts::{GetCallerIdentityInput, GetCallerIdentityOutput};
use port::Principal;
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    _iam: &Iam,
    cx: &RequestContext,
    _input: GetCallerIdentityInput,
) -> Result<GetCallerIdentityOutput, ApiError> {
    cx.needs_no_permission();
    let principal = cx.principal();
    let user_id = match principal {
        Principal::Root { account } => account.clone(),
        Principal::User { id, .. } | Principal::AssumedRole { id, .. } => id.clone(),
        Principal::Service { name, .. } => name.clone(),
        Principal::Anonymous => return Err(missing_token()),
    };
    Ok(GetCallerIdentityOutput {
        user_id: Some(user_id),
        account: principal.account().map(str::to_owned),
        arn: Some(principal.arn()),
    })
}

fn missing_token() -> ApiError {
    ApiError::new("MissingAuthenticationToken", 403, "Missing Authentication Token")
}
