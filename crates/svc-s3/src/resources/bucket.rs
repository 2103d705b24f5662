//! `AWS::S3::Bucket`: `Ref` is its name.

use api_s3 as api;
use port::{Provisioned, RequestContext, ResourceFailure, ResourceRequest};
use serde_json::Map;
use wire_codec::ApiError;

use super::properties::{BucketProperties, PublicAccess};
use crate::S3;
use crate::buckets::{DEFAULT_REGION, NewBucket};
use crate::names::{bucket_arn, check_bucket_name};
use crate::ops;
use crate::tags::Tag;

const STACK_TAG: &str = "aws:cloudformation:stack-id";
/// On the bucket that the SAM CLI makes for itself.
const SAM_CLI_TAG: (&str, &str) = ("ManagedStackSource", "AwsSamCli");
const LOGICAL_TAG: &str = "aws:cloudformation:logical-id";
const BLOCK: &str = "PublicAccessBlockConfiguration";
/// Longest bucket name.
const MAX_NAME: usize = 63;

pub async fn create(
    s3: &S3,
    cx: &RequestContext,
    request: ResourceRequest,
) -> Result<Provisioned, ResourceFailure> {
    let properties = parse(&request)?;
    let name = properties.bucket_name.clone().unwrap_or_else(|| bucket_name(&request.generated_name));
    let is_new = make(s3, cx, &request, &name, &properties).await?;
    match apply(s3, cx, &name, properties, false).await {
        Ok(()) => Ok(provisioned(&name, cx.region())),
        Err(failure) => {
            if is_new {
                // Nothing is left of a step that failed; if even this fails, the first failure is what is told.
                let _ = delete(s3, cx, name).await;
            }
            Err(failure)
        }
    }
}

pub async fn update(
    s3: &S3,
    cx: &RequestContext,
    request: ResourceRequest,
) -> Result<Provisioned, ResourceFailure> {
    let mut properties = parse(&request)?;
    let Some(name) = request.physical_id.clone() else {
        return Err(ResourceFailure::new("the bucket to be updated has no name"));
    };
    let tags = merged_tags(&request, &properties);
    let bucket = s3.allowed_bucket(cx, &name, None, "s3:PutBucketTagging").await.map_err(failure)?;
    s3.change_bucket(&bucket, |bucket| bucket.tags.clone_from(&tags))
        .await
        .map_err(|error| failure(error.into()))?;
    let had_block = request.previous_properties.is_some_and(|before| before.contains_key(BLOCK));
    if had_block && properties.public_access_block_configuration.is_none() {
        properties.public_access_block_configuration = Some(PublicAccess::all());
    }
    apply(s3, cx, &name, properties, true).await?;
    Ok(provisioned(&name, &bucket.region))
}

/// `sam deploy --resolve-s3` works only with a bucket of its own, whose template asks for `aws:kms`. That one bucket gets
/// SSE-S3 instead, as GetBucketEncryption tells; everywhere else KMS is refused by name.
fn parse(request: &ResourceRequest) -> Result<BucketProperties, ResourceFailure> {
    let mut properties = BucketProperties::parse(request.properties.clone())?;
    let is_sam_clis = properties.tags.iter().any(|tag| (tag.key.as_str(), tag.value.as_str()) == SAM_CLI_TAG);
    if is_sam_clis && properties.bucket_encryption.take_if(|encryption| encryption.is_managed_kms()).is_some()
    {
        tracing::warn!("the SAM CLI's bucket asks for aws:kms, which is not offered; it gets AES256");
    }
    Ok(properties)
}

pub async fn delete(s3: &S3, cx: &RequestContext, name: String) -> Result<(), ResourceFailure> {
    let input = api::DeleteBucketInput { bucket: name, ..api::DeleteBucketInput::default() };
    match ops::delete_bucket::run(s3, cx, input).await {
        Ok(_) => Ok(()),
        Err(error) if error.code == "BucketNotEmpty" => Err(ResourceFailure::new(
            "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
        )),
        Err(error) => Err(failure(error)),
    }
}

/// Makes the bucket, tagged with its place in the stack. Whether it is new: it may be of an earlier try of this step.
async fn make(
    s3: &S3,
    cx: &RequestContext,
    request: &ResourceRequest,
    name: &str,
    properties: &BucketProperties,
) -> Result<bool, ResourceFailure> {
    let arn = bucket_arn(name);
    let access = port::Access::new("s3:CreateBucket", &arn).owned_by(cx.account());
    cx.authorize(access).await.map_err(|denied| failure(denied.into()))?;
    check_bucket_name(name).map_err(|error| failure(error.into()))?;
    let tags = merged_tags(request, properties);
    if let Ok(bucket) = s3.bucket(name, None).await {
        let is_ours = bucket.owner == cx.account()
            && [STACK_TAG, LOGICAL_TAG].iter().all(|key| {
                let value =
                    |tags: &[Tag]| tags.iter().find(|tag| tag.key == *key).map(|tag| tag.value.clone());
                value(&bucket.tags).is_some() && value(&bucket.tags) == value(&tags)
            });
        return if is_ours { Ok(false) } else { Err(ResourceFailure::new(format!("{name} already exists"))) };
    }
    let new = NewBucket {
        name: name.to_owned(),
        owner: cx.account().to_owned(),
        region: cx.region().to_owned(),
        created: cx.time(),
        tags,
    };
    s3.make_bucket(&new).await.map_err(|error| failure(error.into()))?;
    Ok(true)
}

