//! The `Globals` section: which properties it may hold, and how they join a resource's own.

use serde_json::Value;

use crate::error::{Result, SamError};
use crate::tree::{Entries, is_intrinsic};

const PREFIX: &str = "AWS::Serverless::";

/// Sections in the order the translator lists them, each with its properties.
const SECTIONS: &[(&str, &[&str])] = &[
    (
        "Api",
        &[
            "Auth",
            "Name",
            "DefinitionUri",
            "CacheClusterEnabled",
            "CacheClusterSize",
            "MergeDefinitions",
            "Variables",
            "EndpointConfiguration",
            "MethodSettings",
            "BinaryMediaTypes",
            "MinimumCompressionSize",
            "Cors",
            "GatewayResponses",
            "AccessLogSetting",
            "CanarySetting",
            "TracingEnabled",
            "OpenApiVersion",
            "Domain",
            "AlwaysDeploy",
            "PropagateTags",
            "SecurityPolicy",
            "EndpointAccessMode",
        ],
    ),
    (
        "CapacityProvider",
        &[
            "VpcConfig",
            "OperatorRole",
            "Tags",
            "InstanceRequirements",
            "ScalingConfig",
            "KmsKeyArn",
            "PropagateTags",
        ],
    ),
    (
        "Function",
        &[
            "Handler",
            "Runtime",
            "CodeUri",
            "DeadLetterQueue",
            "Description",
            "MemorySize",
            "Timeout",
            "VpcConfig",
            "Environment",
            "Tags",
            "PropagateTags",
            "Tracing",
            "KmsKeyArn",
            "AutoPublishAlias",
            "AutoPublishAliasAllProperties",
            "Layers",
            "DeploymentPreference",
            "RolePath",
            "PermissionsBoundary",
            "ReservedConcurrentExecutions",
            "ProvisionedConcurrencyConfig",
            "AssumeRolePolicyDocument",
            "EventInvokeConfig",
            "FileSystemConfigs",
            "CodeSigningConfigArn",
            "Architectures",
            "SnapStart",
            "EphemeralStorage",
            "FunctionUrlConfig",
            "RuntimeManagementConfig",
            "LoggingConfig",
            "RecursiveLoop",
            "SourceKMSKeyArn",
            "TenancyConfig",
            "DurableConfig",
            "CapacityProviderConfig",
            "FunctionScalingConfig",
            "PublishToLatestPublished",
            "VersionDeletionPolicy",
        ],
    ),
    (
        "HttpApi",
        &[
            "Auth",
            "AccessLogSettings",
            "StageVariables",
            "Tags",
            "CorsConfiguration",
            "DefaultRouteSettings",
            "Domain",
            "RouteSettings",
            "FailOnWarnings",
            "PropagateTags",
        ],
    ),
    ("LayerVersion", &["PublishLambdaVersion"]),
    ("SimpleTable", &["SSESpecification"]),
    ("StateMachine", &["PropagateTags"]),
    (
        "WebSocketApi",
        &[
            "AccessLogSettings",
            "ApiKeySelectionExpression",
            "DefaultRouteSettings",
            "DisableExecuteApiEndpoint",
            "DisableSchemaValidation",
            "Domain",
            "FailOnWarnings",
            "IpAddressType",
            "PropagateTags",
            "RouteSelectionExpression",
            "RouteSettings",
            "StageVariables",
            "Tags",
        ],
    ),
];

fn quoted(names: &[&str]) -> String {
    format!("[{}]", names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", "))
}

fn check(globals: &Value) -> Result<&Entries> {
    let Some(globals) = globals.as_object() else {
        return Err(SamError::Globals("It must be a non-empty dictionary".into()));
    };
    for (section, properties) in globals {
        let Some((_, supported)) = SECTIONS.iter().find(|(name, _)| name == section) else {
            let names: Vec<&str> = SECTIONS.iter().map(|(name, _)| *name).collect();
            return Err(SamError::Globals(format!(
                "'{section}' is not supported. Must be one of the following values - {}",
                quoted(&names)
            )));
        };
        let Some(properties) = properties.as_object() else {
            return Err(SamError::Globals("Value of ${section} must be a dictionary".into()));
        };
        if let Some(name) = properties.keys().find(|name| !supported.contains(&name.as_str())) {
            return Err(SamError::Globals(format!(
                "'{name}' is not a supported property of '{section}'. Must be one of the following values - {}",
                quoted(supported)
            )));
        }
    }
    Ok(globals)
}

