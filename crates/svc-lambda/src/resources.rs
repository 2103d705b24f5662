//! `AWS::Lambda::*` for CloudFormation, by the same operations as the API.

use api_lambda::types as t;
use port::{
    BoxFuture, Provisioned, RequestContext, ResourceFailure, ResourceProperty, ResourceProvider,
    ResourceRequest, ResourceTypeDesc,
};
use serde_json::{Map, Value, json};
use wire_codec::{ApiError, Structure, read_document};

use crate::{Lambda, ops};

const FUNCTION: &str = "AWS::Lambda::Function";
const VERSION: &str = "AWS::Lambda::Version";
const ALIAS: &str = "AWS::Lambda::Alias";
const PERMISSION: &str = "AWS::Lambda::Permission";
const MAPPING: &str = "AWS::Lambda::EventSourceMapping";
const LAYER: &str = "AWS::Lambda::LayerVersion";
const EVENT_CONFIG: &str = "AWS::Lambda::EventInvokeConfig";

const fn keep(name: &'static str) -> ResourceProperty {
    ResourceProperty::in_place(name)
}

const fn replace(name: &'static str) -> ResourceProperty {
    ResourceProperty::replacing(name)
}

static TYPES: [ResourceTypeDesc; 7] = [
    ResourceTypeDesc {
        name: FUNCTION,
        properties: &[
            replace("FunctionName"),
            keep("Code").required(),
            keep("Role").required(),
            keep("Runtime"),
            keep("Handler"),
            keep("Description"),
            keep("Timeout"),
            keep("MemorySize"),
            keep("Environment"),
            keep("Layers"),
            keep("EphemeralStorage"),
            keep("Architectures"),
            keep("TracingConfig"),
            keep("DeadLetterConfig"),
            keep("LoggingConfig"),
            keep("ReservedConcurrentExecutions"),
            keep("Tags"),
            replace("PackageType"),
        ],
        attributes: &["Arn"],
    },
    ResourceTypeDesc {
        name: VERSION,
        properties: &[replace("FunctionName").required(), replace("Description"), replace("CodeSha256")],
        attributes: &["Version", "FunctionArn"],
    },
    ResourceTypeDesc {
        name: ALIAS,
        properties: &[
            replace("FunctionName").required(),
            replace("Name").required(),
            keep("FunctionVersion").required(),
            keep("Description"),
            keep("RoutingConfig"),
        ],
        attributes: &["AliasArn"],
    },
    ResourceTypeDesc {
        name: PERMISSION,
        properties: &[
            replace("FunctionName").required(),
            replace("Action").required(),
            replace("Principal").required(),
            replace("SourceArn"),
            replace("SourceAccount"),
            replace("PrincipalOrgID"),
            replace("FunctionUrlAuthType"),
        ],
        attributes: &["Id"],
    },
    ResourceTypeDesc {
        name: MAPPING,
        properties: &[
            keep("FunctionName").required(),
            replace("EventSourceArn"),
            keep("BatchSize"),
            keep("Enabled"),
            keep("MaximumBatchingWindowInSeconds"),
            keep("FunctionResponseTypes"),
            keep("ScalingConfig"),
        ],
        attributes: &["Id", "EventSourceMappingArn"],
    },
    ResourceTypeDesc {
        name: LAYER,
        properties: &[
            replace("Content").required(),
            replace("LayerName"),
            replace("Description"),
            replace("LicenseInfo"),
            replace("CompatibleRuntimes"),
            replace("CompatibleArchitectures"),
        ],
        attributes: &["LayerVersionArn"],
    },
    ResourceTypeDesc {
        name: EVENT_CONFIG,
        properties: &[
            replace("FunctionName").required(),
            replace("Qualifier").required(),
            keep("MaximumRetryAttempts"),
            keep("MaximumEventAgeInSeconds"),
        ],
        attributes: &[],
    },
];

type Outcome = Result<Provisioned, ResourceFailure>;

impl ResourceProvider for Lambda {
    fn types(&self) -> &'static [ResourceTypeDesc] {
        &TYPES
    }

    fn create<'a>(&'a self, cx: &'a RequestContext, request: ResourceRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match request.resource_type.as_str() {
                FUNCTION => create_function(self, cx, request).await,
                VERSION => create_version(self, cx, request).await,
                ALIAS => create_alias(self, cx, request).await,
                PERMISSION => create_permission(self, cx, request).await,
                MAPPING => create_mapping(self, cx, request).await,
                LAYER => create_layer(self, cx, request).await,
                _ => put_event_config(self, cx, request).await,
            }
        })
    }

    fn update<'a>(&'a self, cx: &'a RequestContext, request: ResourceRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match request.resource_type.as_str() {
                FUNCTION => update_function(self, cx, request).await,
                ALIAS => update_alias(self, cx, request).await,
                MAPPING => update_mapping(self, cx, request).await,
                EVENT_CONFIG => put_event_config(self, cx, request).await,
                other => Err(ResourceFailure::new(format!("{other} cannot be changed in place"))),
            }
        })
    }

    fn delete<'a>(
        &'a self,
        cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<(), ResourceFailure>> {
        Box::pin(async move {
            match delete(self, cx, &request).await {
                Err(error) if error.status == 404 => Ok(()),
                other => Ok(other?),
            }
        })
    }
}

