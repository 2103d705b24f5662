//! PutParameter: a new parameter, or a new version of one.

use api_ssm::types as t;
use api_ssm::types::{PutParameterInput, PutParameterOutput};
use indexmap::IndexMap;
use port::{Access, RequestContext};
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::error::{self, Failure, validation};
use crate::find::{arn_of, key_of};
use crate::model::{Parameter, ParameterType, Revision, Tier};
use crate::tables::{PARAMETERS, ParameterKey, REVISIONS};
use crate::{Ssm, check, tags};

/// Versions kept of one parameter.
const MAX_VERSIONS: u64 = 100;

pub async fn run(
    ssm: &Ssm,
    cx: &RequestContext,
    input: PutParameterInput,
) -> Result<PutParameterOutput, ApiError> {
    let tags = tags::parse(input.tags.clone().unwrap_or_default());
    put_tagged(ssm, cx, input, tags).await
}

/// The same with tags from elsewhere than the request (`aws:cloudformation:*`).
pub async fn put_tagged(
    ssm: &Ssm,
    cx: &RequestContext,
    input: PutParameterInput,
    tags: Result<IndexMap<String, String>, ApiError>,
) -> Result<PutParameterOutput, ApiError> {
    let key = key_of(cx, input.name.trim_matches(' '));
    let is_overwrite = input.overwrite == Some(true);
    let has_tags = tags.as_ref().map_or(true, |tags| !tags.is_empty());
    authorize(cx, &key, is_overwrite, has_tags).await?;
    check::new_name(&key.2)?;
    refuse(&input)?;
    let tags = tags?;
    if is_overwrite && has_tags {
        return Err(validation(
            "Invalid request: tags and overwrite can't be used together. To create a parameter with tags, please remove overwrite flag. To update tags for an existing parameter, please use AddTagsToResource or RemoveTagsFromResource.",
        ));
    }
    if tags.len() > tags::MAX_TAGS {
        return Err(ApiError::from_shape(t::TooManyTagsError {}));
    }
    check::value(&input.value)?;
    put(ssm, cx, &key, &input, &tags).await
}

async fn authorize(
    cx: &RequestContext,
    key: &ParameterKey,
    is_overwrite: bool,
    has_tags: bool,
) -> Result<(), ApiError> {
    let arn = arn_of(key);
    let access = Access::new("ssm:PutParameter", &arn);
    cx.authorize(access.with_key("ssm:Overwrite", is_overwrite.to_string())).await?;
    if has_tags {
        cx.authorize(Access::new("ssm:AddTagsToResource", &arn)).await?;
    }
    Ok(())
}

/// What is not built.
fn refuse(input: &PutParameterInput) -> Result<(), ApiError> {
    if input.r#type == Some(t::ParameterType::SecureString) {
        return Err(ApiError::not_implemented("ssm: SecureString parameters"));
    }
    if input.key_id.is_some() {
        return Err(ApiError::not_implemented("ssm: KeyId of PutParameter"));
    }
    if input.policies.as_deref().is_some_and(|policies| !matches!(policies.trim(), "" | "[]" | "[{}]")) {
        return Err(ApiError::not_implemented("ssm: Policies of PutParameter"));
    }
    Ok(())
}

async fn put(
    ssm: &Ssm,
    cx: &RequestContext,
    key: &ParameterKey,
    input: &PutParameterInput,
    tags: &IndexMap<String, String>,
) -> Result<PutParameterOutput, ApiError> {
    let work = |tx: Transaction| async move {
        let parameter = match PARAMETERS.get(&tx, key.clone()).await? {
            Some(_) if input.overwrite != Some(true) => return Err(error::exists().into()),
            Some(before) => next(&tx, cx, key, before, input)?,
            None => first(cx, input, tags)?,
        };
        let latest = &parameter.latest;
        if let Some(pattern) = &latest.allowed_pattern {
            check::allowed_pattern(pattern, &latest.value)?;
        }
        PARAMETERS.put(&tx, key.clone(), &parameter)?;
        REVISIONS.put(&tx, revision_key(key, latest.version), latest)?;
        Ok::<_, Failure>(parameter)
    };
    let latest = ssm.0.store.transact(work).await?.latest;
    Ok(PutParameterOutput { version: Some(latest.number()), tier: Some(latest.tier.into()) })
}

