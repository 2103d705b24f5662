//! Access keys of users.

use port::{Principal, RequestContext};
use store_kv::Read;
use store_table::Scan;
use wire_codec::ApiError;

use crate::Iam;
use crate::credentials::SessionKeys;
use crate::error::{Fault, no_such_entity, validation};
use crate::inputs::marker;
use crate::model::Entity;
use crate::tables::{ACCESS_KEYS, AccessKeyRow, USER_KEYS};

/// The user an operation is about: the one named, else the caller.
pub(crate) fn user_name(cx: &RequestContext, named: Option<String>) -> Result<String, ApiError> {
    match (named, cx.principal()) {
        (Some(name), _) => Ok(name),
        (None, Principal::User { name, .. }) => Ok(name.clone()),
        (None, Principal::Root { .. }) => {
            Err(ApiError::not_implemented("access keys of the root user; name a user with UserName"))
        }
        (None, _) => Err(validation("Must specify userName when calling with non-User credentials")),
    }
}

/// The key, if it is that user's.
pub(crate) async fn read(
    read: &impl Read,
    account: &str,
    user: Entity<'_>,
    id: &str,
) -> Result<AccessKeyRow, Fault> {
    let row = ACCESS_KEYS.get(read, (id,)).await?;
    let row = row.filter(|row| row.account == account && row.user.as_deref() == Some(user.name));
    row.ok_or_else(|| no_such_entity(format!("The Access Key with id {id} cannot be found")).into())
}

/// A page of a user's keys with their ids, and the marker of the next.
pub(crate) async fn list(
    iam: &Iam,
    account: &str,
    user: &str,
    scan: Scan,
) -> Result<(Vec<(String, AccessKeyRow)>, Option<String>), ApiError> {
    let work = async {
        let snapshot = iam.store().snapshot().await?;
        let page = USER_KEYS.scan(&snapshot, (account, user), scan).await?;
        let mut keys = Vec::with_capacity(page.rows.len());
        for ((_, _, id), ()) in &page.rows {
            let row = ACCESS_KEYS.get(&snapshot, (id.as_str(),)).await?;
            keys.extend(row.map(|row| (id.clone(), row)));
        }
        Ok::<_, Fault>((keys, marker(page.next.as_ref())))
    };
    Ok(work.await?)
}

impl From<SessionKeys> for api_sts::Credentials {
    fn from(keys: SessionKeys) -> Self {
        Self {
            access_key_id: keys.access_key_id,
            secret_access_key: keys.secret_access_key,
            session_token: keys.session_token,
            expiration: keys.expires,
        }
    }
}
