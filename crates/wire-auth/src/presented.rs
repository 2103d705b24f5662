//! What a request presents as its authentication: the `Authorization` header or the presigned query.

use base_time::Timestamp;
use http::header::AUTHORIZATION;
use http::request::Parts;

use crate::canonical::{decode, is_s3, single};
use crate::error::AuthError;
use crate::payload::PayloadClaim;
use crate::scope::Scope;

const ALGORITHM: &str = "AWS4-HMAC-SHA256";
/// Seven days (S3, "Authenticating Requests: Using Query Parameters").
const MAX_EXPIRES_SECS: u64 = 604_800;
/// More header names than any client signs; bounds the work of a hostile list.
const MAX_SIGNED_HEADERS: usize = 256;

/// Where the signature stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Placement {
    Header,
    /// A presigned request, good for so many seconds after its time.
    Query {
        expires_secs: u64,
    },
}

/// A request's claim, parsed but not yet verified.
#[derive(Clone, Debug)]
pub struct Presented {
    pub access_key_id: String,
    pub session_token: Option<String>,
    pub scope: Scope,
    /// Lower case, as listed.
    pub signed_headers: Vec<String>,
    pub placement: Placement,
    /// When it was signed.
    pub time: Timestamp,
    pub(crate) time_text: String,
    pub(crate) signature: String,
    pub(crate) payload: PayloadClaim,
}

impl Presented {
    /// Reads the claim of a request. `None` where there is none: an anonymous request, which only some operations accept
    /// (`AuthError::MissingToken` is the answer of the others).
    pub fn parse(parts: &Parts) -> Result<Option<Self>, AuthError> {
        let query = QueryFields::parse(parts.uri.query().unwrap_or_default());
        let header = parts.headers.get(AUTHORIZATION);
        match (header, query.is_presigned()) {
            (Some(_), true) => Err(AuthError::TwoMechanisms),
            (Some(_), false) => Self::from_header(parts).map(Some),
            (None, true) => Self::from_query(parts, query).map(Some),
            (None, false) if query.is_v2 => Err(AuthError::UnsupportedMechanism("AWS Signature Version 2")),
            (None, false) => Ok(None),
        }
    }

    fn from_header(parts: &Parts) -> Result<Self, AuthError> {
        let Some(header) = single(&parts.headers, "authorization") else {
            return Err(AuthError::HeaderMalformed("the header stands twice or is not ASCII.".to_owned()));
        };
        let fields = header_fields(header)?;
        let time_text = single(&parts.headers, "x-amz-date").or_else(|| single(&parts.headers, "date"));
        let (Some(credential), Some(signature), Some(names), Some(time_text)) =
            (fields.credential, fields.signature, fields.signed_headers, time_text)
        else {
            return Err(AuthError::Incomplete(missing_text(&fields, time_text.is_some())));
        };
        let time = parse_time(time_text).ok_or_else(|| {
            AuthError::HeaderMalformed(format!(
                "Date must be in ISO-8601 'basic format'. Got '{time_text}'. See http://en.wikipedia.org/wiki/ISO_8601"
            ))
        })?;
        let (access_key_id, scope) = Scope::parse_credential(credential).ok_or_else(|| {
            AuthError::HeaderMalformed(format!(
                "Credential must have exactly 5 slash-delimited elements, e.g. keyid/date/region/service/term, got '{credential}'"
            ))
        })?;
        let payload = match single(&parts.headers, "x-amz-content-sha256") {
            Some(text) => PayloadClaim::parse(text)?,
            None if is_s3(&scope.service) => return Err(AuthError::ContentHashMissing),
            None => PayloadClaim::Absent,
        };
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            session_token: single(&parts.headers, "x-amz-security-token").map(str::to_owned),
            signed_headers: header_names(names)?,
            placement: Placement::Header,
            time,
            time_text: time.to_basic(),
            signature: signature.to_owned(),
            payload,
            scope,
        })
    }

    fn from_query(parts: &Parts, query: QueryFields) -> Result<Self, AuthError> {
        match query.algorithm.as_deref() {
            Some("AWS4-ECDSA-P256-SHA256") => {
                return Err(AuthError::UnsupportedMechanism("AWS4-ECDSA-P256-SHA256"));
            }
            Some(ALGORITHM) | None => {}
            Some(_) => return refuse_query("X-Amz-Algorithm only supports \"AWS4-HMAC-SHA256\""),
        }
        let (Some(_), Some(credential), Some(signature), Some(time_text), Some(names), Some(expires)) = (
            query.algorithm,
            query.credential,
            query.signature,
            query.date,
            query.signed_headers,
            query.expires,
        ) else {
            return refuse_query(
                "Query-string authentication version 4 requires the X-Amz-Algorithm, X-Amz-Credential, \
                 X-Amz-Signature, X-Amz-Date, X-Amz-SignedHeaders, and X-Amz-Expires parameters.",
            );
        };
        let Some((access_key_id, scope)) = Scope::parse_credential(&credential) else {
            return refuse_query(
                "Error parsing the X-Amz-Credential parameter; the Credential is mal-formed; expecting \
                 \"<YOUR-AKID>/YYYYMMDD/REGION/SERVICE/aws4_request\".",
            );
        };
        let Some(time) = Timestamp::parse_basic(&time_text).ok() else {
            return refuse_query("X-Amz-Date must be in the ISO8601 Long Format \"yyyyMMdd'T'HHmmss'Z'\"");
        };
        let claim = query
            .content_sha256
            .or_else(|| single(&parts.headers, "x-amz-content-sha256").map(str::to_owned));
        let payload = match claim {
            Some(text) => PayloadClaim::parse(&text)?,
            None if is_s3(&scope.service) => PayloadClaim::Unsigned,
            None => PayloadClaim::Absent,
        };
        Ok(Self {
            access_key_id: access_key_id.to_owned(),
            session_token: query.token,
            signed_headers: header_names(&names)?,
            placement: Placement::Query { expires_secs: parse_expires(&expires)? },
            time,
            time_text,
            signature,
            payload,
            scope,
        })
    }

    pub(crate) fn signs(&self, name: &str) -> bool {
        self.signed_headers.iter().any(|signed| signed == name)
    }
}

