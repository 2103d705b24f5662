//! UpdateRole. Changes a role's description and longest session.

use super::rows;
use super::trust;
use crate::Iam;
use crate::model::Entity;
use api_iam::{UpdateRoleInput, UpdateRoleOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: UpdateRoleInput,
) -> Result<UpdateRoleOutput, ApiError> {
    iam.allow(cx, "iam:UpdateRole", Entity::role(&input.role_name), &[]).await?;
    if input.max_signin_session_duration.is_some() || input.reset_max_signin_session_duration.is_some() {
        return Err(ApiError::not_implemented("iam:UpdateRole with MaxSigninSessionDuration"));
    }
    let max_session_secs =
        input.max_session_duration.map(|secs| trust::session_secs(Some(secs))).transpose()?;
    rows::edit_role(iam, cx.account(), &input.role_name, |row| {
        if input.description.is_some() {
            row.description.clone_from(&input.description);
        }
        row.max_session_secs = max_session_secs.unwrap_or(row.max_session_secs);
        Ok(())
    })
    .await?;
    Ok(UpdateRoleOutput::default())
}
