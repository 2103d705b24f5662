//! UpdateRoleDescription. Changes a role's description.

use super::rows;
use crate::Iam;
use crate::model::Entity;
use crate::shapes;
use api_iam::{UpdateRoleDescriptionInput, UpdateRoleDescriptionOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: UpdateRoleDescriptionInput,
) -> Result<UpdateRoleDescriptionOutput, ApiError> {
    iam.allow(cx, "iam:UpdateRoleDescription", Entity::role(&input.role_name), &[]).await?;
    let row = rows::edit_role(iam, cx.account(), &input.role_name, |row| {
        row.description = Some(input.description.clone());
        Ok(())
    })
    .await?;
    Ok(UpdateRoleDescriptionOutput { role: Some(shapes::role(cx.account(), &row)) })
}
