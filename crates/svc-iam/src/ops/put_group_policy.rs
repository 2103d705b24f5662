//! PutGroupPolicy. Writes an inline policy of a group.

use crate::Iam;
use crate::grants::put_inline;
use crate::model::Entity;
use api_iam::{PutGroupPolicyInput, PutGroupPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: PutGroupPolicyInput,
) -> Result<PutGroupPolicyOutput, ApiError> {
    let group = Entity::group(&input.group_name);
    put_inline(iam, cx, "iam:PutGroupPolicy", group, &input.policy_name, &input.policy_document).await?;
    Ok(PutGroupPolicyOutput::default())
}
