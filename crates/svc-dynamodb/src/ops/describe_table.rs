//! DescribeTable.

use api_dynamodb::{DescribeTableInput, DescribeTableOutput};
use port::RequestContext;

use crate::Service;
use crate::catalog::TableRef;
use crate::description::{describe, status};
use crate::error::Result;

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: DescribeTableInput,
) -> Result<DescribeTableOutput> {
    let table = TableRef::parse(cx, &input.table_name)?;
    let snapshot = service.store().snapshot().await?;
    let table = service.open_named(cx, &snapshot, &table, "dynamodb:DescribeTable").await?;
    Ok(DescribeTableOutput { table: Some(describe(&snapshot, &table, status(&table)).await?) })
}
