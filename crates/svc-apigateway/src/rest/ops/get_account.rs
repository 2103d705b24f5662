//! GetAccount.

use api_apigateway::types::{GetAccountInput, GetAccountOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error::storage;
use crate::model::AccountSettings;
use crate::tables::ACCOUNTS;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetAccountInput,
) -> Result<GetAccountOutput, ApiError> {
    apis.authorize(cx, Verb::Get, "/account").await?;
    let GetAccountInput {} = input;
    let snapshot = apis.snapshot().await?;
    let found = ACCOUNTS.get(&snapshot, (cx.account(), cx.region())).await.map_err(|e| storage(&e))?;
    Ok(shown(&found.unwrap_or_default()))
}

/// Requests are not throttled here, so no limits are shown.
pub fn shown(settings: &AccountSettings) -> GetAccountOutput {
    GetAccountOutput {
        cloudwatch_role_arn: settings.cloudwatch_role_arn.clone(),
        throttle_settings: None,
        features: Some(Vec::new()),
        api_key_version: None,
    }
}
