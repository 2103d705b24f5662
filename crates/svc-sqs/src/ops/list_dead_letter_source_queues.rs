//! ListDeadLetterSourceQueues: queues whose redrive policy names this one.

use api_sqs::types::{ListDeadLetterSourceQueuesInput, ListDeadLetterSourceQueuesOutput};
use port::RequestContext;
use wire_codec::ApiError;

use store_table::Scan;

use crate::Sqs;
use crate::error::storage;
use crate::find::url_of;
use crate::ops::list_queues::{cursor_of, token_of};
use crate::tables::QUEUES;

/// Queues of one page (SQS API reference, `MaxResults`).
const MOST: i32 = 1_000;

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: ListDeadLetterSourceQueuesInput,
) -> Result<ListDeadLetterSourceQueuesOutput, ApiError> {
    let found = sqs.find(cx, "ListDeadLetterSourceQueues", &input.queue_url).await?;
    let arn = found.arn();
    let snapshot = sqs.0.store.snapshot().await.map_err(|e| storage(&e))?;
    let limit = usize::try_from(input.max_results.unwrap_or(MOST).clamp(1, MOST)).unwrap_or(1);
    let mut cursor = input.next_token.as_deref().map(cursor_of).transpose()?;
    let mut queue_urls = Vec::new();
    loop {
        let own = (found.key.0.clone(), found.key.1.clone());
        // No more rows than the page has room for, so that the cursor is always the page's end.
        let scan = Scan::forward().after(cursor).limit(limit - queue_urls.len());
        let page = QUEUES.scan(&snapshot, own, scan).await.map_err(|e| storage(&e))?;
        let sources = page.rows.iter().filter(|(_, queue)| {
            queue.settings.redrive.as_ref().is_some_and(|redrive| redrive.dead_letter_target_arn == arn)
        });
        queue_urls.extend(sources.map(|(key, _)| url_of(cx, key)));
        cursor = page.next;
        if cursor.is_none() || queue_urls.len() >= limit {
            // As with ListQueues, only who asks for pages gets a token.
            let next_token = cursor.filter(|_| input.max_results.is_some()).map(|cursor| token_of(&cursor));
            return Ok(ListDeadLetterSourceQueuesOutput { queue_urls, next_token });
        }
    }
}
