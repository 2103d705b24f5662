//! Bringing an entity's policies to what the template says.

use port::{RequestContext, ResourceFailure, ResourceRequest};
use serde_json::Map;

use super::gone_is_fine;
use super::properties::{inline, texts};
use crate::Iam;
use crate::grants;
use crate::model::Entity;

/// Writes and attaches what `Policies` and `ManagedPolicyArns` list; removes what they listed before.
pub(super) async fn policies(
    iam: &Iam,
    cx: &RequestContext,
    entity: Entity<'_>,
    request: &ResourceRequest,
) -> Result<(), ResourceFailure> {
    let none = Map::new();
    let previous = request.previous_properties.as_ref().unwrap_or(&none);
    let title = entity.kind.title();
    let wanted = inline(&request.properties)?;
    for (name, document) in &wanted {
        grants::put_inline(iam, cx, &format!("iam:Put{title}Policy"), entity, name, document).await?;
    }
    for (name, _) in inline(previous)? {
        if wanted.iter().all(|(other, _)| *other != name) {
            let action = format!("iam:Delete{title}Policy");
            gone_is_fine(grants::delete_inline(iam, cx, &action, entity, &name).await)?;
        }
    }
    let wanted = texts(&request.properties, "ManagedPolicyArns")?;
    for arn in texts(previous, "ManagedPolicyArns")? {
        if !wanted.contains(&arn) {
            gone_is_fine(grants::detach(iam, cx, &format!("iam:Detach{title}Policy"), entity, arn).await)?;
        }
    }
    for arn in wanted {
        grants::attach(iam, cx, &format!("iam:Attach{title}Policy"), entity, arn).await?;
    }
    Ok(())
}

/// Removes all that `Policies` and `ManagedPolicyArns` list.
pub(super) async fn remove_policies(
    iam: &Iam,
    cx: &RequestContext,
    entity: Entity<'_>,
    request: &ResourceRequest,
) -> Result<(), ResourceFailure> {
    let title = entity.kind.title();
    for (name, _) in inline(&request.properties)? {
        let action = format!("iam:Delete{title}Policy");
        gone_is_fine(grants::delete_inline(iam, cx, &action, entity, &name).await)?;
    }
    for arn in texts(&request.properties, "ManagedPolicyArns")? {
        gone_is_fine(grants::detach(iam, cx, &format!("iam:Detach{title}Policy"), entity, arn).await)?;
    }
    Ok(())
}

/// The entities a policy resource lists: `Roles`, `Users`, `Groups`.
pub(super) fn bearers(
    properties: &Map<String, serde_json::Value>,
) -> Result<Vec<Entity<'_>>, ResourceFailure> {
    let mut bearers: Vec<Entity<'_>> = texts(properties, "Roles")?.into_iter().map(Entity::role).collect();
    bearers.extend(texts(properties, "Users")?.into_iter().map(Entity::user));
    bearers.extend(texts(properties, "Groups")?.into_iter().map(Entity::group));
    Ok(bearers)
}
