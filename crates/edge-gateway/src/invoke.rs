//! Calling the function behind a route, as API Gateway: the function's own policy decides.

use std::time::Duration;

use bytes::Bytes;
use indexmap::IndexMap;
use port::{Invocation, InvocationType, Principal, RequestContext, RequestSource};
use serde_json::Value;

use crate::Gateway;

/// Where a call comes from.
pub struct Caller<'a> {
    pub account: &'a str,
    pub region: &'a str,
    pub request_id: &'a str,
    /// `arn:aws:execute-api:region:account:api/stage/METHOD/path`
    pub source_arn: String,
}

/// Why there is no answer of the function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CallError {
    /// No permission, no such function, or it could not run.
    Refused,
    Throttled,
    /// It ran and failed.
    Function,
    TimedOut,
}

impl Gateway {
    pub(crate) async fn call(
        &self,
        caller: &Caller<'_>,
        function: &str,
        event: &Value,
        limit: Duration,
    ) -> Result<Bytes, CallError> {
        let principal = Principal::Service {
            name: "apigateway.amazonaws.com".to_owned(),
            source_arn: Some(caller.source_arn.clone()),
            source_account: Some(caller.account.to_owned()),
        };
        let cx = RequestContext::new(
            principal,
            caller.account.to_owned(),
            caller.region.to_owned(),
            self.0.ids.uuid(),
            self.0.clock.now(),
            RequestSource::default(),
            self.0.authorizer.clone(),
        );
        let invocation = Invocation {
            function: function.to_owned(),
            qualifier: None,
            invocation_type: InvocationType::RequestResponse,
            payload: event.to_string().into(),
            client_context: None,
            trace_header: None,
        };
        let answer = self.0.clock.timeout(limit, self.0.functions.invoke(&cx, invocation)).await;
        match answer {
            None => Err(CallError::TimedOut),
            Some(Err(error)) if error.status == 429 => Err(CallError::Throttled),
            Some(Err(error)) => {
                tracing::warn!(function, request = caller.request_id, %error, "an API's function was not invoked");
                Err(CallError::Refused)
            }
            Some(Ok(result)) if result.function_error.is_some() => Err(CallError::Function),
            Some(Ok(result)) => Ok(result.payload),
        }
    }
}

/// The function of an integration URI: `…:lambda:path/2015-03-31/functions/{arn}/invocations` or the ARN itself, with
/// `${stageVariables.name}` filled in.
pub fn function_of(uri: &str, variables: &IndexMap<String, String>) -> String {
    let mut uri = uri.to_owned();
    for (name, value) in variables {
        uri = uri.replace(&format!("${{stageVariables.{name}}}"), value);
    }
    match uri.split_once("/functions/") {
        Some((_, rest)) => rest.strip_suffix("/invocations").unwrap_or(rest).to_owned(),
        None => uri,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_function_is_found_in_both_forms_of_uri() {
        let arn = "arn:aws:lambda:us-east-1:123456789012:function:f";
        let uri = format!(
            "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/{arn}:${{stageVariables.v}}/invocations"
        );
        let variables = [("v".to_owned(), "live".to_owned())].into();
        assert_eq!(function_of(&uri, &variables), format!("{arn}:live"));
        assert_eq!(function_of(arn, &variables), arn);
    }
}
