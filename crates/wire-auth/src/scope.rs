//! The credential scope: `date/region/service/aws4_request`.

use std::fmt;

/// What a signature is good for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Scope {
    /// `YYYYMMDD`, UTC.
    pub date: String,
    pub region: String,
    /// The signing name, such as `s3`, `execute-api`, `lambda`.
    pub service: String,
}

impl Scope {
    /// Splits `key/date/region/service/aws4_request`; access keys hold no slash. `None` where it is not of that form.
    pub(crate) fn parse_credential(credential: &str) -> Option<(&str, Self)> {
        let mut parts = credential.split('/');
        let (key, date, region, service, terminator) =
            (parts.next()?, parts.next()?, parts.next()?, parts.next()?, parts.next()?);
        let is_whole = parts.next().is_none() && terminator == "aws4_request" && !key.is_empty();
        let is_date = date.len() == 8 && date.bytes().all(|b| b.is_ascii_digit());
        (is_whole && is_date).then(|| {
            (key, Self { date: date.to_owned(), region: region.to_owned(), service: service.to_owned() })
        })
    }
}

impl fmt::Display for Scope {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}/aws4_request", self.date, self.region, self.service)
    }
}
