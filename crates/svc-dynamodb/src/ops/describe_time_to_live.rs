//! DescribeTimeToLive.

use api_dynamodb::{
    DescribeTimeToLiveInput, DescribeTimeToLiveOutput, TimeToLiveDescription, TimeToLiveStatus,
};
use port::RequestContext;

use crate::Service;
use crate::catalog::TableRef;
use crate::error::Result;
use crate::model::IndexState;

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: DescribeTimeToLiveInput,
) -> Result<DescribeTimeToLiveOutput> {
    let table = TableRef::parse(cx, &input.table_name)?;
    let snapshot = service.store().snapshot().await?;
    let table = service.open_named(cx, &snapshot, &table, "dynamodb:DescribeTimeToLive").await?;
    let (status, attribute_name) = match &table.time_to_live {
        None => (TimeToLiveStatus::Disabled, None),
        Some(ttl) => match ttl.state {
            IndexState::Active => (TimeToLiveStatus::Enabled, Some(ttl.attribute.clone())),
            IndexState::Backfilling => (TimeToLiveStatus::Enabling, Some(ttl.attribute.clone())),
        },
    };
    let description = TimeToLiveDescription { time_to_live_status: Some(status), attribute_name };
    Ok(DescribeTimeToLiveOutput { time_to_live_description: Some(description) })
}
