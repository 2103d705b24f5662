//! Parameters that would have to be ignored are refused by name.

use api_cloudformation::types::RollbackConfiguration;
use wire_codec::ApiError;

use crate::error::parameter_not_built;

/// Refuses the first that is present.
pub fn refuse(present: &[(bool, &'static str)]) -> Result<(), ApiError> {
    match present.iter().find(|(is_present, _)| *is_present) {
        Some((_, name)) => Err(parameter_not_built(name)),
        None => Ok(()),
    }
}

/// A list with something in it.
pub fn filled<T>(list: Option<&Vec<T>>) -> bool {
    list.is_some_and(|list| !list.is_empty())
}

/// A rollback configuration that asks for something.
pub fn triggers(configuration: Option<&RollbackConfiguration>) -> bool {
    configuration.is_some_and(|configuration| {
        filled(configuration.rollback_triggers.as_ref())
            || configuration.monitoring_time_in_minutes.is_some_and(|minutes| minutes != 0)
    })
}
