//! From a group's name or ARN to the group, with permission decided.

use port::{Access, Arn, RequestContext};
use store_kv::{Read, Snapshot};
use wire_codec::ApiError;

use crate::Logs;
use crate::error::{self, storage};
use crate::model::{Group, Stream};
use crate::tables::{GROUPS, GroupKey, STREAM_NAMES, STREAMS};

/// A group that the caller may use as asked, and the view it was read from.
pub struct Found {
    pub key: GroupKey,
    pub group: Group,
    pub snapshot: Snapshot,
}

pub fn arn_of((account, region, name): &GroupKey) -> String {
    format!("arn:aws:logs:{region}:{account}:log-group:{name}")
}

/// A group's name, or its ARN with or without `:*`.
pub fn key_of(cx: &RequestContext, name_or_arn: &str) -> Result<GroupKey, ApiError> {
    let Some(arn) = Arn::parse(name_or_arn) else {
        check_name(name_or_arn)?;
        return Ok((cx.account().to_owned(), cx.region().to_owned(), name_or_arn.to_owned()));
    };
    let name = arn.resource.strip_prefix("log-group:").filter(|_| arn.service == "logs");
    let name =
        name.ok_or_else(|| error::invalid_parameter(format!("{name_or_arn} is no log group's ARN")))?;
    let name = name.strip_suffix(":*").unwrap_or(name);
    Ok((arn.account.to_owned(), arn.region.to_owned(), name.to_owned()))
}

/// 1 to 512 characters of `a-zA-Z0-9_/.#-`.
pub fn check_name(name: &str) -> Result<(), ApiError> {
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'/' | b'.' | b'#' | b'-');
    if (1..=512).contains(&name.len()) && name.bytes().all(is_allowed) {
        return Ok(());
    }
    Err(error::invalid_parameter(format!(
        "1 validation error detected: Value '{name}' at 'logGroupName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\.\\-_/#A-Za-z0-9]+"
    )))
}

impl Logs {
    /// The group, if the caller may do `action` (without `logs:`) with it.
    pub(crate) async fn find(
        &self,
        cx: &RequestContext,
        action: &str,
        name_or_arn: Option<&str>,
        stream: Option<&str>,
    ) -> Result<Found, ApiError> {
        let name = name_or_arn.ok_or_else(|| error::invalid_parameter("A log group must be named."))?;
        let key = key_of(cx, name)?;
        let arn = match stream {
            Some(stream) => format!("{}:log-stream:{stream}", arn_of(&key)),
            None => format!("{}:*", arn_of(&key)),
        };
        cx.authorize(Access::new(&format!("logs:{action}"), &arn).owned_by(&key.0)).await?;
        let snapshot = self.0.store.snapshot().await.map_err(|e| storage(&e))?;
        let group = GROUPS.get(&snapshot, key.clone()).await.map_err(|e| storage(&e))?;
        Ok(Found { group: group.ok_or_else(error::no_group)?, key, snapshot })
    }
}

impl Found {
    /// Nothing is masked here, so whoever may see unmasked events sees the same.
    pub async fn authorize_unmask(&self, cx: &RequestContext) -> Result<(), ApiError> {
        let arn = format!("{}:*", arn_of(&self.key));
        Ok(cx.authorize(Access::new("logs:Unmask", &arn).owned_by(&self.key.0)).await?)
    }

    pub async fn stream(&self, name: &str) -> Result<Stream, ApiError> {
        let stream = STREAMS.get(&self.snapshot, (self.group.id, name.to_owned())).await;
        stream.map_err(|e| storage(&e))?.ok_or_else(error::no_stream)
    }
}

/// The name of a stream of a group.
pub async fn stream_name(read: &impl Read, group_id: u64, stream_id: u64) -> Result<String, ApiError> {
    let name = STREAM_NAMES.get(read, (group_id, stream_id)).await.map_err(|e| storage(&e))?;
    Ok(name.map(|name| name.0).unwrap_or_default())
}
