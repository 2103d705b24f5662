//! ListGroupsForUser. The groups a user is in.

use super::rows;
use crate::Iam;
use crate::inputs::page;
use crate::model::Entity;
use crate::shapes;
use api_iam::{ListGroupsForUserInput, ListGroupsForUserOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListGroupsForUserInput,
) -> Result<ListGroupsForUserOutput, ApiError> {
    let user = Entity::user(&input.user_name);
    iam.allow(cx, "iam:ListGroupsForUser", user, &[]).await?;
    rows::user(iam, cx.account(), user.name).await?;
    let scan = page(input.marker.as_deref(), input.max_items)?;
    let (groups, next) = rows::groups_of(iam, cx.account(), user.name, scan).await?;
    Ok(ListGroupsForUserOutput {
        groups: groups.iter().map(|row| shapes::group(cx.account(), row)).collect(),
        is_truncated: Some(next.is_some()),
        marker: next,
    })
}
