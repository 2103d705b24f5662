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
use crate::model::{IndexKind, IndexProjection};
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

    /// Checks everything that needs the table. Returns whether items must be read behind a local index's entries.
    pub fn check_source(&self, source: &Source) -> Result<bool> {
        if let Some(projection) = &self.projection {
            check_nested(&source.table, projection.nested_attributes())?;
        }
        if let Some(filter) = &self.filter {
            check_paths(&source.table, filter)?;
        }
        let Some(index) = source.index() else { return Ok(false) };
        let is_global = index.kind == IndexKind::Global;
        if is_global && self.is_consistent {
            return Err(Error::Validation(
                "Consistent reads are not supported on global secondary indexes".to_owned(),
            ));
        }
        let wants_all =
            self.select == Some(Select::AllAttributes) && index.projection != IndexProjection::All;
        if wants_all && is_global {
            return Err(Error::invalid_parameter(format!(
                "Select type ALL_ATTRIBUTES is not supported for global secondary index {} because its projection type \
                 is not ALL",
                index.name
            )));
        }
        let beyond = goes_beyond(source, self.named_attributes());
        if is_global && !beyond.is_empty() {
            return Err(Error::invalid_parameter(format!(
                "Global secondary index {} does not project [{}]",
                index.name,
                beyond.join(", ")
            )));
        }
        Ok(wants_all || !beyond.is_empty())
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
    key.map(convert::attributes)
        .transpose()
        .map_err(|message| Error::Validation(format!("{INVALID_START}: {message}")))
}

/// ExclusiveStartKey must have exactly the key attributes of the table and the index.
pub fn check_start_key(source: &Source, key: &Attributes) -> Result<()> {
    let names = source.last_key_attributes();
    let is_table = source.index().is_none();
    if key.len() != names.len() {
        let detail = if is_table { ": The provided key element does not match the schema" } else { "" };
        return Err(Error::Validation(format!("{INVALID_START}{detail}")));
    }
    if names.iter().any(|name| !key.contains_key(*name)) {
        return Err(Error::Validation(INVALID_START.to_owned()));
    }
    let in_start = |error| match error {
        Error::Validation(message) => Error::Validation(format!("{INVALID_START}: {message}")),
        other => other,
    };
    check_key(&source.table.key, key).map_err(in_start)?;
    check_key(source.key(), key).map_err(in_start)
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
