//! GetParameterHistory: the versions kept, oldest first, in pages of at most 50.

use api_ssm::types::{GetParameterHistoryInput, GetParameterHistoryOutput, ParameterHistory};
use port::RequestContext;
use store_table::Scan;
use wire_codec::ApiError;

use crate::error::storage;
use crate::find::Reference;
use crate::model::{Parameter, Revision};
use crate::tables::REVISIONS;
use crate::{Ssm, page};

pub async fn run(
    ssm: &Ssm,
    cx: &RequestContext,
    input: GetParameterHistoryInput,
) -> Result<GetParameterHistoryOutput, ApiError> {
    let reference = Reference::parse(cx, &input.name)?;
    reference.authorize(cx, "GetParameterHistory").await?;
    let snapshot = ssm.0.store.snapshot().await.map_err(|e| storage(&e))?;
    let found = reference.find(&snapshot).await?;
    let cursor = input.next_token.as_deref().map(page::cursor_of).transpose()?;
    let scan = Scan::forward().after(cursor).limit(page::limit(input.max_results, 50));
    let revisions = REVISIONS.scan(&snapshot, found.key.clone(), scan).await.map_err(|e| storage(&e))?;
    let parameters =
        revisions.rows.into_iter().map(|((_, _, name, _), revision)| shown(name, revision, &found.parameter));
    Ok(GetParameterHistoryOutput {
        parameters: Some(parameters.collect()),
        next_token: revisions.next.as_ref().map(page::token_of),
    })
}

fn shown(name: String, revision: Revision, parameter: &Parameter) -> ParameterHistory {
    ParameterHistory {
        name: Some(name),
        r#type: Some(revision.parameter_type.into()),
        key_id: None,
        version: Some(revision.number()),
        labels: Some(parameter.labels_of(revision.version)),
        last_modified_date: Some(revision.modified),
        last_modified_user: Some(revision.modified_by),
        description: revision.description,
        value: Some(revision.value),
        allowed_pattern: revision.allowed_pattern,
        tier: Some(revision.tier.into()),
        policies: Some(Vec::new()),
        data_type: Some(revision.data_type),
    }
}
