//! GetSessionToken. Temporary credentials of the calling user or root.

use crate::Iam;
use crate::error::validation;
use crate::session::Who;
use api_sts::{GetSessionTokenInput, GetSessionTokenOutput};
use port::Principal;
use port::RequestContext;
use std::time::Duration;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: GetSessionTokenInput,
) -> Result<GetSessionTokenOutput, ApiError> {
    cx.needs_no_permission();
    if input.serial_number.is_some() || input.token_code.is_some() {
        return Err(ApiError::not_implemented("sts:GetSessionToken with SerialNumber or TokenCode"));
    }
    if input.minimum_session_token_size.is_some() {
        return Err(ApiError::not_implemented("sts:GetSessionToken with MinimumSessionTokenSize"));
    }
    let (account, who, max_secs) = match cx.principal() {
        Principal::Root { account } => (account, Who::Root, 3600),
        Principal::User { account, name, id, access_key_id, .. } if access_key_id.starts_with("AKIA") => {
            (account, Who::User { name: name.clone(), id: id.clone() }, 129_600)
        }
        _ => {
            let message = "Cannot call GetSessionToken with session credentials";
            return Err(ApiError::new("AccessDenied", 403, message));
        }
    };
    let secs = input.duration_seconds.unwrap_or(43_200);
    if !(900..=129_600).contains(&secs) {
        return Err(validation("DurationSeconds must be between 900 and 129600."));
    }
    let secs = u64::try_from(secs.min(max_secs)).unwrap_or(900);
    let keys = iam.new_session(account, who, cx.time() + Duration::from_secs(secs))?;
    Ok(GetSessionTokenOutput { credentials: Some(keys.into()), ..GetSessionTokenOutput::default() })
}
