//! ListFunctionEventInvokeConfigs.

use api_lambda::types::{ListFunctionEventInvokeConfigsInput, ListFunctionEventInvokeConfigsOutput};
use port::RequestContext;
use store_table::Scan;
use wire_codec::ApiError;

use super::put_function_event_invoke_config::shape;
use crate::Lambda;
use crate::error::storage;
use crate::names::FunctionRef;
use crate::paging::{self, Page};
use crate::tables::EVENT_INVOKE_CONFIGS;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: ListFunctionEventInvokeConfigsInput,
) -> Result<ListFunctionEventInvokeConfigsOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    lambda.authorize(cx, "lambda:ListFunctionEventInvokeConfigs", &target).await?;
    let Page { cursor, limit } = paging::page(input.marker.as_deref(), input.max_items)?;
    let snapshot = lambda.snapshot().await?;
    lambda.function(&snapshot, &target).await?;
    let page = EVENT_INVOKE_CONFIGS
        .scan(&snapshot, target.key(), Scan::forward().after(cursor).limit(limit))
        .await
        .map_err(|e| storage(&e))?;
    let configs = page.rows.iter().map(|((.., qualifier), config)| {
        let qualifier = Some(qualifier.clone()).filter(|q| !q.is_empty());
        shape(&FunctionRef { qualifier, ..target.clone() }, config)
    });
    Ok(ListFunctionEventInvokeConfigsOutput {
        function_event_invoke_configs: Some(configs.collect()),
        next_marker: paging::marker(page.next),
    })
}
