//! ValidateTemplate: syntax and sections, without a plan.

use api_cloudformation::types::{self as t, ValidateTemplateInput, ValidateTemplateOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::CloudFormation;
use crate::error::validation;
use crate::ops::get_template_summary::summarize;

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: ValidateTemplateInput,
) -> Result<ValidateTemplateOutput, ApiError> {
    cf.authorize_all(cx, "ValidateTemplate").await?;
    let (body, url) = (input.template_body.as_deref(), input.template_url.as_deref());
    let text = cf.template_text(cx, body, url).await?;
    let text = text.ok_or_else(|| validation("Either Template URL or Template Body must be specified."))?;
    let summary = summarize(cx, &text)?;
    let parameters = summary.declared.iter().map(|(name, parameter)| t::TemplateParameter {
        parameter_key: Some(name.clone()),
        default_value: parameter.default.clone(),
        no_echo: Some(parameter.no_echo),
        description: parameter.description.clone(),
    });
    Ok(ValidateTemplateOutput {
        parameters: Some(parameters.collect()),
        description: summary.template.description,
        capabilities: Some(summary.capabilities),
        capabilities_reason: summary.reason,
        declared_transforms: Some(summary.transforms),
    })
}
