//! Checks what CreateTable and UpdateTable ask of keys, indexes and throughput, and makes the model of it.

use api_dynamodb as api;
use base_time::Timestamp;

use crate::error::{Error, Result};
use crate::model::{
    Billing, Index, IndexKind, IndexProjection, IndexState, KeyAttribute, KeySchema, KeyType,
    OnDemandMaximum, Throughput,
};

const MAX_CAPACITY: i64 = 1_000_000_000_000;
const MAX_LOCAL_INDEXES: usize = 5;
const MAX_GLOBAL_INDEXES: usize = 20;
/// Most attributes in each half of a global index's key.
const MAX_KEY_PARTS: usize = 4;
/// Most projected non-key attributes over all of a table's indexes.
const MAX_PROJECTED: usize = 100;

/// Attribute definitions, by name.
pub(crate) struct Definitions(Vec<KeyAttribute>);

impl Definitions {
    pub(crate) fn new(definitions: Vec<api::AttributeDefinition>) -> Result<Self> {
        let mut known: Vec<KeyAttribute> = Vec::with_capacity(definitions.len());
        for definition in definitions {
            let name = definition.attribute_name;
            if known.iter().any(|attribute| attribute.name == name) {
                return Err(Error::invalid_parameter(format!(
                    "Duplicate AttributeName in AttributeDefinitions: {name}"
                )));
            }
            let key_type = match definition.attribute_type {
                api::ScalarAttributeType::S => KeyType::S,
                api::ScalarAttributeType::N => KeyType::N,
                api::ScalarAttributeType::B => KeyType::B,
            };
            known.push(KeyAttribute { name, key_type });
        }
        Ok(Self(known))
    }

    /// Adds what a table's keys define already; a definition may not change.
    pub(crate) fn with_known<'a>(mut self, known: impl IntoIterator<Item = &'a KeyAttribute>) -> Self {
        for attribute in known {
            if !self.0.iter().any(|own| own.name == attribute.name) {
                self.0.push(attribute.clone());
            }
        }
        self
    }

    fn names(&self) -> String {
        self.0.iter().map(|attribute| attribute.name.as_str()).collect::<Vec<_>>().join(", ")
    }

    /// All definitions must be used by some key.
    pub(crate) fn check_used(&self, table: &KeySchema, indexes: &[Index]) -> Result<()> {
        let is_used =
            |name: &str| table.contains(name) || indexes.iter().any(|index| index.key.contains(name));
        if self.0.iter().all(|attribute| is_used(&attribute.name)) {
            return Ok(());
        }
        if indexes.is_empty() {
            return Err(Error::invalid_parameter(
                "Number of attributes in KeySchema does not exactly match number of attributes defined in \
                 AttributeDefinitions",
            ));
        }
        let used: Vec<&str> = self.0.iter().map(|a| a.name.as_str()).filter(|name| is_used(name)).collect();
        Err(Error::invalid_parameter(format!(
            "Some AttributeDefinitions are not used. AttributeDefinitions: [{}], keys used: [{}]",
            self.names(),
            used.join(", ")
        )))
    }

    /// A table's key: one hash and at most one range attribute.
    pub(crate) fn table_key(&self, elements: &[api::KeySchemaElement]) -> Result<KeySchema> {
        if elements.is_empty() || elements.len() > 2 {
            return Err(Error::Validation(format!(
                "1 validation error detected: Value '{}' at 'keySchema' failed to satisfy constraint: Member must have \
                 length {}",
                shown(elements),
                if elements.is_empty() { "greater than or equal to 1" } else { "less than or equal to 2" }
            )));
        }
        if elements.len() > self.0.len() {
            return Err(Error::Validation(
                "Invalid KeySchema: Some index key attribute have no definition".to_owned(),
            ));
        }
        self.key(elements, 1)
    }

    fn key(&self, elements: &[api::KeySchemaElement], most: usize) -> Result<KeySchema> {
        let mut schema = KeySchema::default();
        for element in elements {
            let definition = self.0.iter().find(|attribute| attribute.name == element.attribute_name);
            let Some(definition) = definition else {
                let keys: Vec<&str> = elements.iter().map(|e| e.attribute_name.as_str()).collect();
                return Err(Error::invalid_parameter(format!(
                    "Some index key attributes are not defined in AttributeDefinitions. Keys: [{}], \
                     AttributeDefinitions: [{}]",
                    keys.join(", "),
                    self.names()
                )));
            };
            if schema.contains(&definition.name) {
                return Err(Error::Validation(
                    "Both the Hash Key and the Range Key element in the KeySchema have the same name"
                        .to_owned(),
                ));
            }
            match element.key_type {
                api::KeyType::Hash if schema.range.is_empty() && schema.hash.len() < most => {
                    schema.hash.push(definition.clone());
                }
                api::KeyType::Range if !schema.hash.is_empty() && schema.range.len() < most => {
                    schema.range.push(definition.clone());
                }
                api::KeyType::Range if schema.hash.is_empty() => {
                    return Err(Error::Validation(
                        "Invalid KeySchema: The first KeySchemaElement is not a HASH key type".to_owned(),
                    ));
                }
                _ => {
                    return Err(Error::Validation(
                        "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type".to_owned(),
                    ));
                }
            }
        }
        Ok(schema)
    }

    /// A local index.
    pub(crate) fn local(&self, table: &KeySchema, index: api::LocalSecondaryIndex, id: u32) -> Result<Index> {
        let name = index.index_name;
        if table.range.is_empty() {
            return Err(Error::invalid_parameter(
                "Table KeySchema does not have a range key, which is required when specifying a LocalSecondaryIndex",
            ));
        }
        let key = self.key(&index.key_schema, 1)?;
        if key.range.is_empty() {
            return Err(Error::invalid_parameter(format!(
                "Index KeySchema does not have a range key for index: {name}"
            )));
        }
        if key.hash != table.hash {
            let (own, tables) = (hash_name(&key), hash_name(table));
            return Err(Error::invalid_parameter(format!(
                "Index KeySchema does not have the same leading hash key as table KeySchema for index: {name}. index hash \
                 key: {own}, table hash key: {tables}"
            )));
        }
        Ok(Index {
            id,
            name,
            kind: IndexKind::Local,
            key,
            projection: projection(index.projection)?,
            state: IndexState::Active,
            throughput: None,
            on_demand: None,
        })
    }

    /// A global index; its state is the caller's to choose.
    pub(crate) fn global(
        &self,
        index: api::GlobalSecondaryIndex,
        id: u32,
        is_on_demand: bool,
        state: IndexState,
    ) -> Result<Index> {
        let name = index.index_name;
        let key = self.key(&index.key_schema, MAX_KEY_PARTS)?;
        if is_on_demand && index.provisioned_throughput.is_some() {
            return Err(Error::invalid_parameter(format!(
                "ProvisionedThroughput should not be specified for index: {name} when BillingMode is PAY_PER_REQUEST"
            )));
        }
        if !is_on_demand && index.provisioned_throughput.is_none() {
            return Err(Error::invalid_parameter(format!(
                "ProvisionedThroughput must be specified for index: {name}"
            )));
        }
        if index.warm_throughput.is_some() {
            return Err(Error::not_implemented("dynamodb WarmThroughput"));
        }
        Ok(Index {
            id,
            name,
            kind: IndexKind::Global,
            key,
            projection: projection(index.projection)?,
            state,
            throughput: index.provisioned_throughput.map(throughput).transpose()?,
            on_demand: index.on_demand_throughput.map(on_demand),
        })
    }
}

