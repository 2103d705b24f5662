//! What API Gateway stores, with the key layouts.

use store_table::{Table, TableId};

use crate::model::http::{HttpApi, HttpDefinition, HttpStage};
use crate::model::rest::{RestApi, RestDefinition, RestStage};
use crate::model::{AccountSettings, Deployment, Owner};

const SERVICE: u8 = 7;

/// (account, region, API id)
pub type ApiKey = (String, String, String);

/// API id -> whose it is
pub const OWNERS: Table<(String,), Owner> = Table::new(TableId::rows(SERVICE, 1));

/// (account, region, API id) -> a REST API with its resources
pub const REST_APIS: Table<ApiKey, RestApi> = Table::new(TableId::rows(SERVICE, 2));

/// (API id, deployment id)
pub const REST_DEPLOYMENTS: Table<(String, String), Deployment<RestDefinition>> =
    Table::new(TableId::rows(SERVICE, 3));

/// (API id, stage name)
pub const REST_STAGES: Table<(String, String), RestStage> = Table::new(TableId::rows(SERVICE, 4));

/// (account, region, API id) -> an HTTP API with its routes and integrations
pub const HTTP_APIS: Table<ApiKey, HttpApi> = Table::new(TableId::rows(SERVICE, 5));

/// (API id, deployment id)
pub const HTTP_DEPLOYMENTS: Table<(String, String), Deployment<HttpDefinition>> =
    Table::new(TableId::rows(SERVICE, 6));

/// (API id, stage name)
pub const HTTP_STAGES: Table<(String, String), HttpStage> = Table::new(TableId::rows(SERVICE, 7));

/// (account, region)
pub const ACCOUNTS: Table<(String, String), AccountSettings> = Table::new(TableId::rows(SERVICE, 8));
