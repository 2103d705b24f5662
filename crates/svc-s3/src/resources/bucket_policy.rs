//! `AWS::S3::BucketPolicy`: `Ref` is the bucket's name.

use api_s3 as api;
use port::{Provisioned, RequestContext, ResourceFailure, ResourceRequest};
use serde_json::{Map, Value};

use super::bucket::failure;
use crate::S3;
use crate::ops;

/// Create and update: a bucket has one policy.
pub async fn put(
    s3: &S3,
    cx: &RequestContext,
    request: ResourceRequest,
) -> Result<Provisioned, ResourceFailure> {
    let Some(bucket) = request.properties.get("Bucket").and_then(Value::as_str) else {
        return Err(ResourceFailure::new("Properties validation failed: Bucket must be a string"));
    };
    let policy = match request.properties.get("PolicyDocument") {
        Some(Value::String(text)) => text.clone(),
        Some(document @ Value::Object(_)) => document.to_string(),
        _ => {
            return Err(ResourceFailure::new(
                "Properties validation failed: PolicyDocument must be an object",
            ));
        }
    };
    let input = api::PutBucketPolicyInput {
        bucket: bucket.to_owned(),
        policy,
        ..api::PutBucketPolicyInput::default()
    };
    ops::put_bucket_policy::run(s3, cx, input).await.map_err(failure)?;
    Ok(Provisioned { physical_id: bucket.to_owned(), attributes: Map::new() })
}

pub async fn delete(s3: &S3, cx: &RequestContext, bucket: String) -> Result<(), ResourceFailure> {
    let input = api::DeleteBucketPolicyInput { bucket, ..api::DeleteBucketPolicyInput::default() };
    ops::delete_bucket_policy::run(s3, cx, input).await.map(drop).map_err(failure)
}
