//! ListRoleTags. The tags of a role.

use super::rows;
use crate::Iam;
use crate::inputs::page_of;
use crate::model::Entity;
use crate::shapes;
use api_iam::{ListRoleTagsInput, ListRoleTagsOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListRoleTagsInput,
) -> Result<ListRoleTagsOutput, ApiError> {
    iam.allow(cx, "iam:ListRoleTags", Entity::role(&input.role_name), &[]).await?;
    let row = rows::role(iam, cx.account(), &input.role_name).await?;
    let (tags, marker) = page_of(shapes::tags(&row.tags), input.marker.as_deref(), input.max_items)?;
    Ok(ListRoleTagsOutput { tags, is_truncated: Some(marker.is_some()), marker })
}
