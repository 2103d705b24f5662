//! GetPolicy.

use api_lambda::types::{GetPolicyInput, GetPolicyOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Lambda;
use crate::error::{self, storage};
use crate::tables::POLICIES;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: GetPolicyInput,
) -> Result<GetPolicyOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, input.qualifier.as_deref())?;
    lambda.authorize(cx, "lambda:GetPolicy", &target).await?;
    let snapshot = lambda.snapshot().await?;
    lambda.function(&snapshot, &target).await?;
    let (account, region, name) = target.key();
    let key = (account, region, name, target.qualifier.clone().unwrap_or_default());
    let policy = POLICIES
        .get(&snapshot, key)
        .await
        .map_err(|e| storage(&e))?
        .ok_or_else(|| error::not_found("The resource you requested does not exist."))?;
    Ok(GetPolicyOutput { policy: Some(policy.document()), revision_id: Some(policy.revision_id) })
}
