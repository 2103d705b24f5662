//! GetQueueUrl.

use api_sqs::types::{GetQueueUrlInput, GetQueueUrlOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Sqs;
use crate::find::url_of;

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: GetQueueUrlInput,
) -> Result<GetQueueUrlOutput, ApiError> {
    let account = input.queue_owner_aws_account_id.unwrap_or_else(|| cx.account().to_owned());
    let key = (account, cx.region().to_owned(), input.queue_name);
    let found = sqs.find_key(cx, "GetQueueUrl", key).await?;
    Ok(GetQueueUrlOutput { queue_url: Some(url_of(cx, &found.key)) })
}
