//! DeleteAccessKey. Deletes an access key; it is refused from then on.

use super::keys;
use crate::Iam;
use crate::error::Fault;
use crate::model::Entity;
use crate::tables::ACCESS_KEYS;
use crate::tables::USER_KEYS;
use api_iam::{DeleteAccessKeyInput, DeleteAccessKeyOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: DeleteAccessKeyInput,
) -> Result<DeleteAccessKeyOutput, ApiError> {
    let name = keys::user_name(cx, input.user_name)?;
    let user = Entity::user(&name);
    iam.allow(cx, "iam:DeleteAccessKey", user, &[]).await?;
    let (id, account) = (input.access_key_id.as_str(), cx.account());
    let work = |tx: Transaction| async move {
        keys::read(&tx, account, user, id).await?;
        ACCESS_KEYS.delete(&tx, (id,));
        USER_KEYS.delete(&tx, (account, user.name, id));
        Ok::<_, Fault>(())
    };
    iam.store().transact(work).await?;
    Ok(DeleteAccessKeyOutput::default())
}
