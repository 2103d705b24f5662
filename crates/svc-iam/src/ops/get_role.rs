//! GetRole. A role.

use super::rows;
use crate::Iam;
use crate::model::Entity;
use crate::shapes;
use api_iam::{GetRoleInput, GetRoleOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: GetRoleInput,
) -> Result<GetRoleOutput, ApiError> {
    iam.allow(cx, "iam:GetRole", Entity::role(&input.role_name), &[]).await?;
    let row = rows::role(iam, cx.account(), &input.role_name).await?;
    Ok(GetRoleOutput { role: shapes::role(cx.account(), &row) })
}
