//! Properties of AWS::DynamoDB::Table, read as CloudFormation writes them: numbers and Booleans may be text. What is not
//! known is refused by name.

use std::collections::BTreeMap;

use api_dynamodb as api;
use port::ResourceFailure;
use serde_json::{Map, Value};
use wire_codec::EnumValue;

type Outcome<T> = Result<T, ResourceFailure>;

/// A map of properties.
pub(super) struct Spec<'a>(pub(super) &'a Map<String, Value>);

fn invalid(message: impl Into<String>) -> ResourceFailure {
    ResourceFailure::new(message)
}

fn wrong_type(name: &str, expected: &str) -> ResourceFailure {
    invalid(format!("Property {name} must be {expected}"))
}

impl<'a> Spec<'a> {
    /// Refuses properties besides the known ones.
    fn only(self, parent: &str, known: &[&str]) -> Outcome<Self> {
        match self.0.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => {
                Err(invalid(format!("Haneul does not offer AWS::DynamoDB::Table {parent}.{key} yet")))
            }
            None => Ok(self),
        }
    }

    pub(super) fn text(&self, name: &str) -> Outcome<Option<String>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.clone())),
            Some(Value::Number(number)) => Ok(Some(number.to_string())),
            Some(Value::Bool(value)) => Ok(Some(value.to_string())),
            Some(_) => Err(wrong_type(name, "a string")),
        }
    }

    fn required_text(&self, name: &str) -> Outcome<String> {
        self.text(name)?.ok_or_else(|| invalid(format!("Property {name} is required")))
    }

    fn flag(&self, name: &str) -> Outcome<Option<bool>> {
        match self.text(name)?.as_deref() {
            None => Ok(None),
            Some("true") => Ok(Some(true)),
            Some("false") => Ok(Some(false)),
            Some(_) => Err(wrong_type(name, "true or false")),
        }
    }

    fn number(&self, name: &str) -> Outcome<Option<i64>> {
        match self.text(name)? {
            None => Ok(None),
            Some(text) => text.parse().map(Some).map_err(|_| wrong_type(name, "a whole number")),
        }
    }

    fn required_number(&self, name: &str) -> Outcome<i64> {
        self.number(name)?.ok_or_else(|| invalid(format!("Property {name} is required")))
    }

    fn choice<E: EnumValue + Default>(&self, name: &str) -> Outcome<Option<E>> {
        let Some(text) = self.text(name)? else { return Ok(None) };
        let mut value = E::default();
        if value.set(&text) {
            Ok(Some(value))
        } else {
            Err(invalid(format!("{text} is not a valid value of {name}")))
        }
    }

    fn map(&self, name: &str, known: &[&str]) -> Outcome<Option<Spec<'a>>> {
        match self.0.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Object(map)) => Spec(map).only(name, known).map(Some),
            Some(_) => Err(wrong_type(name, "a map")),
        }
    }

    fn list(&self, name: &str, known: &[&str]) -> Outcome<Option<Vec<Spec<'a>>>> {
        let list = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Array(list)) => list,
            Some(_) => return Err(wrong_type(name, "a list")),
        };
        let element = |value: &'a Value| match value {
            Value::Object(map) => Spec(map).only(name, known),
            _ => Err(wrong_type(name, "a list of maps")),
        };
        list.iter().map(element).collect::<Outcome<Vec<_>>>().map(Some)
    }

    /// Point-in-time recovery may be stated to be off.
    pub(super) fn refuse_recovery(&self) -> Outcome<()> {
        let known = ["PointInTimeRecoveryEnabled", "RecoveryPeriodInDays"];
        let Some(recovery) = self.map("PointInTimeRecoverySpecification", &known)? else { return Ok(()) };
        if recovery.flag("PointInTimeRecoveryEnabled")? == Some(true) {
            return Err(invalid(
                "Haneul does not offer AWS::DynamoDB::Table PointInTimeRecoverySpecification.PointInTimeRecoveryEnabled yet",
            ));
        }
        Ok(())
    }

    pub(super) fn time_to_live(&self) -> Outcome<Option<api::TimeToLiveSpecification>> {
        let Some(ttl) = self.map("TimeToLiveSpecification", &["AttributeName", "Enabled"])? else {
            return Ok(None);
        };
        let enabled = ttl.flag("Enabled")?.unwrap_or_default();
        let attribute_name = ttl.text("AttributeName")?.unwrap_or_default();
        if enabled && attribute_name.is_empty() {
            return Err(invalid("Property TimeToLiveSpecification.AttributeName is required"));
        }
        Ok(enabled.then_some(api::TimeToLiveSpecification { enabled, attribute_name }))
    }

    /// The resource's own tags over the stack's.
    pub(super) fn tags(&self, of_stack: &[(String, String)]) -> Outcome<BTreeMap<String, String>> {
        let mut tags: BTreeMap<String, String> = of_stack.iter().cloned().collect();
        for tag in self.list("Tags", &["Key", "Value"])?.unwrap_or_default() {
            tags.insert(tag.required_text("Key")?, tag.required_text("Value")?);
        }
        Ok(tags)
    }

    pub(super) fn create_input(
        &self,
        name: &str,
        stack_tags: &[(String, String)],
    ) -> Outcome<api::CreateTableInput> {
        let tags = self.tags(stack_tags)?;
        let tags: Vec<api::Tag> = tags.into_iter().map(|(key, value)| api::Tag { key, value }).collect();
        Ok(api::CreateTableInput {
            table_name: name.to_owned(),
            attribute_definitions: self.attribute_definitions()?,
            key_schema: self.key_schema()?,
            local_secondary_indexes: self.local_indexes()?,
            global_secondary_indexes: self.global_indexes()?,
            billing_mode: self.choice("BillingMode")?,
            provisioned_throughput: self.throughput()?,
            on_demand_throughput: self.on_demand()?,
            sse_specification: self.encryption()?,
            table_class: self.choice("TableClass")?,
            deletion_protection_enabled: self.flag("DeletionProtectionEnabled")?,
            tags: (!tags.is_empty()).then_some(tags),
            ..api::CreateTableInput::default()
        })
    }

    /// What UpdateTable has to change besides indexes; none where nothing.
    pub(super) fn settings_input(
        &self,
        old: &Spec<'_>,
        name: &str,
    ) -> Outcome<Option<api::UpdateTableInput>> {
        let changed = |property: &str| self.0.get(property) != old.0.get(property);
        let mut input =
            api::UpdateTableInput { table_name: name.to_owned(), ..api::UpdateTableInput::default() };
        let unchanged = input.clone();
        if changed("BillingMode") {
            input.billing_mode = Some(self.choice("BillingMode")?.unwrap_or(api::BillingMode::Provisioned));
            if input.billing_mode == Some(api::BillingMode::Provisioned) {
                input.provisioned_throughput = self.throughput()?;
            }
        }
        // Compared as numbers: "5" is 5.
        let throughput = self.throughput()?;
        if throughput != old.throughput()? {
            input.provisioned_throughput = throughput;
        }
        if changed("OnDemandThroughput") {
            let lifted = api::OnDemandThroughput {
                max_read_request_units: Some(-1),
                max_write_request_units: Some(-1),
            };
            input.on_demand_throughput = Some(self.on_demand()?.unwrap_or(lifted));
        }
        if changed("SSESpecification") {
            let off = api::SSESpecification { enabled: Some(false), ..api::SSESpecification::default() };
            input.sse_specification = Some(self.encryption()?.unwrap_or(off));
        }
        if changed("TableClass") {
            input.table_class = Some(self.choice("TableClass")?.unwrap_or(api::TableClass::Standard));
        }
        if changed("DeletionProtectionEnabled") {
            input.deletion_protection_enabled =
                Some(self.flag("DeletionProtectionEnabled")?.unwrap_or_default());
        }
        Ok((input != unchanged).then_some(input))
    }

    /// One UpdateTable for each index that goes, comes or changes: only one may at a time.
    pub(super) fn index_inputs(&self, old: &Spec<'_>, name: &str) -> Outcome<Vec<api::UpdateTableInput>> {
        let (new, old) =
            (self.global_indexes()?.unwrap_or_default(), old.global_indexes()?.unwrap_or_default());
        let same_but_throughput = |a: &api::GlobalSecondaryIndex, b: &api::GlobalSecondaryIndex| {
            a.index_name == b.index_name && a.key_schema == b.key_schema && a.projection == b.projection
        };
        let mut updates = Vec::new();
        for index in old.iter().filter(|index| !new.iter().any(|other| same_but_throughput(index, other))) {
            let delete = api::DeleteGlobalSecondaryIndexAction { index_name: index.index_name.clone() };
            updates.push(api::GlobalSecondaryIndexUpdate { delete: Some(delete), ..Default::default() });
        }
        for index in new {
            match old.iter().find(|other| same_but_throughput(&index, other)) {
                Some(other) if *other == index => {}
                Some(_) => {
                    let update = api::UpdateGlobalSecondaryIndexAction {
                        index_name: index.index_name,
                        provisioned_throughput: index.provisioned_throughput,
                        on_demand_throughput: index.on_demand_throughput,
                        warm_throughput: None,
                    };
                    updates
                        .push(api::GlobalSecondaryIndexUpdate { update: Some(update), ..Default::default() });
                }
                None => {
                    let create = api::CreateGlobalSecondaryIndexAction {
                        index_name: index.index_name,
                        key_schema: index.key_schema,
                        projection: index.projection,
                        provisioned_throughput: index.provisioned_throughput,
                        on_demand_throughput: index.on_demand_throughput,
                        warm_throughput: None,
                    };
                    updates
                        .push(api::GlobalSecondaryIndexUpdate { create: Some(create), ..Default::default() });
                }
            }
        }
        let definitions = self.attribute_definitions()?;
        Ok(updates
            .into_iter()
            .map(|update| api::UpdateTableInput {
                table_name: name.to_owned(),
                attribute_definitions: definitions.clone(),
                global_secondary_index_updates: Some(vec![update]),
                ..api::UpdateTableInput::default()
            })
            .collect())
    }

    fn attribute_definitions(&self) -> Outcome<Option<Vec<api::AttributeDefinition>>> {
        let Some(list) = self.list("AttributeDefinitions", &["AttributeName", "AttributeType"])? else {
            return Ok(None);
        };
        let definition = |spec: Spec<'_>| {
            let attribute_type = spec.choice("AttributeType")?;
            Ok(api::AttributeDefinition {
                attribute_name: spec.required_text("AttributeName")?,
                attribute_type: attribute_type
                    .ok_or_else(|| invalid("Property AttributeType is required"))?,
            })
        };
        list.into_iter().map(definition).collect::<Outcome<_>>().map(Some)
    }

    fn key_schema(&self) -> Outcome<Option<Vec<api::KeySchemaElement>>> {
        let Some(list) = self.list("KeySchema", &["AttributeName", "KeyType"])? else { return Ok(None) };
        let element = |spec: Spec<'_>| {
            let key_type = spec.choice("KeyType")?;
            Ok(api::KeySchemaElement {
                attribute_name: spec.required_text("AttributeName")?,
                key_type: key_type.ok_or_else(|| invalid("Property KeyType is required"))?,
            })
        };
        list.into_iter().map(element).collect::<Outcome<_>>().map(Some)
    }

    fn projection(&self) -> Outcome<api::Projection> {
        let Some(spec) = self.map("Projection", &["ProjectionType", "NonKeyAttributes"])? else {
            return Err(invalid("Property Projection is required"));
        };
        let names = match spec.0.get("NonKeyAttributes") {
            None | Some(Value::Null) => None,
            Some(Value::Array(list)) => {
                let name = |value: &Value| value.as_str().map(str::to_owned);
                let names: Option<Vec<String>> = list.iter().map(name).collect();
                Some(names.ok_or_else(|| wrong_type("NonKeyAttributes", "a list of strings"))?)
            }
            Some(_) => return Err(wrong_type("NonKeyAttributes", "a list of strings")),
        };
        Ok(api::Projection { projection_type: spec.choice("ProjectionType")?, non_key_attributes: names })
    }

    fn required_key_schema(&self) -> Outcome<Vec<api::KeySchemaElement>> {
        self.key_schema()?.ok_or_else(|| invalid("Property KeySchema is required"))
    }

    fn local_indexes(&self) -> Outcome<Option<Vec<api::LocalSecondaryIndex>>> {
        let known = ["IndexName", "KeySchema", "Projection"];
        let Some(list) = self.list("LocalSecondaryIndexes", &known)? else { return Ok(None) };
        let index = |spec: Spec<'_>| {
            Ok(api::LocalSecondaryIndex {
                index_name: spec.required_text("IndexName")?,
                key_schema: spec.required_key_schema()?,
                projection: spec.projection()?,
            })
        };
        let indexes: Vec<_> = list.into_iter().map(index).collect::<Outcome<_>>()?;
        Ok((!indexes.is_empty()).then_some(indexes))
    }

    fn global_indexes(&self) -> Outcome<Option<Vec<api::GlobalSecondaryIndex>>> {
        let known = ["IndexName", "KeySchema", "Projection", "ProvisionedThroughput", "OnDemandThroughput"];
        let Some(list) = self.list("GlobalSecondaryIndexes", &known)? else { return Ok(None) };
        let index = |spec: Spec<'_>| {
            Ok(api::GlobalSecondaryIndex {
                index_name: spec.required_text("IndexName")?,
                key_schema: spec.required_key_schema()?,
                projection: spec.projection()?,
                provisioned_throughput: spec.throughput()?,
                on_demand_throughput: spec.on_demand()?,
                warm_throughput: None,
            })
        };
        let indexes: Vec<_> = list.into_iter().map(index).collect::<Outcome<_>>()?;
        Ok((!indexes.is_empty()).then_some(indexes))
    }

    fn throughput(&self) -> Outcome<Option<api::ProvisionedThroughput>> {
        let known = ["ReadCapacityUnits", "WriteCapacityUnits"];
        let Some(spec) = self.map("ProvisionedThroughput", &known)? else { return Ok(None) };
        Ok(Some(api::ProvisionedThroughput {
            read_capacity_units: spec.required_number("ReadCapacityUnits")?,
            write_capacity_units: spec.required_number("WriteCapacityUnits")?,
        }))
    }

    fn on_demand(&self) -> Outcome<Option<api::OnDemandThroughput>> {
        let known = ["MaxReadRequestUnits", "MaxWriteRequestUnits"];
        let Some(spec) = self.map("OnDemandThroughput", &known)? else { return Ok(None) };
        Ok(Some(api::OnDemandThroughput {
            max_read_request_units: spec.number("MaxReadRequestUnits")?,
            max_write_request_units: spec.number("MaxWriteRequestUnits")?,
        }))
    }

    fn encryption(&self) -> Outcome<Option<api::SSESpecification>> {
        let known = ["SSEEnabled", "SSEType", "KMSMasterKeyId"];
        let Some(spec) = self.map("SSESpecification", &known)? else { return Ok(None) };
        Ok(Some(api::SSESpecification {
            enabled: spec.flag("SSEEnabled")?,
            sse_type: spec.choice("SSEType")?,
            kms_master_key_id: spec.text("KMSMasterKeyId")?,
        }))
    }
}
