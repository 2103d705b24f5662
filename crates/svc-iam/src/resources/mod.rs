//! `AWS::IAM::*` for CloudFormation, by the same operations as the API. Instance profiles, SAML and OIDC providers and
//! login profiles are not offered.

mod access_key;
mod group;
mod managed_policy;
mod policy;
mod properties;
mod role;
mod settle;
mod user;

use port::{
    BoxFuture, Provisioned, RequestContext, ResourceFailure, ResourceProperty, ResourceProvider,
    ResourceRequest, ResourceTypeDesc,
};
use wire_codec::ApiError;

use crate::Iam;

const ROLE: &str = "AWS::IAM::Role";
const POLICY: &str = "AWS::IAM::Policy";
const MANAGED_POLICY: &str = "AWS::IAM::ManagedPolicy";
const USER: &str = "AWS::IAM::User";
const GROUP: &str = "AWS::IAM::Group";
const ACCESS_KEY: &str = "AWS::IAM::AccessKey";

static TYPES: [ResourceTypeDesc; 6] = [
    ResourceTypeDesc {
        name: ROLE,
        properties: &[
            ResourceProperty::in_place("AssumeRolePolicyDocument").required(),
            ResourceProperty::in_place("Description"),
            ResourceProperty::in_place("ManagedPolicyArns"),
            ResourceProperty::in_place("MaxSessionDuration"),
            ResourceProperty::replacing("Path"),
            ResourceProperty::in_place("PermissionsBoundary"),
            ResourceProperty::in_place("Policies"),
            ResourceProperty::replacing("RoleName"),
            ResourceProperty::in_place("Tags"),
        ],
        attributes: &["Arn", "RoleId"],
    },
    ResourceTypeDesc {
        name: POLICY,
        properties: &[
            ResourceProperty::in_place("Groups"),
            ResourceProperty::in_place("PolicyDocument").required(),
            ResourceProperty::replacing("PolicyName").required(),
            ResourceProperty::in_place("Roles"),
            ResourceProperty::in_place("Users"),
        ],
        attributes: &["Id"],
    },
    ResourceTypeDesc {
        name: MANAGED_POLICY,
        properties: &[
            ResourceProperty::replacing("Description"),
            ResourceProperty::in_place("Groups"),
            ResourceProperty::replacing("ManagedPolicyName"),
            ResourceProperty::replacing("Path"),
            ResourceProperty::in_place("PolicyDocument").required(),
            ResourceProperty::in_place("Roles"),
            ResourceProperty::in_place("Users"),
        ],
        attributes: &["PolicyArn", "PolicyId"],
    },
    ResourceTypeDesc {
        name: USER,
        properties: &[
            ResourceProperty::in_place("Groups"),
            ResourceProperty::in_place("ManagedPolicyArns"),
            ResourceProperty::in_place("Path"),
            ResourceProperty::in_place("PermissionsBoundary"),
            ResourceProperty::in_place("Policies"),
            ResourceProperty::in_place("Tags"),
            ResourceProperty::replacing("UserName"),
        ],
        attributes: &["Arn"],
    },
    ResourceTypeDesc {
        name: GROUP,
        properties: &[
            ResourceProperty::replacing("GroupName"),
            ResourceProperty::in_place("ManagedPolicyArns"),
            ResourceProperty::in_place("Path"),
            ResourceProperty::in_place("Policies"),
        ],
        attributes: &["Arn"],
    },
    ResourceTypeDesc {
        name: ACCESS_KEY,
        properties: &[
            ResourceProperty::replacing("Serial"),
            ResourceProperty::in_place("Status"),
            ResourceProperty::replacing("UserName").required(),
        ],
        attributes: &["SecretAccessKey"],
    },
];

impl ResourceProvider for Iam {
    fn types(&self) -> &'static [ResourceTypeDesc] {
        &TYPES
    }

    fn create<'a>(
        &'a self,
        cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<Provisioned, ResourceFailure>> {
        Box::pin(async move {
            match request.resource_type.as_str() {
                ROLE => role::create(self, cx, &request).await,
                POLICY => policy::create(self, cx, &request).await,
                MANAGED_POLICY => managed_policy::create(self, cx, &request).await,
                USER => user::create(self, cx, &request).await,
                GROUP => group::create(self, cx, &request).await,
                ACCESS_KEY => access_key::create(self, cx, &request).await,
                other => Err(unknown(other)),
            }
        })
    }

    fn update<'a>(
        &'a self,
        cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<Provisioned, ResourceFailure>> {
        Box::pin(async move {
            match request.resource_type.as_str() {
                ROLE => role::update(self, cx, &request).await,
                POLICY => policy::update(self, cx, &request).await,
                MANAGED_POLICY => managed_policy::update(self, cx, &request).await,
                USER => user::update(self, cx, &request).await,
                GROUP => group::update(self, cx, &request).await,
                ACCESS_KEY => access_key::update(self, cx, &request).await,
                other => Err(unknown(other)),
            }
        })
    }

    fn delete<'a>(
        &'a self,
        cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<(), ResourceFailure>> {
        Box::pin(async move {
            match request.resource_type.as_str() {
                ROLE => role::delete(self, cx, &request).await,
                POLICY => policy::delete(self, cx, &request).await,
                MANAGED_POLICY => managed_policy::delete(self, cx, &request).await,
                USER => user::delete(self, cx, &request).await,
                GROUP => group::delete(self, cx, &request).await,
                ACCESS_KEY => access_key::delete(self, cx, &request).await,
                other => Err(unknown(other)),
            }
        })
    }
}

fn unknown(resource_type: &str) -> ResourceFailure {
    ResourceFailure::new(format!("Haneul does not offer {resource_type} yet"))
}

/// On the way to deletion, what is gone already is as wanted.
fn gone_is_fine<T>(result: Result<T, ApiError>) -> Result<(), ApiError> {
    match result {
        Err(error) if error.code != "NoSuchEntity" => Err(error),
        _ => Ok(()),
    }
}

/// Which resource of which stack something was made for.
fn owner_of(request: &ResourceRequest) -> String {
    format!("{} {} {}", request.stack_id, request.logical_id, request.generated_name)
}

/// The id of what is updated or deleted.
fn physical_id(request: &ResourceRequest) -> Result<&str, ResourceFailure> {
    request
        .physical_id
        .as_deref()
        .ok_or_else(|| ResourceFailure::not_found("the resource has no physical id"))
}
