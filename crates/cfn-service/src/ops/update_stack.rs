//! UpdateStack.

use api_cloudformation::types::{UpdateStackInput, UpdateStackOutput};
use cfn_exec::Start;
use cfn_exec::caller::Caller;
use cfn_exec::model::{OnFailure, OperationKind, Stack};
use cfn_exec::status::StackStatus;
use cfn_exec::tables::STACKS;
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::error::{self, Failure, validation};
use crate::refuse::{filled, refuse, triggers};
use crate::submission::Submission;
use crate::{CloudFormation, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: UpdateStackInput,
) -> Result<UpdateStackOutput, ApiError> {
    cf.authorize(cx, "UpdateStack", &input.stack_name).await?;
    cf.authorize_role(cx, input.role_arn.as_deref()).await?;
    refuse(&[
        (triggers(input.rollback_configuration.as_ref()), "RollbackConfiguration"),
        (filled(input.notification_arns.as_ref()), "NotificationARNs"),
        (input.stack_policy_body.is_some(), "StackPolicyBody"),
        (input.stack_policy_url.is_some(), "StackPolicyURL"),
        (input.stack_policy_during_update_body.is_some(), "StackPolicyDuringUpdateBody"),
        (input.stack_policy_during_update_url.is_some(), "StackPolicyDuringUpdateURL"),
        (input.disable_rollback == Some(true), "DisableRollback (of an update)"),
        (input.deployment_config.is_some(), "DeploymentConfig"),
        (input.disable_validation == Some(true), "DisableValidation"),
    ])?;
    let snapshot = cf.snapshot().await?;
    let stack = lookup::find(&snapshot, cx, &input.stack_name)
        .await?
        .filter(|stack| stack.status != StackStatus::DeleteComplete)
        .ok_or_else(|| error::stack_does_not_exist(&input.stack_name))?;
    let output = UpdateStackOutput { stack_id: Some(stack.id()), operation_id: None };
    let token = input.client_request_token.clone();
    if is_repeated(&stack, token.as_deref(), "UpdateStack")? {
        return Ok(output);
    }
    check_status(&stack)?;
    let retain_except_on_create = input.retain_except_on_create.unwrap_or(false);
    let prepared = cf.prepare(cx, Some(&stack), &submission(input, &stack)).await?;
    if !prepared.has_changes {
        return Err(validation("No updates are to be performed."));
    }
    let start = Start {
        kind: OperationKind::Update,
        plan: &prepared.design.plan,
        state: &prepared.state,
        retag: prepared.retag,
        spec: prepared.spec.clone(),
        template: Some(prepared.template.clone()),
        on_failure: OnFailure::Rollback,
        retain_except_on_create,
        keep: Vec::new(),
        caller: Caller::of(cx),
        client_token: token.clone(),
        deadline: None,
        now: cx.time(),
    };
    let (start, known, token) = (&start, &stack, &token);
    let work = |tx: Transaction| async move {
        let mut stack = unchanged(&tx, known).await?;
        stack.last_request = token.clone().map(|token| (token, "UpdateStack".to_owned()));
        Ok::<_, Failure>(cf.executor().start(&tx, &mut stack, start)?)
    };
    cf.store().transact(work).await?;
    cf.executor().notify(&stack.uuid);
    Ok(output)
}

fn submission(input: UpdateStackInput, stack: &Stack) -> Submission {
    Submission {
        stack_name: stack.name.clone(),
        stack_id: stack.id(),
        template_body: input.template_body,
        template_url: input.template_url,
        use_previous_template: input.use_previous_template.unwrap_or(false),
        parameters: input.parameters,
        capabilities: input.capabilities,
        tags: input.tags,
        role_arn: input.role_arn,
        resource_types: input.resource_types,
        is_change_set: false,
    }
}

/// The stack's row, if nothing was begun since it was read for planning.
pub async fn unchanged(tx: &Transaction, known: &Stack) -> Result<Stack, Failure> {
    let stack = STACKS.get(tx, known.key()).await?;
    let stack = stack.ok_or_else(|| Failure::Api(error::stack_does_not_exist(&known.name)))?;
    if stack.status == known.status && stack.updated == known.updated && stack.spec == known.spec {
        return Ok(stack);
    }
    check_status(&stack)?;
    Err(Failure::Api(validation(format!("Stack [{}] was changed by another operation", stack.name))))
}

/// Whether the token's request was accepted before.
pub fn is_repeated(stack: &Stack, token: Option<&str>, operation: &str) -> Result<bool, ApiError> {
    match (token, &stack.last_request) {
        (Some(token), Some((used, by))) if used == token && by == operation => Ok(true),
        (Some(token), Some((used, _))) if used == token => Err(error::token_used(token)),
        _ => Ok(false),
    }
}

/// Refuses an update of a stack that can't have one now.
pub fn check_status(stack: &Stack) -> Result<(), ApiError> {
    if stack.status.can_be_updated() {
        return Ok(());
    }
    Err(validation(format!(
        "Stack:{} is in {} state and can not be updated.",
        stack.id(),
        stack.status.as_str()
    )))
}
