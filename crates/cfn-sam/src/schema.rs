//! Properties of SAM resources and events, with the types the translator checks.
//!
//! Source: the AWS SAM specification (resource and property reference), and the translator's behaviour where the
//! specification is silent.

use serde_json::Value;

use crate::error::{Result, SamError};
use crate::tree::Entries;

/// What a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Any,
    Text,
    Map,
    List,
    Flag,
    Integer,
    /// A mapping whose values are of these kinds.
    MapOf(&'static [Kind]),
    /// A list whose items are of these kinds.
    ListOf(&'static [Kind]),
}

use Kind::{Any, Flag, Integer, List, ListOf, Map, MapOf, Text};

impl Kind {
    fn accepts(self, value: &Value) -> bool {
        let all = |kinds: &[Kind], value: &Value| kinds.iter().any(|kind| kind.accepts(value));
        match self {
            Any => true,
            Text => value.is_string(),
            Map => value.is_object(),
            List => value.is_array(),
            Flag => value.is_boolean(),
            Integer => value.is_i64() || value.is_u64() || value.is_boolean(),
            MapOf(kinds) => value.as_object().is_some_and(|map| map.values().all(|value| all(kinds, value))),
            ListOf(kinds) => value.as_array().is_some_and(|items| items.iter().all(|item| all(kinds, item))),
        }
    }
}

/// One property.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Rule {
    pub(crate) name: &'static str,
    kinds: &'static [Kind],
    required: bool,
    /// A mapping with one key passes for an intrinsic function.
    intrinsics: bool,
}

const fn optional(name: &'static str, kinds: &'static [Kind]) -> Rule {
    Rule { name, kinds, required: false, intrinsics: true }
}

const fn required(name: &'static str, kinds: &'static [Kind]) -> Rule {
    Rule { name, kinds, required: true, intrinsics: true }
}

const fn strict(name: &'static str, kinds: &'static [Kind]) -> Rule {
    Rule { name, kinds, required: false, intrinsics: false }
}

const fn strictly_required(name: &'static str, kinds: &'static [Kind]) -> Rule {
    Rule { name, kinds, required: true, intrinsics: false }
}

const fn pass(name: &'static str) -> Rule {
    Rule { name, kinds: &[Any], required: false, intrinsics: false }
}

pub(crate) fn check(id: &str, type_name: &str, rules: &[Rule], properties: &Entries) -> Result<()> {
    if let Some(name) = properties.keys().find(|name| !rules.iter().any(|rule| rule.name == name.as_str())) {
        return Err(SamError::resource(
            id,
            format!("property {name} not defined for resource of type {type_name}"),
        ));
    }
    rules.iter().try_for_each(|rule| check_rule(id, rule, properties.get(rule.name)))
}

fn check_rule(id: &str, rule: &Rule, value: Option<&Value>) -> Result<()> {
    let name = rule.name;
    let Some(value) = value.filter(|value| !value.is_null()) else {
        if rule.required {
            return Err(SamError::resource(id, format!("Missing required property '{name}'.")));
        }
        return Ok(());
    };
    let looks_like_function = value.as_object().is_some_and(|entries| entries.len() == 1);
    if (rule.intrinsics && looks_like_function) || rule.kinds.iter().any(|kind| kind.accepts(value)) {
        return Ok(());
    }
    let message = match rule.kinds {
        [Map] => format!("Property '{name}' should be a map."),
        [Text] => format!("Property '{name}' should be a string."),
        _ => format!("Type of property '{name}' is invalid."),
    };
    Err(SamError::resource(id, message))
}

