//! GetStackPolicy: none, since none can be set.

use api_cloudformation::types::{GetStackPolicyInput, GetStackPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::{CloudFormation, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: GetStackPolicyInput,
) -> Result<GetStackPolicyOutput, ApiError> {
    cf.authorize(cx, "GetStackPolicy", &input.stack_name).await?;
    let stack = lookup::stack(&cf.snapshot().await?, cx, &input.stack_name).await?;
    Ok(GetStackPolicyOutput { stack_policy_body: stack.policy })
}
