//! GetBucketReplication: no bucket has one, since none can be put.

use api_s3::{GetBucketReplicationInput, GetBucketReplicationOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::error::S3Error;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetBucketReplicationInput,
) -> Result<GetBucketReplicationOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(
            cx,
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
            "s3:GetReplicationConfiguration",
        )
        .await?;
    Err(S3Error::no_such_configuration(
        "ReplicationConfigurationNotFoundError",
        "The replication configuration was not found",
        &bucket.name,
    )
    .into())
}
