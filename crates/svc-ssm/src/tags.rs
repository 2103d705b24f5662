//! Tags of parameters, under the rules that requests must keep.

use api_ssm::types as t;
use indexmap::IndexMap;
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::Ssm;
use crate::error::{Failure, validation};
use crate::find::Reference;
use crate::tables::PARAMETERS;

pub const MAX_TAGS: usize = 50;

/// The tags of a request, none of them reserved.
pub fn parse(tags: Vec<t::Tag>) -> Result<IndexMap<String, String>, ApiError> {
    if let Some(tag) = tags.iter().find(|tag| tag.key.to_ascii_lowercase().starts_with("aws:")) {
        return Err(validation(format!("Tag keys may not begin with aws: ({})", tag.key)));
    }
    Ok(tags.into_iter().map(|tag| (tag.key, tag.value)).collect())
}

/// The parameter a tagging request names, its permission decided.
pub async fn reference(
    cx: &RequestContext,
    action: &str,
    resource_type: t::ResourceTypeForTagging,
    resource_id: &str,
) -> Result<Reference, ApiError> {
    let reference = Reference::parse(cx, resource_id)?;
    reference.authorize(cx, action).await?;
    if resource_type != t::ResourceTypeForTagging::Parameter {
        return Err(ApiError::not_implemented(format!("ssm: tags of a {resource_type:?}")));
    }
    Ok(reference)
}

/// A missing parameter, as tagging operations tell it.
pub fn no_resource(failure: Failure) -> ApiError {
    match ApiError::from(failure) {
        error if error.code == "ParameterNotFound" => ApiError::from_shape(t::InvalidResourceId {}),
        other => other,
    }
}

/// Changes the tags of the parameter.
pub async fn change(
    ssm: &Ssm,
    reference: &Reference,
    change: &(dyn Fn(&mut IndexMap<String, String>) + Sync),
) -> Result<(), ApiError> {
    let work = |tx: Transaction| async move {
        let mut found = reference.find(&tx).await?;
        change(&mut found.parameter.tags);
        if found.parameter.tags.len() > MAX_TAGS {
            return Err(ApiError::from_shape(t::TooManyTagsError {}).into());
        }
        PARAMETERS.put(&tx, found.key, &found.parameter)?;
        Ok::<_, Failure>(())
    };
    ssm.0.store.transact(work).await.map_err(no_resource)
}
