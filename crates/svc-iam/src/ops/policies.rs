//! Managed policies of an account: finding them by ARN, changing them, and who bears them.

use port::{Access, RequestContext};
use store_kv::{Read, Transaction};
use store_table::Scan;
use wire_codec::ApiError;

use crate::Iam;
use crate::error::{Fault, limit_exceeded, malformed, no_such_entity, no_such_policy};
use crate::inputs::marker;
use crate::managed;
use crate::model::{EntityKind, document_chars, policy_arn, split_arn};
use crate::policy::{Kind, parse_valid};
use crate::shapes::{self, Uses, version_id};
use crate::tables::{ATTACHED, BOUNDED, GROUPS, POLICIES, PolicyRow, ROLES, USERS, VersionRow};

/// White space not counted.
const MAX_DOCUMENT_CHARS: usize = 6_144;

/// A policy of an account, by the parts of its ARN.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PolicyKey<'a> {
    pub account: &'a str,
    pub name: &'a str,
    pub arn: &'a str,
}

/// The policy an ARN names; it must be of the caller's account.
pub(crate) fn parse<'a>(cx: &RequestContext, arn: &'a str) -> Result<PolicyKey<'a>, ApiError> {
    match split_arn(arn, "policy") {
        Some((account, name)) if account == cx.account() => Ok(PolicyKey { account, name, arn }),
        _ => Err(no_such_policy(arn)),
    }
}

/// Authorizes a change of a policy, and finds it. AWS's own cannot be changed.
pub(crate) async fn own<'a>(
    iam: &Iam,
    cx: &RequestContext,
    action: &str,
    arn: &'a str,
) -> Result<PolicyKey<'a>, ApiError> {
    cx.authorize(Access::new(action, arn).owned_by(cx.account())).await?;
    if managed::find(arn).is_some() {
        return Err(ApiError::new(
            "AccessDenied",
            403,
            format!("Cannot perform the operation on the protected policy {arn}."),
        ));
    }
    let policy = parse(cx, arn)?;
    row(iam, &policy).await?;
    Ok(policy)
}

pub(crate) async fn read(read: &impl Read, policy: &PolicyKey<'_>) -> Result<PolicyRow, Fault> {
    let row = POLICIES.get(read, (policy.account, policy.name)).await?;
    let row = row.filter(|row| policy_arn(policy.account, &row.path, policy.name) == policy.arn);
    row.ok_or_else(|| no_such_policy(policy.arn).into())
}

pub(crate) async fn row(iam: &Iam, policy: &PolicyKey<'_>) -> Result<PolicyRow, ApiError> {
    let snapshot = iam.store().snapshot().await.map_err(Fault::from)?;
    Ok(read(&snapshot, policy).await?)
}

/// Changes a policy; `edit` may run several times.
pub(crate) async fn edit<F>(iam: &Iam, policy: &PolicyKey<'_>, edit: F) -> Result<PolicyRow, ApiError>
where
    F: Fn(&mut PolicyRow) -> Result<(), ApiError>,
{
    let edit = &edit;
    let work = |tx: Transaction| async move {
        let mut row = read(&tx, policy).await?;
        edit(&mut row)?;
        POLICIES.put(&tx, (policy.account, policy.name), &row)?;
        Ok::<_, Fault>(row)
    };
    Ok(iam.store().transact(work).await?)
}

pub(crate) fn no_such_version(arn: &str, version: &str) -> ApiError {
    no_such_entity(format!("Policy {arn} version {version} does not exist or is not attachable."))
}

pub(crate) fn version<'a>(
    row: &'a PolicyRow,
    policy: &PolicyKey<'_>,
    id: &str,
) -> Result<&'a VersionRow, ApiError> {
    let found = row.versions.iter().find(|version| version_id(version.number) == id);
    found.ok_or_else(|| no_such_version(policy.arn, id))
}

