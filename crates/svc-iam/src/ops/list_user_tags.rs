//! ListUserTags. The tags of a user.

use super::rows;
use crate::Iam;
use crate::inputs::page_of;
use crate::model::Entity;
use crate::shapes;
use api_iam::{ListUserTagsInput, ListUserTagsOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListUserTagsInput,
) -> Result<ListUserTagsOutput, ApiError> {
    iam.allow(cx, "iam:ListUserTags", Entity::user(&input.user_name), &[]).await?;
    let row = rows::user(iam, cx.account(), &input.user_name).await?;
    let (tags, marker) = page_of(shapes::tags(&row.tags), input.marker.as_deref(), input.max_items)?;
    Ok(ListUserTagsOutput { tags, is_truncated: Some(marker.is_some()), marker })
}
