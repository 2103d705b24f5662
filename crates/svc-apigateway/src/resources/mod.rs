//! `AWS::ApiGateway::*` and `AWS::ApiGatewayV2::*` for CloudFormation, by the same operations as the APIs.

mod http;
mod rest;
mod types;

use port::{
    BoxFuture, Provisioned, RequestContext, ResourceFailure, ResourceProvider, ResourceRequest,
    ResourceTypeDesc,
};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use wire_codec::{ApiError, Structure, read_document};

use crate::ApiGateway;

type Outcome = Result<Provisioned, ResourceFailure>;

impl ResourceProvider for ApiGateway {
    fn types(&self) -> &'static [ResourceTypeDesc] {
        &types::TYPES
    }

    fn create<'a>(&'a self, cx: &'a RequestContext, request: ResourceRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match request.resource_type.starts_with("AWS::ApiGatewayV2::") {
                true => http::create(self, cx, request).await,
                false => rest::create(self, cx, request).await,
            }
        })
    }

    fn update<'a>(&'a self, cx: &'a RequestContext, request: ResourceRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            match request.resource_type.starts_with("AWS::ApiGatewayV2::") {
                true => http::update(self, cx, request).await,
                false => rest::update(self, cx, request).await,
            }
        })
    }

    fn delete<'a>(
        &'a self,
        cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<(), ResourceFailure>> {
        Box::pin(async move {
            let deleted = match request.resource_type.starts_with("AWS::ApiGatewayV2::") {
                true => http::delete(self, cx, &request).await,
                false => rest::delete(self, cx, &request).await,
            };
            match deleted {
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

/// The settings without what the template used to say and says no more, by property and member.
fn without_dropped<T: Serialize + DeserializeOwned>(
    settings: &T,
    request: &ResourceRequest,
    names: &[(&str, &str)],
) -> Result<T, ApiError> {
    let mut members = crate::document::stored(settings)?;
    let before = request.previous_properties.as_ref();
    for (property, member) in names {
        let is_dropped = before.is_some_and(|before| before.contains_key(*property))
            && !request.properties.contains_key(*property);
        if is_dropped {
            members.shift_remove(*member);
        }
    }
    crate::document::read(members.into())
}

fn text(properties: &Map<String, Value>, name: &str) -> String {
    properties.get(name).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn is_true(properties: &Map<String, Value>, name: &str) -> bool {
    properties.get(name).is_some_and(|value| value == true || value == "true")
}

fn physical(request: &ResourceRequest) -> String {
    request.physical_id.clone().unwrap_or_default()
}

fn provisioned(physical_id: impl Into<String>, attributes: &[(&str, Value)]) -> Provisioned {
    let attributes = attributes.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
    Provisioned { physical_id: physical_id.into(), attributes }
}

/// An id of letters and digits that every try of a step comes to.
fn id_of(request: &ResourceRequest, len: usize) -> String {
    const LETTERS: &[u8; 36] = b"abcdefghijklmnopqrstuvwxyz0123456789";
    let digest = Sha256::digest(format!("{} {}", request.stack_id, request.generated_name));
    let letter = |byte: &u8| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]);
    digest.iter().map(letter).take(len).collect()
}

/// The stack's tags below the resource's own, which are a list of `Key` and `Value` (REST) or a mapping (HTTP).
fn tags(request: &ResourceRequest) -> Result<indexmap::IndexMap<String, String>, ResourceFailure> {
    Ok(request.merged_tags()?.into_iter().collect())
}
