//! The properties of `AWS::S3::Bucket`, as templates write them. A property that isn't here is refused by its name.

use std::fmt;

use api_s3 as api;
use port::ResourceFailure;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};
use serde_json::{Map, Value};

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase", default)]
pub struct BucketProperties {
    pub bucket_name: Option<String>,
    pub access_control: Option<String>,
    pub bucket_encryption: Option<Encryption>,
    pub cors_configuration: Option<Cors>,
    pub notification_configuration: Option<Notification>,
    pub ownership_controls: Option<Ownership>,
    pub public_access_block_configuration: Option<PublicAccess>,
    pub tags: Vec<Tag>,
    pub versioning_configuration: Option<Versioning>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct Encryption {
    pub server_side_encryption_configuration: Vec<EncryptionRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct EncryptionRule {
    pub server_side_encryption_by_default: Option<EncryptionByDefault>,
    pub bucket_key_enabled: Option<Flag>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EncryptionByDefault {
    #[serde(rename = "SSEAlgorithm")]
    pub algorithm: String,
    #[serde(rename = "KMSMasterKeyID")]
    pub kms_master_key_id: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct Cors {
    pub cors_rules: Vec<CorsRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct CorsRule {
    pub id: Option<String>,
    pub allowed_headers: Option<Vec<String>>,
    pub allowed_methods: Vec<String>,
    pub allowed_origins: Vec<String>,
    pub exposed_headers: Option<Vec<String>>,
    pub max_age: Option<Number>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase", default)]
pub struct Notification {
    pub lambda_configurations: Vec<LambdaConfiguration>,
    pub queue_configurations: Vec<QueueConfiguration>,
    pub topic_configurations: Vec<Value>,
    pub event_bridge_configuration: Option<Value>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct LambdaConfiguration {
    pub event: String,
    pub function: String,
    pub filter: Option<NotificationFilter>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct QueueConfiguration {
    pub event: String,
    pub queue: String,
    pub filter: Option<NotificationFilter>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NotificationFilter {
    #[serde(rename = "S3Key")]
    pub key: KeyFilter,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct KeyFilter {
    pub rules: Vec<FilterRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct FilterRule {
    pub name: String,
    pub value: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct Ownership {
    pub rules: Vec<OwnershipRule>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct OwnershipRule {
    pub object_ownership: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase", default)]
pub struct PublicAccess {
    pub block_public_acls: Flag,
    pub ignore_public_acls: Flag,
    pub block_public_policy: Flag,
    pub restrict_public_buckets: Flag,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct Tag {
    pub key: String,
    pub value: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "PascalCase")]
pub struct Versioning {
    pub status: String,
}

/// `true`, or `"true"`: templates write both.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flag(pub bool);

/// `60`, or `"60"`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Number(pub i32);

impl<'de> Deserialize<'de> for Flag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Read;
        impl Visitor<'_> for Read {
            type Value = Flag;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("true or false")
            }
            fn visit_bool<E: Error>(self, flag: bool) -> Result<Flag, E> {
                Ok(Flag(flag))
            }
            fn visit_str<E: Error>(self, text: &str) -> Result<Flag, E> {
                text.parse().map(Flag).map_err(|_| E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }
        deserializer.deserialize_any(Read)
    }
}

impl<'de> Deserialize<'de> for Number {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let number = match &value {
            Value::String(text) => text.parse().ok(),
            value => value.as_i64().and_then(|n| i32::try_from(n).ok()),
        };
        number.map(Number).ok_or_else(|| D::Error::custom(format!("not a whole number: {value}")))
    }
}

impl BucketProperties {
    pub fn parse(properties: Map<String, Value>) -> Result<Self, ResourceFailure> {
        serde_json::from_value(Value::Object(properties))
            .map_err(|error| ResourceFailure::new(format!("Properties validation failed: {error}")))
    }
}

fn unknown(property: &str, value: &str) -> ResourceFailure {
    ResourceFailure::new(format!("Properties validation failed: {value} is not a valid value for {property}"))
}

impl Cors {
    pub fn into_api(self) -> api::CORSConfiguration {
        let rules = self.cors_rules.into_iter().map(|rule| api::CORSRule {
            id: rule.id,
            allowed_headers: rule.allowed_headers,
            allowed_methods: rule.allowed_methods,
            allowed_origins: rule.allowed_origins,
            expose_headers: rule.exposed_headers,
            max_age_seconds: rule.max_age.map(|number| number.0),
        });
        api::CORSConfiguration { cors_rules: rules.collect() }
    }
}

impl Encryption {
    /// With the key that AWS manages.
    pub fn is_managed_kms(&self) -> bool {
        self.server_side_encryption_configuration.iter().all(|rule| {
            rule.server_side_encryption_by_default.as_ref().is_some_and(|by_default| {
                by_default.algorithm == "aws:kms" && by_default.kms_master_key_id.is_none()
            })
        })
    }

    pub fn into_api(self) -> Result<api::ServerSideEncryptionConfiguration, ResourceFailure> {
        let rules: Result<_, _> =
            self.server_side_encryption_configuration.into_iter().map(EncryptionRule::into_api).collect();
        Ok(api::ServerSideEncryptionConfiguration { rules: rules? })
    }
}

impl EncryptionRule {
    fn into_api(self) -> Result<api::ServerSideEncryptionRule, ResourceFailure> {
        let by_default = match self.server_side_encryption_by_default {
            None => None,
            Some(by_default) => Some(api::ServerSideEncryptionByDefault {
                sse_algorithm: api::ServerSideEncryption::parse(&by_default.algorithm)
                    .ok_or_else(|| unknown("SSEAlgorithm", &by_default.algorithm))?,
                kms_master_key_id: by_default.kms_master_key_id,
            }),
        };
        Ok(api::ServerSideEncryptionRule {
            apply_server_side_encryption_by_default: by_default,
            bucket_key_enabled: self.bucket_key_enabled.map(|flag| flag.0),
            ..api::ServerSideEncryptionRule::default()
        })
    }
}

impl Ownership {
    pub fn into_api(self) -> Result<api::OwnershipControls, ResourceFailure> {
        let to_api = |rule: OwnershipRule| {
            let object_ownership = api::ObjectOwnership::parse(&rule.object_ownership)
                .ok_or_else(|| unknown("ObjectOwnership", &rule.object_ownership))?;
            Ok(api::OwnershipControlsRule { object_ownership })
        };
        let rules: Result<_, ResourceFailure> = self.rules.into_iter().map(to_api).collect();
        Ok(api::OwnershipControls { rules: rules? })
    }
}

impl PublicAccess {
    /// As a bucket is made where the template is silent.
    pub fn all() -> Self {
        let on = Flag(true);
        Self {
            block_public_acls: on,
            ignore_public_acls: on,
            block_public_policy: on,
            restrict_public_buckets: on,
        }
    }

    pub fn into_api(self) -> api::PublicAccessBlockConfiguration {
        api::PublicAccessBlockConfiguration {
            block_public_acls: Some(self.block_public_acls.0),
            ignore_public_acls: Some(self.ignore_public_acls.0),
            block_public_policy: Some(self.block_public_policy.0),
            restrict_public_buckets: Some(self.restrict_public_buckets.0),
        }
    }
}

impl Versioning {
    pub fn into_api(self) -> Result<api::VersioningConfiguration, ResourceFailure> {
        let status = api::BucketVersioningStatus::parse(&self.status)
            .ok_or_else(|| unknown("Status", &self.status))?;
        Ok(api::VersioningConfiguration { status: Some(status), ..api::VersioningConfiguration::default() })
    }
}

impl Notification {
    pub fn into_api(self) -> Result<api::NotificationConfiguration, ResourceFailure> {
        if !self.topic_configurations.is_empty() {
            return Err(ResourceFailure::new("Haneul does not offer TopicConfigurations yet"));
        }
        if self.event_bridge_configuration.is_some() {
            return Err(ResourceFailure::new("Haneul does not offer EventBridgeConfiguration yet"));
        }
        let functions: Result<Vec<_>, _> =
            self.lambda_configurations.into_iter().map(LambdaConfiguration::into_api).collect();
        let queues: Result<Vec<_>, _> =
            self.queue_configurations.into_iter().map(QueueConfiguration::into_api).collect();
        Ok(api::NotificationConfiguration {
            lambda_function_configurations: Some(functions?),
            queue_configurations: Some(queues?),
            ..api::NotificationConfiguration::default()
        })
    }
}

impl LambdaConfiguration {
    fn into_api(self) -> Result<api::LambdaFunctionConfiguration, ResourceFailure> {
        Ok(api::LambdaFunctionConfiguration {
            id: None,
            lambda_function_arn: self.function,
            events: vec![event(&self.event)?],
            filter: self.filter.map(NotificationFilter::into_api).transpose()?,
        })
    }
}

impl QueueConfiguration {
    fn into_api(self) -> Result<api::QueueConfiguration, ResourceFailure> {
        Ok(api::QueueConfiguration {
            id: None,
            queue_arn: self.queue,
            events: vec![event(&self.event)?],
            filter: self.filter.map(NotificationFilter::into_api).transpose()?,
        })
    }
}

fn event(name: &str) -> Result<api::Event, ResourceFailure> {
    api::Event::parse(name).ok_or_else(|| unknown("Event", name))
}

impl NotificationFilter {
    fn into_api(self) -> Result<api::NotificationConfigurationFilter, ResourceFailure> {
        let to_api = |rule: FilterRule| {
            let name = api::FilterRuleName::parse(&rule.name.to_ascii_lowercase());
            let name = name.ok_or_else(|| unknown("Name", &rule.name))?;
            Ok(api::FilterRule { name: Some(name), value: Some(rule.value) })
        };
        let rules: Result<Vec<_>, ResourceFailure> = self.key.rules.into_iter().map(to_api).collect();
        let key = api::S3KeyFilter { filter_rules: Some(rules?) };
        Ok(api::NotificationConfigurationFilter { key: Some(key) })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn parse(properties: Value) -> Result<BucketProperties, ResourceFailure> {
        BucketProperties::parse(properties.as_object().unwrap().clone())
    }

    #[test]
    fn flags_and_numbers_may_be_texts() {
        let properties = parse(json!({
            "PublicAccessBlockConfiguration": {"BlockPublicAcls": "true", "BlockPublicPolicy": false},
            "CorsConfiguration": {"CorsRules": [{"AllowedMethods": ["GET"], "AllowedOrigins": ["*"], "MaxAge": "60"}]},
        }))
        .unwrap();
        assert!(properties.public_access_block_configuration.unwrap().block_public_acls.0);
        assert_eq!(properties.cors_configuration.unwrap().cors_rules[0].max_age, Some(Number(60)));
    }

    #[test]
    fn a_property_that_is_not_built_is_refused_by_name() {
        let failure = parse(json!({"NotificationConfiguration": {"Foo": 1}})).unwrap_err();
        assert!(failure.message.contains("Foo"), "{}", failure.message);
        let topics = parse(json!({"NotificationConfiguration": {"TopicConfigurations": [{}]}})).unwrap();
        let failure = topics.notification_configuration.unwrap().into_api().unwrap_err();
        assert!(failure.message.contains("TopicConfigurations"));
    }
}
