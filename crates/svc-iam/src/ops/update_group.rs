//! UpdateGroup. Changes a group's path.

use crate::Iam;
use crate::error::Fault;
use crate::error::no_such;
use crate::inputs::path;
use crate::model::Entity;
use crate::tables::GROUPS;
use api_iam::{UpdateGroupInput, UpdateGroupOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: UpdateGroupInput,
) -> Result<UpdateGroupOutput, ApiError> {
    let group = Entity::group(&input.group_name);
    iam.allow(cx, "iam:UpdateGroup", group, &[]).await?;
    if input.new_group_name.as_ref().is_some_and(|name| *name != input.group_name) {
        return Err(ApiError::not_implemented("iam:UpdateGroup with NewGroupName"));
    }
    let new_path = input.new_path.as_deref().map(|new| path(Some(new))).transpose()?;
    let (new_path, account) = (new_path.as_ref(), cx.account());
    let work = |tx: Transaction| async move {
        let mut row = GROUPS.get(&tx, (account, group.name)).await?.ok_or_else(|| no_such(group))?;
        if let Some(path) = new_path {
            row.path.clone_from(path);
        }
        GROUPS.put(&tx, (account, group.name), &row)?;
        Ok::<_, Fault>(())
    };
    iam.store().transact(work).await?;
    Ok(UpdateGroupOutput::default())
}
