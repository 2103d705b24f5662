//! GetPolicy. A managed policy.

use super::policies;
use crate::Iam;
use crate::managed;
use crate::shapes;
use api_iam::{GetPolicyInput, GetPolicyOutput};
use port::Access;
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: GetPolicyInput,
) -> Result<GetPolicyOutput, ApiError> {
    let arn = input.policy_arn.as_str();
    cx.authorize(Access::new("iam:GetPolicy", arn)).await?;
    let uses = policies::uses(iam, cx.account(), arn).await?;
    let policy = match managed::find(arn) {
        Some(managed) => shapes::aws_policy(managed, uses),
        None => {
            let policy = policies::parse(cx, arn)?;
            shapes::policy(cx.account(), &policies::row(iam, &policy).await?, uses)
        }
    };
    Ok(GetPolicyOutput { policy: Some(policy) })
}
