//! GetObject: an object's bytes, whole or in part.

use api_s3::{GetObjectInput, GetObjectOutput};
use base_time::Timestamp;
use port::Principal;
use port::RequestContext;
use std::ops::Range;
use wire_codec::ApiError;
use wire_codec::Body;

use crate::S3;
use crate::access::{Seen, Wanted};
use crate::answer::{self, ChecksumMembers, ENCRYPTION, size};
use crate::error::S3Error;
use crate::etag;
use crate::model::ObjectFacts;
use crate::precondition::{Conditions, Outcome};
use crate::range::{self, Selection};
use crate::request::{DEFAULT_CONTENT_TYPE, refuse_customer_key};

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    mut input: GetObjectInput,
) -> Result<GetObjectOutput, ApiError> {
    let request = read_request!(input, "GET");
    let (mut output, selected) = prepare(s3, cx, request).await?;
    output.body = match selected.bytes {
        bytes if bytes.is_empty() => Body::empty(),
        bytes => s3.read_data(&selected.seen.snapshot, &selected.facts, bytes).await?,
    };
    Ok(output)
}

/// What GetObject and HeadObject have in common.
pub struct ReadRequest {
    pub method: &'static str,
    pub bucket: String,
    pub key: String,
    pub version_id: Option<String>,
    pub expected_owner: Option<String>,
    pub if_match: Option<String>,
    pub if_none_match: Option<String>,
    pub if_modified_since: Option<Timestamp>,
    pub if_unmodified_since: Option<Timestamp>,
    pub range: Option<String>,
    pub part_number: Option<i32>,
    pub wants_checksum: bool,
    pub has_customer_key: bool,
    pub overrides: Overrides,
}

/// `response-*` parameters.
#[derive(Debug, Default, PartialEq)]
pub struct Overrides {
    pub cache_control: Option<String>,
    pub content_disposition: Option<String>,
    pub content_encoding: Option<String>,
    pub content_language: Option<String>,
    pub content_type: Option<String>,
    pub expires: Option<Timestamp>,
}

/// Takes the members out of one of the two inputs.
macro_rules! read_request {
    ($input:ident, $method:literal) => {
        $crate::ops::get_object::ReadRequest {
            method: $method,
            bucket: std::mem::take(&mut $input.bucket),
            key: std::mem::take(&mut $input.key),
            version_id: $input.version_id.take(),
            expected_owner: $input.expected_bucket_owner.take(),
            if_match: $input.if_match.take(),
            if_none_match: $input.if_none_match.take(),
            if_modified_since: $input.if_modified_since,
            if_unmodified_since: $input.if_unmodified_since,
            range: $input.range.take(),
            part_number: $input.part_number,
            wants_checksum: $input.checksum_mode.is_some(),
            has_customer_key: $input.sse_customer_algorithm.is_some() || $input.sse_customer_key.is_some(),
            overrides: $crate::ops::get_object::Overrides {
                cache_control: $input.response_cache_control.take(),
                content_disposition: $input.response_content_disposition.take(),
                content_encoding: $input.response_content_encoding.take(),
                content_language: $input.response_content_language.take(),
                content_type: $input.response_content_type.take(),
                expires: $input.response_expires,
            },
        }
    };
}
pub(crate) use read_request;

/// What is to be sent.
pub struct Selected {
    pub seen: Seen,
    pub facts: ObjectFacts,
    pub bytes: Range<u64>,
}

/// The answer without its body.
pub async fn prepare(
    s3: &S3,
    cx: &RequestContext,
    request: ReadRequest,
) -> Result<(GetObjectOutput, Selected), ApiError> {
    refuse_customer_key(request.has_customer_key)?;
    if request.overrides != Overrides::default() && *cx.principal() == Principal::Anonymous {
        let text = "Request specific response headers cannot be used for anonymous GET requests.";
        return Err(S3Error::invalid_request(text).into());
    }
    let wanted = Wanted {
        method: request.method,
        ..Wanted::get(
            &request.bucket,
            &request.key,
            request.version_id.as_deref(),
            request.expected_owner.as_deref(),
        )
    };
    let (seen, facts) = s3.see_object(cx, wanted).await?;
    check_conditions(&request, &facts, seen.version.modified)?;
    let part = choose_part(s3, &seen, &facts, &request).await?;
    let bytes = part.as_ref().map_or(0..facts.size_bytes, |part| part.bytes.clone());
    let output = describe(&request, &seen, &facts, part);
    Ok((output, Selected { seen, facts, bytes }))
}

