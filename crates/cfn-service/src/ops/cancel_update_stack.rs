//! CancelUpdateStack: what runs is waited for, then everything is undone.

use api_cloudformation::types::{CancelUpdateStackInput, CancelUpdateStackOutput};
use cfn_exec::machine::Phase;
use cfn_exec::model::OperationKind;
use cfn_exec::tables::{OPERATIONS, STACKS};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use super::update_stack::is_repeated;
use crate::error::{Failure, validation};
use crate::{CloudFormation, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: CancelUpdateStackInput,
) -> Result<CancelUpdateStackOutput, ApiError> {
    cf.authorize(cx, "CancelUpdateStack", &input.stack_name).await?;
    let (name, token) = (&input.stack_name, &input.client_request_token);
    let work = |tx: Transaction| async move {
        let mut stack = lookup::stack(&tx, cx, name).await?;
        if is_repeated(&stack, token.as_deref(), "CancelUpdateStack")? {
            return Ok(stack.uuid);
        }
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
        if let Some(token) = token {
            operation.client_token = Some(token.clone());
            stack.last_request = Some((token.clone(), "CancelUpdateStack".to_owned()));
            STACKS.put(&tx, stack.key(), &stack)?;
        }
        OPERATIONS.put(&tx, (&stack.uuid,), &operation)?;
        Ok(stack.uuid)
    };
    let uuid = cf.store().transact(work).await?;
    cf.executor().notify(&uuid);
    Ok(CancelUpdateStackOutput::default())
}
