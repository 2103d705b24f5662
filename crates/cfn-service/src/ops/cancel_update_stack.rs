//! CancelUpdateStack: what runs is waited for, then everything is undone.

use api_cloudformation::types::{CancelUpdateStackInput, CancelUpdateStackOutput};
use cfn_exec::machine::Phase;
use cfn_exec::model::OperationKind;
use cfn_exec::tables::OPERATIONS;
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::error::{Failure, validation};
use crate::{CloudFormation, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: CancelUpdateStackInput,
) -> Result<CancelUpdateStackOutput, ApiError> {
    cf.authorize(cx, "CancelUpdateStack", &input.stack_name).await?;
    let name = &input.stack_name;
    let work = |tx: Transaction| async move {
        let stack = lookup::stack(&tx, cx, name).await?;
        let operation = OPERATIONS.get(&tx, (&stack.uuid,)).await?;
        let operation = operation
            .filter(|operation| operation.kind == OperationKind::Update && operation.phase == Phase::Work);
        let Some(mut operation) = operation else {
            return Err(Failure::Api(validation(format!(
                "CancelUpdateStack cannot be called from current stack status {}",
                stack.status.as_str()
            ))));
        };
        operation.cancel = Some("User Initiated".to_owned());
        OPERATIONS.put(&tx, (&stack.uuid,), &operation)?;
        Ok(stack.uuid)
    };
    let uuid = cf.store().transact(work).await?;
    cf.executor().notify(&uuid);
    Ok(CancelUpdateStackOutput::default())
}
