//! CloudFormation's types.

use api_s3::{self as api, S3 as _};
use port::{ResourceProvider, ResourceRequest};
use serde_json::{Value, json};

use crate::world::{BUCKET, FUNCTION, World};

fn request(resource_type: &str, physical_id: Option<&str>, properties: Value) -> ResourceRequest {
    ResourceRequest {
        resource_type: resource_type.to_owned(),
        stack_id: "arn:aws:cloudformation:us-east-1:111122223333:stack/s/1".to_owned(),
        stack_name: "s".to_owned(),
        logical_id: "Uploads".to_owned(),
        generated_name: "S-Uploads-ABC123".to_owned(),
        physical_id: physical_id.map(str::to_owned),
        properties: properties.as_object().unwrap().clone(),
        previous_properties: None,
        tags: vec![("team".to_owned(), "red".to_owned())],
    }
}

#[tokio::test]
async fn a_bucket_is_made_changed_and_deleted() {
    let world = World::new().await;
    let properties =
        json!({"VersioningConfiguration": {"Status": "Enabled"}, "Tags": [{"Key": "a", "Value": "1"}]});
    let create = request("AWS::S3::Bucket", None, properties);
    let made = world.s3.create(&world.cx(), create.clone()).await.unwrap();
    assert_eq!(made.physical_id, "s-uploads-abc123");
    assert_eq!(made.attributes["Arn"], "arn:aws:s3:::s-uploads-abc123");
    // The same step again finds what it has made.
    assert_eq!(world.s3.create(&world.cx(), create).await.unwrap(), made);
    let tags = api::GetBucketTaggingInput { bucket: made.physical_id.clone(), ..Default::default() };
    let tags = world.s3.get_bucket_tagging(&world.cx(), tags).await.unwrap().tag_set;
    assert!(tags.iter().any(|tag| tag.key == "aws:cloudformation:logical-id" && tag.value == "Uploads"));
    assert!(tags.iter().any(|tag| tag.key == "team"));
    let update = request("AWS::S3::Bucket", Some(&made.physical_id), json!({}));
    world.s3.update(&world.cx(), update).await.unwrap();
    let versioning = api::GetBucketVersioningInput { bucket: made.physical_id.clone(), ..Default::default() };
    let versioning = world.s3.get_bucket_versioning(&world.cx(), versioning).await.unwrap();
    assert_eq!(versioning.status, Some(api::BucketVersioningStatus::Suspended));
    let delete = request("AWS::S3::Bucket", Some(&made.physical_id), json!({}));
    world.s3.delete(&world.cx(), delete.clone()).await.unwrap();
    assert!(world.s3.delete(&world.cx(), delete).await.unwrap_err().is_not_found);
}

#[tokio::test]
async fn a_public_access_block_that_is_dropped_is_as_at_first() {
    let world = World::new().await;
    let open = json!({"PublicAccessBlockConfiguration": {"BlockPublicPolicy": false}});
    let made = world.s3.create(&world.cx(), request("AWS::S3::Bucket", None, open.clone())).await.unwrap();
    let blocks = async || {
        let get = api::GetPublicAccessBlockInput { bucket: made.physical_id.clone(), ..Default::default() };
        let shown = world.s3.get_public_access_block(&world.cx(), get).await.unwrap();
        shown.public_access_block_configuration.unwrap().block_public_policy
    };
    assert_eq!(blocks().await, Some(false));
    let mut update = request("AWS::S3::Bucket", Some(&made.physical_id), json!({}));
    update.previous_properties = open.as_object().cloned();
    world.s3.update(&world.cx(), update).await.unwrap();
    assert_eq!(blocks().await, Some(true));
}

#[tokio::test]
async fn a_bucket_that_is_anothers_is_not_taken() {
    let world = World::new().await;
    let create = request("AWS::S3::Bucket", None, json!({"BucketName": BUCKET}));
    let failure = world.s3.create(&world.cx(), create).await.unwrap_err();
    assert_eq!(failure.message, "bucket-1 already exists");
}

