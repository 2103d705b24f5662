//! The service driven through its operations, on a store in memory.

mod batch;
mod indexes;
mod items;
mod model;
mod queries;
mod resources;
mod rights;
mod table_ops;
mod time_to_live;
mod transactions;

use std::sync::Arc;
use std::time::Duration;

use api_dynamodb as api;
use api_dynamodb::{AttributeValue, DynamoDb};
use base_id::Ids;
use base_time::{Clock, Timestamp};
use indexmap::IndexMap;
use port::{Access, AccessDenied, Authorizer, BoxFuture, Principal, RequestContext, RequestSource};
use store_kv::Store;
use wire_codec::ApiError;

use crate::Service;

pub(crate) type Item = IndexMap<String, AttributeValue>;

/// Allows all but the actions it is told to refuse; remembers what it was asked.
#[derive(Default)]
pub(crate) struct Rights {
    refused: Vec<&'static str>,
    asked: parking_lot::Mutex<Vec<(String, String, Vec<String>)>>,
}

impl Authorizer for Rights {
    fn authorize<'a>(
        &'a self,
        _cx: &'a RequestContext,
        access: Access<'a>,
    ) -> BoxFuture<'a, Result<(), AccessDenied>> {
        let keys = access.keys.iter().map(|(key, value)| format!("{key}={value}")).collect();
        self.asked.lock().push((access.action.to_owned(), access.resource.to_owned(), keys));
        let is_refused = self.refused.contains(&access.action);
        let denied = AccessDenied { action: access.action.to_owned(), message: "no".to_owned() };
        Box::pin(async move { if is_refused { Err(denied) } else { Ok(()) } })
    }
}

pub(crate) struct House {
    pub(crate) service: Service,
    pub(crate) clock: Clock,
    pub(crate) rights: Arc<Rights>,
}

impl House {
    pub(crate) fn new() -> Self {
        Self::refusing(&[])
    }

