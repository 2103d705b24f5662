//! `AWS::IAM::Role`.

use api_iam::{CreateRoleInput, DeleteRoleInput, UpdateAssumeRolePolicyInput};
use port::{Provisioned, RequestContext, ResourceFailure, ResourceRequest};
use serde_json::Map;

use super::properties::{api_tags, document, generated, number, owned, tags, text};
use super::{gone_is_fine, owner_of, physical_id, settle};
use crate::Iam;
use crate::model::{Entity, EntityKind};
use crate::ops::{self, rows, trust};
use crate::tables::RoleRow;

fn provisioned(cx: &RequestContext, row: &RoleRow) -> Provisioned {
    let mut attributes = Map::new();
    let arn = Entity::role(&row.name).arn(cx.account(), &row.path);
    attributes.insert("Arn".to_owned(), arn.into());
    attributes.insert("RoleId".to_owned(), row.id.clone().into());
    Provisioned { physical_id: row.name.clone(), attributes }
}

pub(super) async fn create(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<Provisioned, ResourceFailure> {
    let properties = &request.properties;
    let name = owned(properties, "RoleName")?;
    let name = name.unwrap_or_else(|| generated(request, EntityKind::Role.max_name_chars()));
    let input = CreateRoleInput {
        path: owned(properties, "Path")?,
        role_name: name.clone(),
        assume_role_policy_document: document(properties, "AssumeRolePolicyDocument")?,
        description: owned(properties, "Description")?,
        max_session_duration: number(properties, "MaxSessionDuration")?,
        permissions_boundary: owned(properties, "PermissionsBoundary")?,
        tags: api_tags(&tags(request)?),
        ..CreateRoleInput::default()
    };
    let owner = owner_of(request);
    let row = match ops::create_role::create(iam, cx, input, Some(owner.clone())).await {
        Ok(row) => row,
        Err(error) if error.code == "EntityAlreadyExists" => {
            // An earlier try of this very step.
            let row = rows::role(iam, cx.account(), &name).await?;
            if row.provisioned_by.as_deref() != Some(&owner) {
                return Err(error.into());
            }
            row
        }
        Err(error) => return Err(error.into()),
    };
    settle::policies(iam, cx, Entity::role(&name), request).await?;
    Ok(provisioned(cx, &row))
}

pub(super) async fn update(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<Provisioned, ResourceFailure> {
    let name = physical_id(request)?;
    let properties = &request.properties;
    let input = UpdateAssumeRolePolicyInput {
        role_name: name.to_owned(),
        policy_document: document(properties, "AssumeRolePolicyDocument")?,
    };
    ops::update_assume_role_policy::run(iam, cx, input).await?;
    let role = Entity::role(name);
    iam.allow(cx, "iam:UpdateRole", role, &[]).await?;
    let description = owned(properties, "Description")?;
    let max_session_secs = trust::session_secs(number(properties, "MaxSessionDuration")?)?;
    let tags = tags(request)?;
    let row = rows::edit_role(iam, cx.account(), name, |row| {
        row.description.clone_from(&description);
        row.max_session_secs = max_session_secs;
        row.tags.clone_from(&tags);
        crate::inputs::check_tag_count(&row.tags)
    })
    .await?;
    let boundary = text(properties, "PermissionsBoundary")?;
    if row.boundary.as_deref() != boundary {
        iam.allow(cx, "iam:PutRolePermissionsBoundary", role, &[]).await?;
        rows::change_boundary(iam, cx.account(), role, boundary).await?;
    }
    settle::policies(iam, cx, role, request).await?;
    Ok(provisioned(cx, &row))
}

pub(super) async fn delete(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<(), ResourceFailure> {
    let name = physical_id(request)?;
    settle::remove_policies(iam, cx, Entity::role(name), request).await?;
    let input = DeleteRoleInput { role_name: name.to_owned() };
    Ok(gone_is_fine(ops::delete_role::run(iam, cx, input).await)?)
}
