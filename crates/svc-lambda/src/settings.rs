//! A function's configuration as callers ask for it, checked: limits, reserved names, and what is not offered yet.

use api_lambda::types::{
    Architecture, DeadLetterConfig, Environment, EphemeralStorage, LogFormat, LoggingConfig, Runtime,
    TracingConfig, VpcConfig,
};
use indexmap::IndexMap;
use wire_codec::ApiError;
use wire_codec::value::EnumValue;

use crate::error::invalid_parameter;

/// All variables' names and values together, in bytes (Lambda quotas).
const MAX_ENVIRONMENT_BYTES: usize = 4_096;

/// Variables the platform sets itself (Lambda Developer Guide, "Defined runtime environment variables").
const RESERVED: [&str; 20] = [
    "_HANDLER",
    "_X_AMZN_TRACE_ID",
    "AWS_DEFAULT_REGION",
    "AWS_REGION",
    "AWS_EXECUTION_ENV",
    "AWS_LAMBDA_FUNCTION_NAME",
    "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
    "AWS_LAMBDA_FUNCTION_VERSION",
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_GROUP_NAME",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_ACCESS_KEY",
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
    "LAMBDA_RUNTIME_DIR",
    "AWS_LAMBDA_METADATA_API",
    "AWS_LAMBDA_METADATA_TOKEN",
];

/// Refuses, by name, what a caller asks for and is not built.
pub fn refuse_if(asked: bool, what: &str) -> Result<(), ApiError> {
    if asked { Err(ApiError::not_implemented(format!("lambda: {what}"))) } else { Ok(()) }
}

pub fn runtime(asked: Option<&Runtime>) -> Result<String, ApiError> {
    let Some(asked) = asked else {
        return Err(invalid_parameter(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        ));
    };
    let text = asked.as_str();
    match text.parse::<fn_pool::Runtime>() {
        Ok(_) => Ok(text.to_owned()),
        Err(unknown) => Err(ApiError::not_implemented(format!("lambda: {unknown}"))),
    }
}

pub fn timeout(asked: Option<i32>) -> Result<u32, ApiError> {
    within("timeout", asked.unwrap_or(3), 1, 900)
}

pub fn memory(asked: Option<i32>) -> Result<u32, ApiError> {
    within("memorySize", asked.unwrap_or(128), 128, 10_240)
}

pub fn ephemeral_storage(asked: Option<&EphemeralStorage>) -> Result<u32, ApiError> {
    within("ephemeralStorage.size", asked.map_or(512, |storage| storage.size), 512, 10_240)
}

fn within(name: &str, value: i32, min: i32, max: i32) -> Result<u32, ApiError> {
    let bound = match value {
        v if v < min => Some(format!("greater than or equal to {min}")),
        v if v > max => Some(format!("less than or equal to {max}")),
        _ => None,
    };
    match bound {
        None => Ok(value.unsigned_abs()),
        Some(bound) => Err(ApiError::new(
            "ValidationException",
            400,
            format!(
                "1 validation error detected: Value '{value}' at '{name}' failed to satisfy constraint: Member must have value {bound}"
            ),
        )),
    }
}

pub fn environment(asked: Option<Environment>) -> Result<IndexMap<String, String>, ApiError> {
    let variables = asked.and_then(|e| e.variables).unwrap_or_default();
    let reserved: Vec<&str> =
        variables.keys().map(String::as_str).filter(|name| RESERVED.contains(name)).collect();
    if !reserved.is_empty() {
        return Err(invalid_parameter(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have provided contains reserved keys that are currently not supported for modification. Reserved keys used in this request: {}",
            reserved.join(", ")
        )));
    }
    let size: usize = variables.iter().map(|(name, value)| name.len() + value.len()).sum();
    if size > MAX_ENVIRONMENT_BYTES {
        return Err(invalid_parameter(format!(
            "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit. String measured: {size} bytes"
        )));
    }
    if let Some(name) = variables.keys().find(|name| !is_variable_name(name)) {
        return Err(ApiError::new(
            "ValidationException",
            400,
            format!(
                "1 validation error detected: Value at 'environment.variables' failed to satisfy constraint: Map keys must satisfy constraint: [Member must satisfy regular expression pattern: [a-zA-Z]([a-zA-Z0-9_])+] ('{name}')"
            ),
        ));
    }
    Ok(variables)
}

