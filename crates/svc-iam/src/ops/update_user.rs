//! UpdateUser. Changes a user's path.

use super::rows;
use crate::Iam;
use crate::inputs::path;
use crate::model::Entity;
use api_iam::{UpdateUserInput, UpdateUserOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: UpdateUserInput,
) -> Result<UpdateUserOutput, ApiError> {
    iam.allow(cx, "iam:UpdateUser", Entity::user(&input.user_name), &[]).await?;
    if input.new_user_name.as_ref().is_some_and(|name| *name != input.user_name) {
        return Err(ApiError::not_implemented("iam:UpdateUser with NewUserName"));
    }
    let new_path = input.new_path.as_deref().map(|new| path(Some(new))).transpose()?;
    rows::edit_user(iam, cx.account(), &input.user_name, |row| {
        row.path = new_path.clone().unwrap_or_else(|| row.path.clone());
        Ok(())
    })
    .await?;
    Ok(UpdateUserOutput::default())
}