/// Size and content of a document that is to be stored.
pub(crate) fn check_document(document: &str) -> Result<(), ApiError> {
    if document_chars(document) > MAX_DOCUMENT_CHARS {
        return Err(limit_exceeded(format!("Cannot exceed quota for PolicySize: {MAX_DOCUMENT_CHARS}")));
    }
    parse_valid(document, Kind::Identity).map_err(malformed)?;
    Ok(())
}

/// Whether a policy is attached to anything or bounds anything.
pub(crate) async fn is_used(tx: &Transaction, policy: &PolicyKey<'_>) -> Result<bool, Fault> {
    let one = || Scan::forward().limit(1);
    let prefix = (policy.account, policy.arn);
    Ok(!ATTACHED.scan(tx, prefix, one()).await?.rows.is_empty()
        || !BOUNDED.scan(tx, prefix, one()).await?.rows.is_empty())
}

pub(crate) async fn uses(iam: &Iam, account: &str, arn: &str) -> Result<Uses, ApiError> {
    let work = async {
        let snapshot = iam.store().snapshot().await?;
        count_uses(&snapshot, account, arn).await
    };
    Ok(work.await?)
}

async fn count_uses(read: &impl Read, account: &str, arn: &str) -> Result<Uses, Fault> {
    let (mut attachments, mut after) = (0, None);
    loop {
        let page = ATTACHED.scan(read, (account, arn), Scan::forward().after(after)).await?;
        attachments += page.rows.len();
        after = page.next;
        if after.is_none() {
            break;
        }
    }
    let boundaries = BOUNDED.scan(read, (account, arn), Scan::forward()).await?.rows.len();
    let number = |count| i32::try_from(count).unwrap_or(i32::MAX);
    Ok(Uses { attachments: number(attachments), boundaries: number(boundaries) })
}

/// Every policy of an account, by name.
pub(crate) async fn all(iam: &Iam, account: &str) -> Result<Vec<api_iam::Policy>, ApiError> {
    let work = async {
        let snapshot = iam.store().snapshot().await?;
        let (mut found, mut after) = (Vec::new(), None);
        loop {
            let page = POLICIES.scan(&snapshot, (account,), Scan::forward().after(after)).await?;
            for ((_, name), row) in &page.rows {
                let uses = count_uses(&snapshot, account, &policy_arn(account, &row.path, name)).await?;
                found.push(shapes::policy(account, row, uses));
            }
            after = page.next;
            if after.is_none() {
                return Ok::<_, Fault>(found);
            }
        }
    };
    Ok(work.await?)
}

/// A user, group or role that a policy is attached to.
pub(crate) struct Bearer {
    pub kind: EntityKind,
    pub name: String,
    pub id: String,
    pub path: String,
}

/// A page of those a policy is attached to (or bounds), and the marker of the next.
pub(crate) async fn entities(
    iam: &Iam,
    account: &str,
    arn: &str,
    is_boundary: bool,
    scan: Scan,
) -> Result<(Vec<Bearer>, Option<String>), ApiError> {
    let work = async {
        let snapshot = iam.store().snapshot().await?;
        let table = if is_boundary { BOUNDED } else { ATTACHED };
        let page = table.scan(&snapshot, (account, arn), scan).await?;
        let mut bearers = Vec::with_capacity(page.rows.len());
        for ((_, _, word, name), ()) in &page.rows {
            bearers.extend(bearer(&snapshot, account, word, name).await?);
        }
        Ok::<_, Fault>((bearers, marker(page.next.as_ref())))
    };
    Ok(work.await?)
}

async fn bearer(read: &impl Read, account: &str, word: &str, name: &str) -> Result<Option<Bearer>, Fault> {
    let key = (account, name);
    let found = match word {
        "user" => USERS.get(read, key).await?.map(|row| (EntityKind::User, row.id, row.path)),
        "group" => GROUPS.get(read, key).await?.map(|row| (EntityKind::Group, row.id, row.path)),
        _ => ROLES.get(read, key).await?.map(|row| (EntityKind::Role, row.id, row.path)),
    };
    Ok(found.map(|(kind, id, path)| Bearer { kind, name: name.to_owned(), id, path }))
}
