//! ListObjectsV2: version 2: pages by continuation token.

use api_s3::EncodingType;
use api_s3::{ListObjectsV2Input, ListObjectsV2Output};
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::answer;
use crate::error::S3Error;
use crate::listing::{Marker, Query, page_size};
use crate::ops::list_objects::{Texts, list_keys, to_object};
use crate::scan;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: ListObjectsV2Input,
) -> Result<ListObjectsV2Output, ApiError> {
    let bucket = s3.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
    let texts = Texts { is_encoded: input.encoding_type == Some(EncodingType::Url) };
    list_keys(&input.prefix, &input.delimiter, input.max_keys).authorize(cx, &bucket).await?;
    let max_keys = page_size("max-keys", input.max_keys)?;
    let query = Query {
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: input.delimiter.clone().filter(|delimiter| !delimiter.is_empty()),
        after: start(&input)?,
        max_keys,
    };
    let snapshot = s3.store().snapshot().await.map_err(S3Error::from)?;
    let listed = scan::objects(&snapshot, bucket.id, query).await?;
    let with_owner = input.fetch_owner == Some(true);
    let contents =
        listed.rows.iter().map(|(key, version)| to_object(texts, &bucket, key, version, with_owner));
    Ok(ListObjectsV2Output {
        is_truncated: Some(listed.is_truncated),
        contents: Some(contents.collect()),
        name: Some(bucket.name.clone()),
        prefix: Some(texts.write(input.prefix.as_deref().unwrap_or_default())),
        delimiter: input.delimiter.as_deref().map(|text| texts.write(text)),
        max_keys: Some(answer::count(max_keys)),
        common_prefixes: texts.common_prefixes(&listed.common_prefixes),
        encoding_type: input.encoding_type,
        key_count: Some(answer::count(listed.count())),
        continuation_token: input.continuation_token,
        next_continuation_token: listed.last.as_ref().filter(|_| listed.is_truncated).map(Marker::to_token),
        start_after: input.start_after.as_deref().map(|text| texts.write(text)),
        request_charged: None,
    })
}

/// The token overrides `start-after`.
fn start(input: &ListObjectsV2Input) -> Result<Option<Marker>, S3Error> {
    match &input.continuation_token {
        Some(token) => Marker::from_token(token).map(Some),
        None => Ok(input.start_after.clone().filter(|text| !text.is_empty()).map(Marker::Key)),
    }
}