/// `AWS::Serverless::Function`.
pub(crate) const FUNCTION: &[Rule] = &[
    optional("FunctionName", &[Text, Map]),
    pass("Handler"),
    pass("Runtime"),
    pass("CodeUri"),
    pass("ImageUri"),
    pass("PackageType"),
    pass("InlineCode"),
    optional("DeadLetterQueue", &[Map]),
    pass("Description"),
    pass("MemorySize"),
    pass("Timeout"),
    pass("VpcConfig"),
    optional("Role", &[Text]),
    optional("AssumeRolePolicyDocument", &[Map]),
    optional("Policies", &[Text, Map, ListOf(&[Text, Map])]),
    pass("RolePath"),
    optional("PermissionsBoundary", &[Text]),
    optional("Environment", &[MapOf(&[Map])]),
    optional("Events", &[MapOf(&[Map])]),
    optional("Tags", &[Map]),
    optional("PropagateTags", &[Flag]),
    optional("Tracing", &[Map, Text]),
    pass("KmsKeyArn"),
    optional("DeploymentPreference", &[Map]),
    pass("ReservedConcurrentExecutions"),
    optional("Layers", &[ListOf(&[Text, Map])]),
    optional("EventInvokeConfig", &[Map]),
    pass("EphemeralStorage"),
    optional("AutoPublishAlias", &[Text, Text]),
    optional("AutoPublishCodeSha256", &[Text, Text]),
    strict("AutoPublishAliasAllProperties", &[Flag]),
    pass("VersionDescription"),
    pass("ProvisionedConcurrencyConfig"),
    pass("FileSystemConfigs"),
    pass("ImageConfig"),
    pass("CodeSigningConfigArn"),
    pass("Architectures"),
    optional("SnapStart", &[Map]),
    optional("FunctionUrlConfig", &[Map]),
    pass("RuntimeManagementConfig"),
    pass("LoggingConfig"),
    pass("RecursiveLoop"),
    pass("SourceKMSKeyArn"),
    optional("CapacityProviderConfig", &[Map]),
    optional("FunctionScalingConfig", &[Map]),
    optional("VersionDeletionPolicy", &[Any]),
    pass("PublishToLatestPublished"),
    pass("TenancyConfig"),
    optional("DurableConfig", &[Map]),
];

/// `AWS::Serverless::Api`.
pub(crate) const API: &[Rule] = &[
    optional("__MANAGE_SWAGGER", &[Flag]),
    optional("Name", &[Text, Map]),
    required("StageName", &[Text, Map]),
    optional("Tags", &[Map]),
    optional("PropagateTags", &[Flag]),
    optional("DefinitionBody", &[Map]),
    optional("DefinitionUri", &[Text, Map]),
    strict("MergeDefinitions", &[Flag]),
    optional("CacheClusterEnabled", &[Flag]),
    optional("CacheClusterSize", &[Text]),
    optional("Variables", &[Map]),
    optional("EndpointConfiguration", &[Text, Map]),
    optional("MethodSettings", &[List]),
    optional("BinaryMediaTypes", &[List]),
    optional("MinimumCompressionSize", &[Integer]),
    optional("Cors", &[Text, Map]),
    optional("Auth", &[Map]),
    optional("GatewayResponses", &[Map]),
    optional("AccessLogSetting", &[Map]),
    optional("CanarySetting", &[Map]),
    optional("TracingEnabled", &[Flag]),
    optional("OpenApiVersion", &[Text]),
    optional("Models", &[Map]),
    optional("Domain", &[Map]),
    optional("FailOnWarnings", &[Flag]),
    optional("Description", &[Text]),
    optional("Mode", &[Text]),
    optional("DisableExecuteApiEndpoint", &[Flag]),
    optional("ApiKeySourceType", &[Text]),
    strict("AlwaysDeploy", &[Flag]),
    optional("Policy", &[Text, Map]),
    optional("SecurityPolicy", &[Text]),
    optional("EndpointAccessMode", &[Text]),
];

