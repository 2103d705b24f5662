//! SetDefaultPolicyVersion. Makes a version the one in force.

use super::policies;
use crate::Iam;
use api_iam::{SetDefaultPolicyVersionInput, SetDefaultPolicyVersionOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: SetDefaultPolicyVersionInput,
) -> Result<SetDefaultPolicyVersionOutput, ApiError> {
    let policy = policies::own(iam, cx, "iam:SetDefaultPolicyVersion", &input.policy_arn).await?;
    policies::edit(iam, &policy, |row| {
        row.default_version = policies::version(row, &policy, &input.version_id)?.number;
        row.updated = cx.time();
        Ok(())
    })
    .await?;
    Ok(SetDefaultPolicyVersionOutput::default())
}