#[derive(Default)]
struct HeaderFields<'a> {
    credential: Option<&'a str>,
    signature: Option<&'a str>,
    signed_headers: Option<&'a str>,
}

fn header_fields(header: &str) -> Result<HeaderFields<'_>, AuthError> {
    let (algorithm, rest) = header.split_once(' ').unwrap_or((header, ""));
    match algorithm {
        ALGORITHM => {}
        "AWS4-ECDSA-P256-SHA256" => return Err(AuthError::UnsupportedMechanism("AWS4-ECDSA-P256-SHA256")),
        "AWS" => return Err(AuthError::UnsupportedMechanism("AWS Signature Version 2")),
        _ => return Err(AuthError::UnsupportedMechanism("of this Authorization header")),
    }
    let mut fields = HeaderFields::default();
    for field in rest.split(',') {
        match field.trim().split_once('=') {
            Some(("Credential", value)) => fields.credential = Some(value),
            Some(("Signature", value)) => fields.signature = Some(value),
            Some(("SignedHeaders", value)) => fields.signed_headers = Some(value),
            _ => {}
        }
    }
    Ok(fields)
}

fn missing_text(fields: &HeaderFields<'_>, has_date: bool) -> String {
    let mut text = String::new();
    let parameters = [
        ("Credential", fields.credential.is_some()),
        ("Signature", fields.signature.is_some()),
        ("SignedHeaders", fields.signed_headers.is_some()),
    ];
    for (name, is_there) in parameters {
        if !is_there {
            text += &format!("Authorization header requires '{name}' parameter. ");
        }
    }
    if !has_date {
        text += "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header. ";
    }
    text + "Authorization=AWS4-HMAC-SHA256"
}

/// `X-Amz-Date` is in basic form; a `Date` header may be an HTTP date.
fn parse_time(text: &str) -> Option<Timestamp> {
    Timestamp::parse_basic(text).or_else(|_| Timestamp::parse_http_date(text)).ok()
}

fn header_names(list: &str) -> Result<Vec<String>, AuthError> {
    let names: Vec<String> = list
        .split(';')
        .filter(|name| !name.is_empty())
        .take(MAX_SIGNED_HEADERS + 1)
        .map(str::to_owned)
        .collect();
    if names.len() > MAX_SIGNED_HEADERS {
        return Err(AuthError::HeaderMalformed("too many signed headers.".to_owned()));
    }
    Ok(names)
}

fn parse_expires(text: &str) -> Result<u64, AuthError> {
    let Ok(secs) = text.parse::<i64>() else {
        return refuse_query("X-Amz-Expires should be a number");
    };
    let Ok(secs) = u64::try_from(secs) else {
        return refuse_query("X-Amz-Expires must be non-negative");
    };
    if secs > MAX_EXPIRES_SECS {
        return refuse_query(
            "X-Amz-Expires must be less than a week (in seconds); that is, the given X-Amz-Expires must be less than \
             604800 seconds",
        );
    }
    Ok(secs)
}

fn refuse_query<T>(message: &str) -> Result<T, AuthError> {
    Err(AuthError::QueryParameters(message.to_owned()))
}

/// The query's parameters that concern authentication, decoded.
#[derive(Default)]
struct QueryFields {
    algorithm: Option<String>,
    credential: Option<String>,
    signature: Option<String>,
    date: Option<String>,
    signed_headers: Option<String>,
    expires: Option<String>,
    token: Option<String>,
    content_sha256: Option<String>,
    /// `AWSAccessKeyId` with `Signature`: a Signature Version 2 URL.
    is_v2: bool,
}

impl QueryFields {
    fn parse(query: &str) -> Self {
        let mut fields = Self::default();
        let (mut has_v2_key, mut has_v2_signature) = (false, false);
        for pair in query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let field = match name {
                "X-Amz-Algorithm" => &mut fields.algorithm,
                "X-Amz-Credential" => &mut fields.credential,
                "X-Amz-Signature" => &mut fields.signature,
                "X-Amz-Date" => &mut fields.date,
                "X-Amz-SignedHeaders" => &mut fields.signed_headers,
                "X-Amz-Expires" => &mut fields.expires,
                "X-Amz-Security-Token" => &mut fields.token,
                "X-Amz-Content-Sha256" => &mut fields.content_sha256,
                "AWSAccessKeyId" => {
                    has_v2_key = true;
                    continue;
                }
                "Signature" => {
                    has_v2_signature = true;
                    continue;
                }
                _ => continue,
            };
            *field = Some(decode(value));
        }
        fields.is_v2 = has_v2_key && has_v2_signature;
        fields
    }

    fn is_presigned(&self) -> bool {
        self.algorithm.is_some() || self.signature.is_some() || self.credential.is_some()
    }
}
