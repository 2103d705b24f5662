//! Policies of users, groups and roles: inline and attached. One implementation for the three; the operations name the
//! action and the shapes.

use port::RequestContext;
use store_kv::{Read, Transaction};
use store_table::Scan;
use wire_codec::ApiError;

use crate::Iam;
use crate::error::{Fault, limit_exceeded, malformed, no_such, no_such_entity, no_such_policy};
use crate::identity::path_of;
use crate::inputs::{check_policy_name, marker, page};
use crate::managed;
use crate::model::{Entity, document_chars, policy_arn, split_arn};
use crate::policy::{Kind, parse_valid};
use crate::tables::{ATTACHED, ATTACHMENTS, BOUNDED, INLINE, InlineRow, POLICIES};

/// Managed policies of one entity ("IAM and AWS STS quotas").
const MAX_ATTACHED: usize = 10;

/// A page of names and the marker of the next.
pub(crate) struct NamePage {
    pub names: Vec<String>,
    pub marker: Option<String>,
}

async fn must_exist(read: &impl Read, account: &str, entity: Entity<'_>) -> Result<(), Fault> {
    match path_of(read, account, entity).await? {
        Some(_) => Ok(()),
        None => Err(no_such(entity).into()),
    }
}

fn no_such_inline(entity: Entity<'_>, policy_name: &str) -> ApiError {
    no_such_entity(format!("The {} policy with name {policy_name} cannot be found.", entity.kind.word()))
}

pub(crate) async fn put_inline(
    iam: &Iam,
    cx: &RequestContext,
    action: &str,
    entity: Entity<'_>,
    policy_name: &str,
    document: &str,
) -> Result<(), ApiError> {
    check_policy_name(policy_name)?;
    iam.allow(cx, action, entity, &[]).await?;
    parse_valid(document, Kind::Identity).map_err(malformed)?;
    let work = |tx| put_inline_row(tx, cx.account(), entity, policy_name, document);
    Ok(iam.store().transact(work).await?)
}

async fn put_inline_row(
    tx: Transaction,
    account: &str,
    entity: Entity<'_>,
    policy_name: &str,
    document: &str,
) -> Result<(), Fault> {
    must_exist(&tx, account, entity).await?;
    let prefix = (account, entity.kind.word(), entity.name);
    let page = INLINE.scan(&tx, prefix, Scan::forward()).await?;
    let others = page.rows.iter().filter(|((_, _, _, name), _)| name != policy_name);
    let chars: usize = others.map(|(_, row)| document_chars(&row.document)).sum();
    let max = entity.kind.max_inline_chars();
    if page.next.is_some() || chars + document_chars(document) > max {
        let word = entity.kind.word();
        let message = format!("Maximum policy size of {max} bytes exceeded for {word} {}", entity.name);
        return Err(limit_exceeded(message).into());
    }
    let row = InlineRow { document: document.to_owned() };
    INLINE.put(&tx, (account, entity.kind.word(), entity.name, policy_name), &row)?;
    Ok(())
}

pub(crate) async fn get_inline(
    iam: &Iam,
    cx: &RequestContext,
    action: &str,
    entity: Entity<'_>,
    policy_name: &str,
) -> Result<String, ApiError> {
    iam.allow(cx, action, entity, &[]).await?;
    let work = async {
        let snapshot = iam.store().snapshot().await?;
        must_exist(&snapshot, cx.account(), entity).await?;
        let key = (cx.account(), entity.kind.word(), entity.name, policy_name);
        let row = INLINE.get(&snapshot, key).await?;
        row.map(|row| row.document).ok_or_else(|| Fault::from(no_such_inline(entity, policy_name)))
    };
    Ok(work.await?)
}

pub(crate) async fn delete_inline(
    iam: &Iam,
    cx: &RequestContext,
    action: &str,
    entity: Entity<'_>,
    policy_name: &str,
) -> Result<(), ApiError> {
    iam.allow(cx, action, entity, &[]).await?;
    let key = (cx.account(), entity.kind.word(), entity.name, policy_name);
    let work = |tx: Transaction| async move {
        must_exist(&tx, cx.account(), entity).await?;
        if !INLINE.contains(&tx, key).await? {
            return Err(Fault::from(no_such_inline(entity, policy_name)));
        }
        INLINE.delete(&tx, key);
        Ok(())
    };
    Ok(iam.store().transact(work).await?)
}

pub(crate) async fn list_inline(
    iam: &Iam,
    cx: &RequestContext,
    action: &str,
    entity: Entity<'_>,
    from: Option<&str>,
    max_items: Option<i32>,
) -> Result<NamePage, ApiError> {
    iam.allow(cx, action, entity, &[]).await?;
    let scan = page(from, max_items)?;
    let work = async {
        let snapshot = iam.store().snapshot().await?;
        must_exist(&snapshot, cx.account(), entity).await?;
        let page = INLINE.scan(&snapshot, (cx.account(), entity.kind.word(), entity.name), scan).await?;
        let next = marker(page.next.as_ref());
        Ok::<_, Fault>(NamePage {
            names: page.rows.into_iter().map(|((_, _, _, name), _)| name).collect(),
            marker: next,
        })
    };
    Ok(work.await?)
}

