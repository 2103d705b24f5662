//! What Query and Scan have in common: Select, projections, filters and start keys, checked against the table.

use std::collections::HashSet;

use api_dynamodb::{ReturnConsumedCapacity, Select};
use indexmap::IndexMap;

use crate::access::Facts;
use crate::action::check_paths;
use crate::capacity::{Consistency, Flow, Usage, read_units};
use crate::convert;
use crate::error::{Error, Result};
use crate::expr::{Condition, Projection};
use crate::keys::{check_key, check_nested};
use crate::model::{Index, IndexKind, IndexProjection, KeyAttribute, KeySchema};
use crate::page::{PageResult, Source, goes_beyond};
use crate::value::Attributes;

/// What a read is to return, besides where it reads.
#[derive(Debug, Default)]
pub struct Wanted {
    pub select: Option<Select>,
    pub projection: Option<Projection>,
    pub filter: Option<Condition>,
    pub is_consistent: bool,
}

impl Wanted {
    /// Select against the projection and the index; needs no table.
    pub fn check(&self, has_index: bool, verb: &str) -> Result<()> {
        let invalid = |message: String| Err(Error::invalid_parameter(message));
        match (self.select, self.projection.is_some()) {
            (Some(Select::SpecificAttributes), false) => invalid(
                "Must specify the AttributesToGet or ProjectionExpression when choosing to get SPECIFIC_ATTRIBUTES"
                    .to_owned(),
            ),
            (Some(Select::AllAttributes), true) => {
                invalid("Cannot specify the AttributesToGet when choosing to get ALL_ATTRIBUTES".to_owned())
            }
            (Some(Select::AllProjectedAttributes), true) => {
                invalid("Cannot specify the AttributesToGet when choosing to get ALL_PROJECTED_ATTRIBUTES".to_owned())
            }
            (Some(Select::Count), true) => {
                invalid("Cannot specify the AttributesToGet when choosing to get only the Count".to_owned())
            }
            (Some(Select::AllProjectedAttributes), false) if !has_index => {
                invalid(format!("ALL_PROJECTED_ATTRIBUTES can be used only when {verb} using an IndexName"))
            }
            _ => Ok(()),
        }
    }

    /// Global indexes are read eventually consistently only.
    pub fn check_consistency(&self, source: &Source) -> Result<()> {
        let is_global = source.index().is_some_and(|index| index.kind == IndexKind::Global);
        if is_global && self.is_consistent {
            return Err(Error::Validation(
                "Consistent reads are not supported on global secondary indexes".to_owned(),
            ));
        }
        Ok(())
    }

    /// All attributes can be had of a global index only where it holds them all.
    pub fn check_select(&self, source: &Source) -> Result<()> {
        let Some(index) = source.index() else { return Ok(()) };
        if self.wants_more_than(index) && index.kind == IndexKind::Global {
            return Err(Error::invalid_parameter(format!(
                "Select type ALL_ATTRIBUTES is not supported for global secondary index {} because its projection type \
                 is not ALL",
                index.name
            )));
        }
        Ok(())
    }

    fn wants_more_than(&self, index: &Index) -> bool {
        self.select == Some(Select::AllAttributes) && index.projection != IndexProjection::All
    }

    /// Projections lead into no key attribute.
    pub fn check_projection(&self, source: &Source) -> Result<()> {
        let nested = self.projection.iter().flat_map(Projection::nested_attributes);
        check_nested(&source.table, nested)
    }

    /// Filters lead into no key attribute.
    pub fn check_filter(&self, source: &Source) -> Result<()> {
        self.filter.as_ref().map_or(Ok(()), |filter| check_paths(&source.table, filter))
    }

    /// Whether items must be read behind a local index's entries; a global index cannot answer what would need it.
    pub fn needs_items(&self, source: &Source) -> Result<bool> {
        let Some(index) = source.index() else { return Ok(false) };
        let beyond = goes_beyond(source, self.named_attributes());
        if index.kind == IndexKind::Global && !beyond.is_empty() {
            return Err(Error::invalid_parameter(format!(
                "Global secondary index {} does not project [{}]",
                index.name,
                beyond.join(", ")
            )));
        }
        Ok(self.wants_more_than(index) || !beyond.is_empty())
    }

