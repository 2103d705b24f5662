//! DeleteUser. Deletes a user that nothing hangs on any more.

use super::rows;
use crate::Iam;
use crate::error::Fault;
use crate::error::delete_conflict;
use crate::error::no_such;
use crate::grants::set_boundary;
use crate::model::Entity;
use crate::tables::MEMBERSHIPS;
use crate::tables::USER_KEYS;
use crate::tables::USERS;
use api_iam::{DeleteUserInput, DeleteUserOutput};
use port::RequestContext;
use store_kv::Transaction;
use store_table::Scan;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: DeleteUserInput,
) -> Result<DeleteUserOutput, ApiError> {
    let user = Entity::user(&input.user_name);
    iam.allow(cx, "iam:DeleteUser", user, &[]).await?;
    let account = cx.account();
    let work = |tx: Transaction| async move {
        let row = USERS.get(&tx, (account, user.name)).await?.ok_or_else(|| no_such(user))?;
        rows::must_be_bare(&tx, account, user).await?;
        let one = || Scan::forward().limit(1);
        if !USER_KEYS.scan(&tx, (account, user.name), one()).await?.rows.is_empty() {
            return Err(Fault::from(delete_conflict("Cannot delete entity, must delete access keys first.")));
        }
        if !MEMBERSHIPS.scan(&tx, (account, user.name), one()).await?.rows.is_empty() {
            let message = "Cannot delete entity, must remove users from group first.";
            return Err(delete_conflict(message).into());
        }
        set_boundary(&tx, account, user, row.boundary.as_deref(), None).await?;
        USERS.delete(&tx, (account, user.name));
        Ok(())
    };
    iam.store().transact(work).await?;
    Ok(DeleteUserOutput::default())
}
