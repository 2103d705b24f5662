//! `AWS::IAM::AccessKey`.

use api_iam::{CreateAccessKeyInput, DeleteAccessKeyInput, StatusType, UpdateAccessKeyInput};
use port::{Provisioned, RequestContext, ResourceFailure, ResourceRequest};
use serde_json::Map;
use store_table::Scan;

use super::properties::{owned, required_text, text};
use super::{gone_is_fine, owner_of, physical_id};
use crate::Iam;
use crate::ops::{self, keys};

fn provisioned(id: String, secret: String) -> Provisioned {
    let mut attributes = Map::new();
    attributes.insert("SecretAccessKey".to_owned(), secret.into());
    Provisioned { physical_id: id, attributes }
}

pub(super) async fn create(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<Provisioned, ResourceFailure> {
    let user = required_text(&request.properties, "UserName")?;
    let owner = owner_of(request);
    let (old, _) = keys::list(iam, cx.account(), user, Scan::forward()).await?;
    let made = old.into_iter().find(|(_, row)| row.provisioned_by.as_deref() == Some(&owner));
    let (id, secret) = match made {
        // An earlier try of this very step.
        Some((id, row)) => (id, row.secret),
        None => {
            let input = CreateAccessKeyInput { user_name: Some(user.to_owned()) };
            let key = ops::create_access_key::create(iam, cx, input, Some(owner)).await?.access_key;
            (key.access_key_id, key.secret_access_key)
        }
    };
    set_status(iam, cx, user, &id, request).await?;
    Ok(provisioned(id, secret))
}

async fn set_status(
    iam: &Iam,
    cx: &RequestContext,
    user: &str,
    id: &str,
    request: &ResourceRequest,
) -> Result<(), ResourceFailure> {
    let status = match text(&request.properties, "Status")? {
        None | Some("Active") => StatusType::Active,
        Some("Inactive") => StatusType::Inactive,
        Some(_) => return Err(ResourceFailure::new("Property Status must be Active or Inactive")),
    };
    if status == StatusType::Active && request.previous_properties.is_none() {
        return Ok(());
    }
    let input =
        UpdateAccessKeyInput { user_name: Some(user.to_owned()), access_key_id: id.to_owned(), status };
    ops::update_access_key::run(iam, cx, input).await?;
    Ok(())
}

pub(super) async fn update(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<Provisioned, ResourceFailure> {
    let (id, user) = (physical_id(request)?, required_text(&request.properties, "UserName")?);
    set_status(iam, cx, user, id, request).await?;
    let (rows, _) = keys::list(iam, cx.account(), user, Scan::forward()).await?;
    let row = rows.into_iter().find(|(other, _)| other == id);
    let (id, row) = row.ok_or_else(|| ResourceFailure::not_found(format!("The access key {id} is gone")))?;
    Ok(provisioned(id, row.secret))
}

pub(super) async fn delete(
    iam: &Iam,
    cx: &RequestContext,
    request: &ResourceRequest,
) -> Result<(), ResourceFailure> {
    let input = DeleteAccessKeyInput {
        user_name: owned(&request.properties, "UserName")?,
        access_key_id: physical_id(request)?.to_owned(),
    };
    Ok(gone_is_fine(ops::delete_access_key::run(iam, cx, input).await)?)
}
