//! Making, listing, configuring and deleting buckets.

use api_s3::{self as api, S3 as _};
use port::Principal;

use crate::world::{ACCOUNT, BUCKET, World, code};

fn create(bucket: &str) -> api::CreateBucketInput {
    api::CreateBucketInput { bucket: bucket.to_owned(), ..Default::default() }
}

fn root() -> Principal {
    Principal::Root { account: ACCOUNT.to_owned() }
}

#[tokio::test]
async fn a_bucket_is_made_again_in_us_east_1_only() {
    let world = World::new().await;
    world.s3.create_bucket(&world.cx(), create(BUCKET)).await.unwrap();
    let frankfurt = world.cx_as(root(), "eu-central-1");
    let located = |bucket: &str, region| api::CreateBucketInput {
        create_bucket_configuration: Some(api::CreateBucketConfiguration {
            location_constraint: api::BucketLocationConstraint::parse(region),
            ..Default::default()
        }),
        ..create(bucket)
    };
    world.s3.create_bucket(&frankfurt, located("there", "eu-central-1")).await.unwrap();
    let again = world.s3.create_bucket(&frankfurt, located("there", "eu-central-1")).await;
    assert_eq!(code(again), "BucketAlreadyOwnedByYou");
    let elsewhere = world.s3.create_bucket(&frankfurt, located("other", "eu-west-1")).await;
    assert_eq!(code(elsewhere), "IllegalLocationConstraintException");
    assert_eq!(
        code(world.s3.create_bucket(&frankfurt, create("other")).await),
        "IllegalLocationConstraintException"
    );
    let input = api::GetBucketLocationInput { bucket: "there".to_owned(), ..Default::default() };
    let location = world.s3.get_bucket_location(&world.cx(), input).await.unwrap();
    assert_eq!(location.location_constraint, Some(api::BucketLocationConstraint::EuCentral1));
}

#[tokio::test]
async fn names_are_global() {
    let world = World::new().await;
    let stranger = world.cx_as(Principal::Root { account: "999999999999".to_owned() }, "us-east-1");
    let stranger = stranger.acting_as(Principal::Root { account: "999999999999".to_owned() });
    assert_eq!(code(world.s3.create_bucket(&stranger, create(BUCKET)).await), "BucketAlreadyExists");
    assert_eq!(code(world.s3.create_bucket(&world.cx(), create("Bad_Name")).await), "InvalidBucketName");
}

#[tokio::test]
async fn buckets_are_listed_in_pages() {
    let world = World::new().await;
    for name in ["aaa", "aab", "zzz"] {
        world.s3.create_bucket(&world.cx(), create(name)).await.unwrap();
    }
    let (mut names, mut token) = (Vec::new(), None);
    loop {
        let input =
            api::ListBucketsInput { max_buckets: Some(2), continuation_token: token, ..Default::default() };
        let page = world.s3.list_buckets(&world.cx(), input).await.unwrap();
        names.extend(page.buckets.unwrap().into_iter().map(|bucket| bucket.name.unwrap()));
        token = page.continuation_token;
        if token.is_none() {
            break;
        }
    }
    assert_eq!(names, ["aaa", "aab", BUCKET, "zzz"]);
    let input = api::ListBucketsInput { prefix: Some("aa".to_owned()), ..Default::default() };
    assert_eq!(world.s3.list_buckets(&world.cx(), input).await.unwrap().buckets.unwrap().len(), 2);
}

#[tokio::test]
async fn only_an_empty_bucket_is_deleted() {
    let world = World::new().await;
    let delete = || api::DeleteBucketInput { bucket: BUCKET.to_owned(), ..Default::default() };
    world.put("k", "1").await;
    assert_eq!(code(world.s3.delete_bucket(&world.cx(), delete()).await), "BucketNotEmpty");
    world.delete("k", None).await;
    let upload = api::CreateMultipartUploadInput {
        bucket: BUCKET.to_owned(),
        key: "u".to_owned(),
        ..Default::default()
    };
    for _ in 0..6 {
        let upload = upload_of(&upload);
        world.s3.create_multipart_upload(&world.cx(), upload).await.unwrap();
    }
    world.s3.delete_bucket(&world.cx(), delete()).await.unwrap();
    let error = world.s3.delete_bucket(&world.cx(), delete()).await.unwrap_err();
    assert_eq!(error.code, "NoSuchBucket");
    assert!(error.extra().contains(&("BucketName", BUCKET.to_owned())));
    // The name comes back without what was in it.
    world.s3.create_bucket(&world.cx(), create(BUCKET)).await.unwrap();
    let input = api::ListMultipartUploadsInput { bucket: BUCKET.to_owned(), ..Default::default() };
    let uploads = world.s3.list_multipart_uploads(&world.cx(), input).await.unwrap().uploads;
    assert!(uploads.unwrap().is_empty());
}

