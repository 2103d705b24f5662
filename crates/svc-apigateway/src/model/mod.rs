//! What an API is, as stored: settings bear the names of the API's members, so that they are read from requests,
//! templates and patches, and shown, by one way (`document`). A member that settings do not have is refused by name.

pub mod http;
pub mod rest;

use base_time::Timestamp;
use serde::{Deserialize, Serialize};
use store_table::{First, JsonRecord};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ApiKind {
    Rest,
    Http,
}

/// Whose an API id is: ids are unique across accounts and regions.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Owner {
    pub account: String,
    pub region: String,
    pub kind: ApiKind,
}

/// What the account's setting of the region is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AccountSettings {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cloudwatch_role_arn: Option<String>,
}

/// An immutable copy of an API's definition `D`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Deployment<D> {
    pub created: Timestamp,
    pub description: Option<String>,
    /// Made by a stage that deploys by itself.
    pub is_auto: bool,
    pub definition: D,
}

macro_rules! first_version {
    ($($record:ty),+ $(,)?) => {$(
        impl JsonRecord for $record {
            const VERSION: u8 = 1;
            type Previous = First;
            fn migrate(previous: First) -> Self {
                match previous {}
            }
        }
    )+};
}

first_version!(
    Owner,
    AccountSettings,
    rest::RestApi,
    rest::RestStage,
    Deployment<rest::RestDefinition>,
    http::HttpApi,
    http::HttpStage,
    Deployment<http::HttpDefinition>,
);
