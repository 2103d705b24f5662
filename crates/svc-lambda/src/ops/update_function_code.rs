//! UpdateFunctionCode: gives `$LATEST` another package. Invokes in flight finish on the old one.

use api_lambda::types::{UpdateFunctionCodeInput, UpdateFunctionCodeOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::code_source::CodeSource;
use crate::{Lambda, describe, settings};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: UpdateFunctionCodeInput,
) -> Result<UpdateFunctionCodeOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    lambda.authorize(cx, "lambda:UpdateFunctionCode", &target).await?;
    settings::refuse_if(input.image_uri.is_some(), "ImageUri")?;
    settings::refuse_if(input.source_kms_key_arn.is_some(), "SourceKMSKeyArn")?;
    settings::refuse_if(input.publish_to.is_some(), "PublishTo")?;
    settings::refuse_if(input.s3_object_storage_mode.is_some(), "S3ObjectStorageMode")?;
    let snapshot = lambda.snapshot().await?;
    let function = lambda.function(&snapshot, &target).await?;
    let architecture = input.architectures.as_ref().map(|a| settings::architecture(Some(a))).transpose()?;
    let source = CodeSource {
        zip_file: input.zip_file,
        s3_bucket: input.s3_bucket,
        s3_key: input.s3_key,
        s3_object_version: input.s3_object_version,
    };
    let code = lambda.load_code(cx, source).await?;
    if input.dry_run == Some(true) {
        let mut version = function.latest.clone();
        version.code = code;
        return Ok(describe::configuration(&target, &version, false));
    }
    let latest = lambda
        .change_latest(cx, &target, input.revision_id.as_deref(), |version| {
            version.code = code.clone();
            if let Some(architecture) = &architecture {
                version.architecture.clone_from(architecture);
            }
        })
        .await?;
    if input.publish == Some(true) {
        return super::publish_version::publish(lambda, &target, None, None, None).await;
    }
    Ok(describe::configuration(&target, &latest, false))
}
