//! Events on their way: what is written in the object's own transaction and kept until each destination has it.

use base_time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use port::{Principal, RequestContext};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use store_kv::Transaction;

use crate::error::S3Error;
use crate::model::{Bucket, Version};
use crate::notification::{Destination, EventName, EventObject, EventRecord};
use crate::tables::EVENTS;

/// A row of `EVENTS`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub record: EventRecord,
    /// The bucket's owner, for whom destinations are called.
    pub account: String,
    pub targets: Vec<Target>,
}

/// Who wants it, by which rule.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Target {
    pub configuration_id: String,
    pub destination: Destination,
}

/// A row of `RETRIES`: one destination that did not take an event.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Delivery {
    pub record: EventRecord,
    pub account: String,
    pub sequencer: String,
    pub target: Target,
    /// Tries so far.
    pub attempts: u32,
    /// When the first try failed.
    pub since: Timestamp,
}

/// Who did something, when: what a record says of its request.
#[derive(Clone, Debug)]
pub struct Cause {
    pub time: Timestamp,
    principal_id: String,
    source_ip: String,
    request_id: String,
}

impl Cause {
    pub fn of(cx: &RequestContext) -> Self {
        let ip = cx.source().ip.map(|ip| ip.to_string());
        Self {
            time: cx.time(),
            principal_id: principal_id(cx.principal()),
            source_ip: ip.unwrap_or_else(|| "127.0.0.1".to_owned()),
            request_id: cx.request_id().to_owned(),
        }
    }
}

fn principal_id(principal: &Principal) -> String {
    match principal {
        Principal::Root { account } => format!("AWS:{account}"),
        Principal::User { id, .. } | Principal::AssumedRole { id, .. } => format!("AWS:{id}"),
        Principal::Service { name, .. } => name.clone(),
        Principal::Anonymous => "Anonymous".to_owned(),
    }
}

/// Writes the event into the transaction, if the bucket has a rule for it.
pub fn raise(
    tx: &Transaction,
    bucket: &Bucket,
    cause: &Cause,
    event: EventName,
    key: &str,
    version: &Version,
) -> Result<(), S3Error> {
    let wanting = bucket.notifications.iter().filter(|rule| rule.wants(event, key));
    let targets: Vec<_> = wanting
        .map(|rule| Target { configuration_id: rule.id.clone(), destination: rule.destination.clone() })
        .collect();
    if targets.is_empty() {
        return Ok(());
    }
    let record = EventRecord {
        event,
        time: cause.time,
        region: bucket.region.clone(),
        principal_id: cause.principal_id.clone(),
        source_ip: cause.source_ip.clone(),
        request_id: cause.request_id.clone(),
        host_id: host_id(&cause.request_id),
        bucket: bucket.name.clone(),
        owner_id: canonical_id(&bucket.owner),
        object: event_object(event, key, version),
    };
    let event = Event { record, account: bucket.owner.clone(), targets };
    EVENTS.append(tx, (), &event)?;
    Ok(())
}

fn event_object(event: EventName, key: &str, version: &Version) -> EventObject {
    let told = version.object.as_ref().filter(|_| event != EventName::RemovedDelete);
    EventObject {
        key: key.to_owned(),
        size_bytes: told.map(|facts| facts.size_bytes),
        etag: told.map(|facts| facts.etag.clone()),
        version_id: version.version_id.clone(),
    }
}

/// The canonical user id of an account: 64 hexadecimal digits, always the same.
pub fn canonical_id(account: &str) -> String {
    hex::encode(Sha256::digest(format!("canonical-user/{account}")))
}

/// `x-amz-id-2` of a request.
pub fn host_id(request_id: &str) -> String {
    STANDARD.encode(Sha256::digest(format!("host/{request_id}")))
}
