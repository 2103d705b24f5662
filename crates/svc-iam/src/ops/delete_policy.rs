//! DeletePolicy. Deletes a managed policy that is attached to nothing and has one version.

use super::policies;
use crate::Iam;
use crate::error::Fault;
use crate::error::delete_conflict;
use crate::tables::POLICIES;
use api_iam::{DeletePolicyInput, DeletePolicyOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: DeletePolicyInput,
) -> Result<DeletePolicyOutput, ApiError> {
    let policy = policies::own(iam, cx, "iam:DeletePolicy", &input.policy_arn).await?;
    let policy = &policy;
    let work = |tx: Transaction| async move {
        let row = policies::read(&tx, policy).await?;
        if policies::is_used(&tx, policy).await? {
            return Err(Fault::from(delete_conflict("Cannot delete a policy attached to entities.")));
        }
        if row.versions.len() > 1 {
            let message = "This policy has more than one version. Before you delete a policy, you must delete the \
                           policy's versions. The default version is deleted with the policy.";
            return Err(delete_conflict(message).into());
        }
        POLICIES.delete(&tx, (policy.account, policy.name));
        Ok(())
    };
    iam.store().transact(work).await?;
    Ok(DeletePolicyOutput::default())
}
