//! GetGroup. A group and the users in it.

use super::rows;
use crate::Iam;
use crate::inputs::page;
use crate::model::Entity;
use crate::shapes;
use api_iam::{GetGroupInput, GetGroupOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: GetGroupInput,
) -> Result<GetGroupOutput, ApiError> {
    let group = Entity::group(&input.group_name);
    iam.allow(cx, "iam:GetGroup", group, &[]).await?;
    let row = rows::group(iam, cx.account(), group.name).await?;
    let scan = page(input.marker.as_deref(), input.max_items)?;
    let (users, next) = rows::users_in(iam, cx.account(), group.name, scan).await?;
    Ok(GetGroupOutput {
        group: shapes::group(cx.account(), &row),
        users: users.iter().map(|row| shapes::listed_user(cx.account(), row)).collect(),
        is_truncated: Some(next.is_some()),
        marker: next,
    })
}
