//! PublishLayerVersion: the next version of a layer, made of a package.

use api_lambda::types::{LayerVersionContentOutput, PublishLayerVersionInput, PublishLayerVersionOutput};
use port::{Access, RequestContext};
use store_kv::Transaction;
use wire_codec::ApiError;
use wire_codec::value::EnumValue;

use crate::code_source::CodeSource;
use crate::error::{self, Failure};
use crate::layers::{self, LayerRef};
use crate::model::Layer;
use crate::tables::{LAYER_COUNTERS, LAYERS, LayerCounter};
use crate::{Lambda, describe, settings};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: PublishLayerVersionInput,
) -> Result<PublishLayerVersionOutput, ApiError> {
    let layer = LayerRef::parse(cx, &input.layer_name)?;
    cx.authorize(Access::new("lambda:PublishLayerVersion", &layer.arn())).await?;
    if layer.account != cx.account() {
        return Err(error::invalid_parameter("A layer of another account cannot be published to."));
    }
    settings::refuse_if(input.content.s3_object_storage_mode.is_some(), "S3ObjectStorageMode")?;
    let source = CodeSource {
        zip_file: input.content.zip_file,
        s3_bucket: input.content.s3_bucket,
        s3_key: input.content.s3_key,
        s3_object_version: input.content.s3_object_version,
    };
    let row = &Layer {
        code: lambda.load_code(cx, source).await?,
        description: input.description.unwrap_or_default(),
        license: input.license_info,
        compatible_runtimes: texts(input.compatible_runtimes.as_deref()),
        compatible_architectures: texts(input.compatible_architectures.as_deref()),
        created: cx.time(),
    };
    let layer = &layer;
    let work = |tx: Transaction| async move {
        let counter = LAYER_COUNTERS.get(&tx, layer.key()).await?;
        let number = counter.map_or(1, |counter| counter.next_version);
        LAYER_COUNTERS.put(&tx, layer.key(), &LayerCounter { next_version: number + 1 })?;
        let (account, region, name) = layer.key();
        LAYERS.put(&tx, (account, region, name, number), row)?;
        Ok::<_, Failure>(number)
    };
    let number = lambda.0.store.transact(work).await?;
    Ok(PublishLayerVersionOutput {
        content: Some(content(row)),
        layer_arn: Some(layer.arn()),
        layer_version_arn: Some(layer.version_arn(number)),
        description: Some(row.description.clone()),
        created_date: Some(describe::time(row.created)),
        version: i64::try_from(number).ok(),
        compatible_architectures: layers::enums(&row.compatible_architectures),
        compatible_runtimes: layers::enums(&row.compatible_runtimes),
        license_info: row.license.clone(),
    })
}

fn texts<E: EnumValue>(values: Option<&[E]>) -> Vec<String> {
    values.unwrap_or_default().iter().map(|value| value.as_str().to_owned()).collect()
}

/// The package's facts; its location is left out, since packages are not offered for download yet.
pub fn content(layer: &Layer) -> LayerVersionContentOutput {
    LayerVersionContentOutput {
        code_sha256: Some(describe::code_sha256(&layer.code.sha256_hex)),
        code_size: i64::try_from(layer.code.size_bytes).ok(),
        ..LayerVersionContentOutput::default()
    }
}
