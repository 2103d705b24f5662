//! What SQS stores, with key layouts. A message is two rows: the message itself, never changed, and its lease, whose key
//! says when it becomes visible and so is moved with every receive.

use base_time::Timestamp;
use bytes::Bytes;
use indexmap::IndexMap;
use store_table::{DecodeError, First, JsonRecord, Record, Table, TableId};

use crate::model::{Attribute, AttributeValue, LeaseRow, Message, Queue};

const SERVICE: u8 = 3;

/// (account, region, name)
pub type QueueKey = (String, String, String);

pub const QUEUES: Table<QueueKey, Queue> = Table::new(TableId::rows(SERVICE, 1));

/// (account, region, name) -> when a queue of the name was deleted
pub const DELETED: Table<QueueKey, Deleted> = Table::new(TableId::rows(SERVICE, 2));

/// (queue id, sequence)
pub const MESSAGES: Table<(u64, u64), Message> = Table::new(TableId::log(SERVICE, 3));

/// (queue id, visible from, sequence)
pub const LEASES: Table<(u64, Timestamp, u64), LeaseRow> = Table::new(TableId::log(SERVICE, 4));

/// A deleted queue: its name can't be used for 60 s, its messages are removed in the background.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct Deleted {
    pub id: u64,
    pub time: Timestamp,
}

impl JsonRecord for Queue {
    const VERSION: u8 = 1;
    type Previous = First;
    fn migrate(previous: First) -> Self {
        match previous {}
    }
}

impl JsonRecord for Deleted {
    const VERSION: u8 = 1;
    type Previous = First;
    fn migrate(previous: First) -> Self {
        match previous {}
    }
}

impl Record for LeaseRow {
    const VERSION: u8 = 1;
    type Previous = First;

    fn migrate(previous: First) -> Self {
        match previous {}
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), String> {
        out.extend_from_slice(&self.receive_count.to_be_bytes());
        out.extend_from_slice(&self.first_received.as_millis().to_be_bytes());
        Ok(())
    }

    fn decode(mut bytes: &[u8]) -> Result<Self, DecodeError> {
        let receive_count = u32::from_be_bytes(array(&mut bytes)?);
        let first_received = Timestamp::from_millis(i64::from_be_bytes(array(&mut bytes)?));
        Ok(Self { receive_count, first_received })
    }
}

/// Fields in order; texts and bytes with a four-byte length, options with a flag.
impl Record for Message {
    const VERSION: u8 = 1;
    type Previous = First;

    fn migrate(previous: First) -> Self {
        match previous {}
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), String> {
        put(out, self.id.as_bytes())?;
        put(out, self.body.as_bytes())?;
        out.extend_from_slice(&self.sent.as_millis().to_be_bytes());
        put(out, self.sender_id.as_bytes())?;
        put_option(out, self.trace_header.as_deref())?;
        put_option(out, self.group_id.as_deref())?;
        put_option(out, self.dead_letter_source.as_deref())?;
        out.extend_from_slice(&self.earlier_receives.to_be_bytes());
        let first = self.first_received.map(Timestamp::as_millis).unwrap_or(i64::MIN);
        out.extend_from_slice(&first.to_be_bytes());
        out.push(u8::try_from(self.attributes.len()).map_err(|e| e.to_string())?);
        for (name, attribute) in &self.attributes {
            put(out, name.as_bytes())?;
            put(out, attribute.data_type.as_bytes())?;
            match &attribute.value {
                AttributeValue::Text(text) => {
                    out.push(0);
                    put(out, text.as_bytes())?;
                }
                AttributeValue::Binary(bytes) => {
                    out.push(1);
                    put(out, bytes)?;
                }
            }
        }
        Ok(())
    }

    fn decode(mut bytes: &[u8]) -> Result<Self, DecodeError> {
        let input = &mut bytes;
        let mut message = Self {
            id: text(input)?,
            body: text(input)?,
            sent: Timestamp::from_millis(i64::from_be_bytes(array(input)?)),
            sender_id: text(input)?,
            trace_header: option(input)?,
            group_id: option(input)?,
            dead_letter_source: option(input)?,
            earlier_receives: u32::from_be_bytes(array(input)?),
            ..Self::default()
        };
        let first = i64::from_be_bytes(array(input)?);
        message.first_received = (first != i64::MIN).then(|| Timestamp::from_millis(first));
        message.attributes = attributes(input)?;
        Ok(message)
    }
}

fn attributes(input: &mut &[u8]) -> Result<IndexMap<String, Attribute>, DecodeError> {
    let [count] = array(input)?;
    (0..count)
        .map(|_| {
            let (name, data_type) = (text(input)?, text(input)?);
            let value = match array(input)? {
                [0] => AttributeValue::Text(text(input)?),
                _ => AttributeValue::Binary(Bytes::copy_from_slice(part(input)?)),
            };
            Ok((name, Attribute { data_type, value }))
        })
        .collect()
}

fn put(out: &mut Vec<u8>, bytes: &[u8]) -> Result<(), String> {
    out.extend_from_slice(&u32::try_from(bytes.len()).map_err(|e| e.to_string())?.to_be_bytes());
    out.extend_from_slice(bytes);
    Ok(())
}

fn put_option(out: &mut Vec<u8>, text: Option<&str>) -> Result<(), String> {
    out.push(u8::from(text.is_some()));
    text.map_or(Ok(()), |text| put(out, text.as_bytes()))
}

fn array<const N: usize>(input: &mut &[u8]) -> Result<[u8; N], DecodeError> {
    let (head, rest) = input.split_first_chunk::<N>().ok_or_else(|| DecodeError::value("it ends early"))?;
    *input = rest;
    Ok(*head)
}

fn part<'a>(input: &mut &'a [u8]) -> Result<&'a [u8], DecodeError> {
    let length = u32::from_be_bytes(array(input)?) as usize;
    let (head, rest) = input.split_at_checked(length).ok_or_else(|| DecodeError::value("it ends early"))?;
    *input = rest;
    Ok(head)
}

fn text(input: &mut &[u8]) -> Result<String, DecodeError> {
    String::from_utf8(part(input)?.to_vec()).map_err(DecodeError::value)
}

fn option(input: &mut &[u8]) -> Result<Option<String>, DecodeError> {
    match array(input)? {
        [0] => Ok(None),
        [_] => text(input).map(Some),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_reads_back_as_it_was_stored() {
        let attribute = |data_type: &str, value| Attribute { data_type: data_type.into(), value };
        let message = Message {
            id: "i".into(),
            body: "héllo".into(),
            sent: Timestamp::from_millis(5),
            sender_id: "AID".into(),
            trace_header: Some("Root=1".into()),
            earlier_receives: 3,
            first_received: Some(Timestamp::from_millis(-1)),
            attributes: [
                ("a".to_owned(), attribute("String", AttributeValue::Text("x".into()))),
                ("b".to_owned(), attribute("Binary", AttributeValue::Binary(Bytes::from_static(&[0, 255])))),
            ]
            .into(),
            ..Message::default()
        };
        let mut bytes = Vec::new();
        message.encode(&mut bytes).unwrap();
        assert_eq!(Message::decode(&bytes).unwrap(), message);
        for cut in 0..bytes.len() {
            assert!(Message::decode(&bytes[..cut]).is_err());
        }
    }
}
