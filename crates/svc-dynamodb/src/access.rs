//! Finds the table a request is about and decides whether the caller may do what it asks.

use std::collections::BTreeSet;
use std::sync::Arc;

use api_dynamodb::ReturnValue;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use port::{Access, RequestContext};
use store_kv::Read;

use crate::Service;
use crate::catalog::TableRef;
use crate::error::{Error, Result};
use crate::expr::{Condition, Projection};
use crate::model::{KeySchema, TableInfo};
use crate::page::Source;
use crate::value::{Attributes, Value};

/// What policies may ask of a request besides its table: the service's condition keys (Service Authorization Reference,
/// "Actions, resources, and condition keys for Amazon DynamoDB").
#[derive(Debug, Default)]
pub(crate) struct Facts<'a> {
    /// Items or keys that the request names: their partition keys are `dynamodb:LeadingKeys`.
    items: Vec<&'a Attributes>,
    /// `dynamodb:Attributes`.
    attributes: BTreeSet<String>,
    select: Option<&'static str>,
    return_values: Option<&'static str>,
    enclosing: Option<&'static str>,
}

impl<'a> Facts<'a> {
    /// Of requests that name items; all their attributes count as named.
    pub(crate) fn of_items(items: impl IntoIterator<Item = &'a Attributes>) -> Self {
        let items: Vec<&Attributes> = items.into_iter().collect();
        let attributes = items.iter().flat_map(|item| item.keys().cloned()).collect();
        Self { items, attributes, ..Self::default() }
    }

    /// With further attributes.
    pub(crate) fn naming(mut self, names: impl IntoIterator<Item = String>) -> Self {
        self.attributes.extend(names);
        self
    }

    /// With the attributes of a condition or filter.
    pub(crate) fn reading(mut self, condition: Option<&Condition>) -> Self {
        if let Some(condition) = condition {
            condition.visit_paths(&mut |path| {
                self.attributes.insert(path.root.clone());
            });
        }
        self
    }

    /// Of a read that keeps what the projection says, or everything.
    pub(crate) fn keeping(self, projection: Option<&Projection>) -> Self {
        let select = if projection.is_some() { "SPECIFIC_ATTRIBUTES" } else { "ALL_ATTRIBUTES" };
        let names: Vec<String> = projection.iter().flat_map(|p| p.attributes.keys().cloned()).collect();
        self.naming(names).selecting(select)
    }

    pub(crate) fn selecting(self, select: &'static str) -> Self {
        Self { select: Some(select), ..self }
    }

    pub(crate) fn returning(self, mode: Option<ReturnValue>) -> Self {
        Self { return_values: mode.map(|mode| mode.as_str()), ..self }
    }

    /// As a part of another operation.
    pub(crate) fn within(self, operation: &'static str) -> Self {
        Self { enclosing: Some(operation), ..self }
    }

    fn apply<'x>(&self, mut access: Access<'x>, key: Option<&KeySchema>) -> Access<'x> {
        for item in key.iter().flat_map(|key| self.items.iter().filter_map(|item| leading_key(key, item))) {
            access = access.with_key("dynamodb:LeadingKeys", item);
        }
        for name in &self.attributes {
            access = access.with_key("dynamodb:Attributes", name.clone());
        }
        let single = [
            ("dynamodb:Select", self.select),
            ("dynamodb:ReturnValues", self.return_values),
            ("dynamodb:EnclosingOperation", self.enclosing),
        ];
        for (key, value) in single {
            if let Some(value) = value {
                access = access.with_key(key, value);
            }
        }
        access
    }
}

impl Service {
    /// The table, once the caller is allowed the action on it. Whether it exists shows only to who is allowed.
    pub(crate) async fn open(
        &self,
        cx: &RequestContext,
        read: &impl Read,
        table: &TableRef,
        action: &str,
        facts: &Facts<'_>,
    ) -> Result<Arc<TableInfo>> {
        let info = self.0.catalog.find(read, table).await?;
        let arn = table.arn();
        let access = Access::new(action, &arn).owned_by(&table.account);
        cx.authorize(facts.apply(access, info.as_ref().map(|info| &info.key))).await?;
        info.ok_or_else(Error::table_not_found)
    }

    /// As `open`, for operations on tables, whose error names the table.
    pub(crate) async fn open_named(
        &self,
        cx: &RequestContext,
        read: &impl Read,
        table: &TableRef,
        action: &str,
    ) -> Result<Arc<TableInfo>> {
        self.open(cx, read, table, action, &Facts::default()).await.map_err(|error| match error {
            Error::NotFound(_) => Error::named_table_not_found(&table.name),
            other => other,
        })
    }

    /// The table or index to read from, once the caller is allowed to. The right is asked on the index where one is named.
    pub(crate) async fn open_source(
        &self,
        cx: &RequestContext,
        read: &impl Read,
        table: &TableRef,
        index: Option<&str>,
        action: &str,
        facts: &Facts<'_>,
    ) -> Result<Source> {
        let arn = match index {
            Some(index) => format!("{}/index/{index}", table.arn()),
            None => table.arn(),
        };
        let info = self.0.catalog.find(read, table).await?;
        let key = info.as_ref().map(|info| match index.and_then(|index| info.index(index)) {
            Some(index) => &index.key,
            None => &info.key,
        });
        cx.authorize(facts.apply(Access::new(action, &arn).owned_by(&table.account), key)).await?;
        Source::find(info.ok_or_else(Error::table_not_found)?, index)
    }
}

/// The partition key's value as policies compare it.
fn leading_key(key: &KeySchema, item: &Attributes) -> Option<String> {
    match item.get(&key.hash.first()?.name)? {
        Value::S(s) => Some(s.clone()),
        Value::N(n) => Some(n.to_string()),
        Value::B(b) => Some(STANDARD.encode(b)),
        _ => None,
    }
}
