//! ListAttachedRolePolicies. The managed policies attached to a role.

use crate::Iam;
use crate::grants::list_attached;
use crate::model::Entity;
use api_iam::{ListAttachedRolePoliciesInput, ListAttachedRolePoliciesOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListAttachedRolePoliciesInput,
) -> Result<ListAttachedRolePoliciesOutput, ApiError> {
    let role = Entity::role(&input.role_name);
    let (path, from) = (input.path_prefix.as_deref(), input.marker.as_deref());
    let (attached, marker) =
        list_attached(iam, cx, "iam:ListAttachedRolePolicies", role, path, from, input.max_items).await?;
    Ok(ListAttachedRolePoliciesOutput {
        attached_policies: Some(attached),
        is_truncated: Some(marker.is_some()),
        marker,
    })
}
