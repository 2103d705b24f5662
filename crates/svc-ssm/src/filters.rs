//! The filters of DescribeParameters and GetParametersByPath, by the keys that are built; others are refused by name.

use api_ssm::types as t;
use wire_codec::ApiError;

use crate::check::path_prefix;
use crate::model::Parameter;
use crate::tables::ParameterKey;

/// A filter: one of its values must fit. All filters of a request must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    key: Key,
    option: Match,
    values: Vec<String>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Key {
    Name,
    Type,
    Path,
    Tier,
    DataType,
    Label,
    Tag(String),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Match {
    Equals,
    BeginsWith,
    Contains,
    OneLevel,
    Recursive,
}

impl Filter {
    /// One of DescribeParameters' `ParameterFilters`.
    pub fn describe(filter: &t::ParameterStringFilter) -> Result<Self, ApiError> {
        let key = match filter.key.as_str() {
            "Name" => Key::Name,
            "Type" => Key::Type,
            "Path" => Key::Path,
            "Tier" => Key::Tier,
            "DataType" => Key::DataType,
            other => match other.strip_prefix("tag:") {
                Some(tag) => Key::Tag(tag.to_owned()),
                None => return Err(refused_key(other, "DescribeParameters")),
            },
        };
        Self::new(key, filter)
    }

    /// One of GetParametersByPath's.
    pub fn by_path(filter: &t::ParameterStringFilter) -> Result<Self, ApiError> {
        let key = match filter.key.as_str() {
            "Type" => Key::Type,
            "Label" => Key::Label,
            other => return Err(refused_key(other, "GetParametersByPath")),
        };
        Self::new(key, filter)
    }

    fn new(key: Key, filter: &t::ParameterStringFilter) -> Result<Self, ApiError> {
        let default = if key == Key::Path { "OneLevel" } else { "Equals" };
        let option = filter.option.as_deref().unwrap_or(default);
        let option = match (&key, option) {
            (Key::Path, "OneLevel") => Match::OneLevel,
            (Key::Path, "Recursive") => Match::Recursive,
            (Key::Name, "Contains") => Match::Contains,
            (Key::Path, _) => return Err(invalid_option(option, "OneLevel, Recursive")),
            (_, "Equals") => Match::Equals,
            (Key::Label, _) => return Err(invalid_option(option, "Equals")),
            (_, "BeginsWith") => Match::BeginsWith,
            _ => return Err(invalid_option(option, "BeginsWith, Equals")),
        };
        let mut values = filter.values.clone().unwrap_or_default();
        if values.is_empty() && !matches!(key, Key::Tag(_)) {
            return Err(ApiError::from_shape(t::InvalidFilterValue {
                message: Some(format!(
                    "The following filter values are missing : null for filter key {}",
                    filter.key
                )),
            }));
        }
        if key == Key::Path {
            values = values.iter().map(|path| path_prefix(path)).collect::<Result<_, _>>()?;
        }
        Ok(Self { key, option, values })
    }

    /// One of the older `Filters`: names and types in full.
    pub fn legacy(filter: &t::ParametersFilter) -> Result<Self, ApiError> {
        let key = match filter.key {
            t::ParametersFilterKey::Name => Key::Name,
            t::ParametersFilterKey::Type => Key::Type,
            t::ParametersFilterKey::KeyId => return Err(refused_key("KeyId", "DescribeParameters")),
        };
        Ok(Self { key, option: Match::Equals, values: filter.values.clone() })
    }

    pub fn holds(&self, (_, _, name): &ParameterKey, parameter: &Parameter) -> bool {
        let latest = &parameter.latest;
        match &self.key {
            Key::Name => self.is_any(name) || self.is_any(name.strip_prefix('/').unwrap_or(name)),
            Key::Path => self.is_any(name),
            Key::Type => self.is_any(latest.parameter_type.as_str()),
            Key::Tier => self.is_any(latest.tier.as_str()),
            Key::DataType => self.is_any(&latest.data_type),
            Key::Label => parameter.labels.keys().any(|label| self.is_any(label)),
            Key::Tag(tag) => match parameter.tags.get(tag) {
                Some(value) => self.values.is_empty() || self.is_any(value),
                None => false,
            },
        }
    }

    /// The label asked for: the version that bears it is the one to show.
    pub fn label(&self) -> Option<&str> {
        if self.key == Key::Label { self.values.first().map(String::as_str) } else { None }
    }

    fn is_any(&self, text: &str) -> bool {
        self.values.iter().any(|value| match self.option {
            Match::Equals => text == value,
            Match::BeginsWith => text.starts_with(value.as_str()),
            Match::Contains => text.contains(value.as_str()),
            Match::Recursive => text.starts_with(value.as_str()),
            Match::OneLevel => text.strip_prefix(value.as_str()).is_some_and(|rest| !rest.contains('/')),
        })
    }
}

fn refused_key(key: &str, operation: &str) -> ApiError {
    ApiError::not_implemented(format!("ssm: filter key {key} of {operation}"))
}

fn invalid_option(option: &str, valid: &str) -> ApiError {
    ApiError::from_shape(t::InvalidFilterOption {
        message: Some(format!(
            "The following filter option is not valid: {option}. Valid options include: [{valid}]."
        )),
    })
}
