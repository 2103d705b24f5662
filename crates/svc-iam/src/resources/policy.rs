//! `AWS::IAM::Policy`: one inline policy written to several roles, users and groups.

use port::{Provisioned, RequestContext, ResourceFailure, ResourceRequest};
use serde_json::Map;

use super::properties::{document, required_text};
use super::{gone_is_fine, physical_id};
use crate::Iam;
use crate::grants;
use crate::model::Entity;

use super::settle::bearers;

pub(super) async fn create(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<Provisioned, ResourceFailure> {
    put(iam, cx, request).await?;
    Ok(provisioned(request.generated_name.clone()))
}

fn provisioned(physical_id: String) -> Provisioned {
    let mut attributes = Map::new();
    attributes.insert("Id".to_owned(), physical_id.clone().into());
    Provisioned { physical_id, attributes }
}

async fn put(iam: &Iam, cx: &RequestContext, request: &ResourceRequest) -> Result<(), ResourceFailure> {
    let name = required_text(&request.properties, "PolicyName")?;
    let document = document(&request.properties, "PolicyDocument")?;
    let bearers = bearers(&request.properties)?;
    if bearers.is_empty() {
        return Err(ResourceFailure::new("At least one of [Groups,Roles,Users] must be non-empty."));
    }
    for entity in bearers {
        let action = format!("iam:Put{}Policy", entity.kind.title());
        grants::put_inline(iam, cx, &action, entity, name, &document).await?;
    }
    Ok(())
}

async fn remove(
    iam: &Iam,
    cx: &RequestContext,
    entity: Entity<'_>,
    name: &str,
) -> Result<(), ResourceFailure> {
    let action = format!("iam:Delete{}Policy", entity.kind.title());
    Ok(gone_is_fine(grants::delete_inline(iam, cx, &action, entity, name).await)?)
}

pub(super) async fn update(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<Provisioned, ResourceFailure> {
    put(iam, cx, request).await?;
    let wanted = bearers(&request.properties)?;
    if let Some(previous) = &request.previous_properties {
        let name = required_text(previous, "PolicyName")?;
        for entity in bearers(previous)?.into_iter().filter(|entity| !wanted.contains(entity)) {
            remove(iam, cx, entity, name).await?;
        }
    }
    Ok(provisioned(physical_id(request)?.to_owned()))
}

pub(super) async fn delete(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<(), ResourceFailure> {
    let name = required_text(&request.properties, "PolicyName")?;
    for entity in bearers(&request.properties)? {
        remove(iam, cx, entity, name).await?;
    }
    Ok(())
}