/// The stack's tags, the system's, and the resource's own over them.
fn merged_tags(request: &ResourceRequest, properties: &BucketProperties) -> Vec<Tag> {
    let mut tags: Vec<Tag> = Vec::new();
    let mut set = |key: &str, value: &str| match tags.iter_mut().find(|tag| tag.key == key) {
        Some(tag) => value.clone_into(&mut tag.value),
        None => tags.push(Tag { key: key.to_owned(), value: value.to_owned() }),
    };
    for (key, value) in &request.tags {
        set(key, value);
    }
    set(STACK_TAG, &request.stack_id);
    set("aws:cloudformation:stack-name", &request.stack_name);
    set(LOGICAL_TAG, &request.logical_id);
    for tag in &properties.tags {
        set(&tag.key, &tag.value);
    }
    tags
}

/// Sets what the properties say; on an update, what they no longer say goes back to the default.
async fn apply(
    s3: &S3,
    cx: &RequestContext,
    name: &str,
    properties: BucketProperties,
    is_update: bool,
) -> Result<(), ResourceFailure> {
    if let Some(acl) = properties.access_control.as_deref()
        && acl != "Private"
    {
        return Err(ResourceFailure::new(format!(
            "The bucket does not allow ACLs: AccessControl {acl} is not offered"
        )));
    }
    if let Some(ownership) = properties.ownership_controls {
        let input = api::PutBucketOwnershipControlsInput {
            bucket: name.to_owned(),
            ownership_controls: ownership.into_api()?,
            ..api::PutBucketOwnershipControlsInput::default()
        };
        ops::put_bucket_ownership_controls::run(s3, cx, input).await.map_err(failure)?;
    }
    apply_public_access(s3, cx, name, properties.public_access_block_configuration).await?;
    apply_versioning(s3, cx, name, properties.versioning_configuration, is_update).await?;
    apply_encryption(s3, cx, name, properties.bucket_encryption, is_update).await?;
    apply_cors(s3, cx, name, properties.cors_configuration, is_update).await?;
    apply_notifications(s3, cx, name, properties.notification_configuration, is_update).await
}

async fn apply_public_access(
    s3: &S3,
    cx: &RequestContext,
    name: &str,
    block: Option<super::properties::PublicAccess>,
) -> Result<(), ResourceFailure> {
    let Some(block) = block else { return Ok(()) };
    let input = api::PutPublicAccessBlockInput {
        bucket: name.to_owned(),
        public_access_block_configuration: block.into_api(),
        ..api::PutPublicAccessBlockInput::default()
    };
    ops::put_public_access_block::run(s3, cx, input).await.map(drop).map_err(failure)
}

async fn apply_versioning(
    s3: &S3,
    cx: &RequestContext,
    name: &str,
    versioning: Option<super::properties::Versioning>,
    is_update: bool,
) -> Result<(), ResourceFailure> {
    let configuration = match versioning {
        Some(versioning) => versioning.into_api()?,
        None if is_update && is_versioned(s3, name).await => api::VersioningConfiguration {
            status: Some(api::BucketVersioningStatus::Suspended),
            ..api::VersioningConfiguration::default()
        },
        None => return Ok(()),
    };
    let input = api::PutBucketVersioningInput {
        bucket: name.to_owned(),
        versioning_configuration: configuration,
        ..api::PutBucketVersioningInput::default()
    };
    ops::put_bucket_versioning::run(s3, cx, input).await.map(drop).map_err(failure)
}

async fn is_versioned(s3: &S3, name: &str) -> bool {
    let bucket = s3.bucket(name, None).await;
    bucket.is_ok_and(|bucket| bucket.versioning == crate::model::Versioning::Enabled)
}

