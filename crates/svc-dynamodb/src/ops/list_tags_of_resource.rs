//! ListTagsOfResource. A table has at most 50 tags: one page.

use api_dynamodb::{ListTagsOfResourceInput, ListTagsOfResourceOutput};
use port::RequestContext;

use crate::Service;
use crate::access::Facts;
use crate::error::{Error, Result};
use crate::tags;

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: ListTagsOfResourceInput,
) -> Result<ListTagsOfResourceOutput> {
    if input.next_token.is_some() {
        return Err(Error::Validation("Invalid NextToken".to_owned()));
    }
    let table = tags::table_of(cx, &input.resource_arn)?;
    let snapshot = service.store().snapshot().await?;
    let table = service.open(cx, &snapshot, &table, "dynamodb:ListTagsOfResource", &Facts::default()).await;
    let table = table.map_err(|error| tags::missing(error, &input.resource_arn))?;
    Ok(ListTagsOfResourceOutput { tags: Some(tags::shown(&table.tags)), next_token: None })
}
