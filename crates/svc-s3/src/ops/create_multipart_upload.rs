//! CreateMultipartUpload: starts an upload in parts.

use api_s3::{CreateMultipartUploadInput, CreateMultipartUploadOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::answer::{self, ENCRYPTION};
use crate::checksum::Algorithm;
use crate::error::S3Error;
use crate::model::Upload;
use crate::names::check_key;
use crate::request::write_request;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    mut input: CreateMultipartUploadInput,
) -> Result<CreateMultipartUploadOutput, ApiError> {
    let bucket = s3.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
    check_key(&input.key)?;
    let request = write_request!(input);
    let description = request.describe()?;
    request.authorize(cx, &bucket, &input.key, &description.tags).await?;
    let algorithm = input.checksum_algorithm.map(|asked| Algorithm::parse(asked.as_str())).transpose()?;
    let asked_type = input.checksum_type.map(answer::to_checksum_type);
    let checksum_type = match (algorithm, asked_type) {
        (Some(algorithm), asked) => Some(algorithm.multipart_type(asked)?),
        (None, None) => None,
        (None, Some(_)) => {
            let text =
                "The x-amz-checksum-type header can only be used with the x-amz-checksum-algorithm header.";
            return Err(S3Error::invalid_request(text).into());
        }
    };
    let initiator = cx.principal().arn();
    let upload = Upload { initiated: cx.time(), description, algorithm, checksum_type, initiator };
    let upload_id = s3.start_upload(&bucket, &input.key, &upload).await?;
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(upload_id),
        server_side_encryption: ENCRYPTION,
        checksum_algorithm: algorithm.map(answer::algorithm),
        checksum_type: checksum_type.map(answer::checksum_type),
        ..CreateMultipartUploadOutput::default()
    })
}
