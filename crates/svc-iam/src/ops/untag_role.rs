//! UntagRole. Removes tags from a role.

use super::rows;
use crate::Iam;
use crate::inputs::remove_tags;
use crate::model::Entity;
use api_iam::{UntagRoleInput, UntagRoleOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: UntagRoleInput,
) -> Result<UntagRoleOutput, ApiError> {
    iam.allow(cx, "iam:UntagRole", Entity::role(&input.role_name), &[]).await?;
    rows::edit_role(iam, cx.account(), &input.role_name, |row| {
        remove_tags(&mut row.tags, &input.tag_keys);
        Ok(())
    })
    .await?;
    Ok(UntagRoleOutput::default())
}
