//! `port::Authorizer`: which policies apply to a request, and AWS's text where they refuse it ("Troubleshoot access denied
//! error messages").

use std::sync::Arc;

use port::{Access, AccessDenied, Arn, Authorizer, BoxFuture, PolicyChecker, Principal, RequestContext};
use store_table::TableError;

use crate::Iam;
use crate::identity::{Identity, deny_all};
use crate::policy::{
    Decision, Kind, Policy, PolicySet, Reason, Request, RequestFacts, Source, evaluate, parse_valid,
};

impl Authorizer for Iam {
    fn authorize<'a>(
        &'a self,
        cx: &'a RequestContext,
        access: Access<'a>,
    ) -> BoxFuture<'a, Result<(), AccessDenied>> {
        Box::pin(async move {
            let decision = self.decide(cx, &access).await.map_err(|error| {
                tracing::error!(%error, "policies could not be read");
                denied(&access, "Access Denied: the policies of this request could not be read".to_owned())
            })?;
            match decision {
                Decision::Allow => Ok(()),
                Decision::Deny(reason) => Err(denied(&access, text(cx.principal(), &access, reason))),
            }
        })
    }
}

impl PolicyChecker for Iam {
    fn check_resource_policy(&self, policy: &str) -> Result<(), String> {
        parse_valid(policy, Kind::Resource).map(drop).map_err(|error| error.0)
    }
}

fn denied(access: &Access<'_>, message: String) -> AccessDenied {
    AccessDenied { action: access.action.to_owned(), message }
}

impl Iam {
    async fn decide(&self, cx: &RequestContext, access: &Access<'_>) -> Result<Decision, TableError> {
        let caller = cx.principal();
        let identity = match self.identity_of(caller).await? {
            Known::NotNeeded => None,
            Known::Found(identity) => Some(identity),
            Known::Gone => return Ok(Decision::Deny(Reason::NoAllow(Source::Identity))),
        };
        let session = self.session_policies(caller).await?;
        let resource_account = resource_account(cx, access);
        let is_owner = matches!(caller, Principal::Root { account } if account == resource_account);
        let resource = self.resource_policy(access, is_owner);
        let facts = RequestFacts {
            cx,
            access,
            principal_tags: identity.as_deref().map_or(&[], |identity| &identity.tags),
            resource_account,
        };
        let policies = PolicySet {
            identity: identity.as_deref().map_or(&[], |identity| &identity.policies),
            boundary: identity.as_deref().and_then(|identity| identity.boundary.as_deref()),
            session: session.as_deref(),
            resource: resource.as_deref(),
        };
        let request = Request {
            caller,
            action: access.action,
            resource: access.resource,
            resource_account,
            context: &facts,
        };
        Ok(evaluate(&request, policies))
    }

    /// A policy that cannot be read must not be taken for less than it says; only the owner's root may then go on and
    /// repair it.
    fn resource_policy(&self, access: &Access<'_>, is_owner: bool) -> Option<Arc<Policy>> {
        match self.identities().parsed.get(access.resource_policy?) {
            Ok(policy) => Some(policy),
            Err(_) if is_owner => None,
            Err(_) => Some(deny_all()),
        }
    }

    async fn identity_of(&self, caller: &Principal) -> Result<Known, TableError> {
        let (arn, id) = match caller {
            Principal::User { arn, id, .. } => (arn, id.as_str()),
            Principal::AssumedRole { role_arn, id, .. } => {
                (role_arn, id.split(':').next().unwrap_or_default())
            }
            Principal::Root { .. } | Principal::Service { .. } | Principal::Anonymous => {
                return Ok(Known::NotNeeded);
            }
        };
        // One that was deleted and made again has another id: its old sessions are worth nothing.
        let found = self.identities().identity(arn).await?.filter(|identity| identity.id == id);
        Ok(found.map_or(Known::Gone, Known::Found))
    }

    async fn session_policies(&self, caller: &Principal) -> Result<Option<Vec<Arc<Policy>>>, TableError> {
        let Principal::AssumedRole { session_policies, .. } = caller else { return Ok(None) };
        if session_policies.is_empty() {
            return Ok(None);
        }
        let mut policies = Vec::with_capacity(session_policies.len());
        for text in session_policies {
            if text.starts_with("arn:") {
                policies.extend(self.identities().managed(text).await?);
            } else {
                policies.push(self.identities().parse(text).unwrap_or_else(deny_all));
            }
        }
        Ok(Some(policies))
    }
}

enum Known {
    NotNeeded,
    Found(Arc<Identity>),
    Gone,
}

/// Who owns the resource: as told, else as its ARN says, else the account the request is about.
fn resource_account<'a>(cx: &'a RequestContext, access: &Access<'a>) -> &'a str {
    let of_arn = || Arn::parse(access.resource).map(|arn| arn.account).filter(|account| !account.is_empty());
    access.resource_account.or_else(of_arn).filter(|account| *account != "aws").unwrap_or(cx.account())
}

fn text(caller: &Principal, access: &Access<'_>, reason: Reason) -> String {
    let is_s3 = access.action.starts_with("s3:");
    if is_s3 && *caller == Principal::Anonymous {
        return "Access Denied".to_owned();
    }
    let quote = if is_s3 { "\"" } else { "" };
    let (action, resource) = (access.action, access.resource);
    let start = format!(
        "User: {} is not authorized to perform: {action} on resource: {quote}{resource}{quote}",
        caller.arn()
    );
    match reason {
        Reason::ExplicitDeny(Source::Trust) => {
            format!("{start} with an explicit deny in the role trust policy")
        }
        Reason::ExplicitDeny(source) => format!("{start} with an explicit deny in {}", with_article(source)),
        Reason::NoAllow(source) => format!("{start} because no {} allows the {action} action", name(source)),
    }
}

fn name(source: Source) -> &'static str {
    match source {
        Source::Identity => "identity-based policy",
        Source::Boundary => "permissions boundary",
        Source::Session => "session policy",
        Source::Resource => "resource-based policy",
        Source::Trust => "role trust policy",
    }
}

fn with_article(source: Source) -> String {
    let article = if source == Source::Identity { "an" } else { "a" };
    format!("{article} {}", name(source))
}
