//! `AWS::IAM::Group`.

use api_iam::{CreateGroupInput, DeleteGroupInput, UpdateGroupInput};
use port::{Provisioned, RequestContext, ResourceFailure, ResourceRequest};
use serde_json::Map;

use super::properties::{generated, owned};
use super::{gone_is_fine, owner_of, physical_id, settle};
use crate::Iam;
use crate::model::{Entity, EntityKind};
use crate::ops::{self, rows};
use crate::tables::GroupRow;

fn provisioned(cx: &RequestContext, row: &GroupRow) -> Provisioned {
    let mut attributes = Map::new();
    attributes.insert("Arn".to_owned(), Entity::group(&row.name).arn(cx.account(), &row.path).into());
    Provisioned { physical_id: row.name.clone(), attributes }
}

pub(super) async fn create(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<Provisioned, ResourceFailure> {
    let name = owned(&request.properties, "GroupName")?;
    let name = name.unwrap_or_else(|| generated(request, EntityKind::Group.max_name_chars()));
    let input = CreateGroupInput { path: owned(&request.properties, "Path")?, group_name: name.clone() };
    let owner = owner_of(request);
    let row = match ops::create_group::create(iam, cx, input, Some(owner.clone())).await {
        Ok(row) => row,
        Err(error) if error.code == "EntityAlreadyExists" => {
            // An earlier try of this very step.
            let row = rows::group(iam, cx.account(), &name).await?;
            if row.provisioned_by.as_deref() != Some(&owner) {
                return Err(error.into());
            }
            row
        }
        Err(error) => return Err(error.into()),
    };
    settle::policies(iam, cx, Entity::group(&name), request).await?;
    Ok(provisioned(cx, &row))
}

pub(super) async fn update(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<Provisioned, ResourceFailure> {
    let name = physical_id(request)?;
    let new_path = owned(&request.properties, "Path")?.unwrap_or_else(|| "/".to_owned());
    let input =
        UpdateGroupInput { group_name: name.to_owned(), new_path: Some(new_path), new_group_name: None };
    ops::update_group::run(iam, cx, input).await?;
    settle::policies(iam, cx, Entity::group(name), request).await?;
    Ok(provisioned(cx, &rows::group(iam, cx.account(), name).await?))
}

pub(super) async fn delete(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<(), ResourceFailure> {
    let name = physical_id(request)?;
    settle::remove_policies(iam, cx, Entity::group(name), request).await?;
    let input = DeleteGroupInput { group_name: name.to_owned() };
    Ok(gone_is_fine(ops::delete_group::run(iam, cx, input).await)?)
}
