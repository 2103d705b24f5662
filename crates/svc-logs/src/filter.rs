//! Filter patterns over plain text (CloudWatch Logs User Guide, "Filter pattern syntax"): terms that must all occur,
//! `?term` of which one must, `-term` that must not, quoted phrases. Patterns over JSON and space-delimited fields are
//! refused by name.

use wire_codec::ApiError;

use crate::error::invalid_parameter;

/// Length of a pattern, in bytes.
const MAX_BYTES: usize = 1_024;

/// A parsed pattern. The empty one matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    all: Vec<String>,
    any: Vec<String>,
    none: Vec<String>,
}

impl Filter {
    pub fn parse(pattern: Option<&str>) -> Result<Self, ApiError> {
        let pattern = pattern.unwrap_or_default().trim();
        if pattern.len() > MAX_BYTES {
            return Err(invalid_parameter(format!("The filter pattern is longer than {MAX_BYTES} bytes.")));
        }
        match pattern.chars().next() {
            Some('{') => return Err(ApiError::not_implemented("logs: filter patterns over JSON ({ … })")),
            Some('[') => return Err(ApiError::not_implemented("logs: filter patterns over fields ([ … ])")),
            Some('%') => return Err(ApiError::not_implemented("logs: regular expressions (% … %)")),
            _ => {}
        }
        let mut filter = Self::default();
        let mut rest = pattern;
        while !rest.is_empty() {
            let (sign, term, later) = term(rest)?;
            match sign {
                Some('?') => filter.any.push(term),
                Some('-') => filter.none.push(term),
                _ => filter.all.push(term),
            }
            rest = later.trim_start();
        }
        Ok(filter)
    }

    pub fn matches(&self, message: &str) -> bool {
        let has = |term: &String| message.contains(term.as_str());
        let any = self.any.is_empty() || self.any.iter().any(has);
        // With `?terms`, plain terms beside them are ignored, as AWS documents.
        let all = !self.any.is_empty() || self.all.iter().all(has);
        any && all && !self.none.iter().any(has)
    }
}

/// One term with its sign, and what follows it.
fn term(text: &str) -> Result<(Option<char>, String, &str), ApiError> {
    let sign = text.chars().next().filter(|c| matches!(c, '?' | '-'));
    let body = &text[sign.map_or(0, char::len_utf8)..];
    if let Some(quoted) = body.strip_prefix('"') {
        let end = quoted
            .find('"')
            .ok_or_else(|| invalid_parameter("Invalid filter pattern: a quote is not closed."))?;
        return Ok((sign, quoted[..end].to_owned(), &quoted[end + 1..]));
    }
    let end = body.find(char::is_whitespace).unwrap_or(body.len());
    if end == 0 {
        return Err(invalid_parameter("Invalid filter pattern: a term is empty."));
    }
    Ok((sign, body[..end].to_owned(), &body[end..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn matches(pattern: &str, message: &str) -> bool {
        Filter::parse(Some(pattern)).unwrap().matches(message)
    }

    #[test]
    fn terms_are_required_optional_or_excluded() {
        assert!(matches("", "anything"));
        assert!(matches("ERROR timeout", "ERROR: a timeout"));
        assert!(!matches("ERROR timeout", "ERROR: none"));
        assert!(!matches("error", "ERROR"), "case counts");
        assert!(matches("?ERROR ?WARN", "WARN x"));
        assert!(!matches("ERROR -ignored", "ERROR ignored"));
        assert!(matches("\"a b\"", "x a b y"));
        assert!(!matches("\"a b\"", "b a"));
    }

    #[test]
    fn what_is_not_built_or_broken_is_refused() {
        assert!(Filter::parse(Some("{ $.x = 1 }")).unwrap_err().message.contains("JSON"));
        assert!(Filter::parse(Some("\"open")).is_err());
        assert!(Filter::parse(Some("?")).is_err());
    }
}
