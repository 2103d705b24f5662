//! UntagUser. Removes tags from a user.

use super::rows;
use crate::Iam;
use crate::inputs::remove_tags;
use crate::model::Entity;
use api_iam::{UntagUserInput, UntagUserOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: UntagUserInput,
) -> Result<UntagUserOutput, ApiError> {
    iam.allow(cx, "iam:UntagUser", Entity::user(&input.user_name), &[]).await?;
    rows::edit_user(iam, cx.account(), &input.user_name, |row| {
        remove_tags(&mut row.tags, &input.tag_keys);
        Ok(())
    })
    .await?;
    Ok(UntagUserOutput::default())
}
