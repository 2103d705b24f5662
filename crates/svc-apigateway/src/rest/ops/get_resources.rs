//! GetResources.

use api_apigateway::types::{GetResourcesInput, GetResourcesOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::Verb;
use crate::error;
use crate::rest::describe;

/// Resources of one page where no limit is asked, and at most.
const DEFAULT: usize = 25;
const MOST: usize = 500;

pub async fn run(
    apis: &ApiGateway,
    cx: &RequestContext,
    input: GetResourcesInput,
) -> Result<GetResourcesOutput, ApiError> {
    apis.authorize(cx, Verb::Get, &format!("/restapis/{}/resources", input.rest_api_id)).await?;
    let api = apis.rest_api(cx, &input.rest_api_id).await?;
    let with_methods = input.embed.is_some_and(|embed| embed.iter().any(|name| name == "methods"));
    let limit = input.limit.map_or(DEFAULT, |n| usize::try_from(n).unwrap_or(1)).clamp(1, MOST);
    let start = match input.position.as_deref() {
        None | Some("") => 0,
        Some(text) => text.parse::<usize>().map_err(|_| error::bad_request("Invalid position parameter"))?,
    };
    let page = api.definition.resources.iter().skip(start).take(limit);
    let items = page.map(|(id, resource)| describe::resource(id, resource, with_methods));
    let items = items.collect::<Result<Vec<_>, _>>()?;
    let end = start.saturating_add(items.len());
    let position = (end < api.definition.resources.len()).then(|| end.to_string());
    Ok(GetResourcesOutput { items: Some(items), position })
}
