//! Reading and changing the rows of users, groups and roles.

use port::RequestContext;
use store_kv::Transaction;
use store_table::{Scan, TablePage};
use wire_codec::ApiError;

use crate::Iam;
use crate::error::{Fault, delete_conflict, no_such};
use crate::grants::set_boundary;
use crate::inputs::marker;
use crate::model::{Entity, EntityKind};
use crate::tables::{
    ATTACHMENTS, GROUPS, GroupRow, INLINE, MEMBERS, MEMBERSHIPS, POLICIES, ROLES, RoleRow, USERS, UserRow,
};

type NamedPage<V> = TablePage<(String, String), V>;

pub(crate) async fn user(iam: &Iam, account: &str, name: &str) -> Result<UserRow, ApiError> {
    let snapshot = iam.store().snapshot().await.map_err(Fault::from)?;
    let row = USERS.get(&snapshot, (account, name)).await.map_err(Fault::from)?;
    row.ok_or_else(|| no_such(Entity::user(name)))
}

pub(crate) async fn group(iam: &Iam, account: &str, name: &str) -> Result<GroupRow, ApiError> {
    let snapshot = iam.store().snapshot().await.map_err(Fault::from)?;
    let row = GROUPS.get(&snapshot, (account, name)).await.map_err(Fault::from)?;
    row.ok_or_else(|| no_such(Entity::group(name)))
}

pub(crate) async fn role(iam: &Iam, account: &str, name: &str) -> Result<RoleRow, ApiError> {
    let snapshot = iam.store().snapshot().await.map_err(Fault::from)?;
    let row = ROLES.get(&snapshot, (account, name)).await.map_err(Fault::from)?;
    row.ok_or_else(|| no_such(Entity::role(name)))
}

pub(crate) async fn users(iam: &Iam, account: &str, scan: Scan) -> Result<NamedPage<UserRow>, ApiError> {
    let snapshot = iam.store().snapshot().await.map_err(Fault::from)?;
    Ok(USERS.scan(&snapshot, (account,), scan).await.map_err(Fault::from)?)
}

pub(crate) async fn groups(iam: &Iam, account: &str, scan: Scan) -> Result<NamedPage<GroupRow>, ApiError> {
    let snapshot = iam.store().snapshot().await.map_err(Fault::from)?;
    Ok(GROUPS.scan(&snapshot, (account,), scan).await.map_err(Fault::from)?)
}

pub(crate) async fn roles(iam: &Iam, account: &str, scan: Scan) -> Result<NamedPage<RoleRow>, ApiError> {
    let snapshot = iam.store().snapshot().await.map_err(Fault::from)?;
    Ok(ROLES.scan(&snapshot, (account,), scan).await.map_err(Fault::from)?)
}

/// A page of the groups a user is in, and the marker of the next.
pub(crate) async fn groups_of(
    iam: &Iam,
    account: &str,
    user: &str,
    scan: Scan,
) -> Result<(Vec<GroupRow>, Option<String>), ApiError> {
    let work = async {
        let snapshot = iam.store().snapshot().await?;
        let page = MEMBERSHIPS.scan(&snapshot, (account, user), scan).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for ((_, _, group), ()) in &page.rows {
            rows.extend(GROUPS.get(&snapshot, (account, group.as_str())).await?);
        }
        Ok::<_, Fault>((rows, marker(page.next.as_ref())))
    };
    Ok(work.await?)
}

/// A page of the users in a group, and the marker of the next.
pub(crate) async fn users_in(
    iam: &Iam,
    account: &str,
    group: &str,
    scan: Scan,
) -> Result<(Vec<UserRow>, Option<String>), ApiError> {
    let work = async {
        let snapshot = iam.store().snapshot().await?;
        let page = MEMBERS.scan(&snapshot, (account, group), scan).await?;
        let mut rows = Vec::with_capacity(page.rows.len());
        for ((_, _, user), ()) in &page.rows {
            rows.extend(USERS.get(&snapshot, (account, user.as_str())).await?);
        }
        Ok::<_, Fault>((rows, marker(page.next.as_ref())))
    };
    Ok(work.await?)
}

