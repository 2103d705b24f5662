//! Layers by name or ARN, and their versions as the API shows them.

use api_lambda::types::{GetLayerVersionResponse, LayerVersionsListItem};
use port::{Arn, RequestContext};
use wire_codec::ApiError;
use wire_codec::value::EnumValue;

use crate::describe;
use crate::error;
use crate::model::Layer;
use crate::ops::publish_layer_version::content;

/// A layer, without version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayerRef {
    pub account: String,
    pub region: String,
    pub name: String,
}

impl LayerRef {
    /// A name in the caller's account and region, or an ARN.
    pub fn parse(cx: &RequestContext, text: &str) -> Result<Self, ApiError> {
        if let Some(arn) = Arn::parse(text) {
            let name = arn.resource.strip_prefix("layer:").filter(|name| !name.contains(':'));
            let name = name.ok_or_else(|| error::invalid_parameter(format!("Invalid layer ARN: {text}")))?;
            return Ok(Self {
                account: arn.account.to_owned(),
                region: arn.region.to_owned(),
                name: name.to_owned(),
            });
        }
        Ok(Self { account: cx.account().to_owned(), region: cx.region().to_owned(), name: text.to_owned() })
    }

    pub fn arn(&self) -> String {
        format!("arn:aws:lambda:{}:{}:layer:{}", self.region, self.account, self.name)
    }

    pub fn version_arn(&self, number: u64) -> String {
        format!("{}:{number}", self.arn())
    }

    pub fn key(&self) -> (String, String, String) {
        (self.account.clone(), self.region.clone(), self.name.clone())
    }

    pub fn response(&self, number: u64, layer: &Layer) -> GetLayerVersionResponse {
        GetLayerVersionResponse {
            content: Some(content(layer)),
            layer_arn: Some(self.arn()),
            layer_version_arn: Some(self.version_arn(number)),
            description: Some(layer.description.clone()),
            created_date: Some(describe::time(layer.created)),
            version: i64::try_from(number).ok(),
            compatible_architectures: enums(&layer.compatible_architectures),
            compatible_runtimes: enums(&layer.compatible_runtimes),
            license_info: layer.license.clone(),
        }
    }

    pub fn list_item(&self, number: u64, layer: &Layer) -> LayerVersionsListItem {
        LayerVersionsListItem {
            layer_version_arn: Some(self.version_arn(number)),
            version: i64::try_from(number).ok(),
            description: Some(layer.description.clone()),
            created_date: Some(describe::time(layer.created)),
            compatible_architectures: enums(&layer.compatible_architectures),
            compatible_runtimes: enums(&layer.compatible_runtimes),
            license_info: layer.license.clone(),
        }
    }
}

/// Stored texts as generated enums; none as absent.
pub fn enums<E: EnumValue + Default>(texts: &[String]) -> Option<Vec<E>> {
    (!texts.is_empty()).then(|| texts.iter().filter_map(|text| describe::enum_of(text)).collect())
}
