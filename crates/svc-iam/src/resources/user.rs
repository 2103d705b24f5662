//! `AWS::IAM::User`.

use api_iam::{
    AddUserToGroupInput, CreateUserInput, DeleteUserInput, RemoveUserFromGroupInput, UpdateUserInput,
};
use port::{Provisioned, RequestContext, ResourceFailure, ResourceRequest};
use serde_json::Map;

use super::properties::{api_tags, generated, owned, tags, text, texts};
use super::{gone_is_fine, owner_of, physical_id, settle};
use crate::Iam;
use crate::model::{Entity, EntityKind};
use crate::ops::{self, rows};
use crate::tables::UserRow;

fn provisioned(cx: &RequestContext, row: &UserRow) -> Provisioned {
    let mut attributes = Map::new();
    attributes.insert("Arn".to_owned(), Entity::user(&row.name).arn(cx.account(), &row.path).into());
    Provisioned { physical_id: row.name.clone(), attributes }
}

pub(super) async fn create(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<Provisioned, ResourceFailure> {
    let properties = &request.properties;
    let name = owned(properties, "UserName")?;
    let name = name.unwrap_or_else(|| generated(request, EntityKind::User.max_name_chars()));
    let input = CreateUserInput {
        path: owned(properties, "Path")?,
        user_name: name.clone(),
        permissions_boundary: owned(properties, "PermissionsBoundary")?,
        tags: api_tags(&tags(request)?),
    };
    let owner = owner_of(request);
    let row = match ops::create_user::create(iam, cx, input, Some(owner.clone())).await {
        Ok(row) => row,
        Err(error) if error.code == "EntityAlreadyExists" => {
            // An earlier try of this very step.
            let row = rows::user(iam, cx.account(), &name).await?;
            if row.provisioned_by.as_deref() != Some(&owner) {
                return Err(error.into());
            }
            row
        }
        Err(error) => return Err(error.into()),
    };
    settle::policies(iam, cx, Entity::user(&name), request).await?;
    settle_groups(iam, cx, &name, request).await?;
    Ok(provisioned(cx, &row))
}

async fn settle_groups(
    iam: &Iam,
    cx: &RequestContext,
    name: &str,
    request: &ResourceRequest,
) -> Result<(), ResourceFailure> {
    let wanted = texts(&request.properties, "Groups")?;
    if let Some(previous) = &request.previous_properties {
        for group in texts(previous, "Groups")? {
            if !wanted.contains(&group) {
                leave(iam, cx, name, group).await?;
            }
        }
    }
    for group in wanted {
        let input = AddUserToGroupInput { group_name: group.to_owned(), user_name: name.to_owned() };
        ops::add_user_to_group::run(iam, cx, input).await?;
    }
    Ok(())
}

async fn leave(iam: &Iam, cx: &RequestContext, name: &str, group: &str) -> Result<(), ResourceFailure> {
    let input = RemoveUserFromGroupInput { group_name: group.to_owned(), user_name: name.to_owned() };
    Ok(gone_is_fine(ops::remove_user_from_group::run(iam, cx, input).await)?)
}

pub(super) async fn update(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<Provisioned, ResourceFailure> {
    let name = physical_id(request)?;
    let user = Entity::user(name);
    let new_path = owned(&request.properties, "Path")?.unwrap_or_else(|| "/".to_owned());
    let input = UpdateUserInput { user_name: name.to_owned(), new_path: Some(new_path), new_user_name: None };
    ops::update_user::run(iam, cx, input).await?;
    let tags = tags(request)?;
    let row = rows::edit_user(iam, cx.account(), name, |row| {
        row.tags.clone_from(&tags);
        crate::inputs::check_tag_count(&row.tags)
    })
    .await?;
    let boundary = text(&request.properties, "PermissionsBoundary")?;
    if row.boundary.as_deref() != boundary {
        iam.allow(cx, "iam:PutUserPermissionsBoundary", user, &[]).await?;
        rows::change_boundary(iam, cx.account(), user, boundary).await?;
    }
    settle::policies(iam, cx, user, request).await?;
    settle_groups(iam, cx, name, request).await?;
    Ok(provisioned(cx, &row))
}

pub(super) async fn delete(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<(), ResourceFailure> {
    let name = physical_id(request)?;
    for group in texts(&request.properties, "Groups")? {
        leave(iam, cx, name, group).await?;
    }
    settle::remove_policies(iam, cx, Entity::user(name), request).await?;
    let input = DeleteUserInput { user_name: name.to_owned() };
    Ok(gone_is_fine(ops::delete_user::run(iam, cx, input).await)?)
}
