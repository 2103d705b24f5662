//! PutFunctionEventInvokeConfig: how asynchronous invokes are retried, in place of what was set before.

use api_lambda::types::{
    DestinationConfig, FunctionEventInvokeConfig, PutFunctionEventInvokeConfigInput,
    PutFunctionEventInvokeConfigOutput,
};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::error::{self, Failure};
use crate::model::EventInvokeConfig;
use crate::names::FunctionRef;
use crate::tables::{EVENT_INVOKE_CONFIGS, FUNCTIONS};
use crate::{Lambda, settings};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: PutFunctionEventInvokeConfigInput,
) -> Result<PutFunctionEventInvokeConfigOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, input.qualifier.as_deref())?;
    lambda.authorize(cx, "lambda:PutFunctionEventInvokeConfig", &target).await?;
    let config = checked(
        cx,
        input.maximum_retry_attempts,
        input.maximum_event_age_in_seconds,
        input.destination_config.as_ref(),
    )?;
    store(lambda, &target, |_| config.clone()).await
}

/// Stores what `change` makes of the present configuration.
pub async fn store(
    lambda: &Lambda,
    target: &FunctionRef,
    change: impl Fn(Option<EventInvokeConfig>) -> EventInvokeConfig + Sync,
) -> Result<FunctionEventInvokeConfig, ApiError> {
    let change = &change;
    let work = |tx: Transaction| async move {
        if !FUNCTIONS.contains(&tx, target.key()).await? {
            return Err(Failure::Api(error::function_not_found(&target.arn())));
        }
        let (account, region, name) = target.key();
        let key = (account, region, name, target.qualifier.clone().unwrap_or_default());
        let config = change(EVENT_INVOKE_CONFIGS.get(&tx, key.clone()).await?);
        EVENT_INVOKE_CONFIGS.put(&tx, key, &config)?;
        Ok(config)
    };
    let config = lambda.0.store.transact(work).await?;
    Ok(shape(target, &config))
}

/// Limits checked; destinations are refused by name.
pub fn checked(
    cx: &RequestContext,
    retries: Option<i32>,
    age_s: Option<i32>,
    destinations: Option<&DestinationConfig>,
) -> Result<EventInvokeConfig, ApiError> {
    let asked = destinations.is_some_and(|d| {
        let success = d.on_success.as_ref().and_then(|s| s.destination.as_ref());
        let failure = d.on_failure.as_ref().and_then(|f| f.destination.as_ref());
        success.is_some() || failure.is_some()
    });
    settings::refuse_if(asked, "DestinationConfig")?;
    if retries.is_some_and(|n| !(0..=2).contains(&n)) || age_s.is_some_and(|s| !(60..=21_600).contains(&s)) {
        return Err(error::invalid_parameter(
            "MaximumRetryAttempts must be 0 to 2 and MaximumEventAgeInSeconds 60 to 21600.",
        ));
    }
    Ok(EventInvokeConfig {
        maximum_retry_attempts: retries.map(i32::unsigned_abs),
        maximum_event_age_s: age_s.map(i32::unsigned_abs),
        last_modified: cx.time(),
    })
}

pub fn shape(target: &FunctionRef, config: &EventInvokeConfig) -> FunctionEventInvokeConfig {
    let qualifier = target.qualifier.as_deref().unwrap_or(crate::names::LATEST);
    FunctionEventInvokeConfig {
        last_modified: Some(config.last_modified),
        function_arn: Some(format!("{}:{qualifier}", target.arn())),
        maximum_retry_attempts: config.maximum_retry_attempts.and_then(|n| i32::try_from(n).ok()),
        maximum_event_age_in_seconds: config.maximum_event_age_s.and_then(|n| i32::try_from(n).ok()),
        destination_config: Some(DestinationConfig::default()),
    }
}
