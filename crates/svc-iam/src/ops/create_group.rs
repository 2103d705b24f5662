//! CreateGroup. Makes a group.

use crate::Iam;
use crate::error::Fault;
use crate::error::already_exists;
use crate::inputs::check_name;
use crate::inputs::path;
use crate::model::Entity;
use crate::model::EntityKind;
use crate::shapes;
use crate::tables::GROUPS;
use crate::tables::GroupRow;
use api_iam::{CreateGroupInput, CreateGroupOutput};
use port::Access;
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: CreateGroupInput,
) -> Result<CreateGroupOutput, ApiError> {
    let row = create(iam, cx, input, None).await?;
    Ok(CreateGroupOutput { group: shapes::group(cx.account(), &row) })
}

/// `provisioned_by` names the stack's resource it is made for.
pub(crate) async fn create(
    iam: &Iam,
    cx: &RequestContext,
    input: CreateGroupInput,
    provisioned_by: Option<String>,
) -> Result<GroupRow, ApiError> {
    check_name(EntityKind::Group, &input.group_name)?;
    let path = path(input.path.as_deref())?;
    let group = Entity::group(&input.group_name);
    let arn = group.arn(cx.account(), &path);
    cx.authorize(Access::new("iam:CreateGroup", &arn)).await?;
    let row = GroupRow {
        name: input.group_name.clone(),
        path,
        id: format!("AGPA{}", iam.ids().base32(17)),
        created: cx.time(),
        provisioned_by,
    };
    let (row, account) = (&row, cx.account());
    let work = |tx: Transaction| async move {
        if GROUPS.insert_if_absent(&tx, (account, group.name), row).await? {
            return Ok(());
        }
        Err(Fault::from(already_exists(format!("Group with name {} already exists.", group.name))))
    };
    iam.store().transact(work).await?;
    Ok(row.clone())
}
