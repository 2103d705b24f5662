//! AssumeRole. A session of a role, if the role's trust policy and the caller's own policies allow it.

use crate::Iam;
use crate::error::Fault;
use crate::error::malformed;
use crate::error::validation;
use crate::managed;
use crate::model::split_arn;
use crate::policy::Kind;
use crate::policy::parse_valid;
use crate::session::Who;
use crate::tables::RoleRow;
use api_sts::{AssumeRoleInput, AssumeRoleOutput, AssumedRoleUser};
use port::Access;
use port::Principal;
use port::RequestContext;
use std::time::Duration;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: AssumeRoleInput,
) -> Result<AssumeRoleOutput, ApiError> {
    refuse_unbuilt(&input)?;
    let arn = input.role_arn.as_str();
    let found = iam.role_by_arn(arn).await?;
    let trust = found.as_ref().map(|(_, role)| role.trust_policy.as_str());
    let mut access = Access::new("sts:AssumeRole", arn).with_policy(trust);
    access = access.with_key("sts:RoleSessionName", input.role_session_name.clone());
    if let Some(id) = &input.external_id {
        access = access.with_key("sts:ExternalId", id.clone());
    }
    cx.authorize(access).await?;
    if matches!(cx.principal(), Principal::Root { .. }) && !iam.is_dev() {
        return Err(ApiError::new("AccessDenied", 403, "Roles may not be assumed by root accounts."));
    }
    // Authorization fails where there is no trust policy, and so where there is no role.
    let (account, role) = found.ok_or_else(|| ApiError::new("AccessDenied", 403, "Access denied"))?;
    let secs = session_secs(cx, &input, &role)?;
    let policies = session_policies(iam, &account, &input).await?;
    let session_name = input.role_session_name;
    let who =
        Who::Role { arn: arn.to_owned(), id: role.id.clone(), session_name: session_name.clone(), policies };
    let keys = iam.new_session(&account, who, cx.time() + Duration::from_secs(secs))?;
    let assumed_role_user = AssumedRoleUser {
        assumed_role_id: format!("{}:{session_name}", role.id),
        arn: format!("arn:aws:sts::{account}:assumed-role/{}/{session_name}", role.name),
    };
    Ok(AssumeRoleOutput {
        credentials: Some(keys.into()),
        assumed_role_user: Some(assumed_role_user),
        ..AssumeRoleOutput::default()
    })
}

fn refuse_unbuilt(input: &AssumeRoleInput) -> Result<(), ApiError> {
    let unbuilt = [
        ("Tags", input.tags.as_ref().is_some_and(|tags| !tags.is_empty())),
        ("TransitiveTagKeys", input.transitive_tag_keys.as_ref().is_some_and(|keys| !keys.is_empty())),
        ("SerialNumber", input.serial_number.is_some()),
        ("TokenCode", input.token_code.is_some()),
        ("SourceIdentity", input.source_identity.is_some()),
        ("ProvidedContexts", input.provided_contexts.as_ref().is_some_and(|list| !list.is_empty())),
        ("MinimumSessionTokenSize", input.minimum_session_token_size.is_some()),
    ];
    match unbuilt.into_iter().find(|(_, is_given)| *is_given) {
        Some((name, _)) => Err(ApiError::not_implemented(format!("sts:AssumeRole with {name}"))),
        None => Ok(()),
    }
}

/// At most what the role allows; at most an hour where a role's session assumes a role.
fn session_secs(cx: &RequestContext, input: &AssumeRoleInput, role: &RoleRow) -> Result<u64, ApiError> {
    let secs = input.duration_seconds.unwrap_or(3600);
    if !(900..=43_200).contains(&secs) {
        return Err(validation("DurationSeconds must be between 900 and 43200."));
    }
    if secs > role.max_session_secs {
        return Err(validation(
            "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.",
        ));
    }
    if secs > 3600 && matches!(cx.principal(), Principal::AssumedRole { .. }) {
        return Err(validation(
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.",
        ));
    }
    Ok(u64::try_from(secs).unwrap_or(900))
}

/// Documents and ARNs that narrow the session.
async fn session_policies(
    iam: &Iam,
    account: &str,
    input: &AssumeRoleInput,
) -> Result<Vec<String>, ApiError> {
    let mut policies = Vec::new();
    if let Some(document) = &input.policy {
        if document.len() > MAX_SESSION_POLICY_CHARS {
            let message = "Packed size of session policies consumes more than 100% of allotted space.";
            return Err(ApiError::new("PackedPolicyTooLarge", 400, message));
        }
        parse_valid(document, Kind::Identity).map_err(malformed)?;
        policies.push(document.clone());
    }
    let arns = input.policy_arns.iter().flatten().filter_map(|policy| policy.arn.as_deref());
    for arn in arns {
        let is_own = managed::find(arn).is_some()
            || split_arn(arn, "policy").is_some_and(|(owner, _)| owner == account);
        if !is_own || iam.identities().managed(arn).await.map_err(Fault::from)?.is_none() {
            return Err(validation(format!("The policy {arn} does not exist or cannot be used here.")));
        }
        policies.push(arn.to_owned());
    }
    if policies.len() > MAX_SESSION_POLICIES {
        return Err(validation("A session can have at most 10 managed policies."));
    }
    Ok(policies)
}

const MAX_SESSION_POLICY_CHARS: usize = 2048;
/// Ten managed policies and one document.
const MAX_SESSION_POLICIES: usize = 11;
