//! SendMessageBatch: up to ten messages, each accepted or refused by itself.

use api_sqs::types::{SendMessageBatchInput, SendMessageBatchOutput};
use port::RequestContext;
use wire_codec::ApiError;

use api_sqs::types::SendMessageBatchResultEntry;

use crate::Sqs;
use crate::batch;
use crate::check;
use crate::entry::{Entry, Sent};

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: SendMessageBatchInput,
) -> Result<SendMessageBatchOutput, ApiError> {
    let found = sqs.find(cx, "SendMessage", &input.queue_url).await?;
    batch::check(input.entries.iter().map(|entry| entry.id.as_str()))?;
    let (mut successful, mut failed, mut outgoing, mut size) = (Vec::new(), Vec::new(), Vec::new(), 0);
    for asked in input.entries {
        let entry = Entry {
            body: asked.message_body,
            delay_s: asked.delay_seconds,
            attributes: asked.message_attributes,
            system_attributes: asked.message_system_attributes,
            deduplication_id: asked.message_deduplication_id,
            group_id: asked.message_group_id,
        };
        match entry.outgoing(sqs, cx, &found) {
            Ok(one) => {
                size += check::size(&one.message.body, &one.message.attributes);
                successful.push(result(asked.id, Sent::of(&one)));
                outgoing.push(one);
            }
            Err(error) => failed.push(batch::failed(asked.id, &error)),
        }
    }
    if size > check::MAX_BATCH_BYTES {
        return Err(batch::too_long(size));
    }
    if !outgoing.is_empty() {
        sqs.live(&found.queue).await?.send(&outgoing).await?;
    }
    Ok(SendMessageBatchOutput { successful, failed })
}

fn result(id: String, sent: Sent) -> SendMessageBatchResultEntry {
    SendMessageBatchResultEntry {
        id,
        message_id: sent.message_id,
        md5_of_message_body: sent.md5_of_body,
        md5_of_message_attributes: sent.md5_of_attributes,
        md5_of_message_system_attributes: sent.md5_of_system_attributes,
        sequence_number: None,
    }
}
