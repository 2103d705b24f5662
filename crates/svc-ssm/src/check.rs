//! The rules of names, values, patterns and labels (Systems Manager User Guide, "Requirements and constraints for
//! parameter names").

use api_ssm::types as t;
use fancy_regex::RegexBuilder;
use wire_codec::ApiError;

use crate::error::validation;
use crate::model::Tier;

const MAX_LEVELS: usize = 15;
/// Name and ARN prefix together take 2,048; a name's own part is 1,011 characters.
const MAX_NAME: usize = 1_011;
const MAX_STANDARD_BYTES: usize = 4_096;
const MAX_ADVANCED_BYTES: usize = 8_192;
/// Steps a pattern with look-around may take before the value counts as not matching.
const BACKTRACK_LIMIT: usize = 100_000;
/// Compiled size of one pattern.
const PATTERN_BYTES: usize = 1 << 20;

const NAME_RULE: &str = "Parameter name: can't be prefixed with \"ssm\" (case-insensitive). If formed as a path, it can consist of sub-paths divided by slash symbol; each sub-path can be formed as a mix of letters, numbers and the following 3 symbols .-_";
const PATH_RULE: &str = "The parameter doesn't meet the parameter name requirements. The parameter name must begin with a forward slash \"/\". It can't be prefixed with \"aws\" or \"ssm\" (case-insensitive). It must use only letters, numbers, or the following symbols: . (period), - (hyphen), _ (underscore). Special characters are not allowed. All sub-paths, if specified, must use the forward slash symbol \"/\". Valid example: /get/parameters2-/by1./path0_.";

