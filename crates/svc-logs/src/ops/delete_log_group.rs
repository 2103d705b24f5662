//! DeleteLogGroup: with its streams and events.

use api_logs::types::{DeleteLogGroupInput, DeleteLogGroupOutput};
use port::RequestContext;
use wire_codec::ApiError;

use store_kv::Transaction;

use crate::Logs;
use crate::error::{self, Failure};
use crate::tables::GROUPS;

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: DeleteLogGroupInput,
) -> Result<DeleteLogGroupOutput, ApiError> {
    let found = logs.find(cx, "DeleteLogGroup", Some(&input.log_group_name), None).await?;
    if found.group.is_protected {
        return Err(error::invalid_parameter("The log group is protected from deletion."));
    }
    let key = &found.key;
    let work = |tx: Transaction| async move {
        GROUPS.delete(&tx, key.clone());
        Ok::<_, Failure>(())
    };
    logs.0.store.transact(work).await?;
    logs.clear_group(found.group.id).await?;
    Ok(DeleteLogGroupOutput::default())
}
