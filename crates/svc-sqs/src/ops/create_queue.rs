//! CreateQueue: makes a queue, or finds one with the same attributes.

use api_sqs::types::{CreateQueueInput, CreateQueueOutput};
use port::RequestContext;
use wire_codec::ApiError;

use std::time::Duration;

use api_sqs::types::{QueueDeletedRecently, QueueNameExists};
use port::Access;
use store_kv::{Read, Transaction};

use crate::Sqs;
use crate::attributes;
use crate::error::{Failure, invalid_parameter};
use crate::find::{arn_of, key_of_arn, url_of};
use crate::model::{Queue, Settings};
use crate::tables::{DELETED, QUEUES, QueueKey};

/// A deleted queue's name rests for so long.
const REUSE_PAUSE: Duration = Duration::from_secs(60);

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: CreateQueueInput,
) -> Result<CreateQueueOutput, ApiError> {
    let key = (cx.account().to_owned(), cx.region().to_owned(), input.queue_name.clone());
    cx.authorize(Access::new("sqs:CreateQueue", &arn_of(&key))).await?;
    check_name(&input.queue_name)?;
    let attributes = input.attributes.unwrap_or_default();
    let mut queue = Queue {
        id: sqs.0.ids.u64(),
        settings: Settings::default(),
        tags: input.tags.unwrap_or_default(),
        policy: None,
        created: cx.time(),
        modified: cx.time(),
        purged: None,
    };
    attributes::apply(&mut queue, &attributes)?;
    let (queue, attributes, now) = (&queue, &attributes, cx.time());
    let key = &key;
    let work = |tx: Transaction| async move {
        if let Some(existing) = QUEUES.get(&tx, key.clone()).await? {
            let mut asked = existing.clone();
            attributes::apply(&mut asked, attributes)?;
            return if asked == existing { Ok(()) } else { Err(Failure::Api(name_exists(&key.2))) };
        }
        if let Some(deleted) = DELETED.get(&tx, key.clone()).await?
            && now.since(deleted.time) < REUSE_PAUSE
        {
            return Err(Failure::Api(ApiError::from_shape(QueueDeletedRecently {
                message: Some("You must wait 60 seconds after deleting a queue before you can create another with the same name.".to_owned()),
            })));
        }
        check_redrive(&tx, key, queue).await?;
        QUEUES.put(&tx, key.clone(), queue)?;
        Ok(())
    };
    sqs.0.store.transact(work).await?;
    Ok(CreateQueueOutput { queue_url: Some(url_of(cx, key)) })
}

/// 1 to 80 letters, digits, hyphens and underscores.
fn check_name(name: &str) -> Result<(), ApiError> {
    if name.ends_with(".fifo") {
        return Err(ApiError::not_implemented("sqs: FIFO queues"));
    }
    let is_allowed = |b: u8| b.is_ascii_alphanumeric() || b == b'-' || b == b'_';
    if (1..=80).contains(&name.len()) && name.bytes().all(is_allowed) {
        return Ok(());
    }
    Err(invalid_parameter(
        "Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length",
    ))
}

fn name_exists(name: &str) -> ApiError {
    ApiError::from_shape(QueueNameExists {
        message: Some(format!(
            "A queue already exists with the same name ({name}) and a different value for an attribute"
        )),
    })
}

/// The dead-letter queue exists, in the same account and region, and lets this queue use it.
pub async fn check_redrive(read: &impl Read, key: &QueueKey, queue: &Queue) -> Result<(), Failure> {
    let Some(redrive) = &queue.settings.redrive else { return Ok(()) };
    let arn = &redrive.dead_letter_target_arn;
    let bad = |why: &str| {
        Failure::Api(invalid_parameter(format!(
            "Value {arn} for parameter RedrivePolicy is invalid. Reason: {why}"
        )))
    };
    let target = key_of_arn(arn).ok_or_else(|| bad("Invalid value for deadLetterTargetArn."))?;
    if (&target.0, &target.1) != (&key.0, &key.1) {
        return Err(bad("Dead-letter target must be in the same account and region as the source."));
    }
    let target = QUEUES.get(read, target).await?.ok_or_else(|| bad("Dead letter target does not exist."))?;
    let allow = target.settings.redrive_allow.unwrap_or_default();
    let is_allowed = match allow["redrivePermission"].as_str() {
        Some("denyAll") => false,
        Some("byQueue") => {
            let own = arn_of(key);
            allow["sourceQueueArns"]
                .as_array()
                .is_some_and(|arns| arns.iter().any(|a| a.as_str() == Some(&own)))
        }
        _ => true,
    };
    if is_allowed { Ok(()) } else { Err(bad("The dead-letter queue does not allow this source queue.")) }
}