    /// Attributes the projection names.
    fn named_attributes(&self) -> Vec<String> {
        self.projection.iter().flat_map(|p| p.attributes.keys().cloned()).collect()
    }

    /// What policies may ask of the read.
    pub(crate) fn facts<'a>(&self, facts: Facts<'a>, has_index: bool) -> Facts<'a> {
        let select = match self.select {
            Some(select) => select.as_str(),
            None if self.projection.is_some() => Select::SpecificAttributes.as_str(),
            None if has_index => Select::AllProjectedAttributes.as_str(),
            None => Select::AllAttributes.as_str(),
        };
        facts.reading(self.filter.as_ref()).naming(self.named_attributes()).selecting(select)
    }

    pub fn is_count(&self) -> bool {
        self.select == Some(Select::Count)
    }
}

/// Filters see no key attributes of what is queried.
pub fn check_filter_keys(source: &Source, filter: &Condition, parameter: &str) -> Result<()> {
    let mut roots = HashSet::new();
    filter.visit_paths(&mut |path| {
        roots.insert(path.root.clone());
    });
    match source.key().attributes().find(|attribute| roots.contains(&attribute.name)) {
        Some(attribute) => Err(Error::Validation(format!(
            "{parameter} can only contain non-primary key attributes: Primary key attribute: {}",
            attribute.name
        ))),
        None => Ok(()),
    }
}

const INVALID_START: &str = "The provided starting key is invalid";

/// ExclusiveStartKey, its values validated.
pub fn start_key(key: Option<IndexMap<String, api_dynamodb::AttributeValue>>) -> Result<Option<Attributes>> {
    // The service prefixes some of the messages only.
    const PLAIN: [&str; 5] =
        ["contains duplicates", "number set", "numeric value", "significant digits", "number with magnitude"];
    key.map(convert::attributes).transpose().map_err(|message| {
        let is_plain = PLAIN.iter().any(|part| message.contains(part));
        Error::Validation(if is_plain { message } else { format!("{INVALID_START}: {message}") })
    })
}

/// ExclusiveStartKey must have as many attributes as the keys of the table and the index.
pub fn check_start_count(source: &Source, key: &Attributes, is_query: bool) -> Result<()> {
    if key.len() == source.last_key_attributes().len() {
        return Ok(());
    }
    let is_plain_scan = source.index().is_none() && !is_query;
    let detail = if is_plain_scan { ": The provided key element does not match the schema" } else { "" };
    Err(Error::Validation(format!("{INVALID_START}{detail}")))
}

/// ExclusiveStartKey must have the attribute, and of its type.
pub fn check_start_attribute(attribute: &KeyAttribute, key: &Attributes) -> Result<()> {
    if !key.contains_key(&attribute.name) {
        return Err(Error::Validation(INVALID_START.to_owned()));
    }
    check_key(&KeySchema { hash: vec![attribute.clone()], range: Vec::new() }, key)
}

/// ExclusiveStartKey must hold a key of the table.
pub fn check_start_item(source: &Source, key: &Attributes) -> Result<()> {
    check_key(&source.table.key, key).map_err(|error| match error {
        Error::Validation(message) => Error::Validation(format!("{INVALID_START}: {message}")),
        other => other,
    })
}

/// What a page consumed.
pub fn page_usage(source: &Source, result: &PageResult, is_consistent: bool) -> Usage {
    let consistency = if is_consistent { Consistency::Strong } else { Consistency::Eventual };
    let units = read_units(result.row_bytes, consistency);
    let mut usage = Usage::default();
    match source.index() {
        None => usage.table = units,
        Some(index) => {
            usage.add_index(index, units);
            usage.table = result.fetched_bytes.iter().map(|bytes| read_units(*bytes, consistency)).sum();
        }
    }
    usage
}

/// The answer's ConsumedCapacity of a page.
pub fn report(
    source: &Source,
    result: &PageResult,
    is_consistent: bool,
    wanted: Option<ReturnConsumedCapacity>,
) -> Option<api_dynamodb::ConsumedCapacity> {
    page_usage(source, result, is_consistent).report(wanted, &source.table.name, None::<Flow>)
}
