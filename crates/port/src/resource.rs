//! CloudFormation resource types, as services provide them (AWS resource and property types reference).

use serde_json::{Map, Value};
use wire_codec::ApiError;

use crate::{BoxFuture, RequestContext};

/// What changing a property means ("Update requires").
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum UpdateBehavior {
    /// No interruption, or some interruption.
    InPlace,
    /// A new resource is made, the old one deleted in cleanup.
    Replacement,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceProperty {
    pub name: &'static str,
    pub update: UpdateBehavior,
    pub is_required: bool,
}

impl ResourceProperty {
    pub const fn in_place(name: &'static str) -> Self {
        Self { name, update: UpdateBehavior::InPlace, is_required: false }
    }

    pub const fn replacing(name: &'static str) -> Self {
        Self { name, update: UpdateBehavior::Replacement, is_required: false }
    }

    pub const fn required(mut self) -> Self {
        self.is_required = true;
        self
    }
}

/// A resource type: the properties that are honoured (any other is refused by name before anything is made).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ResourceTypeDesc {
    /// `AWS::SQS::Queue`.
    pub name: &'static str,
    pub properties: &'static [ResourceProperty],
    /// Names for `Fn::GetAtt`.
    pub attributes: &'static [&'static str],
}

/// One step on one resource.
#[derive(Clone, Debug)]
pub struct ResourceRequest {
    pub resource_type: String,
    pub stack_id: String,
    pub stack_name: String,
    pub logical_id: String,
    /// `{stack}-{logical}-{random}`: the name to take where the template gives none; the provider shortens and lowers it
    /// to its type's rules. The same for every try of this step.
    pub generated_name: String,
    /// None on create.
    pub physical_id: Option<String>,
    /// Resolved: no intrinsic functions left.
    pub properties: Map<String, Value>,
    /// What the properties were before; update only.
    pub previous_properties: Option<Map<String, Value>>,
    /// The stack's tags, to be merged below the resource's own, and `aws:cloudformation:*`.
    pub tags: Vec<(String, String)>,
}

/// The resource as it stands now.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Provisioned {
    /// What `Ref` returns.
    pub physical_id: String,
    /// What `Fn::GetAtt` returns, by attribute name.
    pub attributes: Map<String, Value>,
}

/// Why a step failed, as the stack's event shows it.
#[derive(Clone, Debug, PartialEq)]
pub struct ResourceFailure {
    /// The resource is gone: an error on update, fine on delete.
    pub is_not_found: bool,
    pub message: String,
}

impl ResourceFailure {
    pub fn new(message: impl Into<String>) -> Self {
        Self { is_not_found: false, message: message.into() }
    }

    pub fn not_found(message: impl Into<String>) -> Self {
        Self { is_not_found: true, message: message.into() }
    }
}

impl From<ApiError> for ResourceFailure {
    fn from(error: ApiError) -> Self {
        Self::new(format!("{} ({})", error.message, error.code))
    }
}

/// Implemented by each service for its types. Create must be safe to repeat with the same `generated_name`.
pub trait ResourceProvider: Send + Sync {
    fn types(&self) -> &'static [ResourceTypeDesc];

    fn create<'a>(
        &'a self,
        cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<Provisioned, ResourceFailure>>;

    /// Changes in place; called only when no `Replacement` property has changed.
    fn update<'a>(
        &'a self,
        cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<Provisioned, ResourceFailure>>;

    /// A resource that is already gone counts as deleted (`ResourceFailure::not_found` is accepted too).
    fn delete<'a>(
        &'a self,
        cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<(), ResourceFailure>>;
}
