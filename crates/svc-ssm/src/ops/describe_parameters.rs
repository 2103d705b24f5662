//! DescribeParameters: what is known of parameters but their values, in pages of at most 50.

use api_ssm::types::{DescribeParametersInput, DescribeParametersOutput, ParameterMetadata};
use port::{Access, RequestContext};
use wire_codec::ApiError;

use crate::Ssm;
use crate::error::{storage, validation};
use crate::filters::Filter;
use crate::find::arn_of;
use crate::model::Parameter;
use crate::page;
use crate::tables::ParameterKey;

pub async fn run(
    ssm: &Ssm,
    cx: &RequestContext,
    input: DescribeParametersInput,
) -> Result<DescribeParametersOutput, ApiError> {
    cx.authorize(Access::new("ssm:DescribeParameters", &cx.arn("ssm", "*"))).await?;
    if input.shared == Some(true) {
        return Err(ApiError::not_implemented("ssm: Shared of DescribeParameters"));
    }
    let filters = filters(&input)?;
    let snapshot = ssm.0.store.snapshot().await.map_err(|e| storage(&e))?;
    let page = page::parameters(
        cx,
        &snapshot,
        "",
        input.next_token.as_deref(),
        page::limit(input.max_results, 50),
        |key, parameter| filters.iter().all(|filter| filter.holds(key, parameter)),
    )
    .await?;
    let parameters = page.rows.into_iter().map(|(key, parameter)| shown(&key, parameter)).collect();
    Ok(DescribeParametersOutput { parameters: Some(parameters), next_token: page.next_token })
}

fn filters(input: &DescribeParametersInput) -> Result<Vec<Filter>, ApiError> {
    let older = input.filters.as_deref().unwrap_or_default();
    let newer = input.parameter_filters.as_deref().unwrap_or_default();
    if !older.is_empty() && !newer.is_empty() {
        return Err(validation("You can use either Filters or ParameterFilters in a single request."));
    }
    older.iter().map(Filter::legacy).chain(newer.iter().map(Filter::describe)).collect()
}

fn shown(key: &ParameterKey, parameter: Parameter) -> ParameterMetadata {
    let latest = parameter.latest;
    ParameterMetadata {
        name: Some(key.2.clone()),
        arn: Some(arn_of(key)),
        r#type: Some(latest.parameter_type.into()),
        key_id: None,
        version: Some(latest.number()),
        last_modified_date: Some(latest.modified),
        last_modified_user: Some(latest.modified_by),
        description: latest.description,
        allowed_pattern: latest.allowed_pattern,
        tier: Some(latest.tier.into()),
        policies: Some(Vec::new()),
        data_type: Some(latest.data_type),
    }
}