fn check_conditions(request: &ReadRequest, facts: &ObjectFacts, modified: Timestamp) -> Result<(), S3Error> {
    let conditions = Conditions {
        if_match: request.if_match.as_deref(),
        if_none_match: request.if_none_match.as_deref(),
        if_modified_since: request.if_modified_since,
        if_unmodified_since: request.if_unmodified_since,
    };
    match conditions.evaluate(&facts.etag, modified) {
        Outcome::Proceed => Ok(()),
        Outcome::Failed(condition) => Err(S3Error::precondition_failed(condition)),
        Outcome::NotModified => Err(S3Error::new("NotModified", 304, "Not Modified")
            .with_header("etag", etag::quoted(&facts.etag))
            .with_header("last-modified", modified.to_http_date())),
    }
}

/// A part of the object that was asked for.
struct ChosenPart {
    bytes: Range<u64>,
    /// Told where it was asked for by number, of an object of parts.
    parts_count: Option<u32>,
}

async fn choose_part(
    s3: &S3,
    seen: &Seen,
    facts: &ObjectFacts,
    request: &ReadRequest,
) -> Result<Option<ChosenPart>, S3Error> {
    match (request.part_number, &request.range) {
        (Some(_), Some(_)) => {
            Err(S3Error::invalid_request("Cannot specify both Range header and partNumber query parameter"))
        }
        (Some(number), None) => {
            let bytes = s3.part_range(&seen.snapshot, facts, number).await?;
            Ok(Some(ChosenPart { bytes, parts_count: facts.parts }))
        }
        (None, header) => match range::select(header.as_deref(), facts.size_bytes)? {
            Selection::Whole => Ok(None),
            Selection::Part(bytes) => Ok(Some(ChosenPart { bytes, parts_count: None })),
        },
    }
}

fn describe(
    request: &ReadRequest,
    seen: &Seen,
    facts: &ObjectFacts,
    part: Option<ChosenPart>,
) -> GetObjectOutput {
    let (description, headers, overrides) =
        (&facts.description, &facts.description.headers, &request.overrides);
    let is_whole = part.as_ref().is_none_or(|part| part.bytes == (0..facts.size_bytes));
    // Of a part of the bytes, the whole's checksum would be wrong.
    let checksum = facts.checksum.as_ref().filter(|_| request.wants_checksum && is_whole);
    let sums = ChecksumMembers::of_object(checksum);
    let pick = |over: &Option<String>, own: &Option<String>| over.clone().or_else(|| own.clone());
    GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        last_modified: Some(seen.version.modified),
        content_length: Some(size(
            part.as_ref().map_or(facts.size_bytes, |part| part.bytes.end - part.bytes.start),
        )),
        e_tag: Some(etag::quoted(&facts.etag)),
        checksum_crc32: sums.crc32,
        checksum_crc32c: sums.crc32c,
        checksum_crc64nvme: sums.crc64nvme,
        checksum_sha1: sums.sha1,
        checksum_sha256: sums.sha256,
        checksum_type: sums.checksum_type,
        version_id: answer::version_id(&seen.bucket, &seen.version),
        cache_control: pick(&overrides.cache_control, &headers.cache_control),
        content_disposition: pick(&overrides.content_disposition, &headers.content_disposition),
        content_encoding: pick(&overrides.content_encoding, &headers.content_encoding),
        content_language: pick(&overrides.content_language, &headers.content_language),
        content_range: part
            .as_ref()
            .filter(|part| !part.bytes.is_empty())
            .map(|part| range::content_range(&part.bytes, facts.size_bytes)),
        content_type: pick(&overrides.content_type, &headers.content_type)
            .or_else(|| Some(DEFAULT_CONTENT_TYPE.to_owned())),
        expires: overrides.expires.map(Timestamp::to_http_date).or_else(|| headers.expires.clone()),
        website_redirect_location: headers.website_redirect_location.clone(),
        server_side_encryption: ENCRYPTION,
        metadata: answer::metadata(description),
        storage_class: answer::storage_class_header(description),
        parts_count: part.and_then(|part| part.parts_count).and_then(|count| i32::try_from(count).ok()),
        tag_count: Some(answer::count(description.tags.len())).filter(|count| *count > 0),
        ..GetObjectOutput::default()
    }
}
