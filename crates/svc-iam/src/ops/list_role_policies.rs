//! ListRolePolicies. The names of the inline policies of a role.

use crate::Iam;
use crate::grants::list_inline;
use crate::model::Entity;
use api_iam::{ListRolePoliciesInput, ListRolePoliciesOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListRolePoliciesInput,
) -> Result<ListRolePoliciesOutput, ApiError> {
    let role = Entity::role(&input.role_name);
    let page =
        list_inline(iam, cx, "iam:ListRolePolicies", role, input.marker.as_deref(), input.max_items).await?;
    Ok(ListRolePoliciesOutput {
        policy_names: page.names,
        is_truncated: Some(page.marker.is_some()),
        marker: page.marker,
    })
}
