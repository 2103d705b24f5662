//! GetLayerVersionByArn.

use api_lambda::types::{GetLayerVersionByArnInput, GetLayerVersionByArnOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Lambda;
use crate::code_source::parse_layer_version;
use crate::layers::LayerRef;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: GetLayerVersionByArnInput,
) -> Result<GetLayerVersionByArnOutput, ApiError> {
    let (account, region, name, number) = parse_layer_version(&input.arn)?;
    super::get_layer_version::get(lambda, cx, &LayerRef { account, region, name }, number).await
}
