//! CreateEventSourceMapping: from a queue to a function.

use api_lambda::types::{
    CreateEventSourceMappingInput, CreateEventSourceMappingOutput, FunctionResponseType, ScalingConfig,
};
use port::{Access, Arn, RequestContext};
use store_kv::Transaction;
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::{self, Failure};
use crate::model::{EventSourceMapping, MappingState};
use crate::tables::{FUNCTIONS, MAPPINGS};
use crate::{Lambda, describe, settings};

/// Messages of a batch from a standard queue without a batching window.
const DEFAULT_BATCH: i32 = 10;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: CreateEventSourceMappingInput,
) -> Result<CreateEventSourceMappingOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    let access =
        Access::new("lambda:CreateEventSourceMapping", "*").with_key("lambda:FunctionArn", target.arn());
    cx.authorize(access).await?;
    refuse_unbuilt(&input)?;
    let source = queue_arn(input.event_source_arn.as_deref())?;
    let window = batching_window(input.maximum_batching_window_in_seconds.unwrap_or(0))?;
    let batch = batch_size(input.batch_size.unwrap_or(DEFAULT_BATCH), window)?;
    let snapshot = lambda.snapshot().await?;
    let resolved = lambda.resolve(&snapshot, &target).await?;
    lambda.check_queue(cx, &source, &target, &resolved.version).await?;
    let state = if input.enabled == Some(false) { MappingState::Disabled } else { MappingState::Enabled };
    let row = EventSourceMapping {
        account: target.account.clone(),
        region: target.region.clone(),
        event_source_arn: source,
        function: target.name.clone(),
        qualifier: target.qualifier.clone(),
        state,
        batch_size: batch,
        batching_window_s: window,
        reports_batch_item_failures: reports_failures(input.function_response_types.as_deref()),
        maximum_concurrency: maximum_concurrency(input.scaling_config.as_ref())?,
        last_modified: cx.time(),
        tags: input.tags.unwrap_or_default(),
    };
    let uuid = lambda.0.ids.uuid();
    insert(lambda, &uuid, &row).await?;
    lambda.0.pollers.wake();
    Ok(describe::mapping(&uuid, &row, (state == MappingState::Enabled).then_some("Creating")))
}

async fn insert(lambda: &Lambda, uuid: &str, row: &EventSourceMapping) -> Result<(), ApiError> {
    let work = |tx: Transaction| async move {
        let prefix = (row.account.clone(), row.region.clone());
        if !FUNCTIONS.contains(&tx, (row.account.clone(), row.region.clone(), row.function.clone())).await? {
            return Err(Failure::Api(error::not_found("Function does not exist")));
        }
        let page = MAPPINGS.scan(&tx, prefix, Scan::forward()).await?;
        let is_same = |other: &EventSourceMapping| {
            other.event_source_arn == row.event_source_arn
                && other.function == row.function
                && other.qualifier == row.qualifier
        };
        if let Some(((.., uuid), _)) = page.rows.iter().find(|(_, other)| is_same(other)) {
            return Err(Failure::Api(error::conflict(format!(
                "An event source mapping with SQS arn (\" {} \") and function (\" {} \") already exists. Please update or delete the existing mapping with UUID {uuid}",
                row.event_source_arn, row.function
            ))));
        }
        MAPPINGS.put(&tx, (row.account.clone(), row.region.clone(), uuid.to_owned()), row)?;
        Ok(())
    };
    Ok(lambda.0.store.transact(work).await?)
}

fn queue_arn(asked: Option<&str>) -> Result<String, ApiError> {
    let Some(arn) = asked else {
        return Err(error::invalid_parameter(
            "Unrecognized event source, must be kinesis, dynamodb stream or sqs.",
        ));
    };
    match Arn::parse(arn).map(|parsed| parsed.service) {
        Some("sqs") => Ok(arn.to_owned()),
        Some(other) => Err(ApiError::not_implemented(format!("lambda: event source mappings from {other}"))),
        None => Err(error::invalid_parameter(format!("Unrecognized event source ARN: {arn}"))),
    }
}

pub fn batching_window(asked: i32) -> Result<u32, ApiError> {
    match u32::try_from(asked) {
        Ok(window) if window <= 300 => Ok(window),
        _ => Err(error::invalid_parameter("Maximum batch window in seconds must be between 0 and 300.")),
    }
}

