//! GetParametersByPath: the parameters of one level of a hierarchy, or of all below it, in pages of at most ten.

use api_ssm::types::{GetParametersByPathInput, GetParametersByPathOutput};
use port::{Access, RequestContext};
use store_kv::Snapshot;
use wire_codec::ApiError;

use crate::error::storage;
use crate::filters::Filter;
use crate::find::{arn_of, key_of, revision, shown};
use crate::model::Parameter;
use crate::tables::ParameterKey;
use crate::{Ssm, check, page};

pub async fn run(
    ssm: &Ssm,
    cx: &RequestContext,
    input: GetParametersByPathInput,
) -> Result<GetParametersByPathOutput, ApiError> {
    let prefix = check::path_prefix(&input.path)?;
    let is_recursive = input.recursive == Some(true);
    let arn = arn_of(&key_of(cx, prefix.trim_end_matches('/')));
    let access = Access::new("ssm:GetParametersByPath", &arn);
    cx.authorize(access.with_key("ssm:Recursive", is_recursive.to_string())).await?;
    let filters = input.parameter_filters.unwrap_or_default();
    let filters = filters.iter().map(Filter::by_path).collect::<Result<Vec<_>, _>>()?;
    let label = filters.iter().find_map(Filter::label);
    let snapshot = ssm.0.store.snapshot().await.map_err(|e| storage(&e))?;
    let is_level = |name: &str| !name.get(prefix.len()..).unwrap_or_default().contains('/');
    let page = page::parameters(
        cx,
        &snapshot,
        &prefix,
        input.next_token.as_deref(),
        page::limit(input.max_results, 10),
        |key, parameter| {
            (is_recursive || is_level(&key.2)) && filters.iter().all(|filter| filter.holds(key, parameter))
        },
    )
    .await?;
    let mut parameters = Vec::new();
    for (key, parameter) in page.rows {
        parameters.push(labelled(&snapshot, &key, parameter, label).await?);
    }
    Ok(GetParametersByPathOutput { parameters: Some(parameters), next_token: page.next_token })
}

/// The version with the label, where one is asked for; the latest otherwise.
async fn labelled(
    snapshot: &Snapshot,
    key: &ParameterKey,
    parameter: Parameter,
    label: Option<&str>,
) -> Result<api_ssm::types::Parameter, ApiError> {
    let version = label.and_then(|label| parameter.labels.get(label)).copied();
    let found = match version {
        Some(version) => revision(snapshot, key, version).await?,
        None => None,
    };
    Ok(shown(key, found.unwrap_or(parameter.latest), label))
}
