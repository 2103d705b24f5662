//! SetStackPolicy: refused, since a policy that is kept and not enforced would protect nothing.

use api_cloudformation::types::{SetStackPolicyInput, SetStackPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::CloudFormation;

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: SetStackPolicyInput,
) -> Result<SetStackPolicyOutput, ApiError> {
    cf.authorize(cx, "SetStackPolicy", &input.stack_name).await?;
    Err(ApiError::not_implemented("cloudformation:SetStackPolicy (stack policies are not enforced yet)"))
}
