//! Notifications: configured, delivered, tried again.

use api_s3::{self as api, BucketVersioningStatus, Event, S3 as _};

use crate::world::{BUCKET, FUNCTION, QUEUE, World, code};

fn filter(suffix: &str) -> Option<api::NotificationConfigurationFilter> {
    let rule = api::FilterRule { name: Some(api::FilterRuleName::Suffix), value: Some(suffix.to_owned()) };
    Some(api::NotificationConfigurationFilter {
        key: Some(api::S3KeyFilter { filter_rules: Some(vec![rule]) }),
    })
}

fn to_function(events: Vec<Event>, suffix: &str) -> api::NotificationConfiguration {
    let configuration = api::LambdaFunctionConfiguration {
        id: Some("rule-1".to_owned()),
        lambda_function_arn: FUNCTION.to_owned(),
        events,
        filter: filter(suffix),
    };
    api::NotificationConfiguration {
        lambda_function_configurations: Some(vec![configuration]),
        ..Default::default()
    }
}

fn to_queue(events: Vec<Event>) -> api::NotificationConfiguration {
    let configuration =
        api::QueueConfiguration { id: None, queue_arn: QUEUE.to_owned(), events, filter: None };
    api::NotificationConfiguration { queue_configurations: Some(vec![configuration]), ..Default::default() }
}

async fn configure(
    world: &World,
    configuration: api::NotificationConfiguration,
) -> Result<(), wire_codec::ApiError> {
    let input = api::PutBucketNotificationConfigurationInput {
        bucket: BUCKET.to_owned(),
        notification_configuration: configuration,
        ..Default::default()
    };
    world.s3.put_bucket_notification_configuration(&world.cx(), input).await.map(drop)
}

#[tokio::test]
async fn a_function_gets_the_events_it_asked_for() {
    let world = World::new().await;
    configure(&world, to_function(vec![Event::S3ObjectCreatedAny], ".jpg")).await.unwrap();
    let etag = world.put("my photo.jpg", "12345").await.e_tag.unwrap();
    world.put("other.txt", "1").await;
    world.delete("my photo.jpg", None).await;
    world.until("the event arrives", || !world.neighbours.events().is_empty()).await;
    assert_eq!(world.neighbours.events(), ["ObjectCreated:Put my+photo.jpg"]);
    let (destination, message) = world.neighbours.delivered.lock()[0].clone();
    assert_eq!(destination, FUNCTION);
    let record = &message["Records"][0];
    assert_eq!(record["s3"]["configurationId"], "rule-1");
    assert_eq!(record["s3"]["object"]["size"], 5);
    assert_eq!(record["s3"]["object"]["eTag"], etag.trim_matches('"'));
    assert_eq!(record["userIdentity"]["principalId"], "AWS:111122223333");
    let input =
        api::GetBucketNotificationConfigurationInput { bucket: BUCKET.to_owned(), ..Default::default() };
    let told = world.s3.get_bucket_notification_configuration(&world.cx(), input).await.unwrap();
    assert_eq!(told, to_function(vec![Event::S3ObjectCreatedAny], ".jpg"));
}

#[tokio::test]
async fn a_queue_gets_a_test_event_and_every_kind_of_event() {
    let world = World::new().await;
    let events = vec![Event::S3ObjectCreatedAny, Event::S3ObjectRemovedAny, Event::S3ObjectTaggingAny];
    configure(&world, to_queue(events)).await.unwrap();
    assert_eq!(world.neighbours.delivered.lock()[0].1["Event"], "s3:TestEvent");
    world.put("k", "1").await;
    let copy = api::CopyObjectInput {
        bucket: BUCKET.to_owned(),
        key: "c".to_owned(),
        copy_source: format!("{BUCKET}/k"),
        ..Default::default()
    };
    world.s3.copy_object(&world.cx(), copy).await.unwrap();
    let tagging =
        api::PutObjectTaggingInput { bucket: BUCKET.to_owned(), key: "k".to_owned(), ..Default::default() };
    world.s3.put_object_tagging(&world.cx(), tagging).await.unwrap();
    world.delete("k", None).await;
    world.set_versioning(BucketVersioningStatus::Enabled).await;
    world.delete("c", None).await;
    world.until("five events arrive", || world.neighbours.events().len() == 5).await;
    let mut events = world.neighbours.events();
    events.sort();
    assert_eq!(
        events,
        [
            "ObjectCreated:Copy c",
            "ObjectCreated:Put k",
            "ObjectRemoved:Delete k",
            "ObjectRemoved:DeleteMarkerCreated c",
            "ObjectTagging:Put k",
        ]
    );
}

#[tokio::test]
async fn later_events_of_a_key_have_greater_sequencers() {
    let world = World::new().await;
    configure(&world, to_queue(vec![Event::S3ObjectCreatedAny])).await.unwrap();
    for i in 0..5 {
        world.put("k", "1".repeat(i + 1)).await;
    }
    world.until("five events arrive", || world.neighbours.events().len() == 5).await;
    let mut by_size: Vec<_> = world
        .neighbours
        .delivered
        .lock()
        .iter()
        .filter(|(_, message)| message["Records"].is_array())
        .map(|(_, message)| message["Records"][0]["s3"]["object"].clone())
        .map(|object| (object["size"].as_u64().unwrap(), object["sequencer"].as_str().unwrap().to_owned()))
        .collect();
    by_size.sort();
    assert!(by_size.is_sorted_by(|a, b| a.1 < b.1));
}

#[tokio::test]
async fn what_is_not_taken_is_tried_again() {
    let world = World::new().await;
    configure(&world, to_queue(vec![Event::S3ObjectCreatedAny])).await.unwrap();
    world.neighbours.unreachable.lock().push(QUEUE.to_owned());
    world.put("k", "1").await;
    base_time::Clock::system().sleep(std::time::Duration::from_millis(300)).await;
    assert!(world.neighbours.events().is_empty());
    world.neighbours.unreachable.lock().clear();
    world.until("the event arrives", || world.neighbours.events() == ["ObjectCreated:Put k"]).await;
}

#[tokio::test]
async fn an_event_survives_a_restart_before_its_delivery() {
    let world = World::new().await;
    configure(&world, to_queue(vec![Event::S3ObjectCreatedAny])).await.unwrap();
    world.neighbours.unreachable.lock().push(QUEUE.to_owned());
    world.put("k", "1").await;
    let world = world.restart().await;
    world.until("the event arrives", || !world.neighbours.events().is_empty()).await;
}

#[tokio::test]
async fn a_destination_that_does_not_let_s3_in_is_refused() {
    let world = World::new().await;
    world.neighbours.unreachable.lock().push(FUNCTION.to_owned());
    let refused = configure(&world, to_function(vec![Event::S3ObjectCreatedAny], ".jpg")).await.unwrap_err();
    assert_eq!(refused.code, "InvalidArgument");
    assert_eq!(refused.message, "Unable to validate the following destination configurations");
    assert!(refused.extra().contains(&("ArgumentName1", FUNCTION.to_owned())));
    let topic = api::NotificationConfiguration {
        topic_configurations: Some(vec![api::TopicConfiguration::default()]),
        ..Default::default()
    };
    assert_eq!(code(configure(&world, topic).await), "NotImplemented");
    let bridge = api::NotificationConfiguration {
        event_bridge_configuration: Some(api::EventBridgeConfiguration {}),
        ..Default::default()
    };
    assert_eq!(code(configure(&world, bridge).await), "NotImplemented");
}
