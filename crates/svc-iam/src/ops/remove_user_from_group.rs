//! RemoveUserFromGroup. Takes a user out of a group.

use crate::Iam;
use crate::error::Fault;
use crate::error::no_such;
use crate::error::no_such_entity;
use crate::model::Entity;
use crate::tables::GROUPS;
use crate::tables::MEMBERS;
use crate::tables::MEMBERSHIPS;
use crate::tables::USERS;
use api_iam::{RemoveUserFromGroupInput, RemoveUserFromGroupOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: RemoveUserFromGroupInput,
) -> Result<RemoveUserFromGroupOutput, ApiError> {
    let (group, user) = (Entity::group(&input.group_name), Entity::user(&input.user_name));
    iam.allow(cx, "iam:RemoveUserFromGroup", group, &[]).await?;
    let account = cx.account();
    let work = |tx: Transaction| async move {
        GROUPS.get(&tx, (account, group.name)).await?.ok_or_else(|| no_such(group))?;
        USERS.get(&tx, (account, user.name)).await?.ok_or_else(|| no_such(user))?;
        if !MEMBERS.contains(&tx, (account, group.name, user.name)).await? {
            let message = format!("User {} is not in group {}.", user.name, group.name);
            return Err(Fault::from(no_such_entity(message)));
        }
        MEMBERS.delete(&tx, (account, group.name, user.name));
        MEMBERSHIPS.delete(&tx, (account, user.name, group.name));
        Ok(())
    };
    iam.store().transact(work).await?;
    Ok(RemoveUserFromGroupOutput::default())
}
