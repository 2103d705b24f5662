//! DeleteChangeSet. Deleting one that does not exist succeeds.

use api_cloudformation::types::{DeleteChangeSetInput, DeleteChangeSetOutput};
use cfn_exec::tables::TEMPLATES;
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::CloudFormation;
use crate::change_set::{self, ExecutionStatus};
use crate::error::{Failure, change_set_status};
use crate::tables::CHANGE_SETS;

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: DeleteChangeSetInput,
) -> Result<DeleteChangeSetOutput, ApiError> {
    let named = input.stack_name.as_deref();
    cf.authorize(cx, "DeleteChangeSet", named.unwrap_or(&input.change_set_name)).await?;
    let name = &input.change_set_name;
    let work = |tx: Transaction| async move {
        let (stack, set) = match change_set::find(&tx, cx, named, name).await {
            Ok(found) => found,
            Err(Failure::Api(error)) if error.code == "ChangeSetNotFound" => return Ok(()),
            Err(failure) => return Err(failure),
        };
        let is_running = set.execution == ExecutionStatus::ExecuteInProgress && stack.status.is_in_progress();
        if is_running {
            let id = set.id(&stack);
            return Err(Failure::Api(change_set_status(format!(
                "ChangeSet [{id}] cannot be deleted in status [EXECUTE_IN_PROGRESS]"
            ))));
        }
        CHANGE_SETS.delete(&tx, (&stack.uuid, &set.uuid));
        TEMPLATES.delete(&tx, (&stack.uuid, &set.uuid));
        Ok(())
    };
    cf.store().transact(work).await?;
    Ok(DeleteChangeSetOutput::default())
}
