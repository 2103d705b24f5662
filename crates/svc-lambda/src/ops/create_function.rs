//! CreateFunction: makes a function with its code and configuration, ready to be invoked when this returns.

use api_lambda::types::{CreateFunctionInput, CreateFunctionOutput, PackageType};
use port::{Access, RequestContext};
use wire_codec::ApiError;
use wire_codec::value::EnumValue;

use crate::code_source::CodeSource;
use crate::error::{self, Failure};
use crate::model::{Function, FunctionVersion};
use crate::names::{FunctionRef, LATEST};
use crate::tables::FUNCTIONS;
use crate::{Lambda, describe, settings};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: CreateFunctionInput,
) -> Result<CreateFunctionOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    cx.authorize(Access::new("lambda:CreateFunction", &target.arn())).await?;
    refuse_unbuilt(&input)?;
    pass_role(lambda, cx, &input.role, &target).await?;
    let publish = input.publish == Some(true);
    let tags = input.tags.clone().unwrap_or_default();
    let version = first_version(lambda, cx, input).await?;
    let function =
        Function { latest: version, next_version: 1, last_published: None, tags, reserved_concurrency: None };
    insert(lambda, &target, &function).await?;
    if publish {
        return super::publish_version::publish(lambda, &target, None, None, None).await;
    }
    Ok(describe::configuration(&target, &function.latest, false))
}

async fn insert(lambda: &Lambda, target: &FunctionRef, function: &Function) -> Result<(), ApiError> {
    let work = |tx| async move {
        if FUNCTIONS.insert_if_absent(&tx, target.key(), function).await? {
            return Ok(());
        }
        Err(Failure::Api(error::conflict(format!("Function already exist: {}", target.name))))
    };
    Ok(lambda.0.store.transact(work).await?)
}

async fn first_version(
    lambda: &Lambda,
    cx: &RequestContext,
    input: CreateFunctionInput,
) -> Result<FunctionVersion, ApiError> {
    let runtime = settings::runtime(input.runtime.as_ref())?;
    let handler = input.handler.unwrap_or_default();
    if handler.is_empty() {
        return Err(error::invalid_parameter(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        ));
    }
    let source = CodeSource {
        zip_file: input.code.zip_file,
        s3_bucket: input.code.s3_bucket,
        s3_key: input.code.s3_key,
        s3_object_version: input.code.s3_object_version,
    };
    Ok(FunctionVersion {
        version: LATEST.to_owned(),
        description: input.description.unwrap_or_default(),
        runtime,
        role: input.role,
        handler,
        timeout_s: settings::timeout(input.timeout)?,
        memory_mb: settings::memory(input.memory_size)?,
        ephemeral_storage_mb: settings::ephemeral_storage(input.ephemeral_storage.as_ref())?,
        environment: settings::environment(input.environment)?,
        layers: lambda.layers(cx, input.layers.unwrap_or_default()).await?,
        architecture: settings::architecture(input.architectures.as_ref())?,
        tracing_mode: settings::tracing_mode(input.tracing_config),
        dead_letter_target: settings::dead_letter_target(input.dead_letter_config)?,
        log_group: settings::log_group(input.logging_config.as_ref())?,
        code: lambda.load_code(cx, source).await?,
        last_modified: cx.time(),
        revision_id: lambda.0.ids.uuid(),
    })
}

/// The caller must be allowed to hand the role to Lambda, and Lambda to assume it.
pub async fn pass_role(
    lambda: &Lambda,
    cx: &RequestContext,
    role: &str,
    target: &FunctionRef,
) -> Result<(), ApiError> {
    let access = Access::new("iam:PassRole", role)
        .with_key("iam:PassedToService", "lambda.amazonaws.com")
        .with_key("iam:AssociatedResourceArn", target.arn());
    cx.authorize(access).await?;
    let session = lambda.links()?.roles.assume_for_service(role, &target.name, "lambda.amazonaws.com").await;
    session.map(drop).map_err(|_| {
        error::invalid_parameter("The role defined for the function cannot be assumed by Lambda.")
    })
}

fn refuse_unbuilt(input: &CreateFunctionInput) -> Result<(), ApiError> {
    use settings::refuse_if;
    let is_image = input.package_type.as_ref() == Some(&PackageType::Image) || input.code.image_uri.is_some();
    refuse_if(is_image, "PackageType Image")?;
    refuse_if(input.image_config.is_some(), "ImageConfig")?;
    settings::vpc(input.vpc_config.as_ref())?;
    refuse_if(input.kms_key_arn.is_some() || input.code.source_kms_key_arn.is_some(), "KMSKeyArn")?;
    refuse_if(input.file_system_configs.as_ref().is_some_and(|c| !c.is_empty()), "FileSystemConfigs")?;
    refuse_if(input.code_signing_config_arn.is_some(), "CodeSigningConfigArn")?;
    let snap = input.snap_start.as_ref().and_then(|s| s.apply_on.as_ref());
    refuse_if(snap.is_some_and(|on| on.as_str() != "None"), "SnapStart")?;
    refuse_if(input.tenancy_config.is_some(), "TenancyConfig")?;
    refuse_if(input.capacity_provider_config.is_some(), "CapacityProviderConfig")?;
    refuse_if(input.durable_config.is_some(), "DurableConfig")?;
    refuse_if(input.runtime_config.is_some(), "RuntimeConfig")?;
    refuse_if(input.accelerator_config.is_some(), "AcceleratorConfig")?;
    refuse_if(input.publish_to.is_some(), "PublishTo")?;
    refuse_if(input.code.s3_object_storage_mode.is_some(), "S3ObjectStorageMode")
}
