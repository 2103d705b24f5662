//! ReceiveMessage: up to ten messages, waiting for the first where asked.

use api_sqs::types::{ReceiveMessageInput, ReceiveMessageOutput};
use port::RequestContext;
use wire_codec::ApiError;

use std::time::Duration;

use api_sqs::types::OverLimit;

use crate::Sqs;
use crate::check::{self, MAX_VISIBILITY_S};
use crate::error::invalid_parameter;
use crate::queue::{MAX_IN_FLIGHT, ReceiveRequest};
use crate::wanted::Wanted;

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: ReceiveMessageInput,
) -> Result<ReceiveMessageOutput, ApiError> {
    let found = sqs.find(cx, "ReceiveMessage", &input.queue_url).await?;
    if let Some(id) = &input.receive_request_attempt_id {
        return Err(invalid_parameter(format!(
            "Value {id} for parameter ReceiveRequestAttemptId is invalid. Reason: The request include parameter that is not valid for this queue type"
        )));
    }
    let settings = &found.queue.settings;
    let max = input.max_number_of_messages.unwrap_or(1);
    if !(1..=10).contains(&max) {
        return Err(invalid_parameter(format!(
            "Value {max} for parameter MaxNumberOfMessages is invalid. Reason: Must be between 1 and 10, if provided."
        )));
    }
    let wait_s = input.wait_time_seconds.map(|s| check::seconds("WaitTimeSeconds", s, 20)).transpose()?;
    let visibility_s = input
        .visibility_timeout
        .map(|s| check::seconds("VisibilityTimeout", s, MAX_VISIBILITY_S))
        .transpose()?;
    let live = sqs.live(&found.queue).await?;
    if live.counts().in_flight >= MAX_IN_FLIGHT as u64 {
        return Err(ApiError::from_shape(OverLimit {
            message: Some("The maximum number of in flight messages is reached.".to_owned()),
        }));
    }
    let request = ReceiveRequest {
        max: usize::try_from(max).unwrap_or(1),
        visibility: Duration::from_secs(u64::from(visibility_s.unwrap_or(settings.visibility_timeout_s))),
        wait: Duration::from_secs(u64::from(wait_s.unwrap_or(settings.receive_wait_s))),
        redrive: sqs.redrive(&found).await?,
    };
    let wanted = Wanted::of(&input);
    let received = live.receive(&request).await?;
    let messages: Vec<_> = received.into_iter().map(|one| wanted.message(one)).collect();
    Ok(ReceiveMessageOutput { messages: (!messages.is_empty()).then_some(messages) })
}
