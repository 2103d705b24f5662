//! DeletePolicyVersion. Deletes a version that is not in force.

use super::policies;
use crate::Iam;
use crate::error::delete_conflict;
use api_iam::{DeletePolicyVersionInput, DeletePolicyVersionOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: DeletePolicyVersionInput,
) -> Result<DeletePolicyVersionOutput, ApiError> {
    let policy = policies::own(iam, cx, "iam:DeletePolicyVersion", &input.policy_arn).await?;
    policies::edit(iam, &policy, |row| {
        let number = policies::version(row, &policy, &input.version_id)?.number;
        if number == row.default_version {
            return Err(delete_conflict("Cannot delete the default version of a policy."));
        }
        row.versions.retain(|version| version.number != number);
        row.updated = cx.time();
        Ok(())
    })
    .await?;
    Ok(DeletePolicyVersionOutput::default())
}
