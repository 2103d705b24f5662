//! TagRole. Adds tags to a role.

use super::rows;
use crate::Iam;
use crate::inputs::check_tag_count;
use crate::inputs::check_tags;
use crate::inputs::merge_tags;
use crate::inputs::tag_rows;
use crate::model::Entity;
use api_iam::{TagRoleInput, TagRoleOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: TagRoleInput,
) -> Result<TagRoleOutput, ApiError> {
    iam.allow(cx, "iam:TagRole", Entity::role(&input.role_name), &[]).await?;
    let tags = tag_rows(Some(input.tags));
    check_tags(&tags)?;
    rows::edit_role(iam, cx.account(), &input.role_name, |row| {
        merge_tags(&mut row.tags, tags.clone());
        check_tag_count(&row.tags)
    })
    .await?;
    Ok(TagRoleOutput::default())
}
