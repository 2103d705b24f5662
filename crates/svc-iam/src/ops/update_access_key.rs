//! UpdateAccessKey. Makes an access key active or inactive.

use super::keys;
use crate::Iam;
use crate::error::Fault;
use crate::error::validation;
use crate::model::Entity;
use crate::tables::ACCESS_KEYS;
use api_iam::{StatusType, UpdateAccessKeyInput, UpdateAccessKeyOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: UpdateAccessKeyInput,
) -> Result<UpdateAccessKeyOutput, ApiError> {
    let name = keys::user_name(cx, input.user_name)?;
    let user = Entity::user(&name);
    iam.allow(cx, "iam:UpdateAccessKey", user, &[]).await?;
    let is_active = match input.status {
        StatusType::Active => true,
        StatusType::Inactive => false,
        StatusType::Expired => return Err(validation("Status must be Active or Inactive.")),
    };
    let (id, account) = (input.access_key_id.as_str(), cx.account());
    let work = |tx: Transaction| async move {
        let mut row = keys::read(&tx, account, user, id).await?;
        row.is_active = is_active;
        ACCESS_KEYS.put(&tx, (id,), &row)?;
        Ok::<_, Fault>(())
    };
    iam.store().transact(work).await?;
    Ok(UpdateAccessKeyOutput::default())
}
