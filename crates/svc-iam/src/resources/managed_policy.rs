//! `AWS::IAM::ManagedPolicy`.

use api_iam::{CreatePolicyInput, DeletePolicyInput};
use port::{Access, Provisioned, RequestContext, ResourceFailure, ResourceRequest};
use serde_json::Map;

use super::properties::{document, generated, owned};
use super::settle::bearers;
use super::{gone_is_fine, owner_of, physical_id};
use crate::Iam;
use crate::grants;
use crate::inputs;
use crate::model::policy_arn;
use crate::ops::{self, policies};
use crate::tables::{PolicyRow, VersionRow};

const MAX_NAME_CHARS: usize = 128;

fn provisioned(cx: &RequestContext, row: &PolicyRow) -> Provisioned {
    let arn = policy_arn(cx.account(), &row.path, &row.name);
    let mut attributes = Map::new();
    attributes.insert("PolicyArn".to_owned(), arn.clone().into());
    attributes.insert("PolicyId".to_owned(), row.id.clone().into());
    Provisioned { physical_id: arn, attributes }
}

pub(super) async fn create(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<Provisioned, ResourceFailure> {
    let properties = &request.properties;
    let name = owned(properties, "ManagedPolicyName")?.unwrap_or_else(|| generated(request, MAX_NAME_CHARS));
    let input = CreatePolicyInput {
        policy_name: name.clone(),
        path: owned(properties, "Path")?,
        policy_document: document(properties, "PolicyDocument")?,
        description: owned(properties, "Description")?,
        tags: None,
    };
    let arn = policy_arn(cx.account(), &inputs::path(input.path.as_deref())?, &name);
    let owner = owner_of(request);
    let row = match ops::create_policy::create(iam, cx, input, Some(owner.clone())).await {
        Ok(row) => row,
        Err(error) if error.code == "EntityAlreadyExists" => {
            // An earlier try of this very step.
            let row = policies::row(iam, &policies::parse(cx, &arn)?).await?;
            if row.provisioned_by.as_deref() != Some(&owner) {
                return Err(error.into());
            }
            row
        }
        Err(error) => return Err(error.into()),
    };
    settle_bearers(iam, cx, &arn, request).await?;
    Ok(provisioned(cx, &row))
}

async fn settle_bearers(
    iam: &Iam,
    cx: &RequestContext,
    arn: &str,
    request: &ResourceRequest,
) -> Result<(), ResourceFailure> {
    let wanted = bearers(&request.properties)?;
    if let Some(previous) = &request.previous_properties {
        for entity in bearers(previous)?.into_iter().filter(|entity| !wanted.contains(entity)) {
            let action = format!("iam:Detach{}Policy", entity.kind.title());
            gone_is_fine(grants::detach(iam, cx, &action, entity, arn).await)?;
        }
    }
    for entity in wanted {
        grants::attach(iam, cx, &format!("iam:Attach{}Policy", entity.kind.title()), entity, arn).await?;
    }
    Ok(())
}

/// A new document becomes a new default version; the oldest version gives way where there are five.
pub(super) async fn update(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<Provisioned, ResourceFailure> {
    const MAX_VERSIONS: usize = 5;
    let arn = physical_id(request)?;
    let document = document(&request.properties, "PolicyDocument")?;
    cx.authorize(Access::new("iam:CreatePolicyVersion", arn)).await.map_err(wire_codec::ApiError::from)?;
    policies::check_document(&document)?;
    let row = policies::edit(iam, &policies::parse(cx, arn)?, |row| {
        if row.document() == Some(document.as_str()) {
            return Ok(());
        }
        if row.versions.len() >= MAX_VERSIONS {
            let default = row.default_version;
            if let Some(at) = row.versions.iter().position(|version| version.number != default) {
                row.versions.remove(at);
            }
        }
        row.last_version += 1;
        row.default_version = row.last_version;
        row.updated = cx.time();
        let document = document.clone();
        row.versions.push(VersionRow { number: row.last_version, document, created: cx.time() });
        Ok(())
    })
    .await?;
    settle_bearers(iam, cx, arn, request).await?;
    Ok(provisioned(cx, &row))
}

pub(super) async fn delete(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<(), ResourceFailure> {
    let arn = physical_id(request)?;
    for entity in bearers(&request.properties)? {
        let action = format!("iam:Detach{}Policy", entity.kind.title());
        gone_is_fine(grants::detach(iam, cx, &action, entity, arn).await)?;
    }
    if let Ok(row) = policies::row(iam, &policies::parse(cx, arn)?).await
        && row.versions.len() > 1
    {
        cx.authorize(Access::new("iam:DeletePolicyVersion", arn))
            .await
            .map_err(wire_codec::ApiError::from)?;
        policies::edit(iam, &policies::parse(cx, arn)?, |row| {
            let default = row.default_version;
            row.versions.retain(|version| version.number == default);
            Ok(())
        })
        .await?;
    }
    let input = DeletePolicyInput { policy_arn: arn.to_owned() };
    Ok(gone_is_fine(ops::delete_policy::run(iam, cx, input).await)?)
}
