//! PutRestApi.

use api_apigateway::types::{PutMode, PutRestApiInput, PutRestApiOutput};
use indexmap::IndexMap;
use port::RequestContext;
use serde_json::json;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::bad_request;
use crate::model::rest::{RestApiSettings, RestDefinition};
use crate::openapi::{self, rest::Imported};
use crate::rest::{check, describe};

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: PutRestApiInput,
) -> Result<PutRestApiOutput, ApiError> {
    apis.authorize(cx, Verb::Put, &format!("/restapis/{}", input.rest_api_id)).await?;
    let body = &openapi::parse(&input.body)?;
    let input = &input;
    let (api, warnings) = apis
        .change_rest(cx, &input.rest_api_id, |api| {
            let base = match input.mode {
                Some(PutMode::Merge) => api.definition.clone(),
                _ => only_root(&api.definition),
            };
            let mut imported = openapi::rest::import(body, base, api.settings.clone(), || apis.new_id(6))?;
            check_warnings(&imported, input.fail_on_warnings)?;
            apply_parameters(input.parameters.as_ref(), &mut imported.settings)?;
            api.settings = imported.settings;
            api.definition = imported.definition;
            Ok((api.clone(), imported.warnings))
        })
        .await?;
    describe::api(&input.rest_api_id, &api, warnings)
}

/// The root keeps its id when all else is replaced.
fn only_root(definition: &RestDefinition) -> RestDefinition {
    let mut base = RestDefinition::default();
    let roots = definition.resources.iter().filter(|(_, resource)| resource.parent_id.is_none());
    for (id, root) in roots {
        let mut root = root.clone();
        root.methods.clear();
        base.resources.insert(id.clone(), root);
    }
    base
}

/// What the import's parameters set of the API itself. Of those that change the import, the default `basepath=ignore` and
/// `ignore=documentation` are honoured.
pub fn apply_parameters(
    parameters: Option<&IndexMap<String, String>>,
    settings: &mut RestApiSettings,
) -> Result<(), ApiError> {
    for (name, value) in parameters.into_iter().flatten() {
        match (name.as_str(), value.as_str()) {
            ("basepath" | "ignore", "ignore" | "documentation") => {}
            ("endpointConfigurationTypes", kind) => {
                settings.endpoint_configuration = Some(json!({ "types": [kind] }));
            }
            _ => return Err(ApiError::not_implemented(format!("the import parameter {name}={value}"))),
        }
    }
    check::settings(settings)
}

pub fn check_warnings(imported: &Imported, fail: Option<bool>) -> Result<(), ApiError> {
    match fail.unwrap_or(false) && !imported.warnings.is_empty() {
        true => Err(bad_request(format!("Warnings found during import:\n{}", imported.warnings.join("\n")))),
        false => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_endpoint_type_is_set_and_private_is_refused() {
        let named = RestApiSettings { name: "api".to_owned(), ..RestApiSettings::default() };
        let apply = |kind: &str| {
            let mut settings = named.clone();
            let parameters = [("endpointConfigurationTypes".to_owned(), kind.to_owned())].into();
            apply_parameters(Some(&parameters), &mut settings).map(|()| settings.endpoint_configuration)
        };
        assert_eq!(apply("REGIONAL").unwrap(), Some(json!({ "types": ["REGIONAL"] })));
        assert!(apply("PRIVATE").unwrap_err().message.contains("PRIVATE"));
    }
}
