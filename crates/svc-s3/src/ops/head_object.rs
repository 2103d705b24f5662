//! HeadObject: what GetObject answers, without the bytes.

use api_s3::{HeadObjectInput, HeadObjectOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::ops::get_object::{prepare, read_request};

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    mut input: HeadObjectInput,
) -> Result<HeadObjectOutput, ApiError> {
    let request = read_request!(input, "HEAD");
    let (get, _) = prepare(s3, cx, request).await?;
    Ok(HeadObjectOutput {
        accept_ranges: get.accept_ranges,
        last_modified: get.last_modified,
        content_length: get.content_length,
        checksum_crc32: get.checksum_crc32,
        checksum_crc32c: get.checksum_crc32c,
        checksum_crc64nvme: get.checksum_crc64nvme,
        checksum_sha1: get.checksum_sha1,
        checksum_sha256: get.checksum_sha256,
        checksum_type: get.checksum_type,
        e_tag: get.e_tag,
        version_id: get.version_id,
        cache_control: get.cache_control,
        content_disposition: get.content_disposition,
        content_encoding: get.content_encoding,
        content_language: get.content_language,
        content_range: get.content_range,
        content_type: get.content_type,
        expires: get.expires,
        website_redirect_location: get.website_redirect_location,
        server_side_encryption: get.server_side_encryption,
        metadata: get.metadata,
        storage_class: get.storage_class,
        parts_count: get.parts_count,
        tag_count: get.tag_count,
        ..HeadObjectOutput::default()
    })
}
