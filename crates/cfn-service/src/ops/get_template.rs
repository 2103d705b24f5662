//! GetTemplate: as submitted, or after transforms; of a stack or a change set.

use api_cloudformation::types::{GetTemplateInput, GetTemplateOutput, TemplateStage};
use cfn_exec::tables::{CURRENT, TEMPLATES};
use port::RequestContext;
use wire_codec::ApiError;

use crate::error::{stack_does_not_exist, storage, validation};
use crate::{CloudFormation, change_set, lookup};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: GetTemplateInput,
) -> Result<GetTemplateOutput, ApiError> {
    let snapshot = cf.snapshot().await?;
    let named = input.stack_name.as_deref();
    let asked = named.or(input.change_set_name.as_deref()).unwrap_or_default();
    cf.authorize(cx, "GetTemplate", asked).await?;
    let (uuid, stage) = match (&input.change_set_name, named) {
        (Some(name), _) => {
            let (stack, set) = change_set::find(&snapshot, cx, named, name).await?;
            (stack.uuid, set.uuid)
        }
        (None, Some(name)) => {
            let stack = lookup::find(&snapshot, cx, name).await?.ok_or_else(|| stack_does_not_exist(name))?;
            (stack.uuid, CURRENT.to_owned())
        }
        (None, None) => return Err(validation("Either StackName or ChangeSetName must be specified.")),
    };
    let template = TEMPLATES.get(&snapshot, (&uuid, &stage)).await.map_err(|error| storage(&error))?;
    let template = template.ok_or_else(|| validation(format!("No template for [{asked}]")))?;
    let body = match input.template_stage {
        Some(TemplateStage::Processed) if !template.transforms.is_empty() => template.processed.to_string(),
        _ => template.original,
    };
    Ok(GetTemplateOutput {
        template_body: Some(body),
        stages_available: Some(vec![TemplateStage::Original, TemplateStage::Processed]),
    })
}
