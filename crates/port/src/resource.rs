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

impl ResourceRequest {
    /// The stack's tags with the resource's own over them: `Tags`, a list of `Key` and `Value` or a mapping.
    ///
    /// # Errors
    /// `Tags` is neither, or a tag has no text.
    pub fn merged_tags(&self) -> Result<Vec<(String, String)>, ResourceFailure> {
        let own = match self.properties.get("Tags") {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(items)) => {
                let part = |tag: &Value, name| text_of(tag.get(name)?);
                items
                    .iter()
                    .map(|tag| Some((part(tag, "Key")?, part(tag, "Value")?)))
                    .collect::<Option<_>>()
                    .ok_or_else(|| ResourceFailure::new("Property Tags must be a list of Key and Value"))?
            }
            Some(Value::Object(entries)) => entries
                .iter()
                .map(|(key, value)| Some((key.clone(), text_of(value)?)))
                .collect::<Option<_>>()
                .ok_or_else(|| ResourceFailure::new("Property Tags must map keys to values"))?,
            Some(_) => return Err(ResourceFailure::new("Property Tags must be a list of Key and Value")),
        };
        let mut tags = self.tags.clone();
        for (key, value) in own {
            match tags.iter_mut().find(|(present, _)| *present == key) {
                Some((_, present)) => *present = value,
                None => tags.push((key, value)),
            }
        }
        Ok(tags)
    }
}

/// Templates write numbers and Booleans for text.
fn text_of(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn tags(own: Value) -> Result<Vec<(String, String)>, ResourceFailure> {
        let request = ResourceRequest {
            resource_type: "AWS::SQS::Queue".to_owned(),
            stack_id: "s".to_owned(),
            stack_name: "s".to_owned(),
            logical_id: "Q".to_owned(),
            generated_name: "s-Q-1".to_owned(),
            physical_id: None,
            properties: Map::from_iter([("Tags".to_owned(), own)]),
            previous_properties: None,
            tags: vec![("team".to_owned(), "red".to_owned())],
        };
        request.merged_tags()
    }

    #[test]
    fn a_resources_own_tags_are_over_the_stacks() {
        let both = [("team".to_owned(), "blue".to_owned()), ("n".to_owned(), "1".to_owned())];
        let list = json!([{"Key": "team", "Value": "blue"}, {"Key": "n", "Value": 1}]);
        assert_eq!(tags(list).unwrap(), both);
        assert_eq!(tags(json!({"team": "blue", "n": 1})).unwrap(), both);
    }

    #[test]
    fn tags_that_cannot_be_read_are_refused() {
        for odd in [json!("team"), json!([{"Key": "a"}]), json!({"a": []})] {
            assert!(tags(odd.clone()).is_err(), "{odd}");
        }
    }
}
