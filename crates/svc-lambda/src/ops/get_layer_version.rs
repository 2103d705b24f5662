//! GetLayerVersion.

use api_lambda::types::{GetLayerVersionInput, GetLayerVersionOutput};
use port::{Access, RequestContext};
use wire_codec::ApiError;

use crate::Lambda;
use crate::error::{self, storage};
use crate::layers::LayerRef;
use crate::tables::LAYERS;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: GetLayerVersionInput,
) -> Result<GetLayerVersionOutput, ApiError> {
    let layer = LayerRef::parse(cx, &input.layer_name)?;
    get(lambda, cx, &layer, u64::try_from(input.version_number).unwrap_or(0)).await
}

pub async fn get(
    lambda: &Lambda,
    cx: &RequestContext,
    layer: &LayerRef,
    number: u64,
) -> Result<GetLayerVersionOutput, ApiError> {
    let arn = layer.version_arn(number);
    cx.authorize(Access::new("lambda:GetLayerVersion", &arn).owned_by(&layer.account)).await?;
    let snapshot = lambda.snapshot().await?;
    let (account, region, name) = layer.key();
    let row = LAYERS.get(&snapshot, (account, region, name, number)).await.map_err(|e| storage(&e))?;
    let row = row.ok_or_else(|| error::not_found("The resource you requested does not exist."))?;
    Ok(layer.response(number, &row))
}
