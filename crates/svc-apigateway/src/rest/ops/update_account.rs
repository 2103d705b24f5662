//! UpdateAccount.

use api_apigateway::types::{UpdateAccountInput, UpdateAccountOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::Failure;
use crate::patch;
use crate::tables::ACCOUNTS;
use store_kv::Transaction;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: UpdateAccountInput,
) -> Result<UpdateAccountOutput, ApiError> {
    apis.authorize(cx, Verb::Patch, "/account").await?;
    let operations = &input.patch_operations;
    let work = |tx: Transaction| async move {
        let key = (cx.account(), cx.region());
        let settings = ACCOUNTS.get(&tx, key).await?.unwrap_or_default();
        let settings = patch::apply(&settings, operations.clone(), &[])?;
        ACCOUNTS.put(&tx, key, &settings)?;
        Ok::<_, Failure>(settings)
    };
    Ok(super::get_account::shown(&apis.0.store.transact(work).await?))
}
