//! ListLayerVersions: newest first.

use api_lambda::types::{ListLayerVersionsInput, ListLayerVersionsOutput};
use port::{Access, RequestContext};
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::storage;
use crate::layers::LayerRef;
use crate::paging::{self, Page};
use crate::tables::LAYERS;
use crate::{Lambda, settings};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: ListLayerVersionsInput,
) -> Result<ListLayerVersionsOutput, ApiError> {
    let layer = LayerRef::parse(cx, &input.layer_name)?;
    cx.authorize(Access::new("lambda:ListLayerVersions", "*")).await?;
    settings::refuse_if(input.compatible_architecture.is_some(), "CompatibleArchitecture as a filter")?;
    settings::refuse_if(input.compatible_runtime.is_some(), "CompatibleRuntime as a filter")?;
    let Page { cursor, limit } = paging::page(input.marker.as_deref(), input.max_items)?;
    let snapshot = lambda.snapshot().await?;
    let page = LAYERS
        .scan(&snapshot, layer.key(), Scan::backward().after(cursor).limit(limit))
        .await
        .map_err(|e| storage(&e))?;
    let versions = page.rows.iter().map(|((.., number), row)| layer.list_item(*number, row)).collect();
    Ok(ListLayerVersionsOutput { layer_versions: Some(versions), next_marker: paging::marker(page.next) })
}
