//! CreateRole. Makes a role.

use super::trust;
use crate::Iam;
use crate::error::Fault;
use crate::error::already_exists;
use crate::grants::set_boundary;
use crate::inputs::check_name;
use crate::inputs::check_tag_count;
use crate::inputs::check_tags;
use crate::inputs::path;
use crate::inputs::tag_rows;
use crate::model::Entity;
use crate::model::EntityKind;
use crate::shapes;
use crate::tables::ROLES;
use crate::tables::RoleRow;
use api_iam::{CreateRoleInput, CreateRoleOutput};
use port::Access;
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: CreateRoleInput,
) -> Result<CreateRoleOutput, ApiError> {
    check_tags(&tag_rows(input.tags.clone()))?;
    let row = create(iam, cx, input, None).await?;
    Ok(CreateRoleOutput { role: shapes::role(cx.account(), &row) })
}

/// `provisioned_by` names the stack's resource it is made for, whose tags may be the system's own.
pub(crate) async fn create(
    iam: &Iam,
    cx: &RequestContext,
    input: CreateRoleInput,
    provisioned_by: Option<String>,
) -> Result<RoleRow, ApiError> {
    check_name(EntityKind::Role, &input.role_name)?;
    let path = path(input.path.as_deref())?;
    let role = Entity::role(&input.role_name);
    let arn = role.arn(cx.account(), &path);
    let boundary = input.permissions_boundary.as_deref();
    let access = Access::new("iam:CreateRole", &arn);
    let access = boundary.iter().fold(access, |access, arn| access.with_key("iam:PermissionsBoundary", *arn));
    cx.authorize(access).await?;
    if input.max_signin_session_duration.is_some() {
        return Err(ApiError::not_implemented("iam:CreateRole with MaxSigninSessionDuration"));
    }
    let trust = trust::parse(&input.assume_role_policy_document)?;
    let tags = tag_rows(input.tags);
    check_tag_count(&tags)?;
    let row = RoleRow {
        name: input.role_name.clone(),
        path,
        id: format!("AROA{}", iam.ids().base32(17)),
        created: cx.time(),
        trust_policy: input.assume_role_policy_document,
        description: input.description,
        max_session_secs: trust::session_secs(input.max_session_duration)?,
        tags,
        boundary: input.permissions_boundary.clone(),
        provisioned_by,
    };
    let (row, trust, account) = (&row, &trust, cx.account());
    let work = |tx: Transaction| async move {
        trust::check_principals(&tx, account, trust).await?;
        if !ROLES.insert_if_absent(&tx, (account, role.name), row).await? {
            return Err(Fault::from(already_exists(format!("Role with name {} already exists.", role.name))));
        }
        set_boundary(&tx, account, role, None, boundary).await
    };
    iam.store().transact(work).await?;
    Ok(row.clone())
}
