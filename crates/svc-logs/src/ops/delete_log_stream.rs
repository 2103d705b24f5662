//! DeleteLogStream: with its events.

use api_logs::types::{DeleteLogStreamInput, DeleteLogStreamOutput};
use port::RequestContext;
use wire_codec::ApiError;

use store_kv::Transaction;

use crate::Logs;
use crate::error::Failure;
use crate::tables::{STREAM_NAMES, STREAMS};

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: DeleteLogStreamInput,
) -> Result<DeleteLogStreamOutput, ApiError> {
    let stream = input.log_stream_name;
    let found = logs.find(cx, "DeleteLogStream", Some(&input.log_group_name), Some(&stream)).await?;
    let row = found.stream(&stream).await?;
    let (group_id, stream) = (found.group.id, &stream);
    let work = |tx: Transaction| async move {
        STREAMS.delete(&tx, (group_id, stream.clone()));
        STREAM_NAMES.delete(&tx, (group_id, row.id));
        Ok::<_, Failure>(())
    };
    logs.0.store.transact(work).await?;
    logs.clear_stream(found.group.id, row.id).await?;
    Ok(DeleteLogStreamOutput::default())
}