/// The properties as an API input; what the input does not have is refused by name.
fn input<I: Structure + Default>(properties: &Map<String, Value>) -> Result<I, ResourceFailure> {
    let mut input = I::default();
    read_document(&Value::Object(properties.clone()), &mut input)
        .map_err(|error| ResourceFailure::new(error.to_string()))?;
    Ok(input)
}

fn text(properties: &Map<String, Value>, name: &str) -> String {
    properties.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn physical(request: &ResourceRequest) -> String {
    request.physical_id.clone().unwrap_or_default()
}

fn provisioned(physical_id: impl Into<String>, attributes: &[(&str, Value)]) -> Provisioned {
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Provisioned { physical_id: physical_id.into(), attributes }
}

/// `{stack}-{logical}-{random}` within a function name's 64 characters, the random part kept.
fn function_name(request: &ResourceRequest) -> String {
    let name = text(&request.properties, "FunctionName");
    if !name.is_empty() {
        return name;
    }
    let generated = &request.generated_name;
    match generated.rsplit_once('-') {
        Some((head, random)) if generated.len() > 64 => {
            format!("{}-{random}", head.chars().take(63 - random.len()).collect::<String>())
        }
        _ => generated.clone(),
    }
}

/// Code as the API takes it: inline source becomes a package of one file, named by handler and runtime.
fn code(properties: &Map<String, Value>) -> Result<t::FunctionCode, ResourceFailure> {
    let mut code = properties.get("Code").and_then(Value::as_object).cloned().unwrap_or_default();
    let Some(source) = code.remove("ZipFile") else { return input(&code) };
    if !code.is_empty() {
        return Err(ResourceFailure::new(
            "Please do not provide other FunctionCode parameters when providing a ZipFile.",
        ));
    }
    let file = match text(properties, "Runtime").as_str() {
        runtime if runtime.starts_with("python") => "index.py",
        runtime if runtime.starts_with("nodejs") => "index.js",
        _ => {
            return Err(ResourceFailure::new(
                "ZipFile can only be used when Runtime is set to either of nodejs and python runtimes.",
            ));
        }
    };
    let package = crate::archive::single_file(file, source.as_str().unwrap_or_default())
        .map_err(|error| ResourceFailure::new(error.message()))?;
    Ok(t::FunctionCode { zip_file: Some(package.into()), ..t::FunctionCode::default() })
}

/// Without what the API has elsewhere.
fn configuration(request: &ResourceRequest) -> Map<String, Value> {
    let mut properties = request.properties.clone();
    for elsewhere in ["Code", "Tags", "ReservedConcurrentExecutions"] {
        properties.remove(elsewhere);
    }
    properties
}

async fn create_function(lambda: &Lambda, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let mut create: t::CreateFunctionInput = input(&configuration(&request))?;
    create.function_name = function_name(&request);
    create.code = code(&request.properties)?;
    create.tags = Some(request.merged_tags()?.into_iter().collect());
    let name = create.function_name.clone();
    let made = ops::create_function::run(lambda, cx, create).await?;
    if let Err(failure) = reserve(lambda, cx, &name, &request.properties).await {
        // A resource that failed to be made leaves nothing behind.
        let undo = t::DeleteFunctionInput { function_name: name, qualifier: None };
        let _ = ops::delete_function::run(lambda, cx, undo).await;
        return Err(failure.into());
    }
    Ok(provisioned(name, &[("Arn", json!(made.function_arn))]))
}

async fn update_function(lambda: &Lambda, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let name = physical(&request);
    let previous = request.previous_properties.clone().unwrap_or_default();
    let changed = |property: &str| previous.get(property) != request.properties.get(property);
    if changed("Code") || changed("Architectures") {
        let code = code(&request.properties)?;
        let architectures = match request.properties.get("Architectures") {
            Some(asked) => {
                let asked = Map::from_iter([("Architectures".to_owned(), asked.clone())]);
                input::<t::UpdateFunctionCodeInput>(&asked)?.architectures
            }
            None if previous.contains_key("Architectures") => Some(vec![t::Architecture::X8664]),
            None => None,
        };
        let update = t::UpdateFunctionCodeInput {
            function_name: name.clone(),
            zip_file: code.zip_file,
            s3_bucket: code.s3_bucket,
            s3_key: code.s3_key,
            s3_object_version: code.s3_object_version,
            image_uri: code.image_uri,
            source_kms_key_arn: code.source_kms_key_arn,
            s3_object_storage_mode: code.s3_object_storage_mode,
            architectures,
            ..t::UpdateFunctionCodeInput::default()
        };
        ops::update_function_code::run(lambda, cx, update).await?;
    }
    let mut properties = configuration(&request);
    for fixed in ["PackageType", "FunctionName", "Architectures"] {
        properties.remove(fixed);
    }
    // What the template no longer says goes back to its default.
    for (property, default) in [
        ("Description", json!("")),
        ("Timeout", json!(3)),
        ("MemorySize", json!(128)),
        ("Environment", json!({ "Variables": {} })),
        ("Layers", json!([])),
        ("EphemeralStorage", json!({ "Size": 512 })),
        ("TracingConfig", json!({ "Mode": "PassThrough" })),
        ("DeadLetterConfig", json!({ "TargetArn": "" })),
        ("LoggingConfig", json!({})),
    ] {
        if previous.contains_key(property) {
            properties.entry(property).or_insert(default);
        }
    }
    let mut update: t::UpdateFunctionConfigurationInput = input(&properties)?;
    update.function_name.clone_from(&name);
    let updated = ops::update_function_configuration::run(lambda, cx, update).await?;
    reserve(lambda, cx, &name, &request.properties).await?;
    let arn = updated.function_arn.unwrap_or_default();
    lambda.replace_tags(cx, &arn, request.merged_tags()?.into_iter().collect()).await?;
    Ok(provisioned(name, &[("Arn", json!(arn))]))
}

async fn reserve(
    lambda: &Lambda,
    cx: &RequestContext,
    name: &str,
    properties: &Map<String, Value>,
) -> Result<(), ApiError> {
    let function_name = name.to_owned();
    let whole = |value: &Value| {
        let number = value.as_i64().or_else(|| value.as_str()?.parse().ok());
        number.and_then(|number| i32::try_from(number).ok()).ok_or_else(|| {
            crate::error::invalid_parameter(format!(
                "ReservedConcurrentExecutions must be a whole number, not {value}"
            ))
        })
    };
    match properties.get("ReservedConcurrentExecutions").map(whole).transpose()? {
        Some(reserved_concurrent_executions) => {
            let put = t::PutFunctionConcurrencyInput { function_name, reserved_concurrent_executions };
            ops::put_function_concurrency::run(lambda, cx, put).await.map(drop)
        }
        None => {
            let delete = t::DeleteFunctionConcurrencyInput { function_name };
            ops::delete_function_concurrency::run(lambda, cx, delete).await.map(drop)
        }
    }
}

async fn create_version(lambda: &Lambda, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let publish: t::PublishVersionInput = input(&request.properties)?;
    let made = ops::publish_version::run(lambda, cx, publish).await?;
    let arn = made.function_arn.unwrap_or_default();
    Ok(provisioned(arn.clone(), &[("Version", json!(made.version)), ("FunctionArn", json!(arn))]))
}

/// CloudFormation writes weights as a list, the API as a map.
fn alias_properties(request: &ResourceRequest) -> Map<String, Value> {
    let mut properties = request.properties.clone();
    if let Some(weights) = properties.get("RoutingConfig").and_then(|r| r.get("AdditionalVersionWeights")) {
        let weights: Map<String, Value> = weights
            .as_array()
            .into_iter()
            .flatten()
            .map(|w| {
                (w["FunctionVersion"].as_str().unwrap_or_default().to_owned(), w["FunctionWeight"].clone())
            })
            .collect();
        properties.insert("RoutingConfig".to_owned(), json!({ "AdditionalVersionWeights": weights }));
    }
    properties
}

async fn create_alias(lambda: &Lambda, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let create: t::CreateAliasInput = input(&alias_properties(&request))?;
    let made = ops::create_alias::run(lambda, cx, create).await?;
    let arn = made.alias_arn.unwrap_or_default();
    Ok(provisioned(arn.clone(), &[("AliasArn", json!(arn))]))
}

async fn update_alias(lambda: &Lambda, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let mut update: t::UpdateAliasInput = input(&alias_properties(&request))?;
    update.routing_config.get_or_insert_default();
    update.description.get_or_insert_default();
    let made = ops::update_alias::run(lambda, cx, update).await?;
    let arn = made.alias_arn.unwrap_or_default();
    Ok(provisioned(arn.clone(), &[("AliasArn", json!(arn))]))
}

async fn create_permission(lambda: &Lambda, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let mut add: t::AddPermissionInput = input(&request.properties)?;
    add.statement_id.clone_from(&request.generated_name);
    match ops::add_permission::run(lambda, cx, add).await {
        // A repeated try of the same step finds its own statement.
        Err(error) if error.status == 409 => {}
        other => drop(other?),
    }
    let id = request.generated_name;
    Ok(provisioned(id.clone(), &[("Id", json!(id))]))
}

fn mapping_provisioned(made: &t::EventSourceMappingConfiguration) -> Provisioned {
    let id = made.uuid.clone().unwrap_or_default();
    let arn = json!(made.event_source_mapping_arn);
    provisioned(id.clone(), &[("Id", json!(id)), ("EventSourceMappingArn", arn)])
}

async fn create_mapping(lambda: &Lambda, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let create: t::CreateEventSourceMappingInput = input(&request.properties)?;
    Ok(mapping_provisioned(&ops::create_event_source_mapping::run(lambda, cx, create).await?))
}

async fn update_mapping(lambda: &Lambda, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let mut properties = request.properties.clone();
    properties.remove("EventSourceArn");
    let mut update: t::UpdateEventSourceMappingInput = input(&properties)?;
    update.uuid = physical(&request);
    update.enabled.get_or_insert(true);
    update.batch_size.get_or_insert(10);
    update.maximum_batching_window_in_seconds.get_or_insert(0);
    update.function_response_types.get_or_insert_default();
    update.scaling_config.get_or_insert_default();
    Ok(mapping_provisioned(&ops::update_event_source_mapping::run(lambda, cx, update).await?))
}

async fn create_layer(lambda: &Lambda, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let mut publish: t::PublishLayerVersionInput = input(&request.properties)?;
    if publish.layer_name.is_empty() {
        publish.layer_name = request.logical_id;
    }
    let made = ops::publish_layer_version::run(lambda, cx, publish).await?;
    let arn = made.layer_version_arn.unwrap_or_default();
    Ok(provisioned(arn.clone(), &[("LayerVersionArn", json!(arn))]))
}

async fn put_event_config(lambda: &Lambda, cx: &RequestContext, request: ResourceRequest) -> Outcome {
    let put: t::PutFunctionEventInvokeConfigInput = input(&request.properties)?;
    let id = format!("{}|{}", put.function_name, put.qualifier.clone().unwrap_or_default());
    ops::put_function_event_invoke_config::run(lambda, cx, put).await?;
    Ok(provisioned(id, &[]))
}

async fn delete(lambda: &Lambda, cx: &RequestContext, request: &ResourceRequest) -> Result<(), ApiError> {
    let id = physical(request);
    let function_name = text(&request.properties, "FunctionName");
    match request.resource_type.as_str() {
        FUNCTION => {
            let delete = t::DeleteFunctionInput { function_name: id, qualifier: None };
            ops::delete_function::run(lambda, cx, delete).await.map(drop)
        }
        VERSION => {
            let delete = t::DeleteFunctionInput { function_name: id, qualifier: None };
            ops::delete_function::run(lambda, cx, delete).await.map(drop)
        }
        ALIAS => {
            let delete = t::DeleteAliasInput { function_name, name: text(&request.properties, "Name") };
            ops::delete_alias::run(lambda, cx, delete).await.map(drop)
        }
        PERMISSION => {
            let remove = t::RemovePermissionInput {
                function_name,
                statement_id: id,
                ..t::RemovePermissionInput::default()
            };
            ops::remove_permission::run(lambda, cx, remove).await.map(drop)
        }
        MAPPING => {
            let delete = t::DeleteEventSourceMappingInput { uuid: id };
            ops::delete_event_source_mapping::run(lambda, cx, delete).await.map(drop)
        }
        LAYER => {
            let (_, _, name, number) = crate::code_source::parse_layer_version(&id)?;
            let version_number = i64::try_from(number).unwrap_or(i64::MAX);
            let delete = t::DeleteLayerVersionInput { layer_name: name, version_number };
            ops::delete_layer_version::run(lambda, cx, delete).await.map(drop)
        }
        _ => {
            let qualifier = Some(text(&request.properties, "Qualifier"));
            let delete = t::DeleteFunctionEventInvokeConfigInput { function_name, qualifier };
            ops::delete_function_event_invoke_config::run(lambda, cx, delete).await.map(drop)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(properties: Value) -> String {
        code(properties.as_object().unwrap()).unwrap_err().message
    }

    #[test]
    fn inline_code_stands_alone_and_has_a_runtime_that_takes_it() {
        let inline = json!({"Code": {"ZipFile": "def handler(e, c): pass"}, "Runtime": "python3.12"});
        assert!(code(inline.as_object().unwrap()).unwrap().zip_file.is_some());
        let both = json!({"Code": {"ZipFile": "x", "ImageUri": "i"}, "Runtime": "python3.12"});
        assert!(refused(both).contains("other FunctionCode parameters"));
        let custom = json!({"Code": {"ZipFile": "x"}, "Runtime": "provided.al2023"});
        assert!(refused(custom).contains("ZipFile"));
    }
}