fn hash_name(key: &KeySchema) -> &str {
    key.hash.first().map_or("", |attribute| attribute.name.as_str())
}

fn shown(elements: &[api::KeySchemaElement]) -> String {
    let shown: Vec<String> = elements
        .iter()
        .map(|e| {
            format!("KeySchemaElement(attributeName={}, keyType={})", e.attribute_name, key_type(e.key_type))
        })
        .collect();
    format!("[{}]", shown.join(", "))
}

fn key_type(key_type: api::KeyType) -> &'static str {
    match key_type {
        api::KeyType::Hash => "HASH",
        api::KeyType::Range => "RANGE",
    }
}

fn projection(projection: api::Projection) -> Result<IndexProjection> {
    let (name, made) = match projection.projection_type {
        None => return Err(Error::invalid_parameter("Unknown ProjectionType: null")),
        Some(api::ProjectionType::All) => ("ALL", IndexProjection::All),
        Some(api::ProjectionType::KeysOnly) => ("KEYS_ONLY", IndexProjection::KeysOnly),
        Some(api::ProjectionType::Include) => {
            let names = projection.non_key_attributes.unwrap_or_default();
            if names.is_empty() {
                return Err(Error::invalid_parameter(
                    "ProjectionType is INCLUDE, but NonKeyAttributes is not specified",
                ));
            }
            return Ok(IndexProjection::Include(names));
        }
    };
    if projection.non_key_attributes.is_some() {
        return Err(Error::invalid_parameter(format!(
            "ProjectionType is {name}, but NonKeyAttributes is specified"
        )));
    }
    Ok(made)
}

