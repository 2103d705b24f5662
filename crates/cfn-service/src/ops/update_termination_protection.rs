//! UpdateTerminationProtection.

use api_cloudformation::types::{UpdateTerminationProtectionInput, UpdateTerminationProtectionOutput};
use cfn_exec::status::StackStatus;
use cfn_exec::tables::STACKS;
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::error::{Failure, stack_does_not_exist};
use crate::{CloudFormation, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: UpdateTerminationProtectionInput,
) -> Result<UpdateTerminationProtectionOutput, ApiError> {
    cf.authorize(cx, "UpdateTerminationProtection", &input.stack_name).await?;
    let (name, enable) = (&input.stack_name, input.enable_termination_protection);
    let work = |tx: Transaction| async move {
        let found = lookup::find(&tx, cx, name).await?;
        let found = found.filter(|stack| stack.status != StackStatus::DeleteComplete);
        let mut stack = found.ok_or_else(|| Failure::Api(stack_does_not_exist(name)))?;
        stack.termination_protection = enable;
        STACKS.put(&tx, stack.key(), &stack)?;
        Ok::<_, Failure>(stack.id())
    };
    let id = cf.store().transact(work).await?;
    Ok(UpdateTerminationProtectionOutput { stack_id: Some(id) })
}
