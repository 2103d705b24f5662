//! CreateBucket: a new bucket, with public access blocked and ACLs disabled.

use api_s3::CreateBucketConfiguration;
use api_s3::{CreateBucketInput, CreateBucketOutput};
use port::Access;
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::acl;
use crate::answer::to_tags;
use crate::buckets::{DEFAULT_REGION, NewBucket};
use crate::error::S3Error;
use crate::names::{bucket_arn, check_bucket_name};
use crate::tags;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: CreateBucketInput,
) -> Result<CreateBucketOutput, ApiError> {
    let arn = bucket_arn(&input.bucket);
    cx.authorize(Access::new("s3:CreateBucket", &arn).owned_by(cx.account())).await?;
    check_bucket_name(&input.bucket)?;
    check_features(&input)?;
    let configuration = input.create_bucket_configuration.unwrap_or_default();
    let region = location(cx, &configuration)?;
    let tags = to_tags(configuration.tags.unwrap_or_default());
    tags::check_bucket_tags(&tags)?;
    let new = NewBucket {
        name: input.bucket.clone(),
        owner: cx.account().to_owned(),
        region,
        created: cx.time(),
        tags,
    };
    s3.make_bucket(&new).await?;
    Ok(CreateBucketOutput { location: Some(format!("/{}", input.bucket)), bucket_arn: Some(arn) })
}

fn check_features(input: &CreateBucketInput) -> Result<(), S3Error> {
    let has_grants = input.grant_full_control.is_some()
        || input.grant_read.is_some()
        || input.grant_read_acp.is_some()
        || input.grant_write.is_some()
        || input.grant_write_acp.is_some();
    acl::check_ownership(input.object_ownership)?;
    if input.acl.is_some_and(|acl| acl != api_s3::BucketCannedACL::Private) || has_grants {
        let text = "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting";
        return Err(S3Error::new("InvalidBucketAclWithObjectOwnership", 400, text));
    }
    if input.object_lock_enabled_for_bucket == Some(true) {
        return Err(S3Error::not_built("object lock (x-amz-bucket-object-lock-enabled)"));
    }
    match input.bucket_namespace {
        None | Some(api_s3::BucketNamespace::Global) => Ok(()),
        Some(other) => Err(S3Error::not_built(format!("the bucket namespace {other}"))),
    }
}

/// Where the bucket is made: where the request names, which us-east-1 alone allows to be elsewhere.
fn location(cx: &RequestContext, configuration: &CreateBucketConfiguration) -> Result<String, S3Error> {
    if configuration.location.is_some() || configuration.bucket.is_some() {
        return Err(S3Error::not_built("directory buckets"));
    }
    let asked = configuration.location_constraint.map(|location| match location.as_str() {
        "EU" => "eu-west-1",
        region => region,
    });
    let region = asked.unwrap_or(DEFAULT_REGION);
    if region == cx.region() || cx.region() == DEFAULT_REGION {
        return Ok(region.to_owned());
    }
    let text = match asked {
        Some(region) => format!(
            "The {region} location constraint is incompatible for the region specific endpoint this request was sent to."
        ),
        None => "The unspecified location constraint is incompatible for the region specific endpoint this request was \
                 sent to."
            .to_owned(),
    };
    Err(S3Error::new("IllegalLocationConstraintException", 400, text))
}
