//! AddUserToGroup. Puts a user into a group.

use crate::Iam;
use crate::error::Fault;
use crate::error::limit_exceeded;
use crate::error::no_such;
use crate::model::Entity;
use crate::tables::GROUPS;
use crate::tables::MEMBERS;
use crate::tables::MEMBERSHIPS;
use crate::tables::USERS;
use api_iam::{AddUserToGroupInput, AddUserToGroupOutput};
use port::RequestContext;
use store_kv::Transaction;
use store_table::Scan;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: AddUserToGroupInput,
) -> Result<AddUserToGroupOutput, ApiError> {
    let (group, user) = (Entity::group(&input.group_name), Entity::user(&input.user_name));
    iam.allow(cx, "iam:AddUserToGroup", group, &[]).await?;
    let account = cx.account();
    let work = |tx: Transaction| async move {
        GROUPS.get(&tx, (account, group.name)).await?.ok_or_else(|| no_such(group))?;
        USERS.get(&tx, (account, user.name)).await?.ok_or_else(|| no_such(user))?;
        let groups =
            MEMBERSHIPS.scan(&tx, (account, user.name), Scan::forward().limit(MAX_GROUPS + 1)).await?;
        let is_new = groups.rows.iter().all(|((_, _, other), ())| other != group.name);
        if is_new && groups.rows.len() >= MAX_GROUPS {
            let message = format!("Cannot exceed quota for GroupsPerUser: {MAX_GROUPS}");
            return Err(Fault::from(limit_exceeded(message)));
        }
        MEMBERS.put(&tx, (account, group.name, user.name), &())?;
        MEMBERSHIPS.put(&tx, (account, user.name, group.name), &())?;
        Ok(())
    };
    iam.store().transact(work).await?;
    Ok(AddUserToGroupOutput::default())
}

/// Groups of one user.
const MAX_GROUPS: usize = 10;
