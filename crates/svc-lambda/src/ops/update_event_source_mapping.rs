//! UpdateEventSourceMapping: changes what is given.

use api_lambda::types::{UpdateEventSourceMappingInput, UpdateEventSourceMappingOutput};
use port::{Access, RequestContext};
use store_kv::Transaction;
use wire_codec::ApiError;

use super::create_event_source_mapping::{
    batch_size, batching_window, maximum_concurrency, reports_failures,
};
use crate::error::{self, Failure};
use crate::model::MappingState;
use crate::tables::MAPPINGS;
use crate::{Lambda, describe, settings};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: UpdateEventSourceMappingInput,
) -> Result<UpdateEventSourceMappingOutput, ApiError> {
    let arn = cx.arn("lambda", &format!("event-source-mapping:{}", input.uuid));
    cx.authorize(Access::new("lambda:UpdateEventSourceMapping", &arn)).await?;
    refuse_unbuilt(&input)?;
    let target = input.function_name.as_deref().map(|name| lambda.target(cx, name, None)).transpose()?;
    let concurrency = input.scaling_config.as_ref().map(|s| maximum_concurrency(Some(s))).transpose()?;
    let key = &(cx.account().to_owned(), cx.region().to_owned(), input.uuid.clone());
    let (input, target, concurrency) = (&input, &target, &concurrency);
    let work = |tx: Transaction| async move {
        let found = MAPPINGS.get(&tx, key).await?;
        let mut row = found.ok_or_else(|| error::not_found("The resource you requested does not exist."))?;
        if let Some(target) = target {
            row.function.clone_from(&target.name);
            row.qualifier.clone_from(&target.qualifier);
        }
        if let Some(enabled) = input.enabled {
            row.state = if enabled { MappingState::Enabled } else { MappingState::Disabled };
        }
        let window =
            input.maximum_batching_window_in_seconds.map_or(Ok(row.batching_window_s), batching_window)?;
        let asked = input.batch_size.unwrap_or(i32::try_from(row.batch_size).unwrap_or(10));
        row.batch_size = batch_size(asked, window)?;
        row.batching_window_s = window;
        if let Some(types) = &input.function_response_types {
            row.reports_batch_item_failures = reports_failures(Some(types));
        }
        if let Some(concurrency) = concurrency {
            row.maximum_concurrency = *concurrency;
        }
        row.last_modified = cx.time();
        MAPPINGS.put(&tx, key, &row)?;
        Ok::<_, Failure>(row)
    };
    let row = lambda.0.store.transact(work).await?;
    lambda.0.pollers.wake();
    let state = input.enabled.map_or("Updating", |enabled| if enabled { "Enabling" } else { "Disabling" });
    Ok(describe::mapping(&input.uuid, &row, Some(state)))
}

fn refuse_unbuilt(input: &UpdateEventSourceMappingInput) -> Result<(), ApiError> {
    use settings::refuse_if;
    let has_filters =
        input.filter_criteria.as_ref().and_then(|f| f.filters.as_ref()).is_some_and(|f| !f.is_empty());
    refuse_if(has_filters, "FilterCriteria")?;
    refuse_if(input.kms_key_arn.as_ref().is_some_and(|arn| !arn.is_empty()), "KMSKeyArn")?;
    refuse_if(input.metrics_config.is_some(), "MetricsConfig")?;
    refuse_if(input.logging_config.is_some(), "LoggingConfig of event source mappings")?;
    refuse_if(input.provisioned_poller_config.is_some(), "ProvisionedPollerConfig")?;
    refuse_if(input.destination_config.is_some(), "DestinationConfig of event source mappings")?;
    let is_for_streams = input.parallelization_factor.is_some()
        || input.maximum_record_age_in_seconds.is_some()
        || input.bisect_batch_on_function_error.is_some()
        || input.maximum_retry_attempts.is_some()
        || input.tumbling_window_in_seconds.is_some()
        || input.source_access_configurations.as_ref().is_some_and(|list| !list.is_empty())
        || input.amazon_managed_kafka_event_source_config.is_some()
        || input.self_managed_kafka_event_source_config.is_some()
        || input.document_db_event_source_config.is_some();
    if is_for_streams {
        return Err(error::invalid_parameter(
            "A parameter for streams or brokers was given for an SQS event source.",
        ));
    }
    Ok(())
}