/// Merges the section into the resources it speaks of.
pub(crate) fn apply(globals: Option<Value>, resources: &mut Entries) -> Result<()> {
    if let Some(globals) = &globals {
        let globals = check(globals)?;
        for (id, resource) in resources.iter_mut() {
            merge_into(id, resource, globals)?;
        }
    }
    resources.values_mut().for_each(align_open_api_version);
    Ok(())
}

fn merge_into(id: &str, resource: &mut Value, globals: &Entries) -> Result<()> {
    let section = resource.get("Type").and_then(Value::as_str).and_then(|name| name.strip_prefix(PREFIX));
    let Some(global) = section.and_then(|section| globals.get(section)) else { return Ok(()) };
    let ignored = resource.get("IgnoreGlobals").cloned().unwrap_or_default();
    let global = without_ignored(id, global, &ignored)?;
    let Some(entry) = resource.as_object_mut() else { return Ok(()) };
    let local = entry.get("Properties").cloned().unwrap_or_else(|| Value::Object(Entries::new()));
    entry.insert("Properties".into(), merge(&global, &local));
    Ok(())
}

fn without_ignored(id: &str, global: &Value, ignored: &Value) -> Result<Value> {
    match ignored {
        ignored if !crate::tree::truthy(ignored) => Ok(global.clone()),
        Value::String(all) if all == "*" => Ok(Value::Object(Entries::new())),
        Value::Array(names) => {
            let mut global = global.as_object().cloned().unwrap_or_default();
            for name in names {
                let name = crate::python::shown(name);
                if global.shift_remove(&name).is_none() {
                    let text = format!(
                        "Resource {id} has invalid resource attribute 'IgnoreGlobals' on item '{name}'."
                    );
                    return Err(SamError::resource(id, text));
                }
            }
            Ok(Value::Object(global))
        }
        _ => Err(SamError::resource(
            id,
            format!("Resource {id} has invalid resource attribute 'IgnoreGlobals'."),
        )),
    }
}

/// Mappings join, lists follow each other, anything else is the resource's.
fn merge(global: &Value, local: &Value) -> Value {
    match (global, local) {
        (Value::Object(ours), Value::Object(theirs)) if !is_intrinsic(global) && !is_intrinsic(local) => {
            let mut merged = ours.clone();
            for (key, value) in theirs {
                let value = match merged.get(key) {
                    Some(ours) => merge(ours, value),
                    None => value.clone(),
                };
                merged.insert(key.clone(), value);
            }
            Value::Object(merged)
        }
        (Value::Array(ours), Value::Array(theirs)) => ours.iter().chain(theirs).cloned().collect(),
        _ => local.clone(),
    }
}

/// A definition made for an implicit API takes the version that globals may have brought.
fn align_open_api_version(resource: &mut Value) {
    if resource.get("Type").and_then(Value::as_str) != Some("AWS::Serverless::Api") {
        return;
    }
    let Some(properties) = resource.get_mut("Properties").and_then(Value::as_object_mut) else { return };
    let Some(version) = properties.get("OpenApiVersion").map(crate::python::shown) else { return };
    if !properties.contains_key("__MANAGE_SWAGGER") || !crate::definition::is_version_3(&version) {
        return;
    }
    properties.insert("OpenApiVersion".into(), Value::from(version.as_str()));
    if let Some(body) = properties.get_mut("DefinitionBody").and_then(Value::as_object_mut) {
        body.insert("openapi".into(), Value::from(version));
        crate::python27::remove(body, "swagger");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn globals_join_by_kind() {
        let mut resources =
            serde_json::from_value(json!({"F": {"Type": "AWS::Serverless::Function", "Properties": {
            "Timeout": 5, "Environment": {"Variables": {"B": "2"}}, "Layers": ["b"]}}}))
            .unwrap();
        let globals = json!({"Function": {"Timeout": 1, "MemorySize": 256, "Environment": {"Variables": {"A": "1", "B": "1"}}, "Layers": ["a"]}});
        apply(Some(globals), &mut resources).unwrap();
        assert_eq!(
            resources["F"]["Properties"],
            json!({"Timeout": 5, "MemorySize": 256, "Environment": {"Variables": {"A": "1", "B": "2"}}, "Layers": ["a", "b"]})
        );
    }

    #[test]
    fn unknown_globals_are_named() {
        let error = apply(Some(json!({"Table": {}})), &mut Entries::new()).unwrap_err().to_string();
        assert!(
            error.starts_with("'Globals' section is invalid. 'Table' is not supported. Must be one of"),
            "{error}"
        );
    }
}
