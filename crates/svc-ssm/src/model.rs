//! Parameters and their versions as they are stored.

use std::collections::BTreeMap;

use api_ssm::types as t;
use base_time::Timestamp;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use store_table::{First, JsonRecord};

/// A parameter. Its latest version is here too, so that most reads are of one row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    pub latest: Revision,
    /// The oldest version kept.
    pub oldest: u64,
    /// Label to version.
    pub labels: BTreeMap<String, u64>,
    pub tags: IndexMap<String, String>,
}

/// One version of a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Revision {
    /// From 1.
    pub version: u64,
    pub parameter_type: ParameterType,
    pub value: String,
    pub description: Option<String>,
    pub allowed_pattern: Option<String>,
    pub tier: Tier,
    pub data_type: String,
    pub modified: Timestamp,
    /// ARN of who wrote it.
    pub modified_by: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ParameterType {
    String,
    StringList,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Tier {
    Standard,
    Advanced,
}

impl ParameterType {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::String => "String",
            Self::StringList => "StringList",
        }
    }
}

impl From<ParameterType> for t::ParameterType {
    fn from(parameter_type: ParameterType) -> Self {
        match parameter_type {
            ParameterType::String => Self::String,
            ParameterType::StringList => Self::StringList,
        }
    }
}

impl Tier {
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Standard => "Standard",
            Self::Advanced => "Advanced",
        }
    }
}

impl From<Tier> for t::ParameterTier {
    fn from(tier: Tier) -> Self {
        match tier {
            Tier::Standard => Self::Standard,
            Tier::Advanced => Self::Advanced,
        }
    }
}

impl Revision {
    /// As answers have it.
    pub fn number(&self) -> i64 {
        i64::try_from(self.version).unwrap_or(i64::MAX)
    }
}

impl Parameter {
    pub fn labels_of(&self, version: u64) -> Vec<String> {
        self.labels
            .iter()
            .filter(|(_, labelled)| **labelled == version)
            .map(|(label, _)| label.clone())
            .collect()
    }
}

macro_rules! json_record {
    ($($record:ty),+) => {
        $(impl JsonRecord for $record {
            const VERSION: u8 = 1;
            type Previous = First;
            fn migrate(previous: First) -> Self {
                match previous {}
            }
        })+
    };
}

json_record!(Parameter, Revision);