fn starts_with(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

fn has_allowed_characters(name: &str) -> bool {
    name.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-' | b'/'))
}

/// A name that is asked for: characters only, so that names nobody can make are simply not found.
pub fn asked_name(name: &str) -> Result<(), ApiError> {
    if has_allowed_characters(name) && !name.is_empty() { Ok(()) } else { Err(validation(NAME_RULE)) }
}

/// A name that is to be made.
pub fn new_name(name: &str) -> Result<(), ApiError> {
    let first = name.trim_start_matches('/');
    if starts_with(first, "aws") {
        return Err(if name.starts_with('/') {
            ApiError::new(
                "AccessDeniedException",
                400,
                format!("No access to reserved parameter name: {name}."),
            )
        } else {
            validation("Parameter name: can't be prefixed with \"aws\" (case-insensitive).")
        });
    }
    let has_empty_level =
        name.trim_start_matches('/').split('/').any(str::is_empty) || name.starts_with("//");
    if starts_with(first, "ssm") || !has_allowed_characters(name) || has_empty_level {
        return Err(validation(NAME_RULE));
    }
    if name.contains('/') && !name.starts_with('/') {
        return Err(validation("Parameter name must be a fully qualified name."));
    }
    if name.len() > MAX_NAME {
        return Err(validation(format!("Parameter name: a name can have at most {MAX_NAME} characters.")));
    }
    if first.split('/').count() > MAX_LEVELS {
        return Err(ApiError::from_shape(t::HierarchyLevelLimitExceededException {
            message: Some(format!("A hierarchy can have a maximum of {MAX_LEVELS} levels.")),
        }));
    }
    Ok(())
}

/// A path of GetParametersByPath, to the prefix its parameters' names have.
pub fn path_prefix(path: &str) -> Result<String, ApiError> {
    if !path.starts_with('/') || !has_allowed_characters(path) || path.contains("//") {
        return Err(validation(PATH_RULE));
    }
    Ok(format!("{}/", path.trim_end_matches('/')))
}

/// The tier a value of this size gets. `Intelligent-Tiering` is decided here, once.
pub fn tier(asked: t::ParameterTier, value: &str) -> Result<Tier, ApiError> {
    let is_large = value.len() > MAX_STANDARD_BYTES;
    let tier = match asked {
        t::ParameterTier::Standard => Tier::Standard,
        t::ParameterTier::IntelligentTiering if !is_large => Tier::Standard,
        t::ParameterTier::Advanced | t::ParameterTier::IntelligentTiering => Tier::Advanced,
    };
    if tier == Tier::Standard && is_large {
        return Err(validation(format!(
            "Standard tier parameters support a maximum parameter value of {MAX_STANDARD_BYTES} characters. To create a larger parameter value, upgrade the parameter to use the advanced-parameter tier. For more information, see https://docs.aws.amazon.com/systems-manager/latest/userguide/parameter-store-advanced-parameters.html"
        )));
    }
    if value.len() > MAX_ADVANCED_BYTES {
        return Err(validation(format!(
            "Advanced tier parameters support a maximum parameter value of {MAX_ADVANCED_BYTES} characters."
        )));
    }
    Ok(tier)
}

pub fn value(value: &str) -> Result<(), ApiError> {
    if value.is_empty() {
        return Err(validation(
            "1 validation error detected: Value '' at 'value' failed to satisfy constraint: Member must have length greater than or equal to 1.",
        ));
    }
    if value.contains("{{") && value.contains("}}") {
        return Err(validation(
            "Parameter value can't nest another parameter. Do not use \"{{}}\" in the value.",
        ));
    }
    Ok(())
}

/// The value against the pattern that its author set for it.
pub fn allowed_pattern(pattern: &str, value: &str) -> Result<(), ApiError> {
    let compiled = RegexBuilder::new(pattern)
        .backtrack_limit(BACKTRACK_LIMIT)
        .delegate_size_limit(PATTERN_BYTES)
        .build()
        .map_err(|_| {
            ApiError::from_shape(t::InvalidAllowedPatternException {
                message: Some("The request does not meet the regular expression requirement.".to_owned()),
            })
        })?;
    if compiled.is_match(value).unwrap_or(false) {
        return Ok(());
    }
    Err(ApiError::from_shape(t::ParameterPatternMismatchException {
        message: Some(format!("Parameter value, cannot be validated against allowedPattern: {pattern}")),
    }))
}

/// `text` for all that needs no look-up elsewhere.
pub fn data_type(data_type: &str) -> Result<(), ApiError> {
    match data_type {
        "text" => Ok(()),
        "aws:ec2:image" | "aws:ssm:integration" => {
            Err(ApiError::not_implemented(format!("ssm: DataType {data_type}")))
        }
        other => Err(validation(format!(
            "The following data type is not supported: {other} (Data type names are all lowercase.)"
        ))),
    }
}

/// Letters, digits and `.-_`, not beginning with a digit, `aws` or `ssm`.
pub fn is_label(label: &str) -> bool {
    let has_allowed = label.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'.' | b'-'));
    let first = label.bytes().next().unwrap_or(b'0');
    has_allowed && !first.is_ascii_digit() && !starts_with(label, "aws") && !starts_with(label, "ssm")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(result: Result<(), ApiError>) -> Option<String> {
        result.err().map(|error| error.code.to_string())
    }

    #[test]
    fn names_follow_the_rules() {
        for name in ["a", "/a", "/a/b.c-d_e", "A1"] {
            assert_eq!(code(new_name(name)), None, "{name}");
        }
        for name in ["a/b", "/a//b", "/a/", "a b", "ssm-x", "/ssm/x", "awsx", "é", "", "/"] {
            assert_eq!(code(new_name(name)).as_deref(), Some("ValidationException"), "{name}");
        }
        assert_eq!(code(new_name("/aws/service/x")).as_deref(), Some("AccessDeniedException"));
        let deep = "/a".repeat(15);
        assert_eq!(code(new_name(&deep)), None);
        let deeper = "/a".repeat(16);
        assert_eq!(code(new_name(&deeper)).as_deref(), Some("HierarchyLevelLimitExceededException"));
    }

    #[test]
    fn sizes_choose_or_refuse_the_tier() {
        use t::ParameterTier::{Advanced, IntelligentTiering, Standard};
        let (small, large, huge) = ("x".repeat(4_096), "x".repeat(4_097), "x".repeat(8_193));
        assert_eq!(tier(Standard, &small).ok(), Some(Tier::Standard));
        assert!(tier(Standard, &large).is_err());
        assert_eq!(tier(IntelligentTiering, &small).ok(), Some(Tier::Standard));
        assert_eq!(tier(IntelligentTiering, &large).ok(), Some(Tier::Advanced));
        assert_eq!(tier(Advanced, "x").ok(), Some(Tier::Advanced));
        assert!(tier(Advanced, &huge).is_err());
    }

    #[test]
    fn patterns_are_applied_and_hostile_ones_end() {
        assert_eq!(code(allowed_pattern(r"^\d+$", "12")), None);
        assert_eq!(
            code(allowed_pattern(r"^\d+$", "x")).as_deref(),
            Some("ParameterPatternMismatchException")
        );
        assert_eq!(code(allowed_pattern("(", "x")).as_deref(), Some("InvalidAllowedPatternException"));
        let hostile = format!("{}!", "a".repeat(4_000));
        assert!(allowed_pattern(r"^(?=a)(a+)+\1$", &hostile).is_err());
    }

    #[test]
    fn labels_are_told_from_versions() {
        assert!(is_label("prod-1"));
        assert!(!is_label("1prod"));
        assert!(!is_label("AWSprod"));
        assert!(!is_label("a:b"));
    }
}
