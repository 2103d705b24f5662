//! PutPublicAccessBlock: replaces the four settings; what isn't named is off.

use api_s3::{PutPublicAccessBlockInput, PutPublicAccessBlockOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::model::PublicAccessBlock;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: PutPublicAccessBlockInput,
) -> Result<PutPublicAccessBlockOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(
            cx,
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
            "s3:PutBucketPublicAccessBlock",
        )
        .await?;
    let given = input.public_access_block_configuration;
    let block = PublicAccessBlock {
        block_public_acls: given.block_public_acls.unwrap_or(false),
        ignore_public_acls: given.ignore_public_acls.unwrap_or(false),
        block_public_policy: given.block_public_policy.unwrap_or(false),
        restrict_public_buckets: given.restrict_public_buckets.unwrap_or(false),
    };
    s3.change_bucket(&bucket, |bucket| bucket.public_access_block = Some(block)).await?;
    Ok(PutPublicAccessBlockOutput::default())
}