/// `AWS::Serverless::HttpApi`.
pub(crate) const HTTP_API: &[Rule] = &[
    optional("__MANAGE_SWAGGER", &[Flag]),
    pass("Name"),
    optional("StageName", &[Text, Map]),
    optional("Tags", &[Map]),
    optional("PropagateTags", &[Flag]),
    optional("DefinitionBody", &[Map]),
    optional("DefinitionUri", &[Text, Map]),
    optional("StageVariables", &[Map]),
    optional("CorsConfiguration", &[Flag, Map]),
    optional("AccessLogSettings", &[Map]),
    optional("DefaultRouteSettings", &[Map]),
    optional("Auth", &[Map]),
    optional("RouteSettings", &[Map]),
    optional("Domain", &[Map]),
    optional("FailOnWarnings", &[Flag]),
    optional("Description", &[Text]),
    optional("DisableExecuteApiEndpoint", &[Flag]),
];

/// `AWS::Serverless::WebSocketApi`.
pub(crate) const WEBSOCKET_API: &[Rule] = &[
    optional("ApiKeySelectionExpression", &[Text]),
    optional("AccessLogSettings", &[Map]),
    optional("Auth", &[Map]),
    optional("DefaultRouteSettings", &[Map]),
    optional("Description", &[Text]),
    optional("DisableExecuteApiEndpoint", &[Flag]),
    optional("Domain", &[Map]),
    optional("DisableSchemaValidation", &[Flag]),
    optional("FailOnWarnings", &[Flag]),
    optional("IpAddressType", &[Text]),
    optional("Name", &[Text]),
    optional("PropagateTags", &[Flag]),
    required("Routes", &[Map]),
    optional("RouteSettings", &[Map]),
    required("RouteSelectionExpression", &[Text]),
    optional("StageName", &[Text, Map]),
    optional("StageVariables", &[Map]),
    optional("Tags", &[Map]),
];

/// `AWS::Serverless::SimpleTable`.
pub(crate) const SIMPLE_TABLE: &[Rule] = &[
    pass("PointInTimeRecoverySpecification"),
    optional("PrimaryKey", &[MapOf(&[Text])]),
    optional("ProvisionedThroughput", &[MapOf(&[Integer, Map])]),
    optional("TableName", &[Text, Map]),
    optional("Tags", &[Map]),
    optional("SSESpecification", &[Map]),
];

/// `AWS::Serverless::Application`.
pub(crate) const APPLICATION: &[Rule] = &[
    required("Location", &[Text, Map]),
    optional("TemplateUrl", &[Text]),
    optional("Parameters", &[Map]),
    optional("NotificationARNs", &[ListOf(&[Text, Map])]),
    optional("Tags", &[Map]),
    optional("TimeoutInMinutes", &[Integer]),
];

/// `AWS::Serverless::LayerVersion`.
pub(crate) const LAYER_VERSION: &[Rule] = &[
    optional("LayerName", &[Text, Map]),
    optional("Description", &[Text]),
    optional("PublishLambdaVersion", &[Flag]),
    required("ContentUri", &[Text, Map]),
    optional("CompatibleArchitectures", &[ListOf(&[Text, Map])]),
    optional("CompatibleRuntimes", &[ListOf(&[Text, Map])]),
    optional("LicenseInfo", &[Text]),
    optional("RetentionPolicy", &[Text]),
];

/// `AWS::Serverless::StateMachine`.
pub(crate) const STATE_MACHINE: &[Rule] = &[
    optional("Definition", &[Map]),
    optional("DefinitionUri", &[Text, Map]),
    optional("Logging", &[Map]),
    optional("Role", &[Text]),
    pass("RolePath"),
    optional("DefinitionSubstitutions", &[Map]),
    optional("Events", &[MapOf(&[Map])]),
    optional("Name", &[Text]),
    optional("Type", &[Text]),
    optional("Tags", &[Map]),
    optional("PropagateTags", &[Flag]),
    optional("Policies", &[Text, ListOf(&[Text, Map])]),
    optional("Tracing", &[Map]),
    optional("PermissionsBoundary", &[Text]),
    pass("AutoPublishAlias"),
    pass("DeploymentPreference"),
    strict("UseAliasAsEventTarget", &[Flag]),
];

