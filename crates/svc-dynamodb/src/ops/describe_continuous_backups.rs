//! DescribeContinuousBackups: point-in-time recovery is off everywhere, as it is not built.

use api_dynamodb as api;
use port::RequestContext;

use crate::Service;
use crate::access::Facts;
use crate::catalog::TableRef;
use crate::error::{Error, Result};

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: api::DescribeContinuousBackupsInput,
) -> Result<api::DescribeContinuousBackupsOutput> {
    let table = TableRef::parse(cx, &input.table_name)?;
    let snapshot = service.store().snapshot().await?;
    let found =
        service.open(cx, &snapshot, &table, "dynamodb:DescribeContinuousBackups", &Facts::default()).await;
    found.map_err(|error| missing(error, &table.name))?;
    Ok(api::DescribeContinuousBackupsOutput { continuous_backups_description: Some(disabled()) })
}

/// What every table shows.
pub(crate) fn disabled() -> api::ContinuousBackupsDescription {
    api::ContinuousBackupsDescription {
        continuous_backups_status: api::ContinuousBackupsStatus::Disabled,
        point_in_time_recovery_description: Some(api::PointInTimeRecoveryDescription {
            point_in_time_recovery_status: Some(api::PointInTimeRecoveryStatus::Disabled),
            ..api::PointInTimeRecoveryDescription::default()
        }),
    }
}

/// Backup operations have an error of their own for a missing table.
pub(crate) fn missing(error: Error, name: &str) -> Error {
    match error {
        Error::NotFound(_) => Error::Api(wire_codec::ApiError::from_shape(api::TableNotFoundException {
            message: Some(format!("Table not found: {name}")),
        })),
        other => other,
    }
}
