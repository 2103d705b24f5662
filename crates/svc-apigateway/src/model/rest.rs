//! REST APIs (API Gateway API reference, "RestApi", "Resource", "Method", "Integration", "Stage").

use base_time::Timestamp;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

type Texts = IndexMap<String, String>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestApi {
    pub account: String,
    pub region: String,
    pub created: Timestamp,
    pub settings: RestApiSettings,
    pub definition: RestDefinition,
}

/// The API's own members.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RestApiSettings {
    pub name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub binary_media_types: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub api_key_source: Option<String>,
    /// Stored and shown: edge and regional endpoints are served alike here. Private ones are refused.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub endpoint_configuration: Option<Value>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub tags: Texts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disable_execute_api_endpoint: Option<bool>,
}

/// What a deployment copies.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RestDefinition {
    /// By resource id.
    pub resources: IndexMap<String, RestResource>,
    /// By response type, such as `DEFAULT_4XX`.
    #[serde(default)]
    pub gateway_responses: IndexMap<String, GatewayResponse>,
    /// Taken from the settings when deployed.
    #[serde(default)]
    pub binary_media_types: Vec<String>,
    #[serde(default)]
    pub disable_execute_api_endpoint: bool,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct RestResource {
    /// None for the root.
    pub parent_id: Option<String>,
    /// Empty for the root.
    pub path_part: String,
    /// `/notes/{id}`.
    pub path: String,
    /// By HTTP method or `ANY`.
    pub methods: IndexMap<String, Method>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Method {
    pub http_method: String,
    pub authorization_type: String,
    #[serde(default)]
    pub api_key_required: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation_name: Option<String>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub request_parameters: IndexMap<String, bool>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub request_models: Texts,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub method_responses: IndexMap<String, MethodResponse>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub method_integration: Option<Integration>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MethodResponse {
    pub status_code: String,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub response_parameters: IndexMap<String, bool>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub response_models: Texts,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Integration {
    /// `AWS_PROXY` or `MOCK`.
    pub r#type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub http_method: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub connection_type: Option<String>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub request_templates: Texts,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub passthrough_behavior: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub timeout_in_millis: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cache_namespace: Option<String>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cache_key_parameters: Vec<String>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub integration_responses: IndexMap<String, IntegrationResponse>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct IntegrationResponse {
    pub status_code: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection_pattern: Option<String>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub response_parameters: Texts,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub response_templates: Texts,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GatewayResponse {
    pub response_type: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status_code: Option<String>,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub response_parameters: Texts,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub response_templates: Texts,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RestStage {
    pub account: String,
    pub region: String,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub settings: RestStageSettings,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RestStageSettings {
    pub deployment_id: String,
    pub stage_name: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(default)]
    pub cache_cluster_enabled: bool,
    #[serde(default)]
    pub tracing_enabled: bool,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub variables: Texts,
    #[serde(default, skip_serializing_if = "IndexMap::is_empty")]
    pub tags: Texts,
}
