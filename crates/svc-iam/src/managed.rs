//! AWS's managed policies: those that templates, policy names and examples for the services here use. Their documents are
//! AWS's (`managed/policies.json`); `ReadOnlyAccess` holds the actions of services that exist or are planned here.

use std::sync::LazyLock;

use base_time::Timestamp;
use serde::Deserialize;

#[derive(Deserialize)]
struct Stored {
    name: String,
    id: String,
    path: String,
    version: String,
    created: String,
    updated: String,
    document: serde_json::Value,
}

pub(crate) struct ManagedPolicy {
    pub name: String,
    pub id: String,
    pub arn: String,
    pub path: String,
    /// `v3`
    pub version: String,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub document: String,
}

static ALL: LazyLock<Vec<ManagedPolicy>> = LazyLock::new(|| {
    let stored: Vec<Stored> =
        serde_json::from_str(include_str!("../managed/policies.json")).unwrap_or_default();
    let mut all: Vec<ManagedPolicy> = stored.into_iter().map(ManagedPolicy::from).collect();
    all.sort_by(|a, b| a.arn.cmp(&b.arn));
    all
});

impl From<Stored> for ManagedPolicy {
    fn from(stored: Stored) -> Self {
        let time = |text: &str| Timestamp::parse_rfc3339(text).unwrap_or_default();
        Self {
            arn: format!("arn:aws:iam::aws:policy{}{}", stored.path, stored.name),
            created: time(&stored.created),
            updated: time(&stored.updated),
            document: stored.document.to_string(),
            name: stored.name,
            id: stored.id,
            path: stored.path,
            version: stored.version,
        }
    }
}

/// All of them, by ARN.
pub(crate) fn all() -> &'static [ManagedPolicy] {
    &ALL
}

pub(crate) fn find(arn: &str) -> Option<&'static ManagedPolicy> {
    ALL.binary_search_by(|policy| policy.arn.as_str().cmp(arn)).ok().map(|at| &ALL[at])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::{Kind, parse_valid};

    #[test]
    fn every_document_is_a_valid_policy() {
        assert!(all().len() >= 37);
        for policy in all() {
            parse_valid(&policy.document, Kind::Identity)
                .unwrap_or_else(|error| panic!("{}: {error}", policy.name));
        }
    }

    #[test]
    fn they_are_found_by_arn() {
        let arn = "arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole";
        assert_eq!(find(arn).unwrap().version, "v1");
        assert!(find("arn:aws:iam::aws:policy/None").is_none());
    }
}
