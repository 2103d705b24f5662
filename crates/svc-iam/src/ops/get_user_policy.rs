//! GetUserPolicy. An inline policy of a user.

use crate::Iam;
use crate::grants::get_inline;
use crate::model::Entity;
use crate::shapes::encoded;
use api_iam::{GetUserPolicyInput, GetUserPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: GetUserPolicyInput,
) -> Result<GetUserPolicyOutput, ApiError> {
    let user = Entity::user(&input.user_name);
    let document = get_inline(iam, cx, "iam:GetUserPolicy", user, &input.policy_name).await?;
    Ok(GetUserPolicyOutput {
        user_name: input.user_name,
        policy_name: input.policy_name,
        policy_document: encoded(&document),
    })
}
