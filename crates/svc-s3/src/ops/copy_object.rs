//! CopyObject: an object of another's bytes, in one atomic step.

use api_s3::{CopyObjectInput, CopyObjectOutput};
use api_s3::{CopyObjectResult, MetadataDirective, TaggingDirective};
use port::RequestContext;
use wire_codec::ApiError;
use wire_codec::Body;

use crate::S3;
use crate::access::{self, Wanted};
use crate::answer::{self, ChecksumMembers, ENCRYPTION};
use crate::checksum::{Algorithm, ObjectChecksum};
use crate::content::Expectations;
use crate::copy_source::CopySource;
use crate::delivery::Cause;
use crate::error::S3Error;
use crate::etag;
use crate::model::{Description, ObjectFacts};
use crate::names::check_key;
use crate::notification::EventName;
use crate::objects::NewObject;
use crate::ops::put_object::MAX_BYTES;
use crate::precondition::{Conditions, WriteCondition};
use crate::request::{AskedChecksum, WriteRequest, refuse_customer_key, write_request};

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    mut input: CopyObjectInput,
) -> Result<CopyObjectOutput, ApiError> {
    let source = CopySource::parse(&input.copy_source)?;
    let bucket = s3.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
    check_key(&input.key)?;
    check_features(&input)?;
    let request = write_request!(input);
    let given = request.describe()?;
    let (seen, facts) = s3.see_object(cx, wanted(&source, &input)).await?;
    if input.tagging_directive != Some(TaggingDirective::Replace) && !facts.description.tags.is_empty() {
        access::on_object(cx, &seen.bucket, &source.key, "s3:GetObjectTagging", Vec::new()).await?;
    }
    let description = describe(&input, &request, given, &facts);
    request.authorize(cx, &bucket, &input.key, &description.tags).await?;
    conditions(&input).evaluate_copy_source(&facts.etag, seen.version.modified)?;
    check_source(&input, &source, &request, &facts)?;
    let condition = WriteCondition::parse(input.if_match.as_deref(), input.if_none_match.as_deref())?;
    let algorithm = match input.checksum_algorithm {
        Some(asked) => Algorithm::parse(asked.as_str())?,
        None => facts.checksum.as_ref().map_or(Algorithm::DEFAULT, |checksum| checksum.checksum.algorithm),
    };
    let expectations = Expectations {
        md5: None,
        asked: AskedChecksum::default(),
        stored_algorithm: algorithm,
        max_bytes: MAX_BYTES,
    };
    let body = match facts.size_bytes {
        0 => Body::empty(),
        size => s3.read_data(&seen.snapshot, &facts, 0..size).await?,
    };
    let ingested = s3.ingest(body, expectations).await?;
    let copied = ObjectFacts {
        size_bytes: ingested.size_bytes,
        etag: etag::of_object(&ingested.md5),
        checksum: Some(ObjectChecksum::full(ingested.checksum)),
        data: ingested.stored.data().clone(),
        parts: None,
        description,
    };
    let event = EventName::CreatedCopy;
    let new = NewObject { key: input.key, condition, facts: copied, event, cause: Cause::of(cx) };
    let version = s3.put_object_row(&bucket, &new, ingested.stored).await?;
    let sums = ChecksumMembers::of_object(new.facts.checksum.as_ref());
    let result = CopyObjectResult {
        e_tag: Some(etag::quoted(&new.facts.etag)),
        last_modified: Some(version.modified),
        checksum_type: sums.checksum_type,
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        ..CopyObjectResult::default()
    };
    Ok(CopyObjectOutput {
        copy_object_result: Some(result),
        copy_source_version_id: answer::version_id(&seen.bucket, &seen.version),
        version_id: answer::version_id(&bucket, &version),
        server_side_encryption: ENCRYPTION,
        ..CopyObjectOutput::default()
    })
}

fn check_features(input: &CopyObjectInput) -> Result<(), S3Error> {
    if input.annotation_directive.is_some() {
        return Err(S3Error::not_built("x-amz-annotation-directive"));
    }
    refuse_customer_key(
        input.copy_source_sse_customer_algorithm.is_some() || input.copy_source_sse_customer_key.is_some(),
    )
}

fn wanted<'a>(source: &'a CopySource, input: &'a CopyObjectInput) -> Wanted<'a> {
    Wanted::get(
        &source.bucket,
        &source.key,
        source.version_id.as_deref(),
        input.expected_source_bucket_owner.as_deref(),
    )
}

fn conditions(input: &CopyObjectInput) -> Conditions<'_> {
    Conditions {
        if_match: input.copy_source_if_match.as_deref(),
        if_none_match: input.copy_source_if_none_match.as_deref(),
        if_modified_since: input.copy_source_if_modified_since,
        if_unmodified_since: input.copy_source_if_unmodified_since,
    }
}

/// Headers and metadata of the source or of the request, and likewise the tags; the storage class is always the request's.
fn describe(
    input: &CopyObjectInput,
    request: &WriteRequest,
    given: Description,
    source: &ObjectFacts,
) -> Description {
    let mut description = given;
    if input.metadata_directive != Some(MetadataDirective::Replace) {
        let redirect = request.headers.website_redirect_location.clone();
        description.headers = source.description.headers.clone();
        description.headers.website_redirect_location = redirect;
        description.metadata.clone_from(&source.description.metadata);
    }
    if input.tagging_directive != Some(TaggingDirective::Replace) {
        description.tags.clone_from(&source.description.tags);
    }
    description
}

fn check_source(
    input: &CopyObjectInput,
    source: &CopySource,
    request: &WriteRequest,
    facts: &ObjectFacts,
) -> Result<(), S3Error> {
    if facts.size_bytes > MAX_BYTES {
        let text = format!(
            "The specified copy source is larger than the maximum allowable size for a copy source: {MAX_BYTES}"
        );
        return Err(S3Error::invalid_request(text));
    }
    let is_self = source.bucket == input.bucket && source.key == input.key && source.version_id.is_none();
    let changes = input.metadata_directive == Some(MetadataDirective::Replace)
        || request.storage_class.is_some()
        || request.encryption.is_some()
        || request.headers.website_redirect_location.is_some();
    if is_self && !changes {
        let text = "This copy request is illegal because it is trying to copy an object to itself without changing the \
                    object's metadata, storage class, website redirect location or encryption attributes.";
        return Err(S3Error::invalid_request(text));
    }
    Ok(())
}
