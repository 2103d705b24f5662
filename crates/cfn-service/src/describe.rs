//! Rows as the API shows them.

use api_cloudformation::types as t;
use cfn_exec::model::{Event, ResourceRow, Spec, Stack};
use cfn_plan::parameters::Parameter;

use crate::change_set::ChangeRow;

const MASK: &str = "****";

pub fn status(stack: &Stack) -> t::StackStatus {
    t::StackStatus::parse(stack.status.as_str()).unwrap_or_default()
}

pub fn resource_status(text: &str) -> t::ResourceStatus {
    t::ResourceStatus::parse(text).unwrap_or_default()
}

pub fn parameters(spec: &Spec) -> Vec<t::Parameter> {
    spec.parameters
        .iter()
        .map(|(name, value)| t::Parameter {
            parameter_key: Some(name.clone()),
            parameter_value: Some(if value.no_echo { MASK.to_owned() } else { value.value.clone() }),
            resolved_value: value.resolved.clone(),
            ..t::Parameter::default()
        })
        .collect()
}

pub fn tags(spec: &Spec) -> Vec<t::Tag> {
    spec.tags.iter().map(|(key, value)| t::Tag { key: key.clone(), value: value.clone() }).collect()
}

pub fn capabilities(spec: &Spec) -> Vec<t::Capability> {
    spec.capabilities.iter().filter_map(|name| t::Capability::parse(name)).collect()
}

pub fn stack(stack: &Stack) -> t::Stack {
    let drift = t::StackDriftInformation {
        stack_drift_status: t::StackDriftStatus::NotChecked,
        last_check_timestamp: None,
    };
    t::Stack {
        stack_id: Some(stack.id()),
        stack_name: stack.name.clone(),
        change_set_id: stack.change_set_id.clone(),
        description: stack.spec.description.clone(),
        parameters: Some(parameters(&stack.spec)),
        creation_time: stack.created,
        deletion_time: stack.deleted,
        last_updated_time: stack.updated,
        rollback_configuration: Some(t::RollbackConfiguration::default()),
        stack_status: status(stack),
        stack_status_reason: stack.status_reason.clone().filter(|reason| reason != "User Initiated"),
        disable_rollback: Some(stack.disable_rollback),
        notification_arns: Some(Vec::new()),
        timeout_in_minutes: stack.timeout_minutes.and_then(|minutes| i32::try_from(minutes).ok()),
        capabilities: Some(capabilities(&stack.spec)),
        outputs: Some(outputs(stack)),
        role_arn: stack.spec.role_arn.clone(),
        tags: Some(tags(&stack.spec)),
        enable_termination_protection: Some(stack.termination_protection),
        drift_information: Some(drift),
        ..t::Stack::default()
    }
}

fn outputs(stack: &Stack) -> Vec<t::Output> {
    stack
        .outputs
        .iter()
        .map(|output| t::Output {
            output_key: Some(output.name.clone()),
            output_value: Some(output.value.clone()),
            description: output.description.clone(),
            export_name: output.export_name.clone(),
        })
        .collect()
}

pub fn summary(stack: &Stack) -> t::StackSummary {
    t::StackSummary {
        stack_id: Some(stack.id()),
        stack_name: stack.name.clone(),
        template_description: stack.spec.description.clone(),
        creation_time: stack.created,
        last_updated_time: stack.updated,
        deletion_time: stack.deleted,
        stack_status: status(stack),
        stack_status_reason: stack.status_reason.clone().filter(|reason| reason != "User Initiated"),
        drift_information: Some(t::StackDriftInformationSummary {
            stack_drift_status: t::StackDriftStatus::NotChecked,
            last_check_timestamp: None,
        }),
        ..t::StackSummary::default()
    }
}

pub fn event(stack: &Stack, event: Event) -> t::StackEvent {
    t::StackEvent {
        stack_id: stack.id(),
        event_id: event.id,
        stack_name: stack.name.clone(),
        logical_resource_id: Some(event.logical_id),
        physical_resource_id: Some(event.physical_id.unwrap_or_default()),
        resource_type: Some(event.type_name),
        timestamp: event.time,
        resource_status: Some(resource_status(&event.status)),
        resource_status_reason: event.reason,
        resource_properties: event.properties,
        client_request_token: event.client_token,
        ..t::StackEvent::default()
    }
}

pub fn resource(stack: &Stack, id: String, row: ResourceRow) -> t::StackResource {
    t::StackResource {
        stack_name: Some(stack.name.clone()),
        stack_id: Some(stack.id()),
        logical_resource_id: id,
        physical_resource_id: row.physical_id,
        resource_type: row.type_name,
        timestamp: row.updated,
        resource_status: resource_status(row.status.as_str()),
        resource_status_reason: row.reason,
        drift_information: Some(t::StackResourceDriftInformation {
            stack_resource_drift_status: t::StackResourceDriftStatus::NotChecked,
            last_check_timestamp: None,
        }),
        ..t::StackResource::default()
    }
}

pub fn resource_summary(id: String, row: ResourceRow) -> t::StackResourceSummary {
    t::StackResourceSummary {
        logical_resource_id: id,
        physical_resource_id: row.physical_id,
        resource_type: row.type_name,
        last_updated_timestamp: row.updated,
        resource_status: resource_status(row.status.as_str()),
        resource_status_reason: row.reason,
        drift_information: Some(t::StackResourceDriftInformationSummary {
            stack_resource_drift_status: t::StackResourceDriftStatus::NotChecked,
            last_check_timestamp: None,
        }),
        module_info: None,
    }
}

pub fn change(row: &ChangeRow) -> t::Change {
    let details = row.details.iter().map(|detail| t::ResourceChangeDetail {
        target: Some(t::ResourceTargetDefinition {
            attribute: Some(match detail.property.as_str() {
                "Tags" => t::ResourceAttribute::Tags,
                _ => t::ResourceAttribute::Properties,
            }),
            name: (detail.property != "Tags").then(|| detail.property.clone()),
            requires_recreation: t::RequiresRecreation::parse(&detail.requires_recreation),
            ..t::ResourceTargetDefinition::default()
        }),
        evaluation: t::EvaluationType::parse(&detail.evaluation),
        change_source: t::ChangeSource::parse(&detail.source),
        causing_entity: detail.causing_entity.clone(),
    });
    t::Change {
        r#type: Some(t::ChangeType::Resource),
        hook_invocation_count: None,
        resource_change: Some(t::ResourceChange {
            policy_action: row.policy_action.as_deref().and_then(t::PolicyAction::parse),
            action: t::ChangeAction::parse(&row.action),
            logical_resource_id: Some(row.logical_id.clone()),
            physical_resource_id: row.physical_id.clone(),
            resource_type: Some(row.type_name.clone()),
            replacement: row.replacement.as_deref().and_then(t::Replacement::parse),
            scope: Some(row.scope.iter().filter_map(|scope| t::ResourceAttribute::parse(scope)).collect()),
            details: Some(details.collect()),
            ..t::ResourceChange::default()
        }),
    }
}

pub fn declaration(name: &str, parameter: &Parameter) -> t::ParameterDeclaration {
    t::ParameterDeclaration {
        parameter_key: Some(name.to_owned()),
        default_value: parameter.default.clone(),
        parameter_type: Some(parameter.type_name.clone()),
        no_echo: Some(parameter.no_echo),
        description: parameter.description.clone(),
        parameter_constraints: Some(t::ParameterConstraints {
            allowed_values: parameter.allowed_values.clone(),
        }),
    }
}
