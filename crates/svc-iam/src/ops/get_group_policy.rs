//! GetGroupPolicy. An inline policy of a group.

use crate::Iam;
use crate::grants::get_inline;
use crate::model::Entity;
use crate::shapes::encoded;
use api_iam::{GetGroupPolicyInput, GetGroupPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: GetGroupPolicyInput,
) -> Result<GetGroupPolicyOutput, ApiError> {
    let group = Entity::group(&input.group_name);
    let document = get_inline(iam, cx, "iam:GetGroupPolicy", group, &input.policy_name).await?;
    Ok(GetGroupPolicyOutput {
        group_name: input.group_name,
        policy_name: input.policy_name,
        policy_document: encoded(&document),
    })
}
