//! ListAccountAliases. The aliases of the account: there are none, since they cannot be made here.

use crate::Iam;
use crate::inputs::page_of;
use api_iam::{ListAccountAliasesInput, ListAccountAliasesOutput};
use port::Access;
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    _iam: &Iam,
    cx: &RequestContext,
    input: ListAccountAliasesInput,
) -> Result<ListAccountAliasesOutput, ApiError> {
    cx.authorize(Access::new("iam:ListAccountAliases", "*")).await?;
    page_of::<()>(Vec::new(), input.marker.as_deref(), input.max_items)?;
    Ok(ListAccountAliasesOutput { account_aliases: Vec::new(), is_truncated: Some(false), marker: None })
}
