//! SendMessage.

use api_sqs::types::{SendMessageInput, SendMessageOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Sqs;
use crate::entry::{Entry, Sent};

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: SendMessageInput,
) -> Result<SendMessageOutput, ApiError> {
    let found = sqs.find(cx, "SendMessage", &input.queue_url).await?;
    let entry = Entry {
        body: input.message_body,
        delay_s: input.delay_seconds,
        attributes: input.message_attributes,
        system_attributes: input.message_system_attributes,
        deduplication_id: input.message_deduplication_id,
        group_id: input.message_group_id,
    };
    let outgoing = entry.outgoing(sqs, cx, &found)?;
    let sent = Sent::of(&outgoing);
    sqs.live(&found.queue).await?.send(&[outgoing]).await?;
    Ok(SendMessageOutput {
        md5_of_message_body: Some(sent.md5_of_body),
        md5_of_message_attributes: sent.md5_of_attributes,
        md5_of_message_system_attributes: sent.md5_of_system_attributes,
        message_id: Some(sent.message_id),
        sequence_number: None,
    })
}
