//! DeleteGroup. Deletes a group that is empty.

use super::rows;
use crate::Iam;
use crate::error::Fault;
use crate::error::delete_conflict;
use crate::error::no_such;
use crate::model::Entity;
use crate::tables::GROUPS;
use crate::tables::MEMBERS;
use api_iam::{DeleteGroupInput, DeleteGroupOutput};
use port::RequestContext;
use store_kv::Transaction;
use store_table::Scan;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: DeleteGroupInput,
) -> Result<DeleteGroupOutput, ApiError> {
    let group = Entity::group(&input.group_name);
    iam.allow(cx, "iam:DeleteGroup", group, &[]).await?;
    let account = cx.account();
    let work = |tx: Transaction| async move {
        GROUPS.get(&tx, (account, group.name)).await?.ok_or_else(|| no_such(group))?;
        rows::must_be_bare(&tx, account, group).await?;
        let members = MEMBERS.scan(&tx, (account, group.name), Scan::forward().limit(1)).await?;
        if !members.rows.is_empty() {
            let message = "Cannot delete entity, must remove users from group first.";
            return Err(Fault::from(delete_conflict(message)));
        }
        GROUPS.delete(&tx, (account, group.name));
        Ok(())
    };
    iam.store().transact(work).await?;
    Ok(DeleteGroupOutput::default())
}
