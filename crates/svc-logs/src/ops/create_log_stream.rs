//! CreateLogStream.

use api_logs::types::{CreateLogStreamInput, CreateLogStreamOutput};
use port::RequestContext;
use wire_codec::ApiError;

use store_kv::Transaction;

use crate::Logs;
use crate::error::{self, Failure};
use crate::tables::STREAMS;

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: CreateLogStreamInput,
) -> Result<CreateLogStreamOutput, ApiError> {
    let name = input.log_stream_name;
    if name.is_empty() || name.len() > 512 || name.contains([':', '*']) {
        return Err(error::invalid_parameter(format!(
            "Value '{name}' at 'logStreamName' is not a valid log stream name."
        )));
    }
    let found = logs.find(cx, "CreateLogStream", Some(&input.log_group_name), Some(&name)).await?;
    let (group_id, name) = (found.group.id, &name);
    let work = |tx: Transaction| async move {
        if STREAMS.contains(&tx, (group_id, name.clone())).await? {
            return Err(Failure::Api(error::exists("The specified log stream already exists")));
        }
        logs.new_stream(&tx, group_id, name, cx.time()).map(drop)
    };
    logs.0.store.transact(work).await?;
    Ok(CreateLogStreamOutput::default())
}
