//! Signature Version 2 of S3, which SDKs still presign with where nobody told them otherwise (S3 User Guide, "Signing and
//! authenticating REST requests"): presigned queries and the policies of forms. Requests signed so by a header are refused.

use base_time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::request::Parts;
use sha1::{Digest, Sha1};

use crate::canonical::{decode, single};
use crate::error::{AuthError, SignatureMismatch};
use crate::key::equal;

/// Block size of SHA-1 in bytes.
const BLOCK: usize = 64;
/// Query keys that are part of the resource that is signed, sorted.
const SIGNED_KEYS: [&str; 35] = [
    "accelerate",
    "acl",
    "analytics",
    "cors",
    "defaultObjectAcl",
    "delete",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "partNumber",
    "policy",
    "replication",
    "requestPayment",
    "response-cache-control",
    "response-content-disposition",
    "response-content-encoding",
    "response-content-language",
    "response-content-type",
    "response-expires",
    "restore",
    "select",
    "select-type",
    "storageClass",
    "tagging",
    "torrent",
    "uploadId",
    "uploads",
    "versionId",
    "versioning",
    "versions",
    "website",
];
/// A presigned query of version 2, parsed but not yet verified.
#[derive(Clone, Debug)]
pub struct PresignedV2 {
    pub access_key_id: String,
    pub session_token: Option<String>,
    expires: Timestamp,
    expires_text: String,
    signature: String,
}

impl PresignedV2 {
    /// `None` where the query has no such signature.
    ///
    /// # Errors
    /// If it lacks `Expires`, or that is no number.
    pub fn parse(parts: &Parts) -> Result<Option<Self>, AuthError> {
        let query = pairs(parts.uri.query().unwrap_or_default());
        let value = |name: &str| query.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
        let (Some(access_key_id), Some(signature)) = (value("AWSAccessKeyId"), value("Signature")) else {
            return Ok(None);
        };
        let Some(expires_text) = value("Expires") else {
            let text =
                "Query-string authentication requires the Signature, Expires and AWSAccessKeyId parameters";
            return Err(AuthError::QueryParameters(text.to_owned()));
        };
        let Ok(expires) = expires_text.parse().map(Timestamp::from_secs) else {
            let text = format!("Invalid date (should be seconds since epoch): {expires_text}");
            return Err(AuthError::QueryParameters(text));
        };
        let session_token = value("x-amz-security-token");
        Ok(Some(Self { access_key_id, session_token, expires, expires_text, signature }))
    }

    /// Checks time and signature. `bucket` is the one the host names, which stands in front of the path that is signed.
    ///
    /// # Errors
    /// `PresignedExpired` or `SignatureMismatch`.
    pub fn verify(
        &self,
        parts: &Parts,
        now: Timestamp,
        bucket: Option<&str>,
        secret: &str,
    ) -> Result<(), AuthError> {
        if self.expires < now {
            return Err(AuthError::PresignedExpired {
                expired_at: self.expires,
                server_time: now,
                expires_secs: 0,
            });
        }
        let string_to_sign = self.string_to_sign(parts, bucket);
        if is_signed_v2(secret, &string_to_sign, &self.signature) {
            return Ok(());
        }
        Err(AuthError::SignatureMismatch(Box::new(SignatureMismatch {
            access_key_id: self.access_key_id.clone(),
            string_to_sign,
            canonical_request: String::new(),
            signature_provided: self.signature.clone(),
        })))
    }

    fn string_to_sign(&self, parts: &Parts, bucket: Option<&str>) -> String {
        let query = pairs(parts.uri.query().unwrap_or_default());
        // What the signer had as a header may come in the query instead.
        let value = |name: &str| {
            let in_query = query.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone());
            in_query.or_else(|| single(&parts.headers, name).map(str::to_owned)).unwrap_or_default()
        };
        let mut amz: Vec<(String, String)> = query
            .iter()
            .filter(|(key, _)| key.starts_with("x-amz-"))
            .map(|(key, value)| ((*key).to_owned(), value.clone()))
            .collect();
        for name in
            parts.headers.keys().map(http::HeaderName::as_str).filter(|name| name.starts_with("x-amz-"))
        {
            if amz.iter().all(|(other, _)| other != name) {
                amz.push((name.to_owned(), value(name)));
            }
        }
        amz.sort();
        let amz: String = amz.iter().map(|(name, value)| format!("{name}:{}\n", value.trim())).collect();
        let (method, md5, content_type) =
            (parts.method.as_str(), value("content-md5"), value("content-type"));
        let resource = resource(parts.uri.path(), &query, bucket);
        format!("{method}\n{md5}\n{content_type}\n{}\n{amz}{resource}", self.expires_text)
    }
}

