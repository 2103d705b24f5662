//! CreateStack.

use std::time::Duration;

use api_cloudformation::types::{self as t, CreateStackInput, CreateStackOutput};
use base_time::Timestamp;
use cfn_exec::Start;
use cfn_exec::caller::Caller;
use cfn_exec::model::{NameRow, OnFailure, OperationKind, Spec, Stack};
use cfn_exec::status::StackStatus;
use cfn_exec::tables::NAMES;
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
    input: CreateStackInput,
) -> Result<CreateStackOutput, ApiError> {
    cf.authorize(cx, "CreateStack", &input.stack_name).await?;
    cf.authorize_role(cx, input.role_arn.as_deref()).await?;
    refuse(&[
        (triggers(input.rollback_configuration.as_ref()), "RollbackConfiguration"),
        (filled(input.notification_arns.as_ref()), "NotificationARNs"),
        (input.stack_policy_body.is_some(), "StackPolicyBody"),
        (input.stack_policy_url.is_some(), "StackPolicyURL"),
        (input.deployment_config.is_some(), "DeploymentConfig"),
        (input.disable_validation == Some(true), "DisableValidation"),
    ])?;
    check_name(&input.stack_name)?;
    if let Some(output) = repeated(cf, cx, &input).await? {
        return Ok(output);
    }
    let on_failure = on_failure(input.disable_rollback, input.on_failure)?;
    let mut stack = new_stack(cf, cx, &input.stack_name);
    stack.disable_rollback = on_failure == OnFailure::DoNothing;
    stack.timeout_minutes = input.timeout_in_minutes.and_then(|minutes| u32::try_from(minutes).ok());
    stack.termination_protection = input.enable_termination_protection.unwrap_or(false);
    stack.last_request = input.client_request_token.clone().map(|token| (token, "CreateStack".to_owned()));
    let deadline = stack.timeout_minutes.map(|minutes| after_minutes(cx.time(), minutes));
    let (retain, token) =
        (input.retain_except_on_create.unwrap_or(false), input.client_request_token.clone());
    let prepared = cf.prepare(cx, None, &submission(input, &stack)).await?;
    let start = Start {
        kind: OperationKind::Create,
        plan: &prepared.design.plan,
        state: &prepared.state,
        retag: false,
        spec: prepared.spec.clone(),
        template: Some(prepared.template.clone()),
        on_failure,
        retain_except_on_create: retain,
        keep: Vec::new(),
        caller: Caller::of(cx),
        client_token: token,
        deadline,
        now: cx.time(),
    };
    let (start, stack) = (&start, &stack);
    cf.store().transact(|tx| async move { write(cf, &tx, stack.clone(), start).await }).await?;
    cf.executor().notify(&stack.uuid);
    Ok(CreateStackOutput { stack_id: Some(stack.id()), operation_id: None })
}

async fn write(
    cf: &CloudFormation,
    tx: &Transaction,
    mut stack: Stack,
    start: &Start<'_>,
) -> Result<(), Failure> {
    let key = (&stack.account, &stack.region, &stack.name);
    if NAMES.contains(tx, key).await? {
        return Err(Failure::Api(error::already_exists(&stack.name)));
    }
    NAMES.put(tx, key, &NameRow { uuid: stack.uuid.clone() })?;
    Ok(cf.executor().start(tx, &mut stack, start)?)
}

fn submission(input: CreateStackInput, stack: &Stack) -> Submission {
    Submission {
        stack_name: stack.name.clone(),
        stack_id: stack.id(),
        template_body: input.template_body,
        template_url: input.template_url,
        use_previous_template: false,
        parameters: input.parameters,
        capabilities: input.capabilities,
        tags: input.tags,
        role_arn: input.role_arn,
        resource_types: input.resource_types,
        is_change_set: false,
    }
}

/// The answer to a request that was already accepted under its token.
async fn repeated(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: &CreateStackInput,
) -> Result<Option<CreateStackOutput>, ApiError> {
    let Some(token) = &input.client_request_token else { return Ok(None) };
    let Some(stack) = lookup::find(&cf.snapshot().await?, cx, &input.stack_name).await? else {
        return Ok(None);
    };
    let is_same = stack.last_request.as_ref().is_some_and(|(t, op)| t == token && op == "CreateStack");
    Ok(is_same.then(|| CreateStackOutput { stack_id: Some(stack.id()), operation_id: None }))
}

/// What to do on failure, by either of the two parameters.
pub fn on_failure(
    disable_rollback: Option<bool>,
    on_failure: Option<t::OnFailure>,
) -> Result<OnFailure, ApiError> {
    match (disable_rollback, on_failure) {
        (Some(_), Some(_)) => Err(validation("Only one of DisableRollback or OnFailure can be specified")),
        (Some(true), None) | (None, Some(t::OnFailure::DoNothing)) => Ok(OnFailure::DoNothing),
        (None, Some(t::OnFailure::Delete)) => Ok(OnFailure::Delete),
        _ => Ok(OnFailure::Rollback),
    }
}

/// A stack that has a name and an id, and nothing else yet.
pub fn new_stack(cf: &CloudFormation, cx: &RequestContext, name: &str) -> Stack {
    Stack {
        account: cx.account().to_owned(),
        region: cx.region().to_owned(),
        name: name.to_owned(),
        uuid: cf.executor().ids().uuid(),
        status: StackStatus::ReviewInProgress,
        status_reason: Some("User Initiated".to_owned()),
        created: cx.time(),
        updated: None,
        deleted: None,
        spec: Spec::default(),
        outputs: Vec::new(),
        termination_protection: false,
        policy: None,
        disable_rollback: false,
        timeout_minutes: None,
        change_set_id: None,
        last_request: None,
    }
}

/// A letter, then letters, digits and hyphens; at most 128.
pub fn check_name(name: &str) -> Result<(), ApiError> {
    let fits = name.len() <= 128
        && name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-');
    if fits {
        return Ok(());
    }
    Err(validation(format!(
        "1 validation error detected: Value '{name}' at 'stackName' failed to satisfy constraint: Member must satisfy regular expression pattern: [a-zA-Z][-a-zA-Z0-9]*"
    )))
}

fn after_minutes(from: Timestamp, minutes: u32) -> Timestamp {
    let span = Duration::from_secs(u64::from(minutes) * 60);
    Timestamp::from_millis(
        from.as_millis().saturating_add(i64::try_from(span.as_millis()).unwrap_or(i64::MAX)),
    )
}
