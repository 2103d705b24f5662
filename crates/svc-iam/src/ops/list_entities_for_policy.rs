//! ListEntitiesForPolicy. Whom a managed policy is attached to.

use super::policies;
use crate::Iam;
use crate::inputs::page;
use crate::managed;
use crate::model::EntityKind;
use api_iam::{
    EntityType, ListEntitiesForPolicyInput, ListEntitiesForPolicyOutput, PolicyGroup, PolicyRole,
    PolicyUsageType, PolicyUser,
};
use port::Access;
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListEntitiesForPolicyInput,
) -> Result<ListEntitiesForPolicyOutput, ApiError> {
    let arn = input.policy_arn.as_str();
    cx.authorize(Access::new("iam:ListEntitiesForPolicy", arn)).await?;
    if managed::find(arn).is_none() {
        policies::row(iam, &policies::parse(cx, arn)?).await?;
    }
    let is_boundary = input.policy_usage_filter == Some(PolicyUsageType::PermissionsBoundary);
    let scan = page(input.marker.as_deref(), input.max_items)?;
    let (entities, next) = policies::entities(iam, cx.account(), arn, is_boundary, scan).await?;
    let mut output = ListEntitiesForPolicyOutput {
        policy_groups: Some(Vec::new()),
        policy_users: Some(Vec::new()),
        policy_roles: Some(Vec::new()),
        is_truncated: Some(next.is_some()),
        marker: next,
    };
    for entity in entities.into_iter().filter(|entity| is_wanted(entity, &input)) {
        let (name, id) = (Some(entity.name), Some(entity.id));
        match entity.kind {
            EntityKind::Group => {
                let group = PolicyGroup { group_name: name, group_id: id };
                output.policy_groups.get_or_insert_default().push(group);
            }
            EntityKind::User => {
                let user = PolicyUser { user_name: name, user_id: id };
                output.policy_users.get_or_insert_default().push(user);
            }
            EntityKind::Role => {
                let role = PolicyRole { role_name: name, role_id: id };
                output.policy_roles.get_or_insert_default().push(role);
            }
        }
    }
    Ok(output)
}

fn is_wanted(entity: &policies::Bearer, input: &ListEntitiesForPolicyInput) -> bool {
    let is_kind = match input.entity_filter {
        None | Some(EntityType::LocalManagedPolicy | EntityType::AWSManagedPolicy) => true,
        Some(EntityType::User) => entity.kind == EntityKind::User,
        Some(EntityType::Role) => entity.kind == EntityKind::Role,
        Some(EntityType::Group) => entity.kind == EntityKind::Group,
    };
    is_kind && input.path_prefix.as_deref().is_none_or(|prefix| entity.path.starts_with(prefix))
}