fn resource(path: &str, query: &[(&str, String)], bucket: Option<&str>) -> String {
    let mut signed: Vec<_> = query
        .iter()
        .filter(|(key, _)| SIGNED_KEYS.contains(key))
        .map(|(key, value)| if value.is_empty() { (*key).to_owned() } else { format!("{key}={value}") })
        .collect();
    signed.sort();
    let bucket = bucket.map(|bucket| format!("/{bucket}")).unwrap_or_default();
    let query = if signed.is_empty() { String::new() } else { format!("?{}", signed.join("&")) };
    format!("{bucket}{path}{query}")
}

/// Keys as they stand, values decoded.
fn pairs(query: &str) -> Vec<(&str, String)> {
    let split = |pair| {
        let (key, value) = str::split_once(pair, '=').unwrap_or((pair, ""));
        (key, decode(value))
    };
    query.split('&').filter(|pair| !pair.is_empty()).map(split).collect()
}

/// Whether `signature` (base 64) is that of `string_to_sign`, such as a form's policy, by Signature Version 2.
pub fn is_signed_v2(secret: &str, string_to_sign: &str, signature: &str) -> bool {
    let expected = STANDARD.encode(hmac_sha1(secret.as_bytes(), string_to_sign.as_bytes()));
    equal(expected.as_bytes(), signature.as_bytes())
}

/// HMAC-SHA1 (RFC 2104).
fn hmac_sha1(key: &[u8], message: &[u8]) -> [u8; 20] {
    let mut block = [0u8; BLOCK];
    if key.len() > BLOCK {
        block[..20].copy_from_slice(&Sha1::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let inner = Sha1::new_with_prefix(block.map(|b| b ^ 0x36)).chain_update(message).finalize();
    Sha1::new_with_prefix(block.map(|b| b ^ 0x5c)).chain_update(inner).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The user guide's own example of query string authentication.
    #[test]
    fn the_guides_example_is_verified() {
        let uri = "/johnsmith/photos/puppy.jpg?AWSAccessKeyId=AKIAIOSFODNN7EXAMPLE\
                   &Signature=NpgCjnDzrM%2BWFzoENXmpNDUsSn8%3D&Expires=1175139620";
        let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY";
        let parts = |uri: &str| http::Request::get(uri).body(()).unwrap().into_parts().0;
        let presigned = PresignedV2::parse(&parts(uri)).unwrap().unwrap();
        let now = Timestamp::from_secs(1_175_139_000);
        assert_eq!(presigned.verify(&parts(uri), now, None, secret), Ok(()));
        let hosted = uri.replace("/johnsmith", "");
        assert_eq!(presigned.verify(&parts(&hosted), now, Some("johnsmith"), secret), Ok(()));
        assert!(presigned.verify(&parts(&hosted), now, Some("other"), secret).is_err());
        let late = Timestamp::from_secs(1_175_139_621);
        assert!(matches!(
            presigned.verify(&parts(uri), late, None, secret),
            Err(AuthError::PresignedExpired { .. })
        ));
        assert!(presigned.verify(&parts(uri), now, None, "other").is_err());
    }

    #[test]
    fn the_resource_has_its_subresources_decoded_and_sorted() {
        let query = pairs("uploadId=a%2Fb&x-id=GetObject&partNumber=2&acl");
        assert_eq!(resource("/b/k", &query, None), "/b/k?acl&partNumber=2&uploadId=a/b");
    }

    #[test]
    fn hmac_sha1_gives_its_published_values() {
        // RFC 2202, cases 1 and 6.
        assert_eq!(
            hex::encode(hmac_sha1(&[0x0b; 20], b"Hi There")),
            "b617318655057264e28bc0b6fb378c8ef146be00"
        );
        let long = hmac_sha1(&[0xaa; 80], b"Test Using Larger Than Block-Size Key - Hash Key First");
        assert_eq!(hex::encode(long), "aa4ae5e15272d00e95705637ce8a3b55ed402112");
    }
}