#[tokio::test]
async fn a_step_that_fails_leaves_no_bucket() {
    let world = World::new().await;
    let properties = json!({"BucketEncryption": {"ServerSideEncryptionConfiguration": [
        {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
    ]}});
    let failure =
        world.s3.create(&world.cx(), request("AWS::S3::Bucket", None, properties)).await.unwrap_err();
    assert!(failure.message.contains("aws:kms"), "{}", failure.message);
    let input = api::HeadBucketInput { bucket: "s-uploads-abc123".to_owned(), ..Default::default() };
    assert!(world.s3.head_bucket(&world.cx(), input).await.is_err());
}

#[tokio::test]
async fn notifications_and_policies_come_from_the_template() {
    let world = World::new().await;
    let properties = json!({"NotificationConfiguration": {"LambdaConfigurations": [{
        "Event": "s3:ObjectCreated:*",
        "Function": FUNCTION,
        "Filter": {"S3Key": {"Rules": [{"Name": "suffix", "Value": ".jpg"}]}},
    }]}});
    let update = request("AWS::S3::Bucket", Some(BUCKET), properties);
    world.s3.update(&world.cx(), update).await.unwrap();
    let input =
        api::GetBucketNotificationConfigurationInput { bucket: BUCKET.to_owned(), ..Default::default() };
    let told = world.s3.get_bucket_notification_configuration(&world.cx(), input).await.unwrap();
    assert_eq!(told.lambda_function_configurations.unwrap()[0].lambda_function_arn, FUNCTION);
    let document = json!({"Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111122223333:root"}, "Action": "s3:*",
        "Resource": format!("arn:aws:s3:::{BUCKET}/*"),
    }]});
    let policy = json!({"Bucket": BUCKET, "PolicyDocument": document});
    let made = world.s3.create(&world.cx(), request("AWS::S3::BucketPolicy", None, policy)).await.unwrap();
    assert_eq!(made.physical_id, BUCKET);
    world.s3.delete(&world.cx(), request("AWS::S3::BucketPolicy", Some(BUCKET), json!({}))).await.unwrap();
}

/// The template of `sam deploy --resolve-s3`.
#[tokio::test]
async fn the_sam_clis_own_bucket_is_made_though_it_asks_for_kms() {
    let world = World::new().await;
    let properties = json!({
        "PublicAccessBlockConfiguration": {
            "BlockPublicPolicy": "true", "BlockPublicAcls": "true", "IgnorePublicAcls": "true",
            "RestrictPublicBuckets": "true",
        },
        "BucketEncryption": {"ServerSideEncryptionConfiguration": [
            {"ServerSideEncryptionByDefault": {"SSEAlgorithm": "aws:kms"}}
        ]},
        "VersioningConfiguration": {"Status": "Enabled"},
        "Tags": [{"Key": "ManagedStackSource", "Value": "AwsSamCli"}],
    });
    let made = world.s3.create(&world.cx(), request("AWS::S3::Bucket", None, properties)).await.unwrap();
    let input = api::GetBucketEncryptionInput { bucket: made.physical_id.clone(), ..Default::default() };
    let told = world.s3.get_bucket_encryption(&world.cx(), input).await.unwrap();
    let rule = &told.server_side_encryption_configuration.unwrap().rules[0];
    let algorithm = rule.apply_server_side_encryption_by_default.as_ref().unwrap().sse_algorithm;
    assert_eq!(algorithm, api::ServerSideEncryption::Aes256);
    let arn = made.attributes["Arn"].as_str().unwrap().to_owned();
    let document = json!({"Statement": [
        {
            "Action": ["s3:GetObject"], "Effect": "Allow", "Resource": format!("{arn}/*"),
            "Principal": {"Service": "serverlessrepo.amazonaws.com"},
            "Condition": {"StringEquals": {"aws:SourceAccount": "111122223333"}},
        },
        {
            "Action": ["s3:*"], "Effect": "Deny", "Resource": [arn.clone(), format!("{arn}/*")], "Principal": "*",
            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
        },
    ]});
    let policy = json!({"Bucket": made.physical_id, "PolicyDocument": document});
    world.s3.create(&world.cx(), request("AWS::S3::BucketPolicy", None, policy)).await.unwrap();
}
