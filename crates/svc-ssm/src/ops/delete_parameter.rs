//! DeleteParameter: the parameter with all its versions, labels and tags.

use api_ssm::types::{DeleteParameterInput, DeleteParameterOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::Ssm;
use crate::error::{self, Failure};
use crate::find::Reference;
use crate::tables::{PARAMETERS, ParameterKey, REVISIONS};

pub async fn run(
    ssm: &Ssm,
    cx: &RequestContext,
    input: DeleteParameterInput,
) -> Result<DeleteParameterOutput, ApiError> {
    let reference = Reference::parse(cx, &input.name)?;
    reference.authorize(cx, "DeleteParameter").await?;
    if delete(ssm, &reference.key).await? { Ok(DeleteParameterOutput {}) } else { Err(error::not_found()) }
}

/// Whether there was one to delete.
pub async fn delete(ssm: &Ssm, key: &ParameterKey) -> Result<bool, ApiError> {
    let work = |tx: Transaction| async move {
        if !PARAMETERS.contains(&tx, key.clone()).await? {
            return Ok(false);
        }
        PARAMETERS.delete(&tx, key.clone());
        REVISIONS.delete_prefix(&tx, key.clone());
        Ok::<_, Failure>(true)
    };
    Ok(ssm.0.store.transact(work).await?)
}
