//! What item operations have in common: conditions, projections and updates read from their parameters, expressions or
//! legacy ones.

use api_dynamodb as api;
use indexmap::IndexMap;

use crate::convert;
use crate::error::{Error, Result};
use crate::expr::legacy::{self, Combination, ExpectedValue, LegacyCondition, LegacyOperator, UpdateAction};
use crate::expr::{
    Bindings, Condition, ExpressionKind, Projection, Update, parse_condition, parse_projection,
};
use crate::value::validate::invalid_parameter;

/// A write's condition.
#[derive(Debug, Default)]
pub struct WriteCondition {
    pub condition: Option<Condition>,
    /// ReturnValuesOnConditionCheckFailure is ALL_OLD.
    pub returns_item_on_failure: bool,
}

/// Refuses expressions beside legacy parameters. Each entry is a parameter's name and whether it is present.
pub fn check_exclusive(expressions: &[(&str, bool)], legacy: &[(&str, bool)]) -> Result<()> {
    let present = |parameters: &[(&str, bool)]| -> Vec<String> {
        parameters.iter().filter(|(_, is_present)| *is_present).map(|(name, _)| (*name).to_owned()).collect()
    };
    let (expressions, legacy) = (present(expressions), present(legacy));
    if expressions.is_empty() || legacy.is_empty() {
        return Ok(());
    }
    Err(Error::Validation(format!(
        "Can not use both expression and non-expression parameters in the same request: \
         Non-expression parameters: {{{}}} Expression parameters: {{{}}}",
        legacy.join(", "),
        expressions.join(", ")
    )))
}

/// The bindings of a request. `expressions` are all its expression parameters and whether each is present; those that
/// cannot use values are left out of `with_values`.
pub fn bindings(
    names: Option<IndexMap<String, String>>,
    values: Option<IndexMap<String, api::AttributeValue>>,
    expressions: &[(&str, bool)],
    with_values: &[&str],
) -> Result<Bindings> {
    if names.is_some() && !expressions.iter().any(|(_, is_present)| *is_present) {
        return Err(Error::Validation(
            "ExpressionAttributeNames can only be specified when using expressions".to_owned(),
        ));
    }
    let is_usable = |name: &str| expressions.iter().any(|(known, is_present)| *known == name && *is_present);
    if values.is_some() && !with_values.iter().any(|name| is_usable(name)) {
        return Err(Error::Validation(format!(
            "ExpressionAttributeValues can only be specified when using expressions: {} {} null",
            with_values.join(" and "),
            if with_values.len() > 1 { "are" } else { "is" }
        )));
    }
    Ok(Bindings::new(names, convert::expression_values(values)?)?)
}

/// The condition parameters of PutItem, DeleteItem and UpdateItem.
#[derive(Default)]
pub struct ConditionParameters {
    pub expression: Option<String>,
    pub expected: Option<IndexMap<String, api::ExpectedAttributeValue>>,
    pub operator: Option<api::ConditionalOperator>,
    pub on_failure: Option<api::ReturnValuesOnConditionCheckFailure>,
}

impl ConditionParameters {
    pub fn parse(self, bindings: &mut Bindings) -> Result<WriteCondition> {
        let returns_item_on_failure =
            self.on_failure == Some(api::ReturnValuesOnConditionCheckFailure::AllOld);
        let condition = match (self.expression, self.expected) {
            (Some(text), _) => Some(parse_condition(ExpressionKind::Condition, &text, bindings)?),
            (None, Some(expected)) if !expected.is_empty() => {
                let expected = expected
                    .into_iter()
                    .map(|(name, value)| Ok((name, expected_value(value)?)))
                    .collect::<Result<_>>()?;
                Some(legacy::expected(expected, combination(self.operator))?)
            }
            _ if self.operator.is_some() => return Err(stray_operator()),
            _ => None,
        };
        Ok(WriteCondition { condition, returns_item_on_failure })
    }
}

fn expected_value(value: api::ExpectedAttributeValue) -> Result<ExpectedValue> {
    Ok(ExpectedValue {
        value: value.value.map(convert::value).transpose()?,
        exists: value.exists,
        operator: value.comparison_operator.map(operator),
        values: value.attribute_value_list.map(values).transpose()?,
    })
}

