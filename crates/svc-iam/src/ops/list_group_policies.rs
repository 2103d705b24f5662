//! ListGroupPolicies. The names of the inline policies of a group.

use crate::Iam;
use crate::grants::list_inline;
use crate::model::Entity;
use api_iam::{ListGroupPoliciesInput, ListGroupPoliciesOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListGroupPoliciesInput,
) -> Result<ListGroupPoliciesOutput, ApiError> {
    let group = Entity::group(&input.group_name);
    let page = list_inline(iam, cx, "iam:ListGroupPolicies", group, input.marker.as_deref(), input.max_items)
        .await?;
    Ok(ListGroupPoliciesOutput {
        policy_names: page.names,
        is_truncated: Some(page.marker.is_some()),
        marker: page.marker,
    })
}
