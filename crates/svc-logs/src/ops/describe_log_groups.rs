//! DescribeLogGroups: by name, in pages of at most 50.

use api_logs::types::{DescribeLogGroupsInput, DescribeLogGroupsOutput};
use port::RequestContext;
use wire_codec::ApiError;

use api_logs::types::{LogGroup, LogGroupClass};
use port::Access;
use store_table::{Scan, StartsWith};

use crate::Logs;
use crate::error::storage;
use crate::events::{cursor_of, token_of};
use crate::find;
use crate::model::Group;
use crate::tables::{GROUPS, GroupKey};

pub async fn run(
    logs: &Logs,
    cx: &RequestContext,
    input: DescribeLogGroupsInput,
) -> Result<DescribeLogGroupsOutput, ApiError> {
    cx.authorize(Access::new("logs:DescribeLogGroups", "*")).await?;
    let refused = [
        (input.account_identifiers.is_some(), "accountIdentifiers"),
        (input.include_linked_accounts == Some(true), "includeLinkedAccounts"),
        (input.log_group_identifiers.is_some(), "logGroupIdentifiers"),
    ];
    if let Some((_, name)) = refused.iter().find(|(asked, _)| *asked) {
        return Err(ApiError::not_implemented(format!("logs: {name} of DescribeLogGroups")));
    }
    // All groups are of the class STANDARD.
    if input.log_group_class.is_some_and(|class| class != LogGroupClass::Standard) {
        return Ok(DescribeLogGroupsOutput { log_groups: Some(Vec::new()), next_token: None });
    }
    let limit = usize::try_from(input.limit.unwrap_or(50).clamp(1, 50)).unwrap_or(50);
    let snapshot = logs.0.store.snapshot().await.map_err(|e| storage(&e))?;
    let prefix = input.log_group_name_prefix.unwrap_or_default();
    let pattern = input.log_group_name_pattern.unwrap_or_default().to_lowercase();
    let own = (cx.account().to_owned(), cx.region().to_owned(), StartsWith(&prefix));
    let cursor = input.next_token.as_deref().map(cursor_of).transpose()?;
    let page = GROUPS
        .scan(&snapshot, own, Scan::forward().after(cursor).limit(limit))
        .await
        .map_err(|e| storage(&e))?;
    let wanted = page.rows.iter().filter(|((.., name), _)| name.to_lowercase().contains(&pattern));
    let groups = wanted.map(|(key, group)| shown(key, group)).collect();
    Ok(DescribeLogGroupsOutput { log_groups: Some(groups), next_token: page.next.as_ref().map(token_of) })
}

fn shown(key: &GroupKey, group: &Group) -> LogGroup {
    let arn = find::arn_of(key);
    LogGroup {
        log_group_name: Some(key.2.clone()),
        creation_time: Some(group.created.as_millis()),
        retention_in_days: group.retention_days.and_then(|days| i32::try_from(days).ok()),
        metric_filter_count: Some(0),
        arn: Some(format!("{arn}:*")),
        log_group_arn: Some(arn),
        log_group_class: Some(LogGroupClass::Standard),
        deletion_protection_enabled: Some(group.is_protected),
        ..LogGroup::default()
    }
}
