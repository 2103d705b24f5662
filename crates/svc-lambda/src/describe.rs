//! Stored rows as the API shows them.

use api_lambda::types::{
    AliasConfiguration, AliasRoutingConfiguration, EnvironmentResponse, EphemeralStorage,
    EventSourceMappingConfiguration, FunctionConfiguration, FunctionResponseType, Layer, LogFormat,
    LoggingConfig, PackageType, ScalingConfig, SnapStartApplyOn, SnapStartOptimizationStatus,
    SnapStartResponse, State, TracingConfigResponse, TracingMode,
};
use base_time::Timestamp;
use base64::Engine;
use wire_codec::value::EnumValue;

use crate::model::{Alias, EventSourceMapping, FunctionVersion};
use crate::names::{FunctionRef, LATEST};

/// `2026-11-25T03:11:50.000+0000`, as Lambda writes times.
pub fn time(timestamp: Timestamp) -> String {
    timestamp.to_rfc3339_millis().replace('Z', "+0000")
}

/// Base 64 of a SHA-256 kept as hexadecimal: CodeSha256.
pub fn code_sha256(hex_text: &str) -> String {
    base64::engine::general_purpose::STANDARD.encode(hex::decode(hex_text).unwrap_or_default())
}

/// The value of a generated enum from its text; `None` where the model doesn't list it.
pub fn enum_of<E: EnumValue + Default>(text: &str) -> Option<E> {
    let mut value = E::default();
    value.set(text).then_some(value)
}

/// A version as FunctionConfiguration. `is_qualified`: the ARN carries the version.
pub fn configuration(
    target: &FunctionRef,
    version: &FunctionVersion,
    is_qualified: bool,
) -> FunctionConfiguration {
    let arn = match (&target.qualifier, is_qualified) {
        (Some(qualifier), true) => format!("{}:{qualifier}", target.arn()),
        (None, true) => format!("{}:{}", target.arn(), version.version),
        (_, false) => target.arn(),
    };
    let layers: Vec<Layer> = version.layers.iter().map(layer).collect();
    FunctionConfiguration {
        function_name: Some(target.name.clone()),
        function_arn: Some(arn),
        runtime: enum_of(&version.runtime),
        role: Some(version.role.clone()),
        handler: (!version.handler.is_empty()).then(|| version.handler.clone()),
        code_size: i64::try_from(version.code.size_bytes).ok(),
        description: Some(version.description.clone()),
        timeout: i32::try_from(version.timeout_s).ok(),
        memory_size: i32::try_from(version.memory_mb).ok(),
        last_modified: Some(time(version.last_modified)),
        code_sha256: Some(code_sha256(&version.code.sha256_hex)),
        version: Some(version.version.clone()),
        dead_letter_config: version
            .dead_letter_target
            .clone()
            .map(|target_arn| api_lambda::types::DeadLetterConfig { target_arn: Some(target_arn) }),
        environment: (!version.environment.is_empty()).then(|| EnvironmentResponse {
            variables: Some(version.environment.clone()),
            ..EnvironmentResponse::default()
        }),
        tracing_config: Some(TracingConfigResponse { mode: enum_of::<TracingMode>(&version.tracing_mode) }),
        revision_id: Some(version.revision_id.clone()),
        layers: (!layers.is_empty()).then_some(layers),
        state: Some(State::Active),
        last_update_status: (version.version == LATEST)
            .then_some(api_lambda::types::LastUpdateStatus::Successful),
        package_type: Some(PackageType::Zip),
        architectures: enum_of(&version.architecture).map(|architecture| vec![architecture]),
        ephemeral_storage: Some(EphemeralStorage { size: version.ephemeral_storage_mb as i32 }),
        snap_start: Some(SnapStartResponse {
            apply_on: Some(SnapStartApplyOn::None),
            optimization_status: Some(SnapStartOptimizationStatus::Off),
        }),
        logging_config: Some(LoggingConfig {
            log_format: Some(LogFormat::Text),
            log_group: Some(log_group(target, version)),
            ..LoggingConfig::default()
        }),
        ..FunctionConfiguration::default()
    }
}

/// Where the version's log goes.
pub fn log_group(target: &FunctionRef, version: &FunctionVersion) -> String {
    version.log_group.clone().unwrap_or_else(|| format!("/aws/lambda/{}", target.name))
}

fn layer(layer: &crate::model::LayerUse) -> Layer {
    Layer {
        arn: Some(layer.arn.clone()),
        code_size: i64::try_from(layer.code.size_bytes).ok(),
        ..Layer::default()
    }
}

pub fn alias(target: &FunctionRef, name: &str, alias: &Alias) -> AliasConfiguration {
    let weights = alias.routing.iter().cloned().collect();
    AliasConfiguration {
        alias_arn: Some(format!("{}:{name}", target.arn())),
        name: Some(name.to_owned()),
        function_version: Some(alias.version.clone()),
        description: Some(alias.description.clone()),
        routing_config: (!alias.routing.is_empty())
            .then_some(AliasRoutingConfiguration { additional_version_weights: Some(weights) }),
        revision_id: Some(alias.revision_id.clone()),
    }
}

/// `state` overrides the stored one while it changes (`Creating`, `Deleting`, ...).
pub fn mapping(uuid: &str, row: &EventSourceMapping, state: Option<&str>) -> EventSourceMappingConfiguration {
    let target = FunctionRef {
        account: row.account.clone(),
        region: row.region.clone(),
        name: row.function.clone(),
        qualifier: row.qualifier.clone(),
    };
    EventSourceMappingConfiguration {
        uuid: Some(uuid.to_owned()),
        batch_size: i32::try_from(row.batch_size).ok(),
        maximum_batching_window_in_seconds: i32::try_from(row.batching_window_s).ok(),
        event_source_arn: Some(row.event_source_arn.clone()),
        function_arn: Some(target.qualified_arn()),
        last_modified: Some(row.last_modified),
        state: Some(state.unwrap_or(row.state.as_str()).to_owned()),
        state_transition_reason: Some("USER_INITIATED".to_owned()),
        function_response_types: row
            .reports_batch_item_failures
            .then(|| vec![FunctionResponseType::ReportBatchItemFailures]),
        scaling_config: row
            .maximum_concurrency
            .map(|n| ScalingConfig { maximum_concurrency: i32::try_from(n).ok() }),
        event_source_mapping_arn: Some(format!(
            "arn:aws:lambda:{}:{}:event-source-mapping:{uuid}",
            row.region, row.account
        )),
        ..EventSourceMappingConfiguration::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use api_lambda::types::Runtime;

    #[test]
    fn times_and_digests_are_written_as_lambda_writes_them() {
        assert_eq!(time(Timestamp::from_millis(1_440_938_160_005)), "2015-08-30T12:36:00.005+0000");
        assert_eq!(code_sha256("00ff"), "AP8=");
    }

    #[test]
    fn enums_are_read_from_their_texts() {
        assert_eq!(enum_of::<Runtime>("python3.11"), Some(Runtime::Python311));
        assert_eq!(enum_of::<Runtime>("cobol"), None);
    }
}
