//! CreateChangeSet: checked and planned within the call, so that its answer is already `CREATE_COMPLETE` or `FAILED`.

use api_cloudformation::types::{self as t, CreateChangeSetInput, CreateChangeSetOutput};
use cfn_exec::model::{NameRow, OnFailure, Spec, Stack};
use cfn_exec::status::StackStatus;
use cfn_exec::tables::{EVENTS, NAMES, STACKS, TEMPLATES};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use super::create_stack::{check_name, new_stack};
use super::update_stack::check_status;
use crate::change_set::{self, ChangeRow, ChangeSet, ChangeSetStatus, ExecutionStatus};
use crate::error::{self, Failure, validation};
use crate::refuse::{filled, refuse, triggers};
use crate::submission::{Prepared, Refusal, Submission};
use crate::tables::CHANGE_SETS;
use crate::{CloudFormation, lookup};

const NO_CHANGES: &str =
    "The submitted information didn't contain changes. Submit different information to create a change set.";

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: CreateChangeSetInput,
) -> Result<CreateChangeSetOutput, ApiError> {
    cf.authorize(cx, "CreateChangeSet", &input.stack_name).await?;
    cf.authorize_role(cx, input.role_arn.as_deref()).await?;
    check_input(&input)?;
    let snapshot = cf.snapshot().await?;
    let found = lookup::find(&snapshot, cx, &input.stack_name)
        .await?
        .filter(|stack| stack.status != StackStatus::DeleteComplete);
    let creates = input.change_set_type == Some(t::ChangeSetType::Create);
    let stack = target(cf, cx, &input, found, creates)?;
    if let Some(existing) =
        change_set::all(&snapshot, &stack).await?.into_iter().find(|set| set.name == input.change_set_name)
    {
        if existing.client_token.is_some() && existing.client_token == input.client_token {
            return Ok(answer(&stack, &existing));
        }
        return Err(ApiError::new(
            "AlreadyExistsException",
            400,
            format!("ChangeSet {} already exists", existing.id(&stack)),
        ));
    }
    let planned = (!creates).then_some(&stack);
    let mut set = blank(cf, cx, &input, creates);
    let prepared = match cf.prepare(cx, planned, &submission(&input, &stack)).await {
        Ok(prepared) => Some(prepared),
        Err(Refusal::Now(error)) => return Err(error),
        Err(Refusal::Later(reason)) => {
            set.status_reason = Some(reason);
            None
        }
    };
    if let Some(prepared) = &prepared {
        fill(&mut set, prepared);
    }
    let (stack, set, prepared) = (&stack, &set, &prepared);
    cf.store().transact(|tx| async move { write(cf, cx, &tx, stack, set, prepared.as_ref()).await }).await?;
    Ok(answer(stack, set))
}

fn answer(stack: &Stack, set: &ChangeSet) -> CreateChangeSetOutput {
    CreateChangeSetOutput { id: Some(set.id(stack)), stack_id: Some(stack.id()) }
}

fn check_input(input: &CreateChangeSetInput) -> Result<(), ApiError> {
    refuse(&[
        (triggers(input.rollback_configuration.as_ref()), "RollbackConfiguration"),
        (filled(input.notification_arns.as_ref()), "NotificationARNs"),
        (filled(input.resources_to_import.as_ref()), "ResourcesToImport"),
        (input.change_set_type == Some(t::ChangeSetType::Import), "ChangeSetType IMPORT"),
        (input.include_nested_stacks == Some(true), "IncludeNestedStacks"),
        (input.import_existing_resources == Some(true), "ImportExistingResources"),
        (input.deployment_mode.is_some(), "DeploymentMode"),
        (input.deployment_config.is_some(), "DeploymentConfig"),
        (input.disable_validation == Some(true), "DisableValidation"),
    ])
}

/// The stack the change set is for: a new one in review, or an existing one.
fn target(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: &CreateChangeSetInput,
    found: Option<Stack>,
    creates: bool,
) -> Result<Stack, ApiError> {
    match (found, creates) {
        (Some(stack), true) if stack.status == StackStatus::ReviewInProgress => Ok(stack),
        (Some(stack), true) => Err(validation(format!(
            "Stack [{}] already exists and cannot be created again with the changeSet [{}].",
            stack.name, input.change_set_name
        ))),
        (None, true) => {
            check_name(&input.stack_name)?;
            Ok(new_stack(cf, cx, &input.stack_name))
        }
        (Some(stack), false) => check_status(&stack).map(|()| stack),
        (None, false) => Err(error::stack_does_not_exist(&input.stack_name)),
    }
}

fn submission(input: &CreateChangeSetInput, stack: &Stack) -> Submission {
    Submission {
        stack_name: stack.name.clone(),
        stack_id: stack.id(),
        template_body: input.template_body.clone(),
        template_url: input.template_url.clone(),
        use_previous_template: input.use_previous_template.unwrap_or(false),
        parameters: input.parameters.clone(),
        capabilities: input.capabilities.clone(),
        tags: input.tags.clone(),
        role_arn: input.role_arn.clone(),
        resource_types: input.resource_types.clone(),
        is_change_set: true,
    }
}

fn blank(cf: &CloudFormation, cx: &RequestContext, input: &CreateChangeSetInput, creates: bool) -> ChangeSet {
    ChangeSet {
        name: input.change_set_name.clone(),
        uuid: cf.executor().ids().uuid(),
        description: input.description.clone(),
        creates,
        status: ChangeSetStatus::Failed,
        status_reason: None,
        execution: ExecutionStatus::Unavailable,
        created: cx.time(),
        spec: Spec::default(),
        on_failure: input.on_stack_failure.map(|choice| match choice {
            t::OnStackFailure::DoNothing => OnFailure::DoNothing,
            t::OnStackFailure::Rollback => OnFailure::Rollback,
            t::OnStackFailure::Delete => OnFailure::Delete,
        }),
        changes: Vec::new(),
        client_token: input.client_token.clone(),
    }
}

fn fill(set: &mut ChangeSet, prepared: &Prepared) {
    set.spec = prepared.spec.clone();
    set.changes = prepared.design.plan.changes.iter().map(ChangeRow::from).collect();
    if prepared.has_changes {
        (set.status, set.execution) = (ChangeSetStatus::CreateComplete, ExecutionStatus::Available);
    } else {
        set.status_reason = Some(NO_CHANGES.to_owned());
    }
}

async fn write(
    cf: &CloudFormation,
    cx: &RequestContext,
    tx: &Transaction,
    stack: &Stack,
    set: &ChangeSet,
    prepared: Option<&Prepared>,
) -> Result<(), Failure> {
    let name = (&stack.account, &stack.region, &stack.name);
    match NAMES.get(tx, name).await? {
        Some(row) if row.uuid == stack.uuid => {}
        Some(_) => return Err(Failure::Api(error::already_exists(&stack.name))),
        None => {
            NAMES.put(tx, name, &NameRow { uuid: stack.uuid.clone() })?;
            let mut stack = stack.clone();
            if let Some(prepared) = prepared {
                stack.spec.description.clone_from(&prepared.spec.description);
            }
            STACKS.put(tx, stack.key(), &stack)?;
            let event = cf.executor().event_of(&stack, None, cx.time());
            EVENTS.append(tx, (&stack.uuid,), &event)?;
        }
    }
    if let Some(prepared) = prepared {
        TEMPLATES.put(tx, (&stack.uuid, &set.uuid), &prepared.template)?;
    }
    Ok(CHANGE_SETS.put(tx, (&stack.uuid, &set.uuid), set)?)
}
