//! What IAM is about: users, groups and roles, their names and ARNs.

use serde::{Deserialize, Serialize};

/// What policies can be attached to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum EntityKind {
    User,
    Group,
    Role,
}

impl EntityKind {
    /// As texts and ARNs have it.
    pub(crate) fn word(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Group => "group",
            Self::Role => "role",
        }
    }

    pub(crate) fn title(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
            Self::Role => "Role",
        }
    }

    /// Longest name.
    pub(crate) fn max_name_chars(self) -> usize {
        match self {
            Self::User | Self::Role => 64,
            Self::Group => 128,
        }
    }

    /// All inline policies of one entity, white space not counted ("IAM and AWS STS quotas").
    pub(crate) fn max_inline_chars(self) -> usize {
        match self {
            Self::User => 2_048,
            Self::Group => 5_120,
            Self::Role => 10_240,
        }
    }
}

/// A user, group or role by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entity<'a> {
    pub kind: EntityKind,
    pub name: &'a str,
}

impl<'a> Entity<'a> {
    pub(crate) fn user(name: &'a str) -> Self {
        Self { kind: EntityKind::User, name }
    }

    pub(crate) fn group(name: &'a str) -> Self {
        Self { kind: EntityKind::Group, name }
    }

    pub(crate) fn role(name: &'a str) -> Self {
        Self { kind: EntityKind::Role, name }
    }

    /// `arn:aws:iam::{account}:role{path}{name}`
    pub(crate) fn arn(&self, account: &str, path: &str) -> String {
        format!("arn:aws:iam::{account}:{}{path}{}", self.kind.word(), self.name)
    }
}

pub(crate) fn policy_arn(account: &str, path: &str, name: &str) -> String {
    format!("arn:aws:iam::{account}:policy{path}{name}")
}

/// Account and name of `arn:aws:iam::{account}:{word}/path/name`.
pub(crate) fn split_arn<'a>(arn: &'a str, word: &str) -> Option<(&'a str, &'a str)> {
    let parsed = port::Arn::parse(arn)?;
    let rest = parsed.resource.strip_prefix(word)?.strip_prefix('/')?;
    let name = rest.rsplit('/').next()?;
    (parsed.service == "iam" && !name.is_empty()).then_some((parsed.account, name))
}

/// Characters of a document as quotas count them.
pub(crate) fn document_chars(document: &str) -> usize {
    document.chars().filter(|c| !c.is_whitespace()).count()
}
