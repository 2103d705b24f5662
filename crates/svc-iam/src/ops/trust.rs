//! Trust policies of roles.

use store_kv::Read;
use wire_codec::ApiError;

use crate::error::{Fault, limit_exceeded, malformed, validation};
use crate::identity::path_of;
use crate::model::{Entity, document_chars, split_arn};
use crate::policy::{Kind, Policy, PolicyError, parse_valid};

const MAX_DOCUMENT_CHARS: usize = 2_048;

/// Size and content of a trust policy that is to be stored.
pub(crate) fn parse(document: &str) -> Result<Policy, ApiError> {
    if document_chars(document) > MAX_DOCUMENT_CHARS {
        return Err(limit_exceeded(format!("Cannot exceed quota for ACLSizePerRole: {MAX_DOCUMENT_CHARS}")));
    }
    parse_valid(document, Kind::Trust).map_err(malformed)
}

/// Users and roles of the account that are named must be there.
pub(crate) async fn check_principals(read: &impl Read, account: &str, policy: &Policy) -> Result<(), Fault> {
    let clauses = policy.statements.iter().filter_map(|statement| statement.principal.as_ref());
    for arn in clauses.flat_map(|clause| clause.arns()) {
        let named = match (split_arn(arn, "user"), split_arn(arn, "role")) {
            (Some((owner, name)), _) => Some((owner, Entity::user(name))),
            (None, Some((owner, name))) => Some((owner, Entity::role(name))),
            // A session, which comes and goes.
            (None, None) => None,
        };
        let Some((owner, entity)) = named.filter(|(owner, _)| *owner == account) else { continue };
        let path = path_of(read, owner, entity).await?;
        if path.is_none_or(|path| entity.arn(owner, &path) != arn) {
            let error = PolicyError::new(format!("Invalid principal in policy: \"AWS\":\"{arn}\""));
            return Err(malformed(error).into());
        }
    }
    Ok(())
}

/// The longest session of a role: an hour where nothing is said, at most twelve.
pub(crate) fn session_secs(given: Option<i32>) -> Result<i32, ApiError> {
    let secs = given.unwrap_or(3600);
    if (3600..=43_200).contains(&secs) {
        return Ok(secs);
    }
    Err(validation(format!(
        "1 validation error detected: Value '{secs}' at 'maxSessionDuration' failed to satisfy constraint: Member must \
         have value between 3600 and 43200"
    )))
}