/// `AWS::Serverless::Connector`.
pub(crate) const CONNECTOR: &[Rule] = &[
    required("Source", &[MapOf(&[Any])]),
    required("Destination", &[MapOf(&[Any]), ListOf(&[MapOf(&[Any])])]),
    required("Permissions", &[ListOf(&[Text])]),
];

/// Event sources that push, by type.
pub(crate) const SCHEDULE: &[Rule] = &[
    required("Schedule", &[Text]),
    optional("RuleName", &[Text]),
    optional("Input", &[Text]),
    optional("Enabled", &[Flag]),
    optional("State", &[Text]),
    optional("Name", &[Text]),
    optional("Description", &[Text]),
    optional("DeadLetterConfig", &[Map]),
    optional("RetryPolicy", &[Map]),
];

pub(crate) const RULE: &[Rule] = &[
    optional("EventBusName", &[Text]),
    optional("RuleName", &[Text]),
    optional("Pattern", &[Map]),
    optional("DeadLetterConfig", &[Map]),
    optional("RetryPolicy", &[Map]),
    optional("Input", &[Text]),
    optional("InputPath", &[Text]),
    optional("Target", &[Map]),
    optional("Enabled", &[Flag]),
    optional("State", &[Text]),
    optional("InputTransformer", &[Map]),
];

pub(crate) const S3: &[Rule] = &[
    required("Bucket", &[Text]),
    strictly_required("Events", &[Text, ListOf(&[Text])]),
    optional("Filter", &[MapOf(&[Text])]),
];

pub(crate) const SNS: &[Rule] = &[
    required("Topic", &[Text]),
    optional("Region", &[Text]),
    pass("FilterPolicy"),
    pass("FilterPolicyScope"),
    optional("SqsSubscription", &[Flag, Map]),
    optional("RedrivePolicy", &[Map]),
];

pub(crate) const API_EVENT: &[Rule] = &[
    required("Path", &[Text]),
    required("Method", &[Text]),
    required("RestApiId", &[Text]),
    optional("Stage", &[Text]),
    optional("Auth", &[Map]),
    optional("RequestModel", &[Map]),
    optional("RequestParameters", &[List]),
    optional("TimeoutInMillis", &[Integer]),
    optional("ResponseTransferMode", &[Text]),
];

pub(crate) const HTTP_API_EVENT: &[Rule] = &[
    optional("Path", &[Text]),
    optional("Method", &[Text]),
    optional("ApiId", &[Text]),
    optional("Stage", &[Text]),
    optional("Auth", &[Map]),
    optional("TimeoutInMillis", &[Integer]),
    optional("RouteSettings", &[Map]),
    optional("PayloadFormatVersion", &[Text]),
];

pub(crate) const ALEXA: &[Rule] = &[optional("SkillId", &[Text])];

pub(crate) const IOT: &[Rule] = &[required("Sql", &[Text]), optional("AwsIotSqlVersion", &[Text])];

pub(crate) const COGNITO: &[Rule] =
    &[required("UserPool", &[Text]), strictly_required("Trigger", &[Text, ListOf(&[Text])])];

pub(crate) const LOGS: &[Rule] = &[required("LogGroupName", &[Text]), required("FilterPattern", &[Text])];

pub(crate) const SCHEDULE_V2: &[Rule] = &[
    optional("PermissionsBoundary", &[Text]),
    required("ScheduleExpression", &[Text]),
    optional("FlexibleTimeWindow", &[Map]),
    optional("Name", &[Text]),
    optional("State", &[Text]),
    optional("Description", &[Text]),
    optional("StartDate", &[Text]),
    optional("EndDate", &[Text]),
    optional("ScheduleExpressionTimezone", &[Text]),
    optional("GroupName", &[Text]),
    optional("KmsKeyArn", &[Text]),
    optional("Input", &[Text]),
    optional("RoleArn", &[Text]),
    optional("DeadLetterConfig", &[Map]),
    optional("RetryPolicy", &[Map]),
    strict("OmitName", &[Flag]),
];

