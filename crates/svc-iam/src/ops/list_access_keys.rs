//! ListAccessKeys. The access keys of a user, without secrets.

use super::keys;
use super::rows;
use crate::Iam;
use crate::inputs::page;
use crate::model::Entity;
use api_iam::{AccessKeyMetadata, ListAccessKeysInput, ListAccessKeysOutput, StatusType};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListAccessKeysInput,
) -> Result<ListAccessKeysOutput, ApiError> {
    let name = keys::user_name(cx, input.user_name)?;
    iam.allow(cx, "iam:ListAccessKeys", Entity::user(&name), &[]).await?;
    rows::user(iam, cx.account(), &name).await?;
    let scan = page(input.marker.as_deref(), input.max_items)?;
    let (keys, next) = keys::list(iam, cx.account(), &name, scan).await?;
    let metadata = keys.into_iter().map(|(id, row)| AccessKeyMetadata {
        user_name: Some(name.clone()),
        access_key_id: Some(id),
        status: Some(if row.is_active { StatusType::Active } else { StatusType::Inactive }),
        create_date: Some(row.created),
    });
    Ok(ListAccessKeysOutput {
        access_key_metadata: metadata.collect(),
        is_truncated: Some(next.is_some()),
        marker: next,
    })
}
