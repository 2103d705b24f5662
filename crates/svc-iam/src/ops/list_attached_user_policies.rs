//! ListAttachedUserPolicies. The managed policies attached to a user.

use crate::Iam;
use crate::grants::list_attached;
use crate::model::Entity;
use api_iam::{ListAttachedUserPoliciesInput, ListAttachedUserPoliciesOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListAttachedUserPoliciesInput,
) -> Result<ListAttachedUserPoliciesOutput, ApiError> {
    let user = Entity::user(&input.user_name);
    let (path, from) = (input.path_prefix.as_deref(), input.marker.as_deref());
    let (attached, marker) =
        list_attached(iam, cx, "iam:ListAttachedUserPolicies", user, path, from, input.max_items).await?;
    Ok(ListAttachedUserPoliciesOutput {
        attached_policies: Some(attached),
        is_truncated: Some(marker.is_some()),
        marker,
    })
}
