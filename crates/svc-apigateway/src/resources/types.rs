//! The resource types with the properties that are honoured.

use port::{ResourceProperty, ResourceTypeDesc};

pub const REST_API: &str = "AWS::ApiGateway::RestApi";
pub const RESOURCE: &str = "AWS::ApiGateway::Resource";
pub const METHOD: &str = "AWS::ApiGateway::Method";
pub const DEPLOYMENT: &str = "AWS::ApiGateway::Deployment";
pub const STAGE: &str = "AWS::ApiGateway::Stage";
pub const GATEWAY_RESPONSE: &str = "AWS::ApiGateway::GatewayResponse";
pub const ACCOUNT: &str = "AWS::ApiGateway::Account";
pub const HTTP_API: &str = "AWS::ApiGatewayV2::Api";
pub const ROUTE: &str = "AWS::ApiGatewayV2::Route";
pub const INTEGRATION: &str = "AWS::ApiGatewayV2::Integration";
pub const HTTP_STAGE: &str = "AWS::ApiGatewayV2::Stage";
pub const HTTP_DEPLOYMENT: &str = "AWS::ApiGatewayV2::Deployment";

const fn keep(name: &'static str) -> ResourceProperty {
    ResourceProperty::in_place(name)
}

const fn replace(name: &'static str) -> ResourceProperty {
    ResourceProperty::replacing(name)
}

pub static TYPES: [ResourceTypeDesc; 12] = [
    ResourceTypeDesc {
        name: REST_API,
        properties: &[
            keep("Name"),
            keep("Description"),
            keep("Body"),
            keep("Mode"),
            keep("FailOnWarnings"),
            keep("Parameters"),
            keep("BinaryMediaTypes"),
            keep("ApiKeySourceType"),
            keep("EndpointConfiguration"),
            keep("DisableExecuteApiEndpoint"),
            keep("Tags"),
        ],
        attributes: &["RestApiId", "RootResourceId"],
    },
    ResourceTypeDesc {
        name: RESOURCE,
        properties: &[
            replace("RestApiId").required(),
            replace("ParentId").required(),
            replace("PathPart").required(),
        ],
        attributes: &["ResourceId"],
    },
    ResourceTypeDesc {
        name: METHOD,
        properties: &[
            replace("RestApiId").required(),
            replace("ResourceId").required(),
            replace("HttpMethod").required(),
            keep("AuthorizationType"),
            keep("ApiKeyRequired"),
            keep("OperationName"),
            keep("RequestParameters"),
            keep("RequestModels"),
            keep("MethodResponses"),
            keep("Integration"),
        ],
        attributes: &[],
    },
    ResourceTypeDesc {
        name: DEPLOYMENT,
        properties: &[
            replace("RestApiId").required(),
            keep("Description"),
            replace("StageName"),
            replace("StageDescription"),
        ],
        attributes: &["DeploymentId"],
    },
    ResourceTypeDesc {
        name: STAGE,
        properties: &[
            replace("RestApiId").required(),
            replace("StageName"),
            keep("DeploymentId"),
            keep("Description"),
            keep("Variables"),
            keep("CacheClusterEnabled"),
            keep("TracingEnabled"),
            keep("Tags"),
        ],
        attributes: &[],
    },
    ResourceTypeDesc {
        name: GATEWAY_RESPONSE,
        properties: &[
            replace("RestApiId").required(),
            replace("ResponseType").required(),
            keep("StatusCode"),
            keep("ResponseParameters"),
            keep("ResponseTemplates"),
        ],
        attributes: &["Id"],
    },
    ResourceTypeDesc { name: ACCOUNT, properties: &[keep("CloudWatchRoleArn")], attributes: &["Id"] },
    ResourceTypeDesc {
        name: HTTP_API,
        properties: &[
            keep("Name"),
            replace("ProtocolType"),
            keep("Description"),
            keep("Version"),
            keep("Body"),
            keep("FailOnWarnings"),
            keep("BasePath"),
            keep("CorsConfiguration"),
            keep("DisableExecuteApiEndpoint"),
            keep("RouteSelectionExpression"),
            keep("IpAddressType"),
            replace("RouteKey"),
            replace("Target"),
            keep("Tags"),
        ],
        attributes: &["ApiId", "ApiEndpoint"],
    },
    ResourceTypeDesc {
        name: ROUTE,
        properties: &[
            replace("ApiId").required(),
            keep("RouteKey").required(),
            keep("Target"),
            keep("AuthorizationType"),
            keep("OperationName"),
            keep("ApiKeyRequired"),
        ],
        attributes: &["RouteId"],
    },
    ResourceTypeDesc {
        name: INTEGRATION,
        properties: &[
            replace("ApiId").required(),
            keep("IntegrationType").required(),
            keep("IntegrationUri"),
            keep("IntegrationMethod"),
            keep("PayloadFormatVersion"),
            keep("ConnectionType"),
            keep("Description"),
            keep("TimeoutInMillis"),
        ],
        attributes: &["IntegrationId"],
    },
    ResourceTypeDesc {
        name: HTTP_STAGE,
        properties: &[
            replace("ApiId").required(),
            replace("StageName").required(),
            keep("AutoDeploy"),
            keep("DeploymentId"),
            keep("Description"),
            keep("StageVariables"),
            keep("Tags"),
        ],
        attributes: &[],
    },
    ResourceTypeDesc {
        name: HTTP_DEPLOYMENT,
        properties: &[replace("ApiId").required(), keep("Description"), replace("StageName")],
        attributes: &["DeploymentId"],
    },
];