fn values(list: Vec<api::AttributeValue>) -> Result<Vec<crate::value::Value>> {
    Ok(list.into_iter().map(convert::value).collect::<std::result::Result<_, _>>()?)
}

fn combination(operator: Option<api::ConditionalOperator>) -> Combination {
    match operator {
        Some(api::ConditionalOperator::Or) => Combination::Or,
        Some(api::ConditionalOperator::And) | None => Combination::And,
    }
}

fn operator(operator: api::ComparisonOperator) -> LegacyOperator {
    use api::ComparisonOperator as C;
    match operator {
        C::Eq => LegacyOperator::Eq,
        C::Ne => LegacyOperator::Ne,
        C::In => LegacyOperator::In,
        C::Le => LegacyOperator::Le,
        C::Lt => LegacyOperator::Lt,
        C::Ge => LegacyOperator::Ge,
        C::Gt => LegacyOperator::Gt,
        C::Between => LegacyOperator::Between,
        C::NotNull => LegacyOperator::NotNull,
        C::Null => LegacyOperator::Null,
        C::Contains => LegacyOperator::Contains,
        C::NotContains => LegacyOperator::NotContains,
        C::BeginsWith => LegacyOperator::BeginsWith,
    }
}

/// FilterExpression, or QueryFilter or ScanFilter.
pub fn filter(
    expression: Option<String>,
    conditions: Option<IndexMap<String, api::Condition>>,
    operator: Option<api::ConditionalOperator>,
    bindings: &mut Bindings,
) -> Result<Option<Condition>> {
    match (expression, conditions) {
        (Some(text), _) => Ok(Some(parse_condition(ExpressionKind::Filter, &text, bindings)?)),
        (None, Some(filter)) if !filter.is_empty() => {
            Ok(Some(legacy::filter(legacy_conditions(filter)?, combination(operator))?))
        }
        _ if operator.is_some() => Err(stray_operator()),
        _ => Ok(None),
    }
}

fn stray_operator() -> Error {
    Error::invalid_parameter("ConditionalOperator cannot be used without Filter or Expected")
}

/// QueryFilter, ScanFilter or KeyConditions.
pub fn legacy_conditions(
    conditions: IndexMap<String, api::Condition>,
) -> Result<IndexMap<String, LegacyCondition>> {
    conditions
        .into_iter()
        .map(|(name, condition)| {
            let values = condition.attribute_value_list.map(values).transpose()?.unwrap_or_default();
            Ok((name, LegacyCondition { operator: operator(condition.comparison_operator), values }))
        })
        .collect()
}

/// AttributeUpdates.
pub fn attribute_updates(updates: IndexMap<String, api::AttributeValueUpdate>) -> Result<Update> {
    let updates = updates
        .into_iter()
        .map(|(name, update)| {
            let action = match update.action {
                Some(api::AttributeAction::Add) => UpdateAction::Add,
                Some(api::AttributeAction::Delete) => UpdateAction::Delete,
                Some(api::AttributeAction::Put) | None => UpdateAction::Put,
            };
            Ok((name, (action, update.value.map(convert::value).transpose()?)))
        })
        .collect::<Result<_>>()?;
    Ok(legacy::attribute_updates(updates)?)
}

/// ProjectionExpression or AttributesToGet.
pub fn projection(
    expression: Option<String>,
    attributes_to_get: Option<&[String]>,
    bindings: &mut Bindings,
) -> Result<Option<Projection>> {
    if let Some(text) = expression {
        return Ok(Some(parse_projection(&text, bindings)?));
    }
    let Some(names) = attributes_to_get else { return Ok(None) };
    for (at, name) in names.iter().enumerate() {
        if names[..at].contains(name) {
            return Err(Error::Validation(invalid_parameter(format!(
                "Duplicate value in attribute name: {name}"
            ))));
        }
    }
    Ok(Some(Projection::of_attributes(names.iter().map(String::as_str))))
}