/// Names are unique, and there are not too many of anything.
pub(crate) fn check_indexes(indexes: &[Index]) -> Result<()> {
    for (at, index) in indexes.iter().enumerate() {
        if indexes[..at].iter().any(|earlier| earlier.name == index.name) {
            return Err(Error::invalid_parameter(format!("Duplicate index name: {}", index.name)));
        }
    }
    let count = |kind| indexes.iter().filter(|index| index.kind == kind).count();
    if count(IndexKind::Local) > MAX_LOCAL_INDEXES {
        return Err(Error::invalid_parameter("Number of LocalSecondaryIndexes exceeds per-table limit of 5"));
    }
    if count(IndexKind::Global) > MAX_GLOBAL_INDEXES {
        return Err(Error::invalid_parameter("GlobalSecondaryIndex count exceeds the per-table limit of 20"));
    }
    let projected: usize = indexes
        .iter()
        .map(|index| match &index.projection {
            IndexProjection::Include(names) => names.len(),
            _ => 0,
        })
        .sum();
    if projected > MAX_PROJECTED {
        return Err(Error::invalid_parameter(format!(
            "Number of projected attributes across all indexes exceeds the limit of {MAX_PROJECTED}"
        )));
    }
    Ok(())
}

/// Capacity units in the service's range.
pub(crate) fn throughput(throughput: api::ProvisionedThroughput) -> Result<Throughput> {
    let made = Throughput { read: throughput.read_capacity_units, write: throughput.write_capacity_units };
    for (name, units) in [("ReadCapacityUnits", made.read), ("WriteCapacityUnits", made.write)] {
        if units > MAX_CAPACITY {
            return Err(Error::Validation(format!("Given value {units} for {name} is out of bounds")));
        }
    }
    Ok(made)
}

pub(crate) fn on_demand(maximum: api::OnDemandThroughput) -> OnDemandMaximum {
    OnDemandMaximum { read: maximum.max_read_request_units, write: maximum.max_write_request_units }
}

/// Billing of a new table.
pub(crate) fn billing(
    mode: Option<api::BillingMode>,
    provisioned: Option<api::ProvisionedThroughput>,
    maximum: Option<api::OnDemandThroughput>,
    now: Timestamp,
) -> Result<Billing> {
    match (mode, provisioned) {
        (Some(api::BillingMode::PayPerRequest), Some(_)) => Err(Error::invalid_parameter(
            "Neither ReadCapacityUnits nor WriteCapacityUnits can be specified when BillingMode is PAY_PER_REQUEST",
        )),
        (Some(api::BillingMode::PayPerRequest), None) => {
            Ok(Billing::OnDemand { since: now, maximum: maximum.map(on_demand) })
        }
        (_, None) => Err(Error::invalid_parameter(
            "ReadCapacityUnits and WriteCapacityUnits must both be specified when BillingMode is PROVISIONED",
        )),
        (_, Some(_)) if maximum.is_some() => Err(Error::invalid_parameter(
            "OnDemandThroughput can only be specified when BillingMode is PAY_PER_REQUEST",
        )),
        (_, Some(provisioned)) => Ok(Billing::Provisioned(throughput(provisioned)?)),
    }
}

/// SSESpecification: the service's own key may be asked for; keys of KMS are not built.
pub(crate) fn refuse_keys(sse: Option<&api::SSESpecification>) -> Result<()> {
    let Some(sse) = sse else { return Ok(()) };
    match (sse.enabled, sse.sse_type, &sse.kms_master_key_id) {
        (Some(true), Some(api::SSEType::Aes256), _) => {
            Err(Error::invalid_parameter("SSEType AES256 is not supported"))
        }
        (Some(true), ..) => Err(Error::not_implemented("dynamodb SSESpecification.Enabled (a key of KMS)")),
        (_, None, None) => Ok(()),
        _ => Err(Error::invalid_parameter(
            "SSEType and KMSMasterKeyId can only be specified when Enabled is true",
        )),
    }
}

/// StreamSpecification: streams are not built.
pub(crate) fn refuse_streams(stream: Option<&api::StreamSpecification>) -> Result<()> {
    match stream {
        Some(stream) if stream.stream_enabled => {
            Err(Error::not_implemented("dynamodb StreamSpecification.StreamEnabled"))
        }
        Some(stream) if stream.stream_view_type.is_some() => {
            Err(Error::invalid_parameter("StreamViewType cannot be specified when StreamEnabled is false"))
        }
        _ => Ok(()),
    }
}

/// Refuses a parameter that is present but not built.
pub(crate) fn refuse_present(name: &str, is_present: bool) -> Result<()> {
    if is_present { Err(Error::not_implemented(format_args!("dynamodb {name}"))) } else { Ok(()) }
}