fn first(
    cx: &RequestContext,
    input: &PutParameterInput,
    tags: &IndexMap<String, String>,
) -> Result<Parameter, ApiError> {
    let parameter_type = parameter_type(input)
        .ok_or_else(|| validation("A parameter type is required when you create a parameter."))?;
    let data_type = input.data_type.as_deref().unwrap_or("text");
    check::data_type(data_type)?;
    let latest = Revision {
        version: 1,
        parameter_type,
        value: input.value.clone(),
        description: filled(&input.description),
        allowed_pattern: filled(&input.allowed_pattern),
        tier: check::tier(input.tier.unwrap_or_default(), &input.value)?,
        data_type: data_type.to_owned(),
        modified: cx.time(),
        modified_by: cx.principal().arn(),
    };
    Ok(Parameter { latest, oldest: 1, labels: Default::default(), tags: tags.clone() })
}

/// The version after `before`; what the request leaves out stays.
fn next(
    tx: &Transaction,
    cx: &RequestContext,
    key: &ParameterKey,
    before: Parameter,
    input: &PutParameterInput,
) -> Result<Parameter, ApiError> {
    let old = &before.latest;
    if let Some(asked) = parameter_type(input).filter(|asked| *asked != old.parameter_type) {
        return Err(type_mismatch(old.parameter_type, asked));
    }
    if let Some(data_type) = &input.data_type {
        check::data_type(data_type)?;
    }
    let latest = Revision {
        version: old.version + 1,
        parameter_type: old.parameter_type,
        value: input.value.clone(),
        description: if input.description.is_some() {
            filled(&input.description)
        } else {
            old.description.clone()
        },
        allowed_pattern: if input.allowed_pattern.is_some() {
            filled(&input.allowed_pattern)
        } else {
            old.allowed_pattern.clone()
        },
        tier: next_tier(old.tier, input)?,
        data_type: input.data_type.clone().unwrap_or_else(|| old.data_type.clone()),
        modified: cx.time(),
        modified_by: cx.principal().arn(),
    };
    let oldest = room(tx, key, &before, latest.version)?;
    Ok(Parameter { latest, oldest, ..before })
}

/// Deletes the oldest version where there are as many as are kept. Returns the oldest that stays.
fn room(tx: &Transaction, key: &ParameterKey, before: &Parameter, next: u64) -> Result<u64, ApiError> {
    let oldest = before.oldest;
    if next - oldest < MAX_VERSIONS {
        return Ok(oldest);
    }
    if !before.labels_of(oldest).is_empty() {
        let name = &key.2;
        return Err(ApiError::from_shape(t::ParameterMaxVersionLimitExceeded {
            message: Some(format!(
                "You attempted to create a new version of {name} by calling the PutParameter API with the overwrite flag. Version {oldest}, the oldest version, can't be deleted because it has a label associated with it. Move the label to another version of the parameter, and try again."
            )),
        }));
    }
    REVISIONS.delete(tx, revision_key(key, oldest));
    Ok(oldest + 1)
}

fn next_tier(before: Tier, input: &PutParameterInput) -> Result<Tier, ApiError> {
    match (before, input.tier) {
        (Tier::Advanced, Some(t::ParameterTier::Standard)) => Err(validation(
            "This parameter uses the advanced-parameter tier. You can't downgrade a parameter from the advanced-parameter tier to the standard-parameter tier. If necessary, you can delete the advanced parameter and recreate it as a standard parameter.",
        )),
        (Tier::Advanced, _) => check::tier(t::ParameterTier::Advanced, &input.value),
        (Tier::Standard, asked) => check::tier(asked.unwrap_or_default(), &input.value),
    }
}

fn parameter_type(input: &PutParameterInput) -> Option<ParameterType> {
    match input.r#type? {
        t::ParameterType::StringList => Some(ParameterType::StringList),
        // Secure strings are refused before.
        t::ParameterType::String | t::ParameterType::SecureString => Some(ParameterType::String),
    }
}

fn type_mismatch(old: ParameterType, new: ParameterType) -> ApiError {
    ApiError::from_shape(t::HierarchyTypeMismatchException {
        message: Some(format!(
            "Parameter Store does not support changing a parameter type in a hierarchy. For example, you can't change a parameter from a {} type to a {} type. Create a new, unique parameter.",
            old.as_str(),
            new.as_str()
        )),
    })
}

fn filled(text: &Option<String>) -> Option<String> {
    text.clone().filter(|text| !text.is_empty())
}

fn revision_key((account, region, name): &ParameterKey, version: u64) -> (String, String, String, u64) {
    (account.clone(), region.clone(), name.clone(), version)
}