/// Whether a managed policy of this ARN is there.
pub(crate) async fn policy_exists(read: &impl Read, account: &str, arn: &str) -> Result<bool, Fault> {
    if managed::find(arn).is_some() {
        return Ok(true);
    }
    let Some((owner, name)) = split_arn(arn, "policy") else { return Ok(false) };
    if owner != account {
        return Ok(false);
    }
    let row = POLICIES.get(read, (account, name)).await?;
    Ok(row.is_some_and(|row| policy_arn(account, &row.path, name) == arn))
}

fn not_attachable(arn: &str) -> ApiError {
    no_such_entity(format!("Policy {arn} does not exist or is not attachable."))
}

pub(crate) async fn attach(
    iam: &Iam,
    cx: &RequestContext,
    action: &str,
    entity: Entity<'_>,
    arn: &str,
) -> Result<(), ApiError> {
    iam.allow(cx, action, entity, &[("iam:PolicyARN", arn)]).await?;
    let account = cx.account();
    let work = |tx: Transaction| async move {
        must_exist(&tx, account, entity).await?;
        if !policy_exists(&tx, account, arn).await? {
            return Err(Fault::from(not_attachable(arn)));
        }
        let prefix = (account, entity.kind.word(), entity.name);
        let attached = ATTACHMENTS.scan(&tx, prefix, Scan::forward().limit(MAX_ATTACHED + 1)).await?;
        let is_new = attached.rows.iter().all(|((_, _, _, other), ())| other != arn);
        if is_new && attached.rows.len() >= MAX_ATTACHED {
            let title = entity.kind.title();
            let message = format!("Cannot exceed quota for PoliciesPer{title}: {MAX_ATTACHED}");
            return Err(limit_exceeded(message).into());
        }
        ATTACHMENTS.put(&tx, (account, entity.kind.word(), entity.name, arn), &())?;
        ATTACHED.put(&tx, (account, arn, entity.kind.word(), entity.name), &())?;
        Ok(())
    };
    Ok(iam.store().transact(work).await?)
}

pub(crate) async fn detach(
    iam: &Iam,
    cx: &RequestContext,
    action: &str,
    entity: Entity<'_>,
    arn: &str,
) -> Result<(), ApiError> {
    iam.allow(cx, action, entity, &[("iam:PolicyARN", arn)]).await?;
    let account = cx.account();
    let work = |tx: Transaction| async move {
        must_exist(&tx, account, entity).await?;
        let key = (account, entity.kind.word(), entity.name, arn);
        if !ATTACHMENTS.contains(&tx, key).await? {
            return Err(Fault::from(no_such_policy(arn)));
        }
        ATTACHMENTS.delete(&tx, key);
        ATTACHED.delete(&tx, (account, arn, entity.kind.word(), entity.name));
        Ok(())
    };
    Ok(iam.store().transact(work).await?)
}

/// A page of attached policies' ARNs.
pub(crate) async fn list_attached(
    iam: &Iam,
    cx: &RequestContext,
    action: &str,
    entity: Entity<'_>,
    path_prefix: Option<&str>,
    from: Option<&str>,
    max_items: Option<i32>,
) -> Result<(Vec<api_iam::AttachedPolicy>, Option<String>), ApiError> {
    iam.allow(cx, action, entity, &[]).await?;
    let scan = page(from, max_items)?;
    let work = async {
        let snapshot = iam.store().snapshot().await?;
        must_exist(&snapshot, cx.account(), entity).await?;
        let page = ATTACHMENTS.scan(&snapshot, (cx.account(), entity.kind.word(), entity.name), scan).await?;
        Ok::<_, Fault>(page)
    };
    let page = work.await?;
    let next = marker(page.next.as_ref());
    let arns = page.rows.into_iter().map(|((_, _, _, arn), ())| arn);
    let attached = arns
        .filter(|arn| has_path(arn, path_prefix))
        .map(|arn| api_iam::AttachedPolicy {
            policy_name: arn.rsplit('/').next().map(str::to_owned),
            policy_arn: Some(arn),
        })
        .collect();
    Ok((attached, next))
}

/// Whether an ARN's path begins with the prefix.
pub(crate) fn has_path(arn: &str, prefix: Option<&str>) -> bool {
    let path = arn.find('/').map_or("", |at| &arn[at..]);
    prefix.is_none_or(|prefix| path.starts_with(prefix))
}

/// Records whose boundary a policy is, in the transaction that sets it.
pub(crate) async fn set_boundary(
    tx: &Transaction,
    account: &str,
    entity: Entity<'_>,
    old: Option<&str>,
    new: Option<&str>,
) -> Result<(), Fault> {
    if let Some(arn) = new
        && !policy_exists(tx, account, arn).await?
    {
        return Err(no_such_entity(format!("Scope ARN: {arn} does not exist or is not attachable.")).into());
    }
    if let Some(arn) = old {
        BOUNDED.delete(tx, (account, arn, entity.kind.word(), entity.name));
    }
    if let Some(arn) = new {
        BOUNDED.put(tx, (account, arn, entity.kind.word(), entity.name), &())?;
    }
    Ok(())
}
