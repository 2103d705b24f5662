//! DeleteObject: an object, a version, or (with versioning) a delete marker on top.

use api_s3::{DeleteObjectInput, DeleteObjectOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::access;
use crate::delivery::Cause;
use crate::error::S3Error;
use crate::model::Bucket;
use crate::names::check_key;
use crate::objects::{DeleteCondition, Deletion};

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: DeleteObjectInput,
) -> Result<DeleteObjectOutput, ApiError> {
    if input.if_match_last_modified_time.is_some() || input.if_match_size.is_some() {
        return Err(S3Error::not_built("x-amz-if-match-last-modified-time and x-amz-if-match-size").into());
    }
    let bucket = s3.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
    check_key(&input.key)?;
    let version_id = input.version_id.as_deref();
    authorize(cx, &bucket, &input.key, version_id).await?;
    refuse_bypass(input.bypass_governance_retention)?;
    let condition = DeleteCondition { if_match: input.if_match.clone() };
    let cause = Cause::of(cx);
    let deletion = Deletion { key: &input.key, version_id, condition: &condition, cause: &cause };
    let deleted = s3.delete_object_row(&bucket, &deletion).await?;
    Ok(DeleteObjectOutput {
        delete_marker: deleted.is_delete_marker.then_some(true),
        version_id: deleted.version_id,
        request_charged: None,
    })
}

/// No bucket has Object Lock.
pub fn refuse_bypass(asked: Option<bool>) -> Result<(), S3Error> {
    const NAME: &str = "x-amz-bypass-governance-retention";
    match asked {
        Some(true) => {
            let text = "x-amz-bypass-governance-retention is only applicable to Object Lock enabled buckets.";
            Err(S3Error::invalid_argument(NAME, "true", text))
        }
        _ => Ok(()),
    }
}

/// Deleting an object and deleting a version are different permissions.
pub async fn authorize(
    cx: &RequestContext,
    bucket: &Bucket,
    key: &str,
    version_id: Option<&str>,
) -> Result<(), ApiError> {
    match version_id {
        None => access::on_object(cx, bucket, key, "s3:DeleteObject", Vec::new()).await,
        Some(id) => {
            access::on_object(
                cx,
                bucket,
                key,
                "s3:DeleteObjectVersion",
                vec![("s3:VersionId", id.to_owned())],
            )
            .await
        }
    }
}
