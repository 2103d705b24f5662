//! Uploads by an HTML form (S3 API reference, "POST Object"): not an operation of the model, so that the server calls it by
//! name.
//!
//! `PostForm::read` takes the fields in front of the file; the file stays unread. With `claim` the server finds the secret
//! and has the policy's signature verified; `S3::post_object` checks the policy's conditions and puts the object.

mod multipart;
mod policy;
mod post;

use http::{HeaderMap, Request};
use subtle::ConstantTimeEq;
use wire_auth::{Scope, SigningKey, is_signed_v2};
use wire_codec::{ApiError, Body};

use crate::error::S3Error;
use multipart::Multipart;

/// A form up to its file.
pub struct PostForm {
    bucket: String,
    fields: Fields,
    /// What the browser calls the file.
    filename: String,
    file: Body,
}

/// Who claims to have signed a form's policy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostClaim {
    pub access_key_id: String,
    pub session_token: Option<String>,
    /// Date, region, service; none for Signature Version 2.
    scope: Option<(String, String, String)>,
    policy: String,
    signature: String,
}

/// A form's fields in their order; names in lower case.
#[derive(Clone, Debug, Default)]
pub struct Fields(Vec<(String, String)>);

impl Fields {
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.as_str())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|(name, _)| name.as_str())
    }

    fn push(&mut self, name: String, value: String) {
        self.0.push((name.to_ascii_lowercase(), value));
    }

    /// Fields with a prefix, without it.
    fn with_prefix<'f>(&'f self, prefix: &'f str) -> impl Iterator<Item = (&'f str, &'f str)> {
        self.0.iter().filter_map(move |(name, value)| Some((name.strip_prefix(prefix)?, value.as_str())))
    }
}

/// Whether a request is an upload by a form: `POST` of `multipart/form-data`.
pub fn is_post_form(method: &http::Method, headers: &HeaderMap) -> bool {
    let content_type = headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    *method == http::Method::POST
        && content_type.is_some_and(|text| text.to_ascii_lowercase().starts_with("multipart/form-data"))
}

impl PostForm {
    /// Reads the fields in front of the file.
    ///
    /// # Errors
    /// `MalformedPOSTRequest`, `MaxPostPreDataLengthExceeded`, `InvalidArgument` without a file.
    pub async fn read(bucket: &str, request: Request<Body>) -> Result<Self, ApiError> {
        let (head, body) = request.into_parts();
        let content_type = head.headers.get(http::header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let boundary = content_type.and_then(multipart::boundary).ok_or_else(multipart::malformed)?;
        let (fields, filename, file) = Multipart::new(body, &boundary).read().await?;
        Ok(Self { bucket: bucket.to_owned(), fields, filename, file })
    }

    pub fn bucket(&self) -> &str {
        &self.bucket
    }

    /// None: the form is unsigned, and its sender anonymous.
    ///
    /// # Errors
    /// `AccessDenied` or `InvalidArgument` where it is signed in part or in an unknown way.
    pub fn claim(&self) -> Result<Option<PostClaim>, ApiError> {
        let Some(policy) = self.fields.get("policy") else { return Ok(None) };
        let session_token = self.fields.get("x-amz-security-token").map(str::to_owned);
        if let (Some(access_key_id), Some(signature)) =
            (self.fields.get("awsaccesskeyid"), self.fields.get("signature"))
        {
            return Ok(Some(PostClaim {
                access_key_id: access_key_id.to_owned(),
                session_token,
                scope: None,
                policy: policy.to_owned(),
                signature: signature.to_owned(),
            }));
        }
        if self.fields.get("x-amz-algorithm") != Some("AWS4-HMAC-SHA256") {
            let text = "Bucket POST must contain a field named 'X-Amz-Algorithm'. If it is specified, please check the order \
                        of the fields.";
            return Err(S3Error::new("AccessDenied", 403, text).into());
        }
        let field = |name: &'static str| {
            self.fields.get(name).ok_or_else(|| {
                let text = format!("Bucket POST must contain a field named '{name}'.");
                S3Error::invalid_argument(name, "", text)
            })
        };
        let (credential, signature) = (field("x-amz-credential")?, field("x-amz-signature")?);
        let parts: Vec<_> = credential.split('/').collect();
        let [access_key_id, date, region, service, "aws4_request"] = parts.as_slice() else {
            let text = "The Credential is mal-formed; expecting \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".";
            return Err(S3Error::invalid_argument("X-Amz-Credential", credential, text).into());
        };
        Ok(Some(PostClaim {
            access_key_id: (*access_key_id).to_owned(),
            session_token,
            scope: Some(((*date).to_owned(), (*region).to_owned(), (*service).to_owned())),
            policy: policy.to_owned(),
            signature: signature.to_owned(),
        }))
    }
}

impl PostClaim {
    /// Whether the policy was signed with the claimed key's secret. That it has not expired is checked with its conditions.
    ///
    /// # Errors
    /// `SignatureDoesNotMatch`.
    pub fn verify(&self, secret: &str) -> Result<(), ApiError> {
        let is_signed = match self.scope.clone() {
            None => is_signed_v2(secret, &self.policy, &self.signature),
            Some((date, region, service)) => {
                let expected =
                    SigningKey::derive(secret, &Scope { date, region, service }).sign(self.policy.as_bytes());
                expected.as_bytes().ct_eq(self.signature.as_bytes()).into()
            }
        };
        if is_signed {
            return Ok(());
        }
        let text = "The request signature we calculated does not match the signature you provided. Check your key and signing \
                    method.";
        Err(S3Error::new("SignatureDoesNotMatch", 403, text)
            .with("AWSAccessKeyId", &*self.access_key_id)
            .into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(fields: &[(&str, &str)]) -> PostForm {
        let mut form = Fields::default();
        for (name, value) in fields {
            form.push((*name).to_owned(), (*value).to_owned());
        }
        PostForm { bucket: "b".to_owned(), fields: form, filename: String::new(), file: Body::empty() }
    }

    #[test]
    fn a_signed_policy_is_verified_with_the_secret_only() {
        let scope =
            Scope { date: "20151229".to_owned(), region: "us-east-1".to_owned(), service: "s3".to_owned() };
        let signature = SigningKey::derive("secret", &scope).sign(b"cG9saWN5");
        let form = form(&[
            ("policy", "cG9saWN5"),
            ("X-Amz-Algorithm", "AWS4-HMAC-SHA256"),
            ("X-Amz-Credential", "AKID/20151229/us-east-1/s3/aws4_request"),
            ("X-Amz-Signature", &signature),
        ]);
        let claim = form.claim().unwrap().unwrap();
        assert_eq!(claim.access_key_id, "AKID");
        assert!(claim.verify("secret").is_ok());
        assert_eq!(claim.verify("other").unwrap_err().code, "SignatureDoesNotMatch");
    }

    #[test]
    fn a_form_without_a_policy_is_anonymous_and_a_half_signed_one_refused() {
        assert_eq!(form(&[("key", "k")]).claim().unwrap(), None);
        assert!(form(&[("policy", "x")]).claim().is_err());
        let half =
            form(&[("policy", "x"), ("x-amz-algorithm", "AWS4-HMAC-SHA256"), ("x-amz-credential", "a/b")]);
        assert_eq!(half.claim().unwrap_err().code, "InvalidArgument");
    }
}
