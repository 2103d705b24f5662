//! TagUser. Adds tags to a user.

use super::rows;
use crate::Iam;
use crate::inputs::check_tag_count;
use crate::inputs::check_tags;
use crate::inputs::merge_tags;
use crate::inputs::tag_rows;
use crate::model::Entity;
use api_iam::{TagUserInput, TagUserOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: TagUserInput,
) -> Result<TagUserOutput, ApiError> {
    iam.allow(cx, "iam:TagUser", Entity::user(&input.user_name), &[]).await?;
    let tags = tag_rows(Some(input.tags));
    check_tags(&tags)?;
    rows::edit_user(iam, cx.account(), &input.user_name, |row| {
        merge_tags(&mut row.tags, tags.clone());
        check_tag_count(&row.tags)
    })
    .await?;
    Ok(TagUserOutput::default())
}
