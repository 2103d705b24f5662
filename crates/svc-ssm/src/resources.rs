//! `AWS::SSM::Parameter` for CloudFormation, by the same operations as the API.

use api_ssm::types as t;
use indexmap::IndexMap;
use port::{
    BoxFuture, Provisioned, RequestContext, ResourceFailure, ResourceProperty, ResourceProvider,
    ResourceRequest, ResourceTypeDesc,
};
use serde_json::{Map, Value, json};
use wire_codec::ApiError;

use crate::find::Reference;
use crate::{Ssm, ops, tags};

/// Tags that say which stack's resource a parameter is.
const STACK_ID: &str = "aws:cloudformation:stack-id";
const LOGICAL_ID: &str = "aws:cloudformation:logical-id";

static TYPES: [ResourceTypeDesc; 1] = [ResourceTypeDesc {
    name: "AWS::SSM::Parameter",
    properties: &[
        ResourceProperty::replacing("Name"),
        ResourceProperty::in_place("Type").required(),
        ResourceProperty::in_place("Value").required(),
        ResourceProperty::in_place("Description"),
        ResourceProperty::in_place("AllowedPattern"),
        ResourceProperty::in_place("DataType"),
        ResourceProperty::in_place("Tier"),
        ResourceProperty::in_place("Tags"),
    ],
    attributes: &["Type", "Value"],
}];

type Outcome = Result<Provisioned, ResourceFailure>;

impl ResourceProvider for Ssm {
    fn types(&self) -> &'static [ResourceTypeDesc] {
        &TYPES
    }

    fn create<'a>(&'a self, cx: &'a RequestContext, request: ResourceRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let name = text(&request.properties, "Name").unwrap_or_else(|| request.generated_name.clone());
            let create = input(&request, &name, false)?;
            let tags = Ok(wanted_tags(&request));
            match ops::put_parameter::put_tagged(self, cx, create, tags).await {
                Err(error) if error.code == "ParameterAlreadyExists" => {
                    self.check_own(cx, &request, &name, error).await?;
                }
                other => {
                    other?;
                }
            }
            Ok(provisioned(&request, name))
        })
    }

    fn update<'a>(&'a self, cx: &'a RequestContext, request: ResourceRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let name = request.physical_id.clone().unwrap_or_default();
            ops::put_parameter::run(self, cx, input(&request, &name, true)?).await?;
            self.tag(cx, &request, &name).await?;
            Ok(provisioned(&request, name))
        })
    }

    fn delete<'a>(
        &'a self,
        cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<(), ResourceFailure>> {
        Box::pin(async move {
            let name = request.physical_id.unwrap_or_default();
            match ops::delete_parameter::run(self, cx, t::DeleteParameterInput { name }).await {
                Err(error) if error.code == "ParameterNotFound" => Ok(()),
                other => Ok(other.map(drop)?),
            }
        })
    }
}

impl Ssm {
    /// Whether a parameter that is there is what an earlier try of this very step made: a generated name is nobody
    /// else's, another must bear the stack's tags.
    async fn check_own(
        &self,
        cx: &RequestContext,
        request: &ResourceRequest,
        name: &str,
        otherwise: ApiError,
    ) -> Result<(), ResourceFailure> {
        if !request.properties.contains_key("Name") {
            return Ok(());
        }
        let list = t::ListTagsForResourceInput {
            resource_type: t::ResourceTypeForTagging::Parameter,
            resource_id: name.to_owned(),
        };
        let found = ops::list_tags_for_resource::run(self, cx, list).await?.tag_list.unwrap_or_default();
        let bears = |key: &str, value: &str| found.iter().any(|tag| tag.key == key && tag.value == value);
        if bears(STACK_ID, &request.stack_id) && bears(LOGICAL_ID, &request.logical_id) {
            return Ok(());
        }
        Err(otherwise.into())
    }

    /// The tags as the template and the stack have them, `aws:cloudformation:*` among them.
    async fn tag(
        &self,
        cx: &RequestContext,
        request: &ResourceRequest,
        name: &str,
    ) -> Result<(), ResourceFailure> {
        let wanted = wanted_tags(request);
        let reference = Reference::parse(cx, name)?;
        reference.authorize(cx, "AddTagsToResource").await?;
        Ok(tags::change(self, &reference, &|tags| tags.clone_from(&wanted)).await?)
    }
}

fn text(properties: &Map<String, Value>, name: &str) -> Option<String> {
    match properties.get(name)? {
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

fn input(
    request: &ResourceRequest,
    name: &str,
    overwrite: bool,
) -> Result<t::PutParameterInput, ResourceFailure> {
    let property = |name: &str| text(&request.properties, name);
    let parameter_type = match property("Type").as_deref() {
        Some("String") => t::ParameterType::String,
        Some("StringList") => t::ParameterType::StringList,
        other => {
            let other = other.unwrap_or_default();
            return Err(ResourceFailure::new(format!("Type must be String or StringList, not {other}")));
        }
    };
    let tier = match property("Tier").as_deref() {
        None => None,
        Some("Standard") => Some(t::ParameterTier::Standard),
        Some("Advanced") => Some(t::ParameterTier::Advanced),
        Some("Intelligent-Tiering") => Some(t::ParameterTier::IntelligentTiering),
        Some(other) => return Err(ResourceFailure::new(format!("{other} is no Tier"))),
    };
    Ok(t::PutParameterInput {
        name: name.to_owned(),
        // Empty where the template is silent: an update then removes what was there.
        description: Some(property("Description").unwrap_or_default()),
        allowed_pattern: Some(property("AllowedPattern").unwrap_or_default()),
        value: property("Value").unwrap_or_default(),
        r#type: Some(parameter_type),
        overwrite: Some(overwrite),
        tier,
        data_type: Some(property("DataType").unwrap_or_else(|| "text".to_owned())),
        ..t::PutParameterInput::default()
    })
}

/// `Tags` of this type is a map, unlike most types' list.
fn wanted_tags(request: &ResourceRequest) -> IndexMap<String, String> {
    let mut tags: IndexMap<_, _> = request.tags.iter().cloned().collect();
    if let Some(own) = request.properties.get("Tags").and_then(Value::as_object) {
        tags.extend(own.keys().filter_map(|key| Some((key.clone(), text(own, key)?))));
    }
    tags
}

fn provisioned(request: &ResourceRequest, name: String) -> Provisioned {
    let property = |name: &str| json!(text(&request.properties, name));
    let attributes = [("Type", property("Type")), ("Value", property("Value"))];
    let attributes = attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    Provisioned { physical_id: name, attributes }
}
