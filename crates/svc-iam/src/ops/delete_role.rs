//! DeleteRole. Deletes a role that has no policies any more. Its sessions end at once.

use super::rows;
use crate::Iam;
use crate::error::Fault;
use crate::error::no_such;
use crate::grants::set_boundary;
use crate::model::Entity;
use crate::tables::ROLES;
use api_iam::{DeleteRoleInput, DeleteRoleOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: DeleteRoleInput,
) -> Result<DeleteRoleOutput, ApiError> {
    let role = Entity::role(&input.role_name);
    iam.allow(cx, "iam:DeleteRole", role, &[]).await?;
    let account = cx.account();
    let work = |tx: Transaction| async move {
        let row = ROLES.get(&tx, (account, role.name)).await?.ok_or_else(|| no_such(role))?;
        rows::must_be_bare(&tx, account, role).await?;
        set_boundary(&tx, account, role, row.boundary.as_deref(), None).await?;
        ROLES.delete(&tx, (account, role.name));
        Ok::<_, Fault>(())
    };
    iam.store().transact(work).await?;
    Ok(DeleteRoleOutput::default())
}
