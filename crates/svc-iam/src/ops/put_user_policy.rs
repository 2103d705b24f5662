//! PutUserPolicy. Writes an inline policy of a user.

use crate::Iam;
use crate::grants::put_inline;
use crate::model::Entity;
use api_iam::{PutUserPolicyInput, PutUserPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: PutUserPolicyInput,
) -> Result<PutUserPolicyOutput, ApiError> {
    let user = Entity::user(&input.user_name);
    put_inline(iam, cx, "iam:PutUserPolicy", user, &input.policy_name, &input.policy_document).await?;
    Ok(PutUserPolicyOutput::default())
}