fn upload_of(input: &api::CreateMultipartUploadInput) -> api::CreateMultipartUploadInput {
    api::CreateMultipartUploadInput {
        bucket: input.bucket.clone(),
        key: input.key.clone(),
        ..Default::default()
    }
}

#[tokio::test]
async fn a_new_bucket_blocks_public_access_until_told_otherwise() {
    let world = World::new().await;
    let policy = format!(
        r#"{{"Statement":{{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::{BUCKET}/*"}}}}"#
    );
    let put = || api::PutBucketPolicyInput {
        bucket: BUCKET.to_owned(),
        policy: policy.clone(),
        ..Default::default()
    };
    assert_eq!(code(world.s3.put_bucket_policy(&world.cx(), put()).await), "AccessDenied");
    let unblock = api::DeletePublicAccessBlockInput { bucket: BUCKET.to_owned(), ..Default::default() };
    world.s3.delete_public_access_block(&world.cx(), unblock).await.unwrap();
    world.s3.put_bucket_policy(&world.cx(), put()).await.unwrap();
    let get = api::GetBucketPolicyInput { bucket: BUCKET.to_owned(), ..Default::default() };
    assert_eq!(world.s3.get_bucket_policy(&world.cx(), get).await.unwrap().policy, Some(policy.clone()));
    let status = api::GetBucketPolicyStatusInput { bucket: BUCKET.to_owned(), ..Default::default() };
    let status = world.s3.get_bucket_policy_status(&world.cx(), status).await.unwrap();
    assert_eq!(status.policy_status.unwrap().is_public, Some(true));
}

#[tokio::test]
async fn what_was_never_configured_says_so() {
    let world = World::new().await;
    let cx = world.cx();
    let bucket = BUCKET.to_owned();
    let cors = api::GetBucketCorsInput { bucket: bucket.clone(), ..Default::default() };
    assert_eq!(code(world.s3.get_bucket_cors(&cx, cors).await), "NoSuchCORSConfiguration");
    let tags = api::GetBucketTaggingInput { bucket: bucket.clone(), ..Default::default() };
    assert_eq!(code(world.s3.get_bucket_tagging(&cx, tags).await), "NoSuchTagSet");
    let policy = api::GetBucketPolicyInput { bucket: bucket.clone(), ..Default::default() };
    assert_eq!(code(world.s3.get_bucket_policy(&cx, policy).await), "NoSuchBucketPolicy");
    let lifecycle =
        api::GetBucketLifecycleConfigurationInput { bucket: bucket.clone(), ..Default::default() };
    let lifecycle = world.s3.get_bucket_lifecycle_configuration(&cx, lifecycle).await;
    assert_eq!(code(lifecycle), "NoSuchLifecycleConfiguration");
    let put = api::PutBucketLifecycleConfigurationInput { bucket, ..Default::default() };
    assert_eq!(code(world.s3.put_bucket_lifecycle_configuration(&cx, put).await), "NotImplemented");
}

#[tokio::test]
async fn kms_is_refused_by_name() {
    let world = World::new().await;
    let encryption = |algorithm| api::PutBucketEncryptionInput {
        bucket: BUCKET.to_owned(),
        server_side_encryption_configuration: api::ServerSideEncryptionConfiguration {
            rules: vec![api::ServerSideEncryptionRule {
                apply_server_side_encryption_by_default: Some(api::ServerSideEncryptionByDefault {
                    sse_algorithm: algorithm,
                    kms_master_key_id: None,
                }),
                ..Default::default()
            }],
        },
        ..Default::default()
    };
    let aes = encryption(api::ServerSideEncryption::Aes256);
    world.s3.put_bucket_encryption(&world.cx(), aes).await.unwrap();
    let kms = encryption(api::ServerSideEncryption::AwsKms);
    let refused = world.s3.put_bucket_encryption(&world.cx(), kms).await.unwrap_err();
    assert!(refused.code == "NotImplemented" && refused.message.contains("aws:kms"));
}
