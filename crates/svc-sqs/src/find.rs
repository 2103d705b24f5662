//! From a queue's URL, name or ARN to the queue, with permission decided.

use std::sync::Arc;

use port::{Access, Arn, RequestContext};
use wire_codec::ApiError;

use crate::Sqs;
use crate::error::{self, storage};
use crate::model::Queue;
use crate::queue::{LiveQueue, Redrive};
use crate::tables::{QUEUES, QueueKey};

/// A queue that the caller may use as asked.
pub struct Found {
    pub key: QueueKey,
    pub queue: Queue,
}

impl Found {
    pub fn arn(&self) -> String {
        arn_of(&self.key)
    }
}

pub fn arn_of((account, region, name): &QueueKey) -> String {
    format!("arn:aws:sqs:{region}:{account}:{name}")
}

/// `endpoint/account/name`.
pub fn url_of(cx: &RequestContext, (account, _, name): &QueueKey) -> String {
    format!("{}/{account}/{name}", cx.source().endpoint.trim_end_matches('/'))
}

/// Account and name are the last two parts of the URL's path; a bare name is one of the caller's own.
pub fn key_of_url(cx: &RequestContext, url: &str) -> Option<QueueKey> {
    let path = url.split_once("://").map_or(url, |(_, rest)| rest);
    let mut parts = path.trim_end_matches('/').rsplit('/');
    let name = parts.next().filter(|name| !name.is_empty())?;
    let account = parts.next().filter(|part| part.len() == 12 && part.bytes().all(|b| b.is_ascii_digit()));
    let account = account.unwrap_or(cx.account());
    Some((account.to_owned(), cx.region().to_owned(), name.to_owned()))
}

pub fn key_of_arn(arn: &str) -> Option<QueueKey> {
    let arn = Arn::parse(arn).filter(|arn| arn.service == "sqs" && !arn.resource.is_empty())?;
    Some((arn.account.to_owned(), arn.region.to_owned(), arn.resource.to_owned()))
}

impl Sqs {
    /// The queue of a URL, if the caller may do `action` (without `sqs:`) with it.
    pub(crate) async fn find(&self, cx: &RequestContext, action: &str, url: &str) -> Result<Found, ApiError> {
        let key = key_of_url(cx, url).ok_or_else(error::no_queue)?;
        self.find_key(cx, action, key).await
    }

    pub(crate) async fn find_key(
        &self,
        cx: &RequestContext,
        action: &str,
        key: QueueKey,
    ) -> Result<Found, ApiError> {
        let snapshot = self.0.store.snapshot().await.map_err(|e| storage(&e))?;
        let queue = QUEUES.get(&snapshot, key.clone()).await.map_err(|e| storage(&e))?;
        let policy = queue.as_ref().and_then(|queue| queue.policy.as_ref()).map(ToString::to_string);
        let (action, arn) = (format!("sqs:{action}"), arn_of(&key));
        let access = Access::new(&action, &arn).owned_by(&key.0).with_policy(policy.as_deref());
        cx.authorize(access).await?;
        Ok(Found { queue: queue.ok_or_else(error::no_queue)?, key })
    }

    pub(crate) async fn live(&self, queue: &Queue) -> Result<Arc<LiveQueue>, ApiError> {
        self.0.queues.get(&self.0.store, &self.0.clock, &self.0.ids, queue.id).await
    }

    /// The dead-letter queue, if there is one and it exists.
    pub(crate) async fn redrive(&self, found: &Found) -> Result<Option<Redrive>, ApiError> {
        let Some(policy) = &found.queue.settings.redrive else { return Ok(None) };
        let Some(key) = key_of_arn(&policy.dead_letter_target_arn) else { return Ok(None) };
        let snapshot = self.0.store.snapshot().await.map_err(|e| storage(&e))?;
        let Some(target) = QUEUES.get(&snapshot, key).await.map_err(|e| storage(&e))? else {
            return Ok(None);
        };
        Ok(Some(Redrive {
            max_receive_count: policy.max_receive_count,
            target: self.live(&target).await?,
            source_arn: found.arn(),
        }))
    }
}
