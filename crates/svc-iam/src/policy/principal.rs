//! The `Principal` and `NotPrincipal` elements.

use port::Principal;
use serde_json::Value;

use super::error::PolicyError;

/// How a principal element concerns a caller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Match {
    None,
    /// Its account is named: the account's own policies decide for whom.
    Account,
    /// Everybody, or the caller's user or role.
    Direct,
    /// The very session (`arn:aws:sts::…:assumed-role/…`), which session policies and boundaries then do not narrow.
    Session,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Named {
    Everyone,
    /// `123456789012` or `arn:aws:iam::123456789012:root`.
    Account(String),
    /// A user's, role's or session's ARN.
    Arn(String),
    Service(String),
    /// Federated and canonical users, and ids of principals that were deleted: nobody here.
    Nobody,
}

/// A parsed element.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PrincipalClause {
    named: Vec<Named>,
    is_negated: bool,
}

impl PrincipalClause {
    pub(super) fn parse(value: &Value, is_negated: bool) -> Result<Self, PolicyError> {
        let mut named = Vec::new();
        match value {
            Value::String(text) if text == "*" => named.push(Named::Everyone),
            Value::Object(kinds) if !kinds.is_empty() => {
                for (kind, names) in kinds {
                    for name in strings(names)? {
                        named.push(Named::parse(kind, name)?);
                    }
                }
            }
            _ => return Err(PolicyError::new("Invalid principal in policy.")),
        }
        Ok(Self { named, is_negated })
    }

    pub fn matches(&self, caller: &Principal) -> Match {
        let best = self.named.iter().map(|named| named.matches(caller)).max().unwrap_or(Match::None);
        match (self.is_negated, best) {
            (false, best) => best,
            (true, Match::None) => Match::Direct,
            (true, _) => Match::None,
        }
    }

    /// The ARNs of users and roles it names, for a check that they exist.
    pub fn arns(&self) -> impl Iterator<Item = &str> {
        self.named.iter().filter_map(|named| match named {
            Named::Arn(arn) => Some(arn.as_str()),
            _ => None,
        })
    }
}

fn strings(value: &Value) -> Result<Vec<&str>, PolicyError> {
    match value {
        Value::String(text) => Ok(vec![text]),
        Value::Array(items) if !items.is_empty() => {
            items.iter().map(|item| item.as_str().ok_or_else(PolicyError::syntax)).collect()
        }
        _ => Err(PolicyError::syntax()),
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

impl Named {
    fn parse(kind: &str, name: &str) -> Result<Self, PolicyError> {
        let invalid = || {
            PolicyError::new(format!("Invalid principal in policy: \"{}\":\"{name}\"", kind.to_uppercase()))
        };
        match kind {
            "AWS" => Self::parse_aws(name).ok_or_else(invalid),
            "Service" if name.contains('.') || name == "*" => {
                Ok(if name == "*" { Self::Everyone } else { Self::Service(name.to_owned()) })
            }
            "Federated" | "CanonicalUser" => Ok(Self::Nobody),
            _ => Err(invalid()),
        }
    }

    fn parse_aws(name: &str) -> Option<Self> {
        if name == "*" {
            return Some(Self::Everyone);
        }
        if is_account(name) {
            return Some(Self::Account(name.to_owned()));
        }
        if name.len() > 16 && name.starts_with("A") && name.bytes().all(|b| b.is_ascii_alphanumeric()) {
            return Some(Self::Nobody);
        }
        let arn = port::Arn::parse(name)?;
        if !matches!(arn.service, "iam" | "sts") || !is_account(arn.account) || name.contains(['*', '?']) {
            return None;
        }
        Some(if arn.resource == "root" {
            Self::Account(arn.account.to_owned())
        } else {
            Self::Arn(name.to_owned())
        })
    }

    fn matches(&self, caller: &Principal) -> Match {
        match self {
            Self::Everyone => Match::Direct,
            Self::Nobody => Match::None,
            Self::Account(account) => match caller {
                Principal::Root { account: own } if own == account => Match::Direct,
                _ if caller.account() == Some(account) => Match::Account,
                _ => Match::None,
            },
            Self::Arn(arn) => match caller {
                Principal::User { arn: own, .. } if own == arn => Match::Direct,
                Principal::AssumedRole { arn: own, .. } if own == arn => Match::Session,
                Principal::AssumedRole { role_arn, .. } if role_arn == arn => Match::Direct,
                _ => Match::None,
            },
            Self::Service(service) => match caller {
                Principal::Service { name, .. } if name == service => Match::Direct,
                _ => Match::None,
            },
        }
    }
}
