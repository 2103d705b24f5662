//! The decision ("Policy evaluation logic").
//!
//! ```text
//! any explicit deny                                    -> denied
//! service or anonymous caller                          -> the resource's policy decides
//! the account's own root                               -> allowed
//! role trust                                           -> the trust policy must name the caller; if it names the account
//!                                                         only, the caller's own policies must allow too
//! same account: resource policy names the caller       -> allowed (boundary and session policies narrow a role)
//!               own policies AND boundary AND session  -> allowed
//! other account: both sides                            -> allowed
//! otherwise                                            -> denied, with the side that was silent
//! ```

use std::sync::Arc;

use port::Principal;

use super::context::Context;
use super::document::{Effect, Policy};
use super::principal::Match;

/// Everything that has a say.
#[derive(Clone, Copy, Debug, Default)]
pub struct PolicySet<'a> {
    /// The user's (with its groups') or role's policies.
    pub identity: &'a [Arc<Policy>],
    pub boundary: Option<&'a Policy>,
    /// A session's policies: together they narrow what the role allows.
    pub session: Option<&'a [Arc<Policy>]>,
    pub resource: Option<&'a Policy>,
}

/// Which policy decided, or was silent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    Identity,
    Boundary,
    Session,
    Resource,
    Trust,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    ExplicitDeny(Source),
    NoAllow(Source),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    Allow,
    Deny(Reason),
}

/// What is asked.
pub struct Request<'a> {
    pub caller: &'a Principal,
    pub action: &'a str,
    pub resource: &'a str,
    pub resource_account: &'a str,
    pub context: &'a dyn Context,
}

/// Decides. `policies.resource` is the role's trust policy where the action is one of `sts:AssumeRole*`.
pub fn evaluate(request: &Request<'_>, policies: PolicySet<'_>) -> Decision {
    let is_trust = request.action.starts_with("sts:AssumeRole");
    let resource_source = if is_trust { Source::Trust } else { Source::Resource };
    if let Some(source) = explicit_deny(request, &policies, resource_source) {
        return Decision::Deny(Reason::ExplicitDeny(source));
    }
    let named = policies.resource.map_or(Match::None, |policy| best_allow(policy, request));
    let silent = |source| Decision::Deny(Reason::NoAllow(source));
    let Some(account) = request.caller.account() else {
        return if named == Match::None { silent(resource_source) } else { Decision::Allow };
    };
    let is_own = account == request.resource_account;
    let own_side = own_side(request, &policies);
    if is_trust {
        return match named {
            Match::None => silent(Source::Trust),
            Match::Account => own_side.map_or_else(silent, |()| Decision::Allow),
            Match::Direct | Match::Session if is_own => Decision::Allow,
            Match::Direct | Match::Session => own_side.map_or_else(silent, |()| Decision::Allow),
        };
    }
    if !is_own {
        return match own_side {
            Err(source) => silent(source),
            Ok(()) if named == Match::None => silent(Source::Resource),
            Ok(()) => Decision::Allow,
        };
    }
    match own_side {
        Ok(()) => Decision::Allow,
        Err(_) if is_enough(named, request, &policies) => Decision::Allow,
        Err(source) => silent(source),
    }
}

/// Whether a resource policy's allow in the same account needs no identity policy beside it.
fn is_enough(named: Match, request: &Request<'_>, policies: &PolicySet<'_>) -> bool {
    match (named, request.caller) {
        (Match::Session, _) | (Match::Direct, Principal::User { .. }) => true,
        (Match::Direct, _) => narrowed(request, policies).is_ok(),
        (Match::Account | Match::None, _) => false,
    }
}

/// The caller's own side: identity policies, within boundary and session policies. The error is who was silent.
fn own_side(request: &Request<'_>, policies: &PolicySet<'_>) -> Result<(), Source> {
    if matches!(request.caller, Principal::Root { .. }) {
        return Ok(());
    }
    if !policies.identity.iter().any(|policy| has(policy, Effect::Allow, request)) {
        return Err(Source::Identity);
    }
    narrowed(request, policies)
}

fn narrowed(request: &Request<'_>, policies: &PolicySet<'_>) -> Result<(), Source> {
    if policies.boundary.is_some_and(|policy| !has(policy, Effect::Allow, request)) {
        return Err(Source::Boundary);
    }
    match policies.session {
        Some(session) if !session.iter().any(|policy| has(policy, Effect::Allow, request)) => {
            Err(Source::Session)
        }
        _ => Ok(()),
    }
}

fn explicit_deny(request: &Request<'_>, policies: &PolicySet<'_>, resource_source: Source) -> Option<Source> {
    let denies = |policy: &Policy| has(policy, Effect::Deny, request);
    if policies.identity.iter().any(|policy| denies(policy)) {
        return Some(Source::Identity);
    }
    if policies.resource.is_some_and(|policy| denied_by_resource(policy, request)) && !is_repair(request) {
        return Some(resource_source);
    }
    if policies.boundary.is_some_and(denies) {
        return Some(Source::Boundary);
    }
    let is_session = policies.session.is_some_and(|session| session.iter().any(|policy| denies(policy)));
    is_session.then_some(Source::Session)
}

fn has(policy: &Policy, effect: Effect, request: &Request<'_>) -> bool {
    policy.statements.iter().any(|statement| {
        statement.effect == effect && statement.applies(request.action, request.resource, request.context)
    })
}

/// The root of a bucket's account can always see, replace and delete the bucket's policy, so that no policy locks
/// everyone out (S3 User Guide, "Bucket policies").
fn is_repair(request: &Request<'_>) -> bool {
    let is_owner =
        matches!(request.caller, Principal::Root { account } if account == request.resource_account);
    is_owner
        && matches!(request.action, "s3:GetBucketPolicy" | "s3:PutBucketPolicy" | "s3:DeleteBucketPolicy")
}

fn denied_by_resource(policy: &Policy, request: &Request<'_>) -> bool {
    policy.statements.iter().any(|statement| {
        statement.effect == Effect::Deny
            && statement.names(request.caller) != Match::None
            && statement.applies(request.action, request.resource, request.context)
    })
}

fn best_allow(policy: &Policy, request: &Request<'_>) -> Match {
    let allows = policy.statements.iter().filter(|statement| statement.effect == Effect::Allow);
    allows
        .map(|statement| match statement.names(request.caller) {
            Match::None => Match::None,
            named if statement.applies(request.action, request.resource, request.context) => named,
            _ => Match::None,
        })
        .max()
        .unwrap_or(Match::None)
}
