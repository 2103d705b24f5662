//! DescribeLimits: the service's default quotas (Developer Guide, "Quotas").

use api_dynamodb::{DescribeLimitsInput, DescribeLimitsOutput};
use port::{Access, RequestContext};

use crate::Service;
use crate::error::Result;

const ACCOUNT_UNITS: i64 = 80_000;
const TABLE_UNITS: i64 = 40_000;

pub(crate) async fn run(
    _service: &Service,
    cx: &RequestContext,
    _input: DescribeLimitsInput,
) -> Result<DescribeLimitsOutput> {
    cx.authorize(Access::new("dynamodb:DescribeLimits", "*")).await?;
    Ok(DescribeLimitsOutput {
        account_max_read_capacity_units: Some(ACCOUNT_UNITS),
        account_max_write_capacity_units: Some(ACCOUNT_UNITS),
        table_max_read_capacity_units: Some(TABLE_UNITS),
        table_max_write_capacity_units: Some(TABLE_UNITS),
    })
}
