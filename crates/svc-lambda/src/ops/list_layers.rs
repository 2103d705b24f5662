//! ListLayers: each with its newest version.

use api_lambda::types::{LayersListItem, ListLayersInput, ListLayersOutput};
use port::{Access, RequestContext};
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::storage;
use crate::layers::LayerRef;
use crate::paging::{self, Page};
use crate::tables::{LAYER_COUNTERS, LAYERS};
use crate::{Lambda, settings};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: ListLayersInput,
) -> Result<ListLayersOutput, ApiError> {
    cx.authorize(Access::new("lambda:ListLayers", "*")).await?;
    settings::refuse_if(input.compatible_architecture.is_some(), "CompatibleArchitecture as a filter")?;
    settings::refuse_if(input.compatible_runtime.is_some(), "CompatibleRuntime as a filter")?;
    let Page { cursor, limit } = paging::page(input.marker.as_deref(), input.max_items)?;
    let snapshot = lambda.snapshot().await?;
    let prefix = (cx.account().to_owned(), cx.region().to_owned());
    let page = LAYER_COUNTERS
        .scan(&snapshot, prefix, Scan::forward().after(cursor).limit(limit))
        .await
        .map_err(|e| storage(&e))?;
    let mut layers = Vec::with_capacity(page.rows.len());
    for ((account, region, name), _) in &page.rows {
        let layer = LayerRef { account: account.clone(), region: region.clone(), name: name.clone() };
        let newest =
            LAYERS.scan(&snapshot, layer.key(), Scan::backward().limit(1)).await.map_err(|e| storage(&e))?;
        let Some(((.., number), row)) = newest.rows.first() else { continue };
        layers.push(LayersListItem {
            layer_name: Some(layer.name.clone()),
            layer_arn: Some(layer.arn()),
            latest_matching_version: Some(layer.list_item(*number, row)),
        });
    }
    Ok(ListLayersOutput { layers: Some(layers), next_marker: paging::marker(page.next) })
}
