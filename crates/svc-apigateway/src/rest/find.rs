//! Parts of a REST API by what requests name them by.

use wire_codec::ApiError;

use crate::error::no_such;
use crate::model::rest::{Integration, Method, RestApi};

pub fn method<'a>(api: &'a RestApi, resource: &str, method: &str) -> Result<&'a Method, ApiError> {
    let resource = api.definition.resources.get(resource).ok_or_else(|| no_such("Resource"))?;
    resource.methods.get(method).ok_or_else(|| no_such("Method"))
}

pub fn method_mut<'a>(
    api: &'a mut RestApi,
    resource: &str,
    method: &str,
) -> Result<&'a mut Method, ApiError> {
    let resource = api.definition.resources.get_mut(resource).ok_or_else(|| no_such("Resource"))?;
    resource.methods.get_mut(method).ok_or_else(|| no_such("Method"))
}

pub fn integration<'a>(api: &'a RestApi, resource: &str, name: &str) -> Result<&'a Integration, ApiError> {
    method(api, resource, name)?.method_integration.as_ref().ok_or_else(|| no_such("Integration"))
}

pub fn integration_mut<'a>(
    api: &'a mut RestApi,
    resource: &str,
    name: &str,
) -> Result<&'a mut Integration, ApiError> {
    method_mut(api, resource, name)?.method_integration.as_mut().ok_or_else(|| no_such("Integration"))
}
