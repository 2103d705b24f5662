//! CloudFormation's `AWS::S3::Bucket` and `AWS::S3::BucketPolicy`, made by the same operations as through the API.

mod bucket;
mod bucket_policy;
mod properties;

use port::{
    BoxFuture, Provisioned, RequestContext, ResourceFailure, ResourceProperty, ResourceProvider,
    ResourceRequest, ResourceTypeDesc,
};

use crate::S3;

const BUCKET: &str = "AWS::S3::Bucket";
const BUCKET_POLICY: &str = "AWS::S3::BucketPolicy";

const TYPES: &[ResourceTypeDesc] = &[
    ResourceTypeDesc {
        name: BUCKET,
        properties: &[
            ResourceProperty::replacing("BucketName"),
            ResourceProperty::in_place("AccessControl"),
            ResourceProperty::in_place("BucketEncryption"),
            ResourceProperty::in_place("CorsConfiguration"),
            ResourceProperty::in_place("NotificationConfiguration"),
            ResourceProperty::in_place("OwnershipControls"),
            ResourceProperty::in_place("PublicAccessBlockConfiguration"),
            ResourceProperty::in_place("Tags"),
            ResourceProperty::in_place("VersioningConfiguration"),
        ],
        attributes: &["Arn", "DomainName", "DualStackDomainName", "RegionalDomainName", "WebsiteURL"],
    },
    ResourceTypeDesc {
        name: BUCKET_POLICY,
        properties: &[
            ResourceProperty::replacing("Bucket").required(),
            ResourceProperty::in_place("PolicyDocument").required(),
        ],
        attributes: &[],
    },
];

impl ResourceProvider for S3 {
    fn types(&self) -> &'static [ResourceTypeDesc] {
        TYPES
    }

    fn create<'a>(
        &'a self,
        cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<Provisioned, ResourceFailure>> {
        Box::pin(async move {
            match request.resource_type.as_str() {
                BUCKET => bucket::create(self, cx, request).await,
                BUCKET_POLICY => bucket_policy::put(self, cx, request).await,
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
                BUCKET => bucket::update(self, cx, request).await,
                BUCKET_POLICY => bucket_policy::put(self, cx, request).await,
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
            let Some(name) = request.physical_id else { return Ok(()) };
            match request.resource_type.as_str() {
                BUCKET => bucket::delete(self, cx, name).await,
                BUCKET_POLICY => bucket_policy::delete(self, cx, name).await,
                other => Err(unknown(other)),
            }
        })
    }
}

fn unknown(resource_type: &str) -> ResourceFailure {
    ResourceFailure::new(format!("S3 does not offer the resource type {resource_type}"))
}
