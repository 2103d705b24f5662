//! ListGroups. The groups of the account, by name.

use super::rows;
use crate::Iam;
use crate::inputs::marker;
use crate::inputs::page;
use crate::shapes;
use api_iam::{ListGroupsInput, ListGroupsOutput};
use port::Access;
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListGroupsInput,
) -> Result<ListGroupsOutput, ApiError> {
    let prefix = input.path_prefix.as_deref().unwrap_or("/");
    let arn = format!("arn:aws:iam::{}:group{prefix}", cx.account());
    cx.authorize(Access::new("iam:ListGroups", &arn)).await?;
    let scan = page(input.marker.as_deref(), input.max_items)?;
    let found = rows::groups(iam, cx.account(), scan).await?;
    let next = marker(found.next.as_ref());
    let rows = found.rows.iter().map(|(_, row)| row).filter(|row| row.path.starts_with(prefix));
    Ok(ListGroupsOutput {
        groups: rows.map(|row| shapes::group(cx.account(), row)).collect(),
        is_truncated: Some(next.is_some()),
        marker: next,
    })
}
