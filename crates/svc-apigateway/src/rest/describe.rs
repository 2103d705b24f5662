//! Stored REST APIs as the API shows them.

use api_apigateway::types as t;
use wire_codec::ApiError;

use super::tree;
use crate::document::show;
use crate::model::Deployment;
use crate::model::rest::{Method, RestApi, RestDefinition, RestResource, RestStage};

pub fn api(id: &str, api: &RestApi, warnings: Vec<String>) -> Result<t::RestApi, ApiError> {
    let mut shown: t::RestApi = show(&api.settings)?;
    shown.id = Some(id.to_owned());
    shown.created_date = Some(api.created);
    shown.root_resource_id = tree::root(&api.definition);
    shown.api_key_source.get_or_insert(t::ApiKeySourceType::Header);
    shown.disable_execute_api_endpoint.get_or_insert(false);
    shown.warnings = (!warnings.is_empty()).then_some(warnings);
    shown.endpoint_configuration.get_or_insert_with(|| t::EndpointConfiguration {
        types: Some(vec![t::EndpointType::Edge]),
        ..t::EndpointConfiguration::default()
    });
    Ok(shown)
}

/// `with_methods`: `embed=methods` was asked; otherwise only their names.
pub fn resource(id: &str, resource: &RestResource, with_methods: bool) -> Result<t::Resource, ApiError> {
    let show_method = |(name, of): (&String, &Method)| {
        let shown = if with_methods { method(of)? } else { t::Method::default() };
        Ok::<_, ApiError>((name.clone(), shown))
    };
    let methods =
        resource.methods.iter().map(show_method).collect::<Result<indexmap::IndexMap<_, _>, _>>()?;
    Ok(t::Resource {
        id: Some(id.to_owned()),
        parent_id: resource.parent_id.clone(),
        path_part: (!resource.path_part.is_empty()).then(|| resource.path_part.clone()),
        path: Some(resource.path.clone()),
        resource_methods: (!methods.is_empty()).then_some(methods),
    })
}

pub fn method(of: &Method) -> Result<t::Method, ApiError> {
    show(of)
}

pub fn stage(stage: &RestStage) -> Result<t::Stage, ApiError> {
    let mut shown: t::Stage = show(&stage.settings)?;
    shown.created_date = Some(stage.created);
    shown.last_updated_date = Some(stage.updated);
    shown.cache_cluster_status = Some(t::CacheClusterStatus::NotAvailable);
    shown.method_settings = Some(indexmap::IndexMap::new());
    Ok(shown)
}

pub fn deployment(id: &str, deployment: &Deployment<RestDefinition>, with_summary: bool) -> t::Deployment {
    let summary = with_summary.then(|| {
        let resources =
            deployment.definition.resources.values().filter(|resource| !resource.methods.is_empty());
        let methods = |resource: &RestResource| {
            let snapshot = |(name, method): (&String, &Method)| {
                let snapshot = t::MethodSnapshot {
                    authorization_type: Some(method.authorization_type.clone()),
                    api_key_required: Some(method.api_key_required),
                };
                (name.clone(), snapshot)
            };
            resource.methods.iter().map(snapshot).collect()
        };
        resources.map(|resource| (resource.path.clone(), methods(resource))).collect()
    });
    t::Deployment {
        id: Some(id.to_owned()),
        description: deployment.description.clone(),
        created_date: Some(deployment.created),
        api_summary: summary,
    }
}
