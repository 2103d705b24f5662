//! GetEventSourceMapping.

use api_lambda::types::{GetEventSourceMappingInput, GetEventSourceMappingOutput};
use port::{Access, RequestContext};
use wire_codec::ApiError;

use crate::error::{self, storage};
use crate::tables::MAPPINGS;
use crate::{Lambda, describe};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: GetEventSourceMappingInput,
) -> Result<GetEventSourceMappingOutput, ApiError> {
    let arn = cx.arn("lambda", &format!("event-source-mapping:{}", input.uuid));
    cx.authorize(Access::new("lambda:GetEventSourceMapping", &arn)).await?;
    let snapshot = lambda.snapshot().await?;
    let key = (cx.account().to_owned(), cx.region().to_owned(), input.uuid.clone());
    let row = MAPPINGS.get(&snapshot, key).await.map_err(|e| storage(&e))?;
    let row = row.ok_or_else(|| error::not_found("The resource you requested does not exist."))?;
    let mut shown = describe::mapping(&input.uuid, &row, None);
    shown.last_processing_result = lambda.0.pollers.last_result(&input.uuid);
    Ok(shown)
}
