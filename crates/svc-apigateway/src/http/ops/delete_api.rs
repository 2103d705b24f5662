//! DeleteApi.

use api_apigatewayv2::types::{DeleteApiInput, DeleteApiOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::access::key;
use crate::error::{self, Failure};
use crate::tables::{HTTP_APIS, HTTP_DEPLOYMENTS, HTTP_STAGES, OWNERS};
use store_kv::Transaction;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: DeleteApiInput,
) -> Result<DeleteApiOutput, ApiError> {
    apis.authorize(cx, Verb::Delete, &format!("/apis/{}", input.api_id)).await?;
    let id = &input.api_id;
    let work = |tx: Transaction| async move {
        if !HTTP_APIS.contains(&tx, key(cx, id)).await? {
            return Err(Failure::Api(error::no_api(cx.account(), id)));
        }
        HTTP_APIS.delete(&tx, key(cx, id));
        OWNERS.delete(&tx, (id,));
        HTTP_STAGES.delete_prefix(&tx, (id,));
        HTTP_DEPLOYMENTS.delete_prefix(&tx, (id,));
        Ok(())
    };
    apis.0.store.transact(work).await?;
    Ok(DeleteApiOutput::default())
}