fn is_variable_name(name: &str) -> bool {
    name.len() >= 2
        && name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
}

pub fn architecture(asked: Option<&Vec<Architecture>>) -> Result<String, ApiError> {
    match asked.map(Vec::as_slice) {
        None | Some([]) => Ok("x86_64".to_owned()),
        Some([one]) => {
            let native =
                if cfg!(target_arch = "aarch64") { Architecture::Arm64 } else { Architecture::X8664 };
            refuse_if(*one != native, &format!("architecture {} on this machine", one.as_str()))?;
            Ok(one.as_str().to_owned())
        }
        Some(_) => Err(invalid_parameter("Architectures must have exactly one item.")),
    }
}

/// `Active` samples every invoke: its trace header says so and goes on with the function's calls. The segments themselves
/// are kept nowhere, since there is no X-Ray here.
pub fn tracing_mode(asked: Option<TracingConfig>) -> String {
    asked.and_then(|tracing| tracing.mode).map_or("PassThrough", |mode| mode.as_str()).to_owned()
}

/// A queue's ARN; topics are not offered yet.
pub fn dead_letter_target(asked: Option<DeadLetterConfig>) -> Result<Option<String>, ApiError> {
    let Some(arn) = asked.and_then(|d| d.target_arn).filter(|arn| !arn.is_empty()) else { return Ok(None) };
    match port::Arn::parse(&arn).map(|a| a.service.to_owned()).as_deref() {
        Some("sqs") => Ok(Some(arn)),
        Some("sns") => Err(ApiError::not_implemented("lambda: a dead-letter topic")),
        _ => Err(invalid_parameter(format!("The provided target ARN is invalid: {arn}"))),
    }
}

pub fn log_group(asked: Option<&LoggingConfig>) -> Result<Option<String>, ApiError> {
    let Some(asked) = asked else { return Ok(None) };
    refuse_if(asked.log_format.as_ref() == Some(&LogFormat::Json), "LoggingConfig.LogFormat JSON")?;
    let has_levels = asked.application_log_level.is_some() || asked.system_log_level.is_some();
    if has_levels {
        return Err(invalid_parameter("Log levels can only be set with the JSON log format."));
    }
    Ok(asked.log_group.clone())
}

/// An empty VPC configuration means none, as tools send it.
pub fn vpc(asked: Option<&VpcConfig>) -> Result<(), ApiError> {
    let is_set = asked.is_some_and(|vpc| {
        vpc.subnet_ids.as_ref().is_some_and(|ids| !ids.is_empty())
            || vpc.security_group_ids.as_ref().is_some_and(|ids| !ids.is_empty())
    });
    refuse_if(is_set, "VpcConfig")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn env(pairs: &[(&str, &str)]) -> Option<Environment> {
        let variables = pairs.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
        Some(Environment { variables: Some(variables) })
    }

    #[test]
    fn reserved_and_oversized_variables_are_refused_by_name() {
        assert!(environment(env(&[("TABLE", "t")])).is_ok());
        let reserved = environment(env(&[("AWS_REGION", "x")])).unwrap_err();
        assert!(reserved.message.ends_with("AWS_REGION"), "{}", reserved.message);
        assert!(environment(env(&[("BIG", &"x".repeat(4_096))])).is_err());
        assert!(environment(env(&[("1X", "x")])).is_err());
    }

    #[test]
    fn limits_are_inclusive() {
        assert_eq!(timeout(Some(900)).unwrap(), 900);
        assert!(timeout(Some(901)).is_err());
        assert_eq!(memory(None).unwrap(), 128);
        assert!(memory(Some(127)).is_err());
    }

    #[test]
    fn a_runtime_that_cannot_run_is_named() {
        assert_eq!(runtime(Some(&Runtime::Python312)).unwrap(), "python3.12");
        assert!(runtime(Some(&Runtime::Java21)).unwrap_err().message.contains("java21"));
        assert!(runtime(None).is_err());
    }
}
