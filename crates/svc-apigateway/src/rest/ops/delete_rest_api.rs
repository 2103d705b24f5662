//! DeleteRestApi.

use api_apigateway::types::{DeleteRestApiInput, DeleteRestApiOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::access::key;
use crate::error::{self, Failure};
use crate::tables::{OWNERS, REST_APIS, REST_DEPLOYMENTS, REST_STAGES};
use store_kv::Transaction;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: DeleteRestApiInput,
) -> Result<DeleteRestApiOutput, ApiError> {
    apis.authorize(cx, Verb::Delete, &format!("/restapis/{}", input.rest_api_id)).await?;
    let id = &input.rest_api_id;
    let work = |tx: Transaction| async move {
        if !REST_APIS.contains(&tx, key(cx, id)).await? {
            return Err(Failure::Api(error::no_api(cx.account(), id)));
        }
        REST_APIS.delete(&tx, key(cx, id));
        OWNERS.delete(&tx, (id,));
        REST_STAGES.delete_prefix(&tx, (id,));
        REST_DEPLOYMENTS.delete_prefix(&tx, (id,));
        Ok(())
    };
    apis.0.store.transact(work).await?;
    Ok(DeleteRestApiOutput::default())
}
