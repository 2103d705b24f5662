//! LabelParameterVersion: labels move to the version from any other. At most ten on one version.

use api_ssm::types as t;
use api_ssm::types::{LabelParameterVersionInput, LabelParameterVersionOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::error::{self, Failure};
use crate::find::{Reference, revision};
use crate::tables::PARAMETERS;
use crate::{Ssm, check};

const MAX_LABELS: usize = 10;

pub async fn run(
    ssm: &Ssm,
    cx: &RequestContext,
    input: LabelParameterVersionInput,
) -> Result<LabelParameterVersionOutput, ApiError> {
    let reference = &Reference::parse(cx, &input.name)?;
    reference.authorize(cx, "LabelParameterVersion").await?;
    let (valid, invalid): (Vec<String>, Vec<String>) =
        input.labels.into_iter().partition(|label| check::is_label(label));
    let (asked, valid) = (input.parameter_version, &valid);
    let work = |tx: Transaction| async move {
        let mut found = reference.find(&tx).await?;
        let version = version(asked, found.revision.version, &found.key.2)?;
        if revision(&tx, &found.key, version).await?.is_none() {
            return Err(error::no_version(&found.key.2, &version.to_string()).into());
        }
        found.parameter.labels.extend(valid.iter().map(|label| (label.clone(), version)));
        if found.parameter.labels_of(version).len() > MAX_LABELS {
            return Err(too_many().into());
        }
        PARAMETERS.put(&tx, found.key, &found.parameter)?;
        Ok::<_, Failure>(version)
    };
    let version = ssm.0.store.transact(work).await?;
    Ok(LabelParameterVersionOutput {
        invalid_labels: Some(invalid),
        parameter_version: i64::try_from(version).ok(),
    })
}

/// A version as a request gives it; `latest` where it gives none.
pub fn version(asked: Option<i64>, latest: u64, name: &str) -> Result<u64, ApiError> {
    match asked {
        None => Ok(latest),
        Some(asked) => u64::try_from(asked).map_err(|_| error::no_version(name, &asked.to_string())),
    }
}

fn too_many() -> ApiError {
    ApiError::from_shape(t::ParameterVersionLabelLimitExceeded {
        message: Some("A parameter version can have maximum 10 labels.Move one or more labels to another version and try again.".to_owned()),
    })
}
