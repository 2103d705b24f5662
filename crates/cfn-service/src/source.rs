//! Where a template's text comes from: the request, or an object of this platform's S3 by URL.

use percent_encoding::percent_decode_str;
use port::RequestContext;
use wire_codec::ApiError;

use crate::CloudFormation;
use crate::error::validation;

/// Bytes of a template in a request (CloudFormation quotas).
pub const MAX_BODY_BYTES: usize = 51_200;

/// Bytes of a template by URL (CloudFormation quotas).
pub const MAX_OBJECT_BYTES: usize = 1_048_576;

impl CloudFormation {
    /// The template's text, `None` where neither form is given.
    pub(crate) async fn template_text(
        &self,
        cx: &RequestContext,
        body: Option<&str>,
        url: Option<&str>,
    ) -> Result<Option<String>, ApiError> {
        match (body, url) {
            (Some(_), Some(_)) => {
                Err(validation("Specify only one of TemplateBody or TemplateURL, not both"))
            }
            (Some(body), None) if body.len() > MAX_BODY_BYTES => Err(validation(format!(
                "1 validation error detected: Value at 'templateBody' failed to satisfy constraint: Member must have length less than or equal to {MAX_BODY_BYTES}"
            ))),
            (Some(body), None) => Ok(Some(body.to_owned())),
            (None, Some(url)) => self.object_text(cx, url).await.map(Some),
            (None, None) => Ok(None),
        }
    }

    async fn object_text(&self, cx: &RequestContext, url: &str) -> Result<String, ApiError> {
        let object = ObjectUrl::parse(url, &cx.source().endpoint)
            .ok_or_else(|| validation("TemplateURL must be a supported URL."))?;
        let version = object.version_id.as_deref();
        let entry = self
            .linked()?
            .objects
            .read(cx, &object.bucket, &object.key, version)
            .await
            .map_err(|error| validation(format!("S3 error: {} ({})", error.message, error.code)))?;
        let too_large = || {
            validation(format!(
                "Template may not exceed {MAX_OBJECT_BYTES} bytes in size. (object {})",
                object.key
            ))
        };
        if entry.size_bytes > MAX_OBJECT_BYTES as u64 {
            return Err(too_large());
        }
        let bytes = entry.body.collect(MAX_OBJECT_BYTES).await.map_err(|_| too_large())?;
        String::from_utf8(bytes.to_vec())
            .map_err(|_| validation("Template format error: the template is not UTF-8 text."))
    }
}

/// An object's URL, path style or virtual-host style.
#[derive(Debug, PartialEq, Eq)]
struct ObjectUrl {
    bucket: String,
    key: String,
    version_id: Option<String>,
}

impl ObjectUrl {
    /// `endpoint` is the one the caller reached us by.
    fn parse(url: &str, endpoint: &str) -> Option<Self> {
        if let Some(rest) = url.strip_prefix("s3://") {
            let (bucket, key) = rest.split_once('/')?;
            return Self::of(bucket, key, None);
        }
        let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"))?;
        let (authority, path) = rest.split_once('/')?;
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let version = query.split('&').find_map(|pair| pair.strip_prefix("versionId="));
        let host = authority.split(':').next()?;
        let own = endpoint.split("://").nth(1).unwrap_or(endpoint);
        let own_host = own.split([':', '/']).next().unwrap_or_default();
        if let Some(bucket) = bucket_of_host(host, own_host) {
            return Self::of(bucket, path, version);
        }
        let (bucket, key) = path.split_once('/')?;
        Self::of(bucket, key, version)
    }

    fn of(bucket: &str, key: &str, version: Option<&str>) -> Option<Self> {
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(|text| text.into_owned());
        if bucket.is_empty() || key.is_empty() {
            return None;
        }
        Some(Self {
            bucket: decoded(bucket)?,
            key: decoded(key)?,
            version_id: match version {
                Some(version) => Some(decoded(version)?),
                None => None,
            },
        })
    }
}

/// The bucket of `{bucket}.s3.{region}.amazonaws.com`, `{bucket}.s3.localhost..` or `{bucket}.{our own host}`.
fn bucket_of_host<'a>(host: &'a str, own_host: &str) -> Option<&'a str> {
    for mark in [".s3.", ".s3-"] {
        if let Some((bucket, _)) = host.split_once(mark) {
            return Some(bucket);
        }
    }
    host.strip_suffix(own_host)?.strip_suffix('.').filter(|bucket| !bucket.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_both_styles_lead_to_bucket_and_key() {
        let endpoint = "http://127.0.0.1:4566";
        for (url, bucket, key) in [
            ("https://s3.us-east-1.amazonaws.com/b/a/t.yaml", "b", "a/t.yaml"),
            ("https://b.s3.us-east-1.amazonaws.com/a/t%20x.yaml", "b", "a/t x.yaml"),
            ("https://s3.amazonaws.com/b/t", "b", "t"),
            ("http://127.0.0.1:4566/b/a/t", "b", "a/t"),
            ("http://b.s3.localhost.localstack.cloud:4566/t", "b", "t"),
            ("http://localhost:4566/b/t?versionId=1", "b", "t"),
            ("s3://b/t", "b", "t"),
        ] {
            let parsed = ObjectUrl::parse(url, endpoint).unwrap();
            assert_eq!((parsed.bucket.as_str(), parsed.key.as_str()), (bucket, key), "{url}");
        }
        let own = ObjectUrl::parse("http://b.aws.test:4566/t", "http://aws.test:4566").unwrap();
        assert_eq!(own.bucket, "b");
        assert_eq!(ObjectUrl::parse("ftp://b/t", endpoint), None);
        assert_eq!(ObjectUrl::parse("http://localhost/b", endpoint), None);
    }
}