/// Events of state machines.
pub(crate) const STATE_SCHEDULE: &[Rule] = &[
    required("Schedule", &[Text]),
    optional("Input", &[Text]),
    optional("Enabled", &[Flag]),
    optional("State", &[Text]),
    optional("Name", &[Text]),
    optional("Description", &[Text]),
    optional("DeadLetterConfig", &[Map]),
    optional("RetryPolicy", &[Map]),
    strict("Target", &[Map]),
    strict("RoleArn", &[Text]),
];

pub(crate) const STATE_RULE: &[Rule] = &[
    optional("EventBusName", &[Text]),
    optional("RuleName", &[Text]),
    optional("Pattern", &[Map]),
    optional("Input", &[Text]),
    optional("InputPath", &[Text]),
    optional("DeadLetterConfig", &[Map]),
    optional("RetryPolicy", &[Map]),
    optional("State", &[Text]),
    strict("Target", &[Map]),
    optional("InputTransformer", &[Map]),
];

pub(crate) const STATE_API: &[Rule] = &[
    required("Path", &[Text]),
    required("Method", &[Text]),
    required("RestApiId", &[Text]),
    optional("Stage", &[Text]),
    optional("Auth", &[Map]),
    strict("UnescapeMappingTemplate", &[Flag]),
];

/// What every event source mapping has.
const PULL: [Rule; 25] = [
    optional("BatchSize", &[Integer]),
    pass("StartingPosition"),
    pass("StartingPositionTimestamp"),
    optional("Enabled", &[Flag]),
    optional("MaximumBatchingWindowInSeconds", &[Integer]),
    optional("MaximumRetryAttempts", &[Integer]),
    optional("BisectBatchOnFunctionError", &[Flag]),
    optional("MaximumRecordAgeInSeconds", &[Integer]),
    optional("DestinationConfig", &[Map]),
    optional("ParallelizationFactor", &[Integer]),
    optional("Topics", &[List]),
    optional("Queues", &[List]),
    optional("SourceAccessConfigurations", &[List]),
    optional("SecretsManagerKmsKeyId", &[Text]),
    optional("TumblingWindowInSeconds", &[Integer]),
    optional("FunctionResponseTypes", &[List]),
    optional("KafkaBootstrapServers", &[List]),
    optional("FilterCriteria", &[Map]),
    pass("KmsKeyArn"),
    optional("ConsumerGroupId", &[Text]),
    optional("ScalingConfig", &[Map]),
    optional("ProvisionedPollerConfig", &[Map]),
    optional("SchemaRegistryConfig", &[Map]),
    optional("MetricsConfig", &[Map]),
    optional("LoggingConfig", &[Map]),
];

/// The properties of an event source mapping of a type, with the type's own ones.
pub(crate) fn pull(type_name: &str) -> Vec<Rule> {
    let own: &[Rule] = match type_name {
        "SQS" => &[strictly_required("Queue", &[Any])],
        "Kinesis" | "DynamoDB" | "MSK" => {
            &[strictly_required("StartingPosition", &[Any]), strictly_required("Stream", &[Any])]
        }
        "MQ" => &[strictly_required("Broker", &[Any]), strict("DynamicPolicyName", &[Flag])],
        "DocumentDB" => &[
            strictly_required("Cluster", &[Any]),
            strictly_required("DatabaseName", &[Any]),
            pass("CollectionName"),
            pass("FullDocument"),
        ],
        _ => &[],
    };
    let inherited = PULL.iter().filter(|rule| !own.iter().any(|mine| mine.name == rule.name));
    inherited.chain(own).copied().collect()
}
