//! DescribeEndpoints: the endpoint the caller already uses.

use api_dynamodb::{DescribeEndpointsInput, DescribeEndpointsOutput, Endpoint};
use port::{Access, RequestContext};

use crate::Service;
use crate::error::Result;

/// How long clients may keep the answer.
const CACHE_MINUTES: i64 = 1440;

pub(crate) async fn run(
    _service: &Service,
    cx: &RequestContext,
    _input: DescribeEndpointsInput,
) -> Result<DescribeEndpointsOutput> {
    cx.authorize(Access::new("dynamodb:DescribeEndpoints", "*")).await?;
    let endpoint = &cx.source().endpoint;
    let address = endpoint.split_once("://").map_or(endpoint.as_str(), |(_, authority)| authority).to_owned();
    Ok(DescribeEndpointsOutput {
        endpoints: vec![Endpoint { address, cache_period_in_minutes: CACHE_MINUTES }],
    })
}
