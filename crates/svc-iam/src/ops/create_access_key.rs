//! CreateAccessKey. Makes an access key; the only time its secret is shown.

use super::keys;
use crate::Iam;
use crate::error::Fault;
use crate::error::limit_exceeded;
use crate::error::no_such;
use crate::model::Entity;
use crate::tables::ACCESS_KEYS;
use crate::tables::AccessKeyRow;
use crate::tables::USER_KEYS;
use crate::tables::USERS;
use api_iam::{AccessKey, CreateAccessKeyInput, CreateAccessKeyOutput, StatusType};
use port::RequestContext;
use store_kv::Transaction;
use store_table::Scan;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: CreateAccessKeyInput,
) -> Result<CreateAccessKeyOutput, ApiError> {
    create(iam, cx, input, None).await
}

/// `provisioned_by` names the stack's resource it is made for.
pub(crate) async fn create(
    iam: &Iam,
    cx: &RequestContext,
    input: CreateAccessKeyInput,
    provisioned_by: Option<String>,
) -> Result<CreateAccessKeyOutput, ApiError> {
    let name = keys::user_name(cx, input.user_name)?;
    let user = Entity::user(&name);
    iam.allow(cx, "iam:CreateAccessKey", user, &[]).await?;
    let id = format!("AKIA{}", iam.ids().base32(16));
    let row = AccessKeyRow {
        account: cx.account().to_owned(),
        user: Some(name.clone()),
        secret: iam.ids().base64(40),
        is_active: true,
        created: cx.time(),
        provisioned_by,
    };
    let (row, id) = (&row, id.as_str());
    let work = |tx: Transaction| async move {
        let account = row.account.as_str();
        USERS.get(&tx, (account, user.name)).await?.ok_or_else(|| no_such(user))?;
        let old = USER_KEYS.scan(&tx, (account, user.name), Scan::forward().limit(MAX_KEYS)).await?;
        if old.rows.len() >= MAX_KEYS {
            let message = format!("Cannot exceed quota for AccessKeysPerUser: {MAX_KEYS}");
            return Err(Fault::from(limit_exceeded(message)));
        }
        ACCESS_KEYS.insert_new(&tx, (id,), row)?;
        USER_KEYS.put(&tx, (account, user.name, id), &())?;
        Ok(())
    };
    iam.store().transact(work).await?;
    let access_key = AccessKey {
        user_name: name.clone(),
        access_key_id: id.to_owned(),
        status: StatusType::Active,
        secret_access_key: row.secret.clone(),
        create_date: Some(row.created),
    };
    Ok(CreateAccessKeyOutput { access_key })
}

/// Access keys of one user.
const MAX_KEYS: usize = 2;
