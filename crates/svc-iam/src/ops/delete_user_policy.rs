//! DeleteUserPolicy. Deletes an inline policy of a user.

use crate::Iam;
use crate::grants::delete_inline;
use crate::model::Entity;
use api_iam::{DeleteUserPolicyInput, DeleteUserPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: DeleteUserPolicyInput,
) -> Result<DeleteUserPolicyOutput, ApiError> {
    delete_inline(iam, cx, "iam:DeleteUserPolicy", Entity::user(&input.user_name), &input.policy_name)
        .await?;
    Ok(DeleteUserPolicyOutput::default())
}
