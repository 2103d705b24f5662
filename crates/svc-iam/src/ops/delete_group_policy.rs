//! DeleteGroupPolicy. Deletes an inline policy of a group.

use crate::Iam;
use crate::grants::delete_inline;
use crate::model::Entity;
use api_iam::{DeleteGroupPolicyInput, DeleteGroupPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: DeleteGroupPolicyInput,
) -> Result<DeleteGroupPolicyOutput, ApiError> {
    delete_inline(iam, cx, "iam:DeleteGroupPolicy", Entity::group(&input.group_name), &input.policy_name)
        .await?;
    Ok(DeleteGroupPolicyOutput::default())
}
