//! ListPolicies. AWS's managed policies and the account's own.

use super::policies;
use crate::Iam;
use crate::inputs::page_of;
use crate::managed;
use crate::shapes;
use api_iam::{ListPoliciesInput, ListPoliciesOutput, Policy, PolicyScopeType, PolicyUsageType};
use port::Access;
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListPoliciesInput,
) -> Result<ListPoliciesOutput, ApiError> {
    let resource = format!("arn:aws:iam::{}:policy/", cx.account());
    cx.authorize(Access::new("iam:ListPolicies", &resource)).await?;
    let scope = input.scope.unwrap_or(PolicyScopeType::All);
    let mut found: Vec<Policy> = Vec::new();
    if scope != PolicyScopeType::Local {
        for managed in managed::all() {
            let uses = policies::uses(iam, cx.account(), &managed.arn).await?;
            found.push(shapes::aws_policy(managed, uses));
        }
    }
    if scope != PolicyScopeType::Aws {
        found.extend(policies::all(iam, cx.account()).await?);
    }
    let prefix = input.path_prefix.as_deref().unwrap_or("/");
    found.retain(|policy| {
        let is_attached = policy.attachment_count.unwrap_or(0) > 0;
        let is_boundary = policy.permissions_boundary_usage_count.unwrap_or(0) > 0;
        let is_used = match input.policy_usage_filter {
            None => true,
            Some(PolicyUsageType::PermissionsPolicy) => is_attached,
            Some(PolicyUsageType::PermissionsBoundary) => is_boundary,
        };
        let has_path = policy.path.as_deref().is_some_and(|path| path.starts_with(prefix));
        has_path && is_used && (is_attached || input.only_attached != Some(true))
    });
    let (mut policies, marker) = page_of(found, input.marker.as_deref(), input.max_items)?;
    for policy in &mut policies {
        (policy.description, policy.tags) = (None, None);
    }
    Ok(ListPoliciesOutput { policies: Some(policies), is_truncated: Some(marker.is_some()), marker })
}
