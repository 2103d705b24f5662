//! PutBucketNotificationConfiguration: replaces the rules, once every destination has been found to exist and to let S3 in.

use api_s3::{Event, FilterRuleName, NotificationConfigurationFilter};
use api_s3::{PutBucketNotificationConfigurationInput, PutBucketNotificationConfigurationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::delivery::host_id;
use crate::destinations;
use crate::error::S3Error;
use crate::notification::{self, Destination, NotificationRule, TestEvent};

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: PutBucketNotificationConfigurationInput,
) -> Result<PutBucketNotificationConfigurationOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:PutBucketNotification")
        .await?;
    let skips = input.skip_destination_validation == Some(true);
    let rules = to_rules(s3, input)?;
    notification::check_rules(&rules)?;
    if !rules.is_empty() && !skips {
        let connections = s3.connections().ok_or_else(S3Error::internal)?;
        let host_id = host_id(cx.request_id());
        let test = TestEvent {
            time: cx.time(),
            bucket: &bucket.name,
            request_id: cx.request_id(),
            host_id: &host_id,
        };
        destinations::validate(connections, cx, &bucket, &rules, &test.to_message()).await?;
    }
    s3.change_bucket(&bucket, |bucket| bucket.notifications.clone_from(&rules)).await?;
    Ok(PutBucketNotificationConfigurationOutput::default())
}

fn to_rules(
    s3: &S3,
    input: PutBucketNotificationConfigurationInput,
) -> Result<Vec<NotificationRule>, S3Error> {
    let given = input.notification_configuration;
    if given.topic_configurations.is_some_and(|topics| !topics.is_empty()) {
        return Err(S3Error::not_built("a notification to an SNS topic"));
    }
    if given.event_bridge_configuration.is_some() {
        return Err(S3Error::not_built("a notification to EventBridge"));
    }
    let mut rules = Vec::new();
    for function in given.lambda_function_configurations.unwrap_or_default() {
        let destination = Destination::Function(function.lambda_function_arn);
        rules.push(to_rule(s3, function.id, destination, &function.events, function.filter)?);
    }
    for queue in given.queue_configurations.unwrap_or_default() {
        let destination = Destination::Queue(queue.queue_arn);
        rules.push(to_rule(s3, queue.id, destination, &queue.events, queue.filter)?);
    }
    Ok(rules)
}

fn to_rule(
    s3: &S3,
    id: Option<String>,
    destination: Destination,
    events: &[Event],
    filter: Option<NotificationConfigurationFilter>,
) -> Result<NotificationRule, S3Error> {
    let mut rule = NotificationRule {
        id: id.filter(|id| !id.is_empty()).unwrap_or_else(|| s3.ids().uuid()),
        destination,
        events: events.iter().map(|event| event.as_str().to_owned()).collect(),
        prefix: None,
        suffix: None,
    };
    let filters = filter.and_then(|filter| filter.key).and_then(|key| key.filter_rules).unwrap_or_default();
    for filter in filters {
        let (place, name) = match filter.name {
            Some(FilterRuleName::Prefix) => (&mut rule.prefix, "prefix"),
            Some(FilterRuleName::Suffix) => (&mut rule.suffix, "suffix"),
            None => return Err(S3Error::malformed_xml()),
        };
        if place.is_some() {
            let text = format!("Cannot specify more than one {name} rule in a filter.");
            return Err(S3Error::invalid_argument("FilterRule.Name", name, text));
        }
        *place = Some(filter.value.unwrap_or_default());
    }
    Ok(rule)
}
