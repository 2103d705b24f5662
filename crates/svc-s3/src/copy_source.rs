//! The `x-amz-copy-source` header: `bucket/key`, URL-encoded, with an optional `?versionId=`.

use crate::encoding::url_decode;
use crate::error::S3Error;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CopySource {
    pub bucket: String,
    pub key: String,
    pub version_id: Option<String>,
}

impl CopySource {
    pub fn parse(header: &str) -> Result<Self, S3Error> {
        if header.starts_with("arn:") {
            return Err(S3Error::not_built("a copy source that is an access point"));
        }
        let (path, version_id) = match header.rsplit_once("?versionId=") {
            Some((path, id)) => (path, Some(id.to_owned())),
            None => (header, None),
        };
        let path = url_decode(path, false).ok_or_else(|| invalid(header))?;
        let path = path.strip_prefix('/').unwrap_or(&path);
        match path.split_once('/') {
            Some((bucket, key)) if !bucket.is_empty() && !key.is_empty() => {
                Ok(Self { bucket: bucket.to_owned(), key: key.to_owned(), version_id })
            }
            _ => Err(invalid(header)),
        }
    }
}

fn invalid(header: &str) -> S3Error {
    let text = "Copy Source must mention the source bucket and key: sourcebucket/sourcekey";
    S3Error::invalid_argument("x-amz-copy-source", header, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn source(bucket: &str, key: &str, version_id: Option<&str>) -> CopySource {
        let version_id = version_id.map(str::to_owned);
        CopySource { bucket: bucket.to_owned(), key: key.to_owned(), version_id }
    }

    #[test]
    fn a_source_is_decoded() {
        assert_eq!(CopySource::parse("/b/k%20%2B/x").unwrap(), source("b", "k +/x", None));
        assert_eq!(CopySource::parse("b/k?versionId=v").unwrap(), source("b", "k", Some("v")));
        assert_eq!(CopySource::parse("b%2Fk%3F").unwrap(), source("b", "k?", None));
    }

    #[test]
    fn a_source_without_a_key_is_refused() {
        for header in ["b", "/b", "b/", "", "%ff/k"] {
            assert_eq!(CopySource::parse(header).unwrap_err().code, "InvalidArgument", "{header}");
        }
    }
}
