//! GetBucketNotificationConfiguration: the rules that are set.

use api_s3::{
    Event, FilterRule, FilterRuleName, LambdaFunctionConfiguration, NotificationConfigurationFilter,
    QueueConfiguration, S3KeyFilter,
};
use api_s3::{GetBucketNotificationConfigurationInput, GetBucketNotificationConfigurationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::notification::{Destination, NotificationRule};

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketNotificationConfigurationInput,
) -> Result<GetBucketNotificationConfigurationOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(cx, &input.bucket, input.expected_bucket_owner.as_deref(), "s3:GetBucketNotification")
        .await?;
    let (mut functions, mut queues) = (Vec::new(), Vec::new());
    for rule in &bucket.notifications {
        let (id, events, filter) = (Some(rule.id.clone()), events(rule), filter(rule));
        match &rule.destination {
            Destination::Function(arn) => {
                let lambda_function_arn = arn.clone();
                functions.push(LambdaFunctionConfiguration { id, lambda_function_arn, events, filter });
            }
            Destination::Queue(arn) => {
                queues.push(QueueConfiguration { id, queue_arn: arn.clone(), events, filter })
            }
        }
    }
    Ok(GetBucketNotificationConfigurationOutput {
        topic_configurations: None,
        queue_configurations: Some(queues).filter(|queues| !queues.is_empty()),
        lambda_function_configurations: Some(functions).filter(|functions| !functions.is_empty()),
        event_bridge_configuration: None,
    })
}

fn events(rule: &NotificationRule) -> Vec<Event> {
    rule.events.iter().filter_map(|name| Event::parse(name)).collect()
}

fn filter(rule: &NotificationRule) -> Option<NotificationConfigurationFilter> {
    let of = |name, value: &Option<String>| {
        value.clone().map(|value| FilterRule { name: Some(name), value: Some(value) })
    };
    let rules: Vec<_> = [of(FilterRuleName::Prefix, &rule.prefix), of(FilterRuleName::Suffix, &rule.suffix)]
        .into_iter()
        .flatten()
        .collect();
    let key = S3KeyFilter { filter_rules: Some(rules) };
    (rule.prefix.is_some() || rule.suffix.is_some())
        .then_some(NotificationConfigurationFilter { key: Some(key) })
}
