//! GetAccountSettings: limits and use of the account in this region.

use api_lambda::types::{AccountLimit, AccountUsage, GetAccountSettingsInput, GetAccountSettingsOutput};
use port::{Access, RequestContext};
use store_table::Scan;
use wire_codec::ApiError;

use crate::archive::MAX_UNPACKED_BYTES;
use crate::code::MAX_DIRECT_BYTES;
use crate::error::storage;
use crate::names::FunctionRef;
use crate::tables::FUNCTIONS;
use crate::{ACCOUNT_CONCURRENCY, Lambda};

/// Code storage of an account and region, in bytes (Lambda quotas: 75 GB).
const TOTAL_CODE_BYTES: i64 = 80_530_636_800;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    _input: GetAccountSettingsInput,
) -> Result<GetAccountSettingsOutput, ApiError> {
    cx.authorize(Access::new("lambda:GetAccountSettings", "*")).await?;
    let snapshot = lambda.snapshot().await?;
    let (mut count, mut size, mut cursor) = (0, 0, None);
    loop {
        let prefix = (cx.account().to_owned(), cx.region().to_owned());
        let page = FUNCTIONS
            .scan(&snapshot, prefix, Scan::forward().after(cursor))
            .await
            .map_err(|e| storage(&e))?;
        count += i64::try_from(page.rows.len()).unwrap_or(i64::MAX);
        size +=
            page.rows.iter().map(|(_, f)| i64::try_from(f.latest.code.size_bytes).unwrap_or(0)).sum::<i64>();
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    let any = FunctionRef::parse("any", None, cx.account(), cx.region())?;
    let unreserved = lambda.unreserved_concurrency(&any).await?;
    Ok(GetAccountSettingsOutput {
        account_limit: Some(AccountLimit {
            total_code_size: Some(TOTAL_CODE_BYTES),
            code_size_unzipped: i64::try_from(MAX_UNPACKED_BYTES).ok(),
            code_size_zipped: i64::try_from(MAX_DIRECT_BYTES).ok(),
            concurrent_executions: i32::try_from(ACCOUNT_CONCURRENCY).ok(),
            unreserved_concurrent_executions: i32::try_from(unreserved).ok(),
        }),
        account_usage: Some(AccountUsage { total_code_size: Some(size), function_count: Some(count) }),
    })
}
