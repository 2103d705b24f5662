//! DeleteEventSourceMapping: batches in flight finish, no further one is read.

use api_lambda::types::{DeleteEventSourceMappingInput, DeleteEventSourceMappingOutput};
use port::{Access, RequestContext};
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::error::{self, Failure};
use crate::tables::MAPPINGS;
use crate::{Lambda, describe};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: DeleteEventSourceMappingInput,
) -> Result<DeleteEventSourceMappingOutput, ApiError> {
    let arn = cx.arn("lambda", &format!("event-source-mapping:{}", input.uuid));
    cx.authorize(Access::new("lambda:DeleteEventSourceMapping", &arn)).await?;
    let key = &(cx.account().to_owned(), cx.region().to_owned(), input.uuid.clone());
    let work = |tx: Transaction| async move {
        let found = MAPPINGS.get(&tx, key).await?;
        let row = found.ok_or_else(|| error::not_found("The resource you requested does not exist."))?;
        MAPPINGS.delete(&tx, key);
        Ok::<_, Failure>(row)
    };
    let row = lambda.0.store.transact(work).await?;
    lambda.0.pollers.wake();
    Ok(describe::mapping(&input.uuid, &row, Some("Deleting")))
}
