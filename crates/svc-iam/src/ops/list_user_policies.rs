//! ListUserPolicies. The names of the inline policies of a user.

use crate::Iam;
use crate::grants::list_inline;
use crate::model::Entity;
use api_iam::{ListUserPoliciesInput, ListUserPoliciesOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListUserPoliciesInput,
) -> Result<ListUserPoliciesOutput, ApiError> {
    let user = Entity::user(&input.user_name);
    let page =
        list_inline(iam, cx, "iam:ListUserPolicies", user, input.marker.as_deref(), input.max_items).await?;
    Ok(ListUserPoliciesOutput {
        policy_names: page.names,
        is_truncated: Some(page.marker.is_some()),
        marker: page.marker,
    })
}
