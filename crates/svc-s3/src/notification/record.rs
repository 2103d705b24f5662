//! The event message's JSON (S3 User Guide, "Event message structure").

use base_time::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::EventName;
use crate::encoding::url_encode;
use crate::names::bucket_arn;

/// An event as it is kept until every destination has it: what happened, without the rule that asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventRecord {
    pub event: EventName,
    pub time: Timestamp,
    pub region: String,
    /// Of who did it: `AWS:` and the principal's id.
    pub principal_id: String,
    pub source_ip: String,
    pub request_id: String,
    pub host_id: String,
    pub bucket: String,
    /// Canonical user id of the bucket's owner.
    pub owner_id: String,
    pub object: EventObject,
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct EventObject {
    /// As stored; the message carries it URL-encoded.
    pub key: String,
    /// Not told of deletions.
    pub size_bytes: Option<u64>,
    /// Without quotes; not told of deletions.
    pub etag: Option<String>,
    /// Only in buckets with versioning.
    pub version_id: Option<String>,
}

impl EventRecord {
    /// The whole message: one record.
    pub fn to_message(&self, configuration_id: &str, sequencer: &str) -> Value {
        json!({ "Records": [self.to_record(configuration_id, sequencer)] })
    }

    fn to_record(&self, configuration_id: &str, sequencer: &str) -> Value {
        json!({
            "eventVersion": self.event.record_version(),
            "eventSource": "aws:s3",
            "awsRegion": self.region,
            "eventTime": self.time.to_rfc3339_millis(),
            "eventName": self.event.as_str(),
            "userIdentity": { "principalId": self.principal_id },
            "requestParameters": { "sourceIPAddress": self.source_ip },
            "responseElements": { "x-amz-request-id": self.request_id, "x-amz-id-2": self.host_id },
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": configuration_id,
                "bucket": {
                    "name": self.bucket,
                    "ownerIdentity": { "principalId": self.owner_id },
                    "arn": bucket_arn(&self.bucket),
                },
                "object": self.object.to_json(sequencer),
            },
        })
    }
}

impl EventObject {
    fn to_json(&self, sequencer: &str) -> Value {
        let mut object = serde_json::Map::new();
        object.insert("key".to_owned(), url_encode(&self.key).into());
        if let Some(size_bytes) = self.size_bytes {
            object.insert("size".to_owned(), size_bytes.into());
        }
        if let Some(etag) = &self.etag {
            object.insert("eTag".to_owned(), etag.as_str().into());
        }
        if let Some(version_id) = &self.version_id {
            object.insert("versionId".to_owned(), version_id.as_str().into());
        }
        object.insert("sequencer".to_owned(), sequencer.into());
        Value::Object(object)
    }
}

/// Hexadecimal, greater for a later change of the same key: its commit's place in the store's order.
pub fn sequencer(version: u64, order: u16) -> String {
    format!("00{version:012X}{order:04X}")
}

/// What a destination is sent when it is configured.
#[derive(Clone, Debug)]
pub struct TestEvent<'a> {
    pub time: Timestamp,
    pub bucket: &'a str,
    pub request_id: &'a str,
    pub host_id: &'a str,
}

impl TestEvent<'_> {
    pub fn to_message(&self) -> Value {
        json!({
            "Service": "Amazon S3",
            "Event": "s3:TestEvent",
            "Time": self.time.to_rfc3339_millis(),
            "Bucket": self.bucket,
            "RequestId": self.request_id,
            "HostId": self.host_id,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(event: EventName, object: EventObject) -> EventRecord {
        EventRecord {
            event,
            time: Timestamp::from_millis(0),
            region: "us-west-2".to_owned(),
            principal_id: "AWS:AIDAJDPLRKLG7UEXAMPLE".to_owned(),
            source_ip: "127.0.0.1".to_owned(),
            request_id: "C3D13FE58DE4C810".to_owned(),
            host_id: "FMyUVURI".to_owned(),
            bucket: "amzn-s3-demo-bucket".to_owned(),
            owner_id: "A3NL1KOZZKExample".to_owned(),
            object,
        }
    }

    #[test]
    fn a_put_is_told_as_the_guide_shows() {
        let object = EventObject {
            key: "Happy Face.jpg".to_owned(),
            size_bytes: Some(1024),
            etag: Some("d41d8cd98f00b204e9800998ecf8427e".to_owned()),
            version_id: Some("096fKKXTRTtl3on89fVO.nfljtsv6qko".to_owned()),
        };
        let message =
            record(EventName::CreatedPut, object).to_message("testConfigRule", "0055AED6DCD90281E5");
        let expected = json!({"Records": [{
            "eventVersion": "2.1",
            "eventSource": "aws:s3",
            "awsRegion": "us-west-2",
            "eventTime": "1970-01-01T00:00:00.000Z",
            "eventName": "ObjectCreated:Put",
            "userIdentity": {"principalId": "AWS:AIDAJDPLRKLG7UEXAMPLE"},
            "requestParameters": {"sourceIPAddress": "127.0.0.1"},
            "responseElements": {"x-amz-request-id": "C3D13FE58DE4C810", "x-amz-id-2": "FMyUVURI"},
            "s3": {
                "s3SchemaVersion": "1.0",
                "configurationId": "testConfigRule",
                "bucket": {
                    "name": "amzn-s3-demo-bucket",
                    "ownerIdentity": {"principalId": "A3NL1KOZZKExample"},
                    "arn": "arn:aws:s3:::amzn-s3-demo-bucket",
                },
                "object": {
                    "key": "Happy+Face.jpg",
                    "size": 1024,
                    "eTag": "d41d8cd98f00b204e9800998ecf8427e",
                    "versionId": "096fKKXTRTtl3on89fVO.nfljtsv6qko",
                    "sequencer": "0055AED6DCD90281E5",
                },
            },
        }]});
        assert_eq!(message, expected);
    }

    #[test]
    fn a_deletion_has_neither_size_nor_tag() {
        let object = EventObject { key: "k".to_owned(), ..EventObject::default() };
        let message = record(EventName::RemovedDelete, object).to_message("r", "00");
        assert_eq!(message["Records"][0]["s3"]["object"], json!({"key": "k", "sequencer": "00"}));
    }

    #[test]
    fn later_commits_have_greater_sequencers() {
        assert!(sequencer(9, 5) < sequencer(10, 0));
        assert!(sequencer(0x0fff_ffff, 1) < sequencer(0x1000_0000, 0));
        assert_eq!(sequencer(1, 0).len(), 18);
    }
}
