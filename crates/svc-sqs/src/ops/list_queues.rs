//! ListQueues: by name, those with a prefix, in pages where asked.

use api_sqs::types::{ListQueuesInput, ListQueuesOutput};
use port::RequestContext;
use wire_codec::ApiError;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use port::Access;
use store_table::{Cursor, Scan, StartsWith};

use crate::Sqs;
use crate::error::{invalid_parameter, storage};
use crate::find::url_of;
use crate::tables::QUEUES;

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: ListQueuesInput,
) -> Result<ListQueuesOutput, ApiError> {
    cx.authorize(Access::new("sqs:ListQueues", "*")).await?;
    let snapshot = sqs.0.store.snapshot().await.map_err(|e| storage(&e))?;
    let limit = usize::try_from(input.max_results.unwrap_or(1_000).clamp(1, 1_000)).unwrap_or(1_000);
    let cursor = input.next_token.as_deref().map(cursor_of).transpose()?;
    let prefix = input.queue_name_prefix.unwrap_or_default();
    let own = (cx.account().to_owned(), cx.region().to_owned(), StartsWith(&prefix));
    let page = QUEUES
        .scan(&snapshot, own, Scan::forward().after(cursor).limit(limit))
        .await
        .map_err(|e| storage(&e))?;
    let urls: Vec<String> = page.rows.iter().map(|(key, _)| url_of(cx, key)).collect();
    // Without MaxResults there is no token: the first 1,000 are the answer.
    let next = page.next.filter(|_| input.max_results.is_some());
    Ok(ListQueuesOutput {
        queue_urls: (!urls.is_empty()).then_some(urls),
        next_token: next.as_ref().map(token_of),
    })
}

pub fn token_of(cursor: &Cursor) -> String {
    URL_SAFE_NO_PAD.encode(cursor.as_bytes())
}

pub fn cursor_of(text: &str) -> Result<Cursor, ApiError> {
    let bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| invalid_parameter("Invalid NextToken."))?;
    Ok(Cursor::from_bytes(bytes))
}
