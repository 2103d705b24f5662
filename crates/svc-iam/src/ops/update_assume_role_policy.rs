//! UpdateAssumeRolePolicy. Replaces the trust policy of a role.

use super::trust;
use crate::Iam;
use crate::error::Fault;
use crate::error::no_such;
use crate::model::Entity;
use crate::tables::ROLES;
use api_iam::{UpdateAssumeRolePolicyInput, UpdateAssumeRolePolicyOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: UpdateAssumeRolePolicyInput,
) -> Result<UpdateAssumeRolePolicyOutput, ApiError> {
    let role = Entity::role(&input.role_name);
    iam.allow(cx, "iam:UpdateAssumeRolePolicy", role, &[]).await?;
    let trust = trust::parse(&input.policy_document)?;
    let (trust, document, account) = (&trust, &input.policy_document, cx.account());
    let work = |tx: Transaction| async move {
        let mut row = ROLES.get(&tx, (account, role.name)).await?.ok_or_else(|| no_such(role))?;
        trust::check_principals(&tx, account, trust).await?;
        row.trust_policy.clone_from(document);
        ROLES.put(&tx, (account, role.name), &row)?;
        Ok::<_, Fault>(())
    };
    iam.store().transact(work).await?;
    Ok(UpdateAssumeRolePolicyOutput::default())
}
