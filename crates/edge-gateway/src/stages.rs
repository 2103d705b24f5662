//! Compiled stages: what a request needs, made once per version of the stored stage.

use std::collections::HashMap;
use std::sync::Arc;

use indexmap::IndexMap;
use parking_lot::Mutex;
use store_kv::Version;
use svc_apigateway::model::http::{Cors, HttpDefinition, HttpIntegration};
use svc_apigateway::model::rest::{GatewayResponse, Integration, RestDefinition};
use wire_codec::ApiError;

use crate::Gateway;
use crate::routes::RouteTable;

/// Stages kept at once.
const KEPT: usize = 10_000;

type Key = (String, String);

#[derive(Default)]
pub struct Stages {
    rest: Mutex<HashMap<Key, (Version, Arc<RestStage>)>>,
    http: Mutex<HashMap<Key, (Version, Arc<HttpStage>)>>,
}

/// A REST API's stage.
pub struct RestStage {
    pub routes: RouteTable<RestRoute>,
    pub variables: IndexMap<String, String>,
    pub binary_media_types: Vec<String>,
    pub gateway_responses: IndexMap<String, GatewayResponse>,
    pub is_disabled: bool,
}

pub struct RestRoute {
    pub resource_id: String,
    /// `/notes/{id}`
    pub resource: String,
    pub authorization_type: String,
    pub integration: Option<Integration>,
}

/// An HTTP API's stage.
pub struct HttpStage {
    pub routes: RouteTable<HttpRoute>,
    pub default: Option<HttpRoute>,
    pub variables: IndexMap<String, String>,
    pub cors: Option<Cors>,
    pub is_disabled: bool,
}

#[derive(Clone)]
pub struct HttpRoute {
    /// `GET /notes/{id}` or `$default`.
    pub route_key: String,
    pub authorization_type: String,
    pub integration: Option<HttpIntegration>,
}

impl Gateway {
    pub(crate) async fn rest_stage(
        &self,
        api_id: &str,
        name: &str,
    ) -> Result<Option<Arc<RestStage>>, ApiError> {
        let Some(version) = self.0.apis.rest_stage_version(api_id, name).await? else { return Ok(None) };
        let key = (api_id.to_owned(), name.to_owned());
        if let Some(stage) = known(&self.0.stages.rest, &key, version) {
            return Ok(Some(stage));
        }
        let Some(served) = self.0.apis.rest_stage(api_id, name).await? else { return Ok(None) };
        let stage = Arc::new(compile_rest(served.definition, served.stage.settings.variables));
        keep(&self.0.stages.rest, key, served.version, stage.clone());
        Ok(Some(stage))
    }

    pub(crate) async fn http_stage(
        &self,
        api_id: &str,
        name: &str,
    ) -> Result<Option<Arc<HttpStage>>, ApiError> {
        let Some(version) = self.0.apis.http_stage_version(api_id, name).await? else { return Ok(None) };
        let key = (api_id.to_owned(), name.to_owned());
        if let Some(stage) = known(&self.0.stages.http, &key, version) {
            return Ok(Some(stage));
        }
        let Some(served) = self.0.apis.http_stage(api_id, name).await? else { return Ok(None) };
        let stage = Arc::new(compile_http(served.definition, served.stage.settings.stage_variables));
        keep(&self.0.stages.http, key, served.version, stage.clone());
        Ok(Some(stage))
    }
}

fn known<S>(stages: &Mutex<HashMap<Key, (Version, Arc<S>)>>, key: &Key, version: Version) -> Option<Arc<S>> {
    let stages = stages.lock();
    stages.get(key).filter(|(kept, _)| *kept == version).map(|(_, stage)| stage.clone())
}

fn keep<S>(stages: &Mutex<HashMap<Key, (Version, Arc<S>)>>, key: Key, version: Version, stage: Arc<S>) {
    let mut stages = stages.lock();
    if stages.len() >= KEPT {
        stages.clear();
    }
    stages.insert(key, (version, stage));
}

fn compile_rest(definition: RestDefinition, variables: IndexMap<String, String>) -> RestStage {
    let mut routes = RouteTable::default();
    for (resource_id, resource) in definition.resources {
        for (http_method, method) in resource.methods {
            let route = RestRoute {
                resource_id: resource_id.clone(),
                resource: resource.path.clone(),
                authorization_type: method.authorization_type,
                integration: method.method_integration,
            };
            routes.add(&http_method, &resource.path, route);
        }
    }
    RestStage {
        routes,
        variables,
        binary_media_types: definition.binary_media_types,
        gateway_responses: definition.gateway_responses,
        is_disabled: definition.disable_execute_api_endpoint,
    }
}

fn compile_http(definition: HttpDefinition, variables: IndexMap<String, String>) -> HttpStage {
    let mut routes = RouteTable::default();
    let mut default = None;
    for route in definition.routes.into_values() {
        let integration = route.target.as_deref().and_then(|target| target.strip_prefix("integrations/"));
        let integration = integration.and_then(|id| definition.integrations.get(id)).cloned();
        let compiled = HttpRoute {
            route_key: route.route_key.clone(),
            authorization_type: route.authorization_type.unwrap_or_else(|| "NONE".to_owned()),
            integration,
        };
        match route.route_key.split_once(' ') {
            Some((method, path)) => routes.add(method, path, compiled),
            None => default = Some(compiled),
        }
    }
    HttpStage {
        routes,
        default,
        variables,
        cors: definition.cors,
        is_disabled: definition.disable_execute_api_endpoint,
    }
}
