//! GetTemplateSummary, of a template or of a stack.

use api_cloudformation::types::{self as t, GetTemplateSummaryInput, GetTemplateSummaryOutput};
use cfn_exec::model::ParameterValue;
use cfn_exec::tables::{CURRENT, TEMPLATES};
use cfn_plan::capabilities;
use cfn_plan::parameters::Parameter;
use cfn_plan::template::{Source, Template, transforms_of};
use indexmap::IndexMap;
use port::RequestContext;
use wire_codec::ApiError;

use crate::error::{storage, validation};
use crate::refuse::refuse;
use crate::submission::{declared, transformed};
use crate::{CloudFormation, describe, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: GetTemplateSummaryInput,
) -> Result<GetTemplateSummaryOutput, ApiError> {
    let named = input.stack_name.as_deref();
    match named {
        Some(name) => cf.authorize(cx, "GetTemplateSummary", name).await?,
        None => cf.authorize_all(cx, "GetTemplateSummary").await?,
    }
    refuse(&[
        (input.stack_set_name.is_some(), "StackSetName"),
        (input.template_summary_config.is_some(), "TemplateSummaryConfig"),
        (input.call_as == Some(t::CallAs::DelegatedAdmin), "CallAs DELEGATED_ADMIN"),
    ])?;
    let (body, url) = (input.template_body.as_deref(), input.template_url.as_deref());
    let text = match (cf.template_text(cx, body, url).await?, named) {
        (Some(text), _) => text,
        (None, Some(name)) => {
            let snapshot = cf.snapshot().await?;
            let stack = lookup::stack(&snapshot, cx, name).await?;
            let stored = TEMPLATES.get(&snapshot, (&stack.uuid, CURRENT)).await;
            let stored = stored.map_err(|error| storage(&error))?;
            stored.ok_or_else(|| validation("The stack has no template yet."))?.original
        }
        (None, None) => {
            return Err(validation("Either Template URL or Template Body must be specified."));
        }
    };
    let summary = summarize(cx, &text)?;
    let mut types: Vec<String> = Vec::new();
    for name in summary.submitted_types {
        if !types.contains(&name) {
            types.push(name);
        }
    }
    let parameters = summary.declared.iter().map(|(name, parameter)| describe::declaration(name, parameter));
    Ok(GetTemplateSummaryOutput {
        parameters: Some(parameters.collect()),
        description: summary.template.description,
        capabilities: Some(summary.capabilities),
        capabilities_reason: summary.reason,
        resource_types: Some(types),
        version: summary.version,
        metadata: summary.template.metadata.map(|metadata| metadata.to_string()),
        declared_transforms: Some(summary.transforms),
        ..GetTemplateSummaryOutput::default()
    })
}

/// What a template says of itself.
pub struct Summary {
    pub template: Template,
    pub declared: IndexMap<String, Parameter>,
    pub capabilities: Vec<t::Capability>,
    pub reason: Option<String>,
    pub transforms: Vec<String>,
    /// Resource types as submitted, before transforms.
    pub submitted_types: Vec<String>,
    pub version: Option<String>,
}

/// Reads a template, its parameters at their defaults.
pub fn summarize(cx: &RequestContext, text: &str) -> Result<Summary, ApiError> {
    let source = Source::parse(text).map_err(|error| validation(error.to_string()))?;
    let declared = declared(&source.value)?;
    let transforms = transforms_of(&source.value);
    let version = source.value.get("AWSTemplateFormatVersion").and_then(|v| v.as_str()).map(str::to_owned);
    let resources = source.value.get("Resources").and_then(|resources| resources.as_object());
    let submitted_types = resources
        .into_iter()
        .flat_map(|resources| resources.values())
        .filter_map(|resource| resource.get("Type")?.as_str().map(str::to_owned))
        .collect();
    let defaults: IndexMap<String, ParameterValue> = declared
        .iter()
        .filter_map(|(name, parameter)| {
            let value = parameter.default.clone()?;
            Some((name.clone(), ParameterValue { value, ..ParameterValue::default() }))
        })
        .collect();
    let processed = transformed(cx, source.value, &transforms, &defaults)?;
    let template = Template::from_value(processed).map_err(|error| validation(error.to_string()))?;
    let needed = capabilities::needed(&template, &transforms);
    let names = needed.capabilities.iter().filter_map(|capability| t::Capability::parse(capability.name()));
    let capabilities = names.collect();
    Ok(Summary {
        template,
        declared,
        capabilities,
        reason: needed.reason,
        transforms,
        submitted_types,
        version,
    })
}
