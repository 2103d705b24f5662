//! ListAttachedGroupPolicies. The managed policies attached to a group.

use crate::Iam;
use crate::grants::list_attached;
use crate::model::Entity;
use api_iam::{ListAttachedGroupPoliciesInput, ListAttachedGroupPoliciesOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListAttachedGroupPoliciesInput,
) -> Result<ListAttachedGroupPoliciesOutput, ApiError> {
    let group = Entity::group(&input.group_name);
    let (path, from) = (input.path_prefix.as_deref(), input.marker.as_deref());
    let (attached, marker) =
        list_attached(iam, cx, "iam:ListAttachedGroupPolicies", group, path, from, input.max_items).await?;
    Ok(ListAttachedGroupPoliciesOutput {
        attached_policies: Some(attached),
        is_truncated: Some(marker.is_some()),
        marker,
    })
}
