//! Putting a form's file.

use http::header::{ETAG, LOCATION};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use port::RequestContext;
use wire_codec::{ApiError, Body};

use super::{Fields, PostForm, policy};
use crate::S3;
use crate::answer;
use crate::checksum::{Algorithm, ObjectChecksum};
use crate::content::Expectations;
use crate::delivery::Cause;
use crate::encoding::url_encode;
use crate::error::S3Error;
use crate::etag;
use crate::model::{ContentHeaders, ObjectFacts};
use crate::names::check_key;
use crate::notification::EventName;
use crate::objects::NewObject;
use crate::ops::put_object::MAX_BYTES;
use crate::precondition::WriteCondition;
use crate::request::{AskedChecksum, WriteRequest};

/// Fields of features that aren't offered.
const REFUSED_PREFIXES: [&str; 8] = [
    "x-amz-server-side-encryption-customer",
    "x-amz-server-side-encryption-aws-kms",
    "x-amz-server-side-encryption-context",
    "x-amz-object-lock",
    "x-amz-checksum-",
    "x-amz-sdk-checksum-",
    "x-amz-grant-",
    "content-md5",
];

impl S3 {
    /// Puts the form's file, and answers as its `success_action_*` fields ask: 204, 200, 201 with a document, or 303 to an
    /// address. The caller has verified the claim.
    ///
    /// # Errors
    /// `AccessDenied` where the policy is not met, `EntityTooLarge` or `EntityTooSmall`, and PutObject's.
    pub async fn post_object(&self, cx: &RequestContext, form: PostForm) -> Result<Response<Body>, ApiError> {
        let PostForm { bucket, fields, filename, file } = form;
        let limits = match fields.get("policy") {
            Some(text) => policy::check(text, &bucket, &fields, cx.time())?,
            None => None,
        };
        let key = fields.get("key").ok_or_else(|| {
            let text = "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the \
                        fields.";
            S3Error::invalid_argument("key", "", text)
        })?;
        let key = key.replace("${filename}", &filename);
        check_key(&key)?;
        let bucket = self.bucket(&bucket, None).await?;
        let request = write_request(&fields)?;
        let description = request.describe()?;
        request.authorize(cx, &bucket, &key, &description.tags).await?;
        let expectations = Expectations {
            md5: None,
            asked: AskedChecksum::default(),
            stored_algorithm: Algorithm::DEFAULT,
            max_bytes: limits.map_or(MAX_BYTES, |limits| limits.max.min(MAX_BYTES)),
        };
        let ingested = self.ingest_unsized(file, expectations).await?;
        if let Some(limits) = limits.filter(|limits| ingested.size_bytes < limits.min) {
            let error = S3Error::new(
                "EntityTooSmall",
                400,
                "Your proposed upload is smaller than the minimum allowed size",
            );
            return Err(error
                .with("ProposedSize", ingested.size_bytes.to_string())
                .with("MinSizeAllowed", limits.min.to_string())
                .into());
        }
        let facts = ObjectFacts {
            size_bytes: ingested.size_bytes,
            etag: etag::of_object(&ingested.md5),
            checksum: Some(ObjectChecksum::full(ingested.checksum)),
            data: ingested.stored.data().clone(),
            parts: None,
            description,
        };
        let (condition, event) = (WriteCondition::None, EventName::CreatedPost);
        let new = NewObject { key, condition, facts, event, cause: Cause::of(cx) };
        let version = self.put_object_row(&bucket, &new, ingested.stored).await?;
        let made = Made {
            location: format!("{}/{}/{}", cx.source().endpoint, bucket.name, url_encode(&new.key)),
            etag: etag::quoted(&new.facts.etag),
            version_id: answer::version_id(&bucket, &version),
            bucket: bucket.name,
            key: new.key,
        };
        Ok(answer(&fields, &made))
    }
}

fn write_request(fields: &Fields) -> Result<WriteRequest, S3Error> {
    if let Some(refused) =
        fields.names().find(|name| REFUSED_PREFIXES.iter().any(|prefix| name.starts_with(prefix)))
    {
        return Err(S3Error::not_built(format!("the form field {refused}")));
    }
    let own = |name: &str| fields.get(name).map(str::to_owned);
    if fields.get("tagging").is_some() {
        return Err(S3Error::not_built("the form field tagging"));
    }
    let headers = ContentHeaders {
        content_type: own("content-type").or_else(|| own("file-content-type")),
        cache_control: own("cache-control"),
        content_disposition: own("content-disposition"),
        content_encoding: own("content-encoding"),
        content_language: None,
        expires: own("expires"),
        website_redirect_location: own("x-amz-website-redirect-location"),
    };
    let metadata = fields.with_prefix("x-amz-meta-").map(|(name, value)| (name.to_owned(), value.to_owned()));
    Ok(WriteRequest {
        headers,
        metadata: Some(metadata.collect()),
        storage_class: parsed(fields, "x-amz-storage-class", api_s3::StorageClass::parse)?,
        acl: parsed(fields, "acl", api_s3::ObjectCannedACL::parse)?,
        encryption: parsed(fields, "x-amz-server-side-encryption", api_s3::ServerSideEncryption::parse)?,
        ..WriteRequest::default()
    })
}

/// A field with listed values.
fn parsed<T>(fields: &Fields, name: &str, parse: impl Fn(&str) -> Option<T>) -> Result<Option<T>, S3Error> {
    let Some(text) = fields.get(name) else { return Ok(None) };
    parse(text).map(Some).ok_or_else(|| S3Error::invalid_argument(name, text, "Invalid value"))
}

struct Made {
    location: String,
    bucket: String,
    key: String,
    /// Quoted.
    etag: String,
    version_id: Option<String>,
}

fn answer(fields: &Fields, made: &Made) -> Response<Body> {
    let redirect = fields.get("success_action_redirect").or_else(|| fields.get("redirect"));
    let (status, location, body) = match (redirect, fields.get("success_action_status")) {
        (Some(url), _) if url.starts_with("http://") || url.starts_with("https://") => {
            (StatusCode::SEE_OTHER, redirected(url, made), Body::empty())
        }
        (_, Some("200")) => (StatusCode::OK, made.location.clone(), Body::empty()),
        (_, Some("201")) => (StatusCode::CREATED, made.location.clone(), Body::bytes(document(made))),
        _ => (StatusCode::NO_CONTENT, made.location.clone(), Body::empty()),
    };
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    put(headers, LOCATION.as_str(), &location);
    put(headers, ETAG.as_str(), &made.etag);
    put(headers, "x-amz-server-side-encryption", "AES256");
    if let Some(version_id) = &made.version_id {
        put(headers, "x-amz-version-id", version_id);
    }
    if status == StatusCode::CREATED {
        put(headers, "content-type", "application/xml");
    }
    response
}

fn put(headers: &mut HeaderMap, name: &'static str, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

fn redirected(url: &str, made: &Made) -> String {
    let join = if url.contains('?') { '&' } else { '?' };
    let (bucket, key, etag) = (url_encode(&made.bucket), url_encode(&made.key), url_encode(&made.etag));
    format!("{url}{join}bucket={bucket}&key={key}&etag={etag}")
}

fn document(made: &Made) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<PostResponse><Location>{}</Location><Bucket>{}</Bucket><Key>{}</Key>\
         <ETag>{}</ETag></PostResponse>",
        escape(&made.location),
        escape(&made.bucket),
        escape(&made.key),
        escape(&made.etag)
    )
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
