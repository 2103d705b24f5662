//! Function names as callers write them: name, partial ARN or ARN, with or without a qualifier (Lambda API reference,
//! `FunctionName`).

use port::Arn;
use wire_codec::ApiError;

use crate::error;

/// `$LATEST`: the version that can be changed.
pub const LATEST: &str = "$LATEST";

/// Which function, and which version or alias of it, is meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FunctionRef {
    pub account: String,
    pub region: String,
    pub name: String,
    /// Version number, alias or `$LATEST`, if one was given.
    pub qualifier: Option<String>,
}

impl FunctionRef {
    /// Reads `text`; a separate `qualifier` must agree with the one in it.
    pub fn parse(text: &str, qualifier: Option<&str>, account: &str, region: &str) -> Result<Self, ApiError> {
        let mut parsed = Self::parse_name(text, account, region).ok_or_else(|| error::invalid_name(text))?;
        match (parsed.qualifier.as_deref(), qualifier) {
            (Some(inner), Some(outer)) if inner != outer => {
                return Err(error::invalid_parameter(
                    "The derived qualifier from the function name does not match the specified qualifier.",
                ));
            }
            (None, Some(outer)) => parsed.qualifier = Some(outer.to_owned()),
            _ => {}
        }
        Ok(parsed)
    }

    fn parse_name(text: &str, account: &str, region: &str) -> Option<Self> {
        let (account, region, rest) = match Arn::parse(text) {
            Some(arn) if arn.service == "lambda" => {
                (arn.account, arn.region, arn.resource.strip_prefix("function:")?)
            }
            Some(_) => return None,
            None => match text.split_once(":function:") {
                Some((owner, rest)) => (owner, region, rest),
                None => (account, region, text),
            },
        };
        let (name, qualifier) = match rest.split_once(':') {
            Some((name, qualifier)) => (name, Some(qualifier)),
            None => (rest, None),
        };
        let is_account = account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit());
        if !is_account || !is_name(name) || qualifier.is_some_and(|q| !is_qualifier(q)) {
            return None;
        }
        Some(Self {
            account: account.to_owned(),
            region: region.to_owned(),
            name: name.to_owned(),
            qualifier: qualifier.map(str::to_owned),
        })
    }

    /// Without qualifier.
    pub fn arn(&self) -> String {
        format!("arn:aws:lambda:{}:{}:function:{}", self.region, self.account, self.name)
    }

    /// With the qualifier, where one was given.
    pub fn qualified_arn(&self) -> String {
        match &self.qualifier {
            Some(qualifier) => format!("{}:{qualifier}", self.arn()),
            None => self.arn(),
        }
    }

    pub fn key(&self) -> (String, String, String) {
        (self.account.clone(), self.region.clone(), self.name.clone())
    }
}

/// 1 to 64 letters, digits, hyphens and underscores.
fn is_name(name: &str) -> bool {
    (1..=64).contains(&name.len())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

fn is_qualifier(qualifier: &str) -> bool {
    qualifier == LATEST || (qualifier.len() <= 128 && is_alias_or_version(qualifier))
}

fn is_alias_or_version(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_')
}

/// The number of a published version.
pub fn version_number(qualifier: &str) -> Option<u64> {
    (!qualifier.starts_with('0')).then(|| qualifier.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str, qualifier: Option<&str>) -> Option<(String, String, Option<String>)> {
        FunctionRef::parse(text, qualifier, "123456789012", "us-east-1")
            .ok()
            .map(|f| (f.account, f.name, f.qualifier))
    }

    #[test]
    fn every_documented_form_is_read() {
        let own = "123456789012".to_owned();
        assert_eq!(parse("f", None), Some((own.clone(), "f".into(), None)));
        assert_eq!(parse("f:v1", None), Some((own.clone(), "f".into(), Some("v1".into()))));
        assert_eq!(parse("210987654321:function:f", None), Some(("210987654321".into(), "f".into(), None)));
        let arn = "arn:aws:lambda:eu-west-1:123456789012:function:f:$LATEST";
        assert_eq!(parse(arn, None), Some((own, "f".into(), Some(LATEST.into()))));
    }

    #[test]
    fn what_contradicts_itself_or_is_no_name_is_refused() {
        assert_eq!(parse("f:1", Some("2")), None);
        assert_eq!(parse("f:1", Some("1")).and_then(|f| f.2), Some("1".into()));
        assert_eq!(parse("a b", None), None);
        assert_eq!(parse("", None), None);
        assert_eq!(parse("arn:aws:sqs:us-east-1:123456789012:q", None), None);
        assert_eq!(parse(&"x".repeat(65), None), None);
    }

    #[test]
    fn versions_are_numbers_without_leading_zeros() {
        assert_eq!(version_number("12"), Some(12));
        assert_eq!(version_number("012"), None);
        assert_eq!(version_number("live"), None);
    }
}
