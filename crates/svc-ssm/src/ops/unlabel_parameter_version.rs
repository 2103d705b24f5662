//! UnlabelParameterVersion: labels that the version does not bear are listed as invalid.

use api_ssm::types::{UnlabelParameterVersionInput, UnlabelParameterVersionOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::Ssm;
use crate::error::{self, Failure};
use crate::find::{Reference, revision};
use crate::ops::label_parameter_version::version;
use crate::tables::PARAMETERS;

pub async fn run(
    ssm: &Ssm,
    cx: &RequestContext,
    input: UnlabelParameterVersionInput,
) -> Result<UnlabelParameterVersionOutput, ApiError> {
    let reference = &Reference::parse(cx, &input.name)?;
    reference.authorize(cx, "UnlabelParameterVersion").await?;
    let (asked, labels) = (Some(input.parameter_version), &input.labels);
    let work = |tx: Transaction| async move {
        let mut found = reference.find(&tx).await?;
        let version = version(asked, found.revision.version, &found.key.2)?;
        if revision(&tx, &found.key, version).await?.is_none() {
            return Err(error::no_version(&found.key.2, &version.to_string()).into());
        }
        let borne = &found.parameter.labels;
        let (removed, invalid): (Vec<String>, Vec<String>) =
            labels.iter().cloned().partition(|label| borne.get(label) == Some(&version));
        found.parameter.labels.retain(|label, _| !removed.contains(label));
        PARAMETERS.put(&tx, found.key, &found.parameter)?;
        Ok::<_, Failure>((removed, invalid))
    };
    let (removed, invalid) = ssm.0.store.transact(work).await?;
    Ok(UnlabelParameterVersionOutput { removed_labels: Some(removed), invalid_labels: Some(invalid) })
}
