//! UpdateFunctionConfiguration: changes what is given of `$LATEST`'s configuration.

use api_lambda::types::{UpdateFunctionConfigurationInput, UpdateFunctionConfigurationOutput};
use port::RequestContext;
use wire_codec::ApiError;
use wire_codec::value::EnumValue;

use crate::{Lambda, describe, error, settings};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: UpdateFunctionConfigurationInput,
) -> Result<UpdateFunctionConfigurationOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    lambda.authorize(cx, "lambda:UpdateFunctionConfiguration", &target).await?;
    refuse_unbuilt(&input)?;
    if let Some(role) = &input.role {
        super::create_function::pass_role(lambda, cx, role, &target).await?;
    }
    if input.handler.as_deref() == Some("") {
        return Err(error::invalid_parameter("Handler cannot be empty."));
    }
    let runtime = input.runtime.as_ref().map(|r| settings::runtime(Some(r))).transpose()?;
    let timeout_s = input.timeout.map(|t| settings::timeout(Some(t))).transpose()?;
    let memory_mb = input.memory_size.map(|m| settings::memory(Some(m))).transpose()?;
    let ephemeral_mb =
        input.ephemeral_storage.as_ref().map(|e| settings::ephemeral_storage(Some(e))).transpose()?;
    let environment = input.environment.clone().map(|e| settings::environment(Some(e))).transpose()?;
    let log_group = input.logging_config.as_ref().map(|l| settings::log_group(Some(l))).transpose()?;
    let dead_letter =
        input.dead_letter_config.clone().map(|d| settings::dead_letter_target(Some(d))).transpose()?;
    let tracing_mode = input.tracing_config.clone().map(|t| settings::tracing_mode(Some(t)));
    let layers = match input.layers.clone() {
        Some(arns) => Some(lambda.layers(cx, arns).await?),
        None => None,
    };
    let latest = lambda
        .change_latest(cx, &target, input.revision_id.as_deref(), |version| {
            set(&mut version.description, &input.description);
            set(&mut version.role, &input.role);
            set(&mut version.handler, &input.handler);
            set(&mut version.runtime, &runtime);
            set(&mut version.timeout_s, &timeout_s);
            set(&mut version.memory_mb, &memory_mb);
            set(&mut version.ephemeral_storage_mb, &ephemeral_mb);
            set(&mut version.environment, &environment);
            set(&mut version.log_group, &log_group);
            set(&mut version.dead_letter_target, &dead_letter);
            set(&mut version.layers, &layers);
            set(&mut version.tracing_mode, &tracing_mode);
        })
        .await?;
    Ok(describe::configuration(&target, &latest, false))
}

fn set<T: Clone>(field: &mut T, asked: &Option<T>) {
    if let Some(value) = asked {
        field.clone_from(value);
    }
}

fn refuse_unbuilt(input: &UpdateFunctionConfigurationInput) -> Result<(), ApiError> {
    use settings::refuse_if;
    settings::vpc(input.vpc_config.as_ref())?;
    refuse_if(input.kms_key_arn.as_ref().is_some_and(|arn| !arn.is_empty()), "KMSKeyArn")?;
    refuse_if(input.file_system_configs.as_ref().is_some_and(|c| !c.is_empty()), "FileSystemConfigs")?;
    refuse_if(input.image_config.is_some(), "ImageConfig")?;
    let snap = input.snap_start.as_ref().and_then(|s| s.apply_on.as_ref());
    refuse_if(snap.is_some_and(|on| on.as_str() != "None"), "SnapStart")?;
    refuse_if(input.capacity_provider_config.is_some(), "CapacityProviderConfig")?;
    refuse_if(input.durable_config.is_some(), "DurableConfig")?;
    refuse_if(input.runtime_config.is_some(), "RuntimeConfig")?;
    refuse_if(input.accelerator_config.is_some(), "AcceleratorConfig")
}