async fn apply_encryption(
    s3: &S3,
    cx: &RequestContext,
    name: &str,
    encryption: Option<super::properties::Encryption>,
    is_update: bool,
) -> Result<(), ResourceFailure> {
    let bucket = name.to_owned();
    match encryption {
        Some(encryption) => {
            let input = api::PutBucketEncryptionInput {
                bucket,
                server_side_encryption_configuration: encryption.into_api()?,
                ..api::PutBucketEncryptionInput::default()
            };
            ops::put_bucket_encryption::run(s3, cx, input).await.map(drop).map_err(failure)
        }
        None if is_update => {
            let input =
                api::DeleteBucketEncryptionInput { bucket, ..api::DeleteBucketEncryptionInput::default() };
            ops::delete_bucket_encryption::run(s3, cx, input).await.map(drop).map_err(failure)
        }
        None => Ok(()),
    }
}

async fn apply_cors(
    s3: &S3,
    cx: &RequestContext,
    name: &str,
    cors: Option<super::properties::Cors>,
    is_update: bool,
) -> Result<(), ResourceFailure> {
    let bucket = name.to_owned();
    match cors {
        Some(cors) => {
            let cors_configuration = cors.into_api();
            let input =
                api::PutBucketCorsInput { bucket, cors_configuration, ..api::PutBucketCorsInput::default() };
            ops::put_bucket_cors::run(s3, cx, input).await.map(drop).map_err(failure)
        }
        None if is_update => {
            let input = api::DeleteBucketCorsInput { bucket, ..api::DeleteBucketCorsInput::default() };
            ops::delete_bucket_cors::run(s3, cx, input).await.map(drop).map_err(failure)
        }
        None => Ok(()),
    }
}

async fn apply_notifications(
    s3: &S3,
    cx: &RequestContext,
    name: &str,
    notification: Option<super::properties::Notification>,
    is_update: bool,
) -> Result<(), ResourceFailure> {
    if notification.is_none() && !is_update {
        return Ok(());
    }
    let input = api::PutBucketNotificationConfigurationInput {
        bucket: name.to_owned(),
        notification_configuration: notification.unwrap_or_default().into_api()?,
        ..api::PutBucketNotificationConfigurationInput::default()
    };
    ops::put_bucket_notification_configuration::run(s3, cx, input).await.map(drop).map_err(failure)
}

/// A generated name under the rules of buckets: lower case, at most 63 characters, the random end kept.
fn bucket_name(generated: &str) -> String {
    let allowed = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = generated.chars().map(allowed).collect();
    if name.len() <= MAX_NAME {
        return name;
    }
    let (front, random) = name.rsplit_once('-').unwrap_or(("", &name));
    let random: String = random.chars().take(MAX_NAME / 2).collect();
    let front: String = front.chars().take(MAX_NAME - 1 - random.len()).collect();
    format!("{}-{random}", front.trim_end_matches('-'))
}

fn provisioned(name: &str, region: &str) -> Provisioned {
    // us-east-1 has its website endpoint under a hyphen, as have the other early regions.
    let website = if region == DEFAULT_REGION {
        "s3-website-us-east-1".to_owned()
    } else {
        format!("s3-website-{region}")
    };
    let mut attributes = Map::new();
    for (attribute, value) in [
        ("Arn", bucket_arn(name)),
        ("DomainName", format!("{name}.s3.amazonaws.com")),
        ("DualStackDomainName", format!("{name}.s3.dualstack.{region}.amazonaws.com")),
        ("RegionalDomainName", format!("{name}.s3.{region}.amazonaws.com")),
        ("WebsiteURL", format!("http://{name}.{website}.amazonaws.com")),
    ] {
        attributes.insert(attribute.to_owned(), value.into());
    }
    Provisioned { physical_id: name.to_owned(), attributes }
}

pub fn failure(error: ApiError) -> ResourceFailure {
    let reason: Vec<_> = error
        .extra()
        .iter()
        .filter(|(name, _)| name.starts_with("Argument"))
        .map(|(_, value)| value.as_str())
        .collect();
    let mut failure = if error.code == "NoSuchBucket" {
        ResourceFailure::not_found(error.message.clone())
    } else {
        ResourceFailure::new(format!("{} (Service: S3, Code: {})", error.message, error.code))
    };
    if !reason.is_empty() {
        failure.message = format!("{}: {}", failure.message, reason.join(": "));
    }
    failure
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_generated_name_is_lowered_and_shortened_but_keeps_its_end() {
        assert_eq!(bucket_name("MyStack-Uploads-A1B2C3"), "mystack-uploads-a1b2c3");
        let long = bucket_name(&format!("{}-Uploads-A1B2C3D4E5F6", "Stack".repeat(20)));
        assert!(long.len() <= MAX_NAME && long.ends_with("-a1b2c3d4e5f6"), "{long}");
        assert!(check_bucket_name(&long).is_ok());
    }

    #[test]
    fn attributes_are_those_of_the_region() {
        let made = provisioned("b", "eu-west-1");
        assert_eq!(made.attributes["RegionalDomainName"], "b.s3.eu-west-1.amazonaws.com");
        assert_eq!(made.attributes["Arn"], "arn:aws:s3:::b");
    }
}
