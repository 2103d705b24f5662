//! ListInstanceProfilesForRole. The instance profiles of a role: there are none, since they cannot be made here.

use super::rows;
use crate::Iam;
use crate::inputs::page_of;
use crate::model::Entity;
use api_iam::{ListInstanceProfilesForRoleInput, ListInstanceProfilesForRoleOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListInstanceProfilesForRoleInput,
) -> Result<ListInstanceProfilesForRoleOutput, ApiError> {
    iam.allow(cx, "iam:ListInstanceProfilesForRole", Entity::role(&input.role_name), &[]).await?;
    rows::role(iam, cx.account(), &input.role_name).await?;
    page_of::<()>(Vec::new(), input.marker.as_deref(), input.max_items)?;
    Ok(ListInstanceProfilesForRoleOutput {
        instance_profiles: Vec::new(),
        is_truncated: Some(false),
        marker: None,
    })
}
