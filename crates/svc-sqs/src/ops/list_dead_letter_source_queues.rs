//! ListDeadLetterSourceQueues: queues whose redrive policy names this one.

use api_sqs::types::{ListDeadLetterSourceQueuesInput, ListDeadLetterSourceQueuesOutput};
use port::RequestContext;
use wire_codec::ApiError;

use store_table::Scan;

use crate::Sqs;
use crate::error::storage;
use crate::find::url_of;
use crate::tables::QUEUES;

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: ListDeadLetterSourceQueuesInput,
) -> Result<ListDeadLetterSourceQueuesOutput, ApiError> {
    let found = sqs.find(cx, "ListDeadLetterSourceQueues", &input.queue_url).await?;
    let arn = found.arn();
    let snapshot = sqs.0.store.snapshot().await.map_err(|e| storage(&e))?;
    let (mut queue_urls, mut cursor) = (Vec::new(), None);
    loop {
        let own = (found.key.0.clone(), found.key.1.clone());
        let page =
            QUEUES.scan(&snapshot, own, Scan::forward().after(cursor)).await.map_err(|e| storage(&e))?;
        let sources = page.rows.iter().filter(|(_, queue)| {
            queue.settings.redrive.as_ref().is_some_and(|redrive| redrive.dead_letter_target_arn == arn)
        });
        queue_urls.extend(sources.map(|(key, _)| url_of(cx, key)));
        cursor = page.next;
        if cursor.is_none() {
            return Ok(ListDeadLetterSourceQueuesOutput { queue_urls, next_token: None });
        }
    }
}
