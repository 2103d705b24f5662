//! ListImports: the stacks that import a name.

use api_cloudformation::types::{ListImportsInput, ListImportsOutput};
use cfn_exec::tables::{EXPORTS, IMPORTS};
use port::RequestContext;
use store_table::Scan;
use wire_codec::ApiError;

use crate::CloudFormation;
use crate::error::{storage, validation};
use crate::paging::{PAGE, cursor, token};

pub async fn run(
    cf: &CloudFormation,
    cx: &RequestContext,
    input: ListImportsInput,
) -> Result<ListImportsOutput, ApiError> {
    cf.authorize_all(cx, "ListImports").await?;
    let (snapshot, name) = (cf.snapshot().await?, input.export_name.as_str());
    let key = (cx.account(), cx.region(), name);
    let exists = EXPORTS.contains(&snapshot, key).await.map_err(|error| storage(&error))?;
    let scan = Scan::forward().after(cursor(input.next_token.as_deref())?).limit(PAGE);
    let page = IMPORTS.scan(&snapshot, key, scan).await.map_err(|error| storage(&error))?;
    if !exists || page.rows.is_empty() {
        return Err(validation(format!("Export '{name}' is not imported by any stack.")));
    }
    let imports = page.rows.into_iter().map(|(_, import)| import.stack_name).collect();
    Ok(ListImportsOutput { imports: Some(imports), next_token: token(page.next) })
}
