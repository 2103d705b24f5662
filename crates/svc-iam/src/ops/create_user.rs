//! CreateUser. Makes a user.

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
use crate::tables::USERS;
use crate::tables::UserRow;
use api_iam::{CreateUserInput, CreateUserOutput};
use port::Access;
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: CreateUserInput,
) -> Result<CreateUserOutput, ApiError> {
    check_tags(&tag_rows(input.tags.clone()))?;
    let row = create(iam, cx, input, None).await?;
    Ok(CreateUserOutput { user: Some(shapes::user(cx.account(), &row)) })
}

/// `provisioned_by` names the stack's resource it is made for, whose tags may be the system's own.
pub(crate) async fn create(
    iam: &Iam,
    cx: &RequestContext,
    input: CreateUserInput,
    provisioned_by: Option<String>,
) -> Result<UserRow, ApiError> {
    check_name(EntityKind::User, &input.user_name)?;
    let path = path(input.path.as_deref())?;
    let user = Entity::user(&input.user_name);
    let arn = user.arn(cx.account(), &path);
    let boundary = input.permissions_boundary.as_deref();
    let access = Access::new("iam:CreateUser", &arn);
    let access = boundary.iter().fold(access, |access, arn| access.with_key("iam:PermissionsBoundary", *arn));
    cx.authorize(access).await?;
    let tags = tag_rows(input.tags);
    check_tag_count(&tags)?;
    let row = UserRow {
        name: input.user_name.clone(),
        path,
        id: format!("AIDA{}", iam.ids().base32(17)),
        created: cx.time(),
        tags,
        boundary: input.permissions_boundary.clone(),
        provisioned_by,
    };
    let (row, account) = (&row, cx.account());
    let work = |tx: Transaction| async move {
        if !USERS.insert_if_absent(&tx, (account, user.name), row).await? {
            return Err(Fault::from(already_exists(format!("User with name {} already exists.", user.name))));
        }
        set_boundary(&tx, account, user, None, boundary).await
    };
    iam.store().transact(work).await?;
    Ok(row.clone())
}