    pub(crate) fn refusing(refused: &[&'static str]) -> Self {
        let clock = Clock::manual(Timestamp::from_secs(1_800_000_000));
        let ids = Ids::seeded(7);
        let store = Store::in_memory(clock.clone(), ids.clone()).unwrap();
        let rights = Arc::new(Rights { refused: refused.to_vec(), ..Rights::default() });
        Self { service: Service::new(store, clock.clone(), ids), clock, rights }
    }

    pub(crate) fn cx(&self) -> RequestContext {
        let account = "123456789012".to_owned();
        RequestContext::new(
            Principal::Root { account: account.clone() },
            account,
            "eu-central-1".to_owned(),
            "request".to_owned(),
            self.clock.now(),
            RequestSource::default(),
            self.rights.clone(),
        )
    }

    pub(crate) fn asked(&self) -> Vec<(String, String, Vec<String>)> {
        std::mem::take(&mut *self.rights.asked.lock())
    }

    pub(crate) fn advance(&self, secs: u64) {
        self.clock.advance(Duration::from_secs(secs));
    }

    /// Carries out all background jobs.
    pub(crate) async fn work(&self) {
        crate::workers::work(&self.service).await.unwrap();
    }

    pub(crate) async fn create(&self, input: api::CreateTableInput) {
        self.service.create_table(&self.cx(), input).await.unwrap();
    }

    pub(crate) async fn put(&self, table: &str, item: Item) {
        let input = api::PutItemInput { table_name: table.into(), item, ..Default::default() };
        self.service.put_item(&self.cx(), input).await.unwrap();
    }

    pub(crate) async fn get(&self, table: &str, key: Item) -> Option<Item> {
        let input = api::GetItemInput { table_name: table.into(), key, ..Default::default() };
        self.service.get_item(&self.cx(), input).await.unwrap().item
    }

    pub(crate) async fn update(
        &self,
        table: &str,
        key: Item,
        expression: &str,
        values: Item,
    ) -> Result<api::UpdateItemOutput, ApiError> {
        let input = api::UpdateItemInput {
            table_name: table.into(),
            key,
            update_expression: Some(expression.into()),
            expression_attribute_values: (!values.is_empty()).then_some(values),
            return_values: Some(api::ReturnValue::AllNew),
            ..Default::default()
        };
        self.service.update_item(&self.cx(), input).await
    }

    pub(crate) async fn query(&self, input: api::QueryInput) -> api::QueryOutput {
        self.service.query(&self.cx(), input).await.unwrap()
    }

    pub(crate) async fn describe(&self, table: &str) -> api::TableDescription {
        let input = api::DescribeTableInput { table_name: table.into() };
        self.service.describe_table(&self.cx(), input).await.unwrap().table.unwrap()
    }
}

pub(crate) fn s(text: impl Into<String>) -> AttributeValue {
    AttributeValue::S(text.into())
}

pub(crate) fn n(number: impl ToString) -> AttributeValue {
    AttributeValue::N(number.to_string())
}

pub(crate) fn item<const N: usize>(entries: [(&str, AttributeValue); N]) -> Item {
    entries.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

fn key_elements(keys: &[(&str, &str)]) -> Vec<api::KeySchemaElement> {
    let key_type = |at| if at == 0 { api::KeyType::Hash } else { api::KeyType::Range };
    keys.iter()
        .enumerate()
        .map(|(at, (name, _))| api::KeySchemaElement {
            attribute_name: (*name).into(),
            key_type: key_type(at),
        })
        .collect()
}

fn definitions(keys: &[(&str, &str)]) -> Vec<api::AttributeDefinition> {
    let scalar = |name: &str| match name {
        "S" => api::ScalarAttributeType::S,
        "N" => api::ScalarAttributeType::N,
        _ => api::ScalarAttributeType::B,
    };
    keys.iter()
        .map(|(name, t)| api::AttributeDefinition {
            attribute_name: (*name).into(),
            attribute_type: scalar(t),
        })
        .collect()
}

/// A table on demand with these (name, type) keys.
pub(crate) fn table(name: &str, keys: &[(&str, &str)]) -> api::CreateTableInput {
    api::CreateTableInput {
        table_name: name.into(),
        attribute_definitions: Some(definitions(keys)),
        key_schema: Some(key_elements(keys)),
        billing_mode: Some(api::BillingMode::PayPerRequest),
        ..Default::default()
    }
}

/// Adds a global index.
pub(crate) fn with_index(
    mut input: api::CreateTableInput,
    name: &str,
    keys: &[(&str, &str)],
    projection: api::Projection,
) -> api::CreateTableInput {
    add_definitions(&mut input, keys);
    input.global_secondary_indexes.get_or_insert_default().push(api::GlobalSecondaryIndex {
        index_name: name.into(),
        key_schema: key_elements(keys),
        projection,
        ..Default::default()
    });
    input
}

/// Adds a local index.
pub(crate) fn with_local(
    mut input: api::CreateTableInput,
    name: &str,
    keys: &[(&str, &str)],
    projection: api::Projection,
) -> api::CreateTableInput {
    add_definitions(&mut input, keys);
    input.local_secondary_indexes.get_or_insert_default().push(api::LocalSecondaryIndex {
        index_name: name.into(),
        key_schema: key_elements(keys),
        projection,
    });
    input
}

fn add_definitions(input: &mut api::CreateTableInput, keys: &[(&str, &str)]) {
    let known = input.attribute_definitions.get_or_insert_default();
    for definition in definitions(keys) {
        if !known.iter().any(|k| k.attribute_name == definition.attribute_name) {
            known.push(definition);
        }
    }
}

pub(crate) fn all() -> api::Projection {
    api::Projection { projection_type: Some(api::ProjectionType::All), non_key_attributes: None }
}

pub(crate) fn keys_only() -> api::Projection {
    api::Projection { projection_type: Some(api::ProjectionType::KeysOnly), non_key_attributes: None }
}

pub(crate) fn include(names: &[&str]) -> api::Projection {
    api::Projection {
        projection_type: Some(api::ProjectionType::Include),
        non_key_attributes: Some(names.iter().map(|n| (*n).to_owned()).collect()),
    }
}

pub(crate) fn query(table: &str, condition: &str, values: Item) -> api::QueryInput {
    api::QueryInput {
        table_name: table.into(),
        key_condition_expression: Some(condition.into()),
        expression_attribute_values: Some(values),
        ..Default::default()
    }
}

/// The values of one number attribute, in order.
pub(crate) fn numbers(items: &[Item], name: &str) -> Vec<i64> {
    items
        .iter()
        .map(|item| match &item[name] {
            AttributeValue::N(text) => text.parse().unwrap(),
            other => panic!("{name} is {other:?}"),
        })
        .collect()
}