/// Changes a user; `edit` may run several times.
pub(crate) async fn edit_user<F>(iam: &Iam, account: &str, name: &str, edit: F) -> Result<UserRow, ApiError>
where
    F: Fn(&mut UserRow) -> Result<(), ApiError>,
{
    let edit = &edit;
    let work = |tx: Transaction| async move {
        let mut row = USERS.get(&tx, (account, name)).await?.ok_or_else(|| no_such(Entity::user(name)))?;
        edit(&mut row)?;
        USERS.put(&tx, (account, name), &row)?;
        Ok::<_, Fault>(row)
    };
    Ok(iam.store().transact(work).await?)
}

/// Changes a role; `edit` may run several times.
pub(crate) async fn edit_role<F>(iam: &Iam, account: &str, name: &str, edit: F) -> Result<RoleRow, ApiError>
where
    F: Fn(&mut RoleRow) -> Result<(), ApiError>,
{
    let edit = &edit;
    let work = |tx: Transaction| async move {
        let mut row = ROLES.get(&tx, (account, name)).await?.ok_or_else(|| no_such(Entity::role(name)))?;
        edit(&mut row)?;
        ROLES.put(&tx, (account, name), &row)?;
        Ok::<_, Fault>(row)
    };
    Ok(iam.store().transact(work).await?)
}

/// Sets or takes the permissions boundary of a user or role.
pub(crate) async fn change_boundary(
    iam: &Iam,
    account: &str,
    entity: Entity<'_>,
    new: Option<&str>,
) -> Result<(), ApiError> {
    let work = |tx: Transaction| async move {
        let key = (account, entity.name);
        let old = if entity.kind == EntityKind::Role {
            let mut row = ROLES.get(&tx, key).await?.ok_or_else(|| no_such(entity))?;
            let old = std::mem::replace(&mut row.boundary, new.map(str::to_owned));
            ROLES.put(&tx, key, &row)?;
            old
        } else {
            let mut row = USERS.get(&tx, key).await?.ok_or_else(|| no_such(entity))?;
            let old = std::mem::replace(&mut row.boundary, new.map(str::to_owned));
            USERS.put(&tx, key, &row)?;
            old
        };
        set_boundary(&tx, account, entity, old.as_deref(), new).await
    };
    Ok(iam.store().transact(work).await?)
}

/// Refuses to delete what still has policies.
pub(crate) async fn must_be_bare(tx: &Transaction, account: &str, entity: Entity<'_>) -> Result<(), Fault> {
    let prefix = (account, entity.kind.word(), entity.name);
    let one = || Scan::forward().limit(1);
    if !ATTACHMENTS.scan(tx, prefix, one()).await?.rows.is_empty() {
        return Err(delete_conflict("Cannot delete entity, must detach all policies first.").into());
    }
    if !INLINE.scan(tx, prefix, one()).await?.rows.is_empty() {
        return Err(delete_conflict("Cannot delete entity, must delete policies first.").into());
    }
    Ok(())
}

/// How many of each the account has.
pub(crate) struct Counts {
    pub users: i32,
    pub groups: i32,
    pub roles: i32,
    pub policies: i32,
}

pub(crate) async fn counts(iam: &Iam, cx: &RequestContext) -> Result<Counts, ApiError> {
    macro_rules! count {
        ($table:ident, $snapshot:ident) => {{
            let (mut count, mut after) = (0usize, None);
            loop {
                let page = $table.scan(&$snapshot, (cx.account(),), Scan::forward().after(after)).await?;
                count += page.rows.len();
                after = page.next;
                if after.is_none() {
                    break i32::try_from(count).unwrap_or(i32::MAX);
                }
            }
        }};
    }
    let work = async {
        let snapshot = iam.store().snapshot().await?;
        let users = count!(USERS, snapshot);
        let groups = count!(GROUPS, snapshot);
        let roles = count!(ROLES, snapshot);
        let policies = count!(POLICIES, snapshot);
        Ok::<_, Fault>(Counts { users, groups, roles, policies })
    };
    Ok(work.await?)
}
