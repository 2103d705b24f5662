//! UpdateContinuousBackups: switching point-in-time recovery on is not built; off it is already.

use api_dynamodb as api;
use port::RequestContext;

use crate::Service;
use crate::access::Facts;
use crate::catalog::TableRef;
use crate::error::{Error, Result};
use crate::ops::describe_continuous_backups::{disabled, missing};

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: api::UpdateContinuousBackupsInput,
) -> Result<api::UpdateContinuousBackupsOutput> {
    let table = TableRef::parse(cx, &input.table_name)?;
    let snapshot = service.store().snapshot().await?;
    let found =
        service.open(cx, &snapshot, &table, "dynamodb:UpdateContinuousBackups", &Facts::default()).await;
    found.map_err(|error| missing(error, &table.name))?;
    if input.point_in_time_recovery_specification.point_in_time_recovery_enabled {
        return Err(Error::not_implemented("dynamodb PointInTimeRecoveryEnabled"));
    }
    Ok(api::UpdateContinuousBackupsOutput { continuous_backups_description: Some(disabled()) })
}
