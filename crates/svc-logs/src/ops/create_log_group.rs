//! CreateLogGroup.

use api_logs::types::{CreateLogGroupInput, CreateLogGroupOutput};
use port::RequestContext;
use wire_codec::ApiError;

use api_logs::types::LogGroupClass;
use port::Access;
use store_kv::Transaction;

use crate::Logs;
use crate::error::{self, Failure};
use crate::find;
use crate::model::Group;
use crate::tables::GROUPS;

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: CreateLogGroupInput,
) -> Result<CreateLogGroupOutput, ApiError> {
    let key = find::key_of(cx, &input.log_group_name)?;
    cx.authorize(Access::new("logs:CreateLogGroup", &find::arn_of(&key))).await?;
    if input.kms_key_id.is_some() {
        return Err(ApiError::not_implemented("logs: kmsKeyId"));
    }
    if input.log_group_class.is_some_and(|class| class != LogGroupClass::Standard) {
        return Err(ApiError::not_implemented("logs: log group classes other than STANDARD"));
    }
    let group = &Group {
        id: logs.0.ids.u64(),
        created: cx.time(),
        retention_days: None,
        tags: input.tags.unwrap_or_default(),
        is_protected: input.deletion_protection_enabled == Some(true),
    };
    let work = |tx: Transaction| {
        let key = key.clone();
        async move {
            if GROUPS.insert_if_absent(&tx, key, group).await? {
                return Ok(());
            }
            Err(Failure::Api(error::exists("The specified log group already exists")))
        }
    };
    logs.0.store.transact(work).await?;
    Ok(CreateLogGroupOutput::default())
}