pub fn batch_size(asked: i32, window: u32) -> Result<u32, ApiError> {
    match u32::try_from(asked) {
        Ok(size) if (1..=10).contains(&size) || ((11..=10_000).contains(&size) && window > 0) => Ok(size),
        Ok(11..=10_000) => Err(error::invalid_parameter(
            "Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10",
        )),
        _ => Err(error::invalid_parameter("Batch size must be between 1 and 10000.")),
    }
}

pub fn reports_failures(asked: Option<&[FunctionResponseType]>) -> bool {
    asked.is_some_and(|types| types.contains(&FunctionResponseType::ReportBatchItemFailures))
}

pub fn maximum_concurrency(asked: Option<&ScalingConfig>) -> Result<Option<u32>, ApiError> {
    match asked.and_then(|scaling| scaling.maximum_concurrency) {
        None => Ok(None),
        Some(n) if (2..=1_000).contains(&n) => Ok(Some(n.unsigned_abs())),
        Some(_) => Err(error::invalid_parameter("MaximumConcurrency must be between 2 and 1000.")),
    }
}

fn refuse_unbuilt(input: &CreateEventSourceMappingInput) -> Result<(), ApiError> {
    use settings::refuse_if;
    let has_filters =
        input.filter_criteria.as_ref().and_then(|f| f.filters.as_ref()).is_some_and(|f| !f.is_empty());
    refuse_if(has_filters, "FilterCriteria")?;
    refuse_if(input.kms_key_arn.is_some(), "KMSKeyArn")?;
    refuse_if(input.metrics_config.is_some(), "MetricsConfig")?;
    refuse_if(input.logging_config.is_some(), "LoggingConfig of event source mappings")?;
    refuse_if(input.provisioned_poller_config.is_some(), "ProvisionedPollerConfig")?;
    refuse_if(input.self_managed_event_source.is_some(), "SelfManagedEventSource")?;
    refuse_if(input.destination_config.is_some(), "DestinationConfig of event source mappings")?;
    let is_for_streams = input.starting_position.is_some()
        || input.starting_position_timestamp.is_some()
        || input.parallelization_factor.is_some()
        || input.maximum_record_age_in_seconds.is_some()
        || input.bisect_batch_on_function_error.is_some()
        || input.maximum_retry_attempts.is_some()
        || input.tumbling_window_in_seconds.is_some()
        || input.source_access_configurations.as_ref().is_some_and(|list| !list.is_empty())
        || input.amazon_managed_kafka_event_source_config.is_some()
        || input.self_managed_kafka_event_source_config.is_some()
        || input.document_db_event_source_config.is_some()
        || input.topics.is_some()
        || input.queues.is_some();
    if is_for_streams {
        return Err(error::invalid_parameter(
            "A parameter for streams or brokers was given for an SQS event source.",
        ));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn large_batches_need_a_window() {
        assert_eq!(batch_size(10, 0).unwrap(), 10);
        assert!(batch_size(11, 0).unwrap_err().message.contains("greater than 0"));
        assert_eq!(batch_size(10_000, 1).unwrap(), 10_000);
        assert!(batch_size(10_001, 1).is_err());
        assert!(batch_size(0, 1).is_err());
    }

    #[test]
    fn sources_not_built_are_named() {
        assert!(queue_arn(Some("arn:aws:sqs:us-east-1:123456789012:q")).is_ok());
        let kinesis = queue_arn(Some("arn:aws:kinesis:us-east-1:123456789012:stream/s")).unwrap_err();
        assert!(kinesis.message.contains("kinesis"));
        assert!(queue_arn(None).is_err());
    }

    #[test]
    fn parameters_of_other_sources_are_refused() {
        assert!(refuse_unbuilt(&CreateEventSourceMappingInput::default()).is_ok());
        let kafka = CreateEventSourceMappingInput {
            self_managed_kafka_event_source_config: Some(Default::default()),
            ..CreateEventSourceMappingInput::default()
        };
        assert!(refuse_unbuilt(&kafka).is_err());
        let broker = CreateEventSourceMappingInput {
            source_access_configurations: Some(vec![Default::default()]),
            ..CreateEventSourceMappingInput::default()
        };
        assert!(refuse_unbuilt(&broker).is_err());
    }
}
