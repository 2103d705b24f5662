//! GetPublicAccessBlock: the four settings.

use api_s3::PublicAccessBlockConfiguration;
use api_s3::{GetPublicAccessBlockInput, GetPublicAccessBlockOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::error::S3Error;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: GetPublicAccessBlockInput,
) -> Result<GetPublicAccessBlockOutput, ApiError> {
    let bucket = s3
        .allowed_bucket(
            cx,
            &input.bucket,
            input.expected_bucket_owner.as_deref(),
            "s3:GetBucketPublicAccessBlock",
        )
        .await?;
    let Some(block) = bucket.public_access_block else {
        let text = "The public access block configuration was not found";
        let code = "NoSuchPublicAccessBlockConfiguration";
        return Err(S3Error::no_such_configuration(code, text, &bucket.name).into());
    };
    let configuration = PublicAccessBlockConfiguration {
        block_public_acls: Some(block.block_public_acls),
        ignore_public_acls: Some(block.ignore_public_acls),
        block_public_policy: Some(block.block_public_policy),
        restrict_public_buckets: Some(block.restrict_public_buckets),
    };
    Ok(GetPublicAccessBlockOutput { public_access_block_configuration: Some(configuration) })
}
