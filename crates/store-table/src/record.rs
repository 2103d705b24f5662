//! Values with a version, and how older ones become today's.
//!
//! A stored value is a version byte and the bytes of that version. A type of version 3 names its `Previous`, of version
//! 2, and how one becomes it; that one names version 1's. Reading an old row goes along the chain; writing writes the
//! newest. Types of old versions are kept beside the current one, private.

use bytes::Bytes;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::DecodeError;

/// A stored value. Hot rows implement this by hand; others implement `JsonRecord`.
pub trait Record: Sized {
    /// 1 for the first shape; one more for each that follows.
    const VERSION: u8;

    /// The shape before this one; `First` if there was none.
    type Previous: Record;

    fn migrate(previous: Self::Previous) -> Self;

    /// Appends the bytes of this version, without the version byte.
    ///
    /// # Errors
    /// The cause, if the value has no stored form.
    fn encode(&self, out: &mut Vec<u8>) -> Result<(), String>;

    /// Reads the bytes of this version, without the version byte.
    ///
    /// # Errors
    /// If they are damaged.
    fn decode(bytes: &[u8]) -> Result<Self, DecodeError>;
}

/// A record that is stored as JSON: rows of control planes, read by people too. A new optional field with
/// `#[serde(default)]` needs no new version; a renamed or changed one does.
pub trait JsonRecord: Serialize + DeserializeOwned {
    const VERSION: u8;
    type Previous: Record;
    fn migrate(previous: Self::Previous) -> Self;
}

impl<T: JsonRecord> Record for T {
    const VERSION: u8 = T::VERSION;
    type Previous = T::Previous;

    fn migrate(previous: Self::Previous) -> Self {
        T::migrate(previous)
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), String> {
        serde_json::to_writer(out, self).map_err(|error| error.to_string())
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        serde_json::from_slice(bytes).map_err(DecodeError::value)
    }
}

/// What came before the first shape: nothing. `migrate` from it is `match previous {}`.
pub enum First {}

impl Record for First {
    const VERSION: u8 = 0;
    type Previous = Self;

    fn migrate(previous: Self) -> Self {
        previous
    }

    fn encode(&self, _out: &mut Vec<u8>) -> Result<(), String> {
        match *self {}
    }

    fn decode(_bytes: &[u8]) -> Result<Self, DecodeError> {
        Err(DecodeError::UnknownVersion { found: 0, known: 0 })
    }
}

/// Bytes as they are.
impl Record for Bytes {
    const VERSION: u8 = 1;
    type Previous = First;

    fn migrate(previous: First) -> Self {
        match previous {}
    }

    fn encode(&self, out: &mut Vec<u8>) -> Result<(), String> {
        out.extend_from_slice(self);
        Ok(())
    }

    fn decode(bytes: &[u8]) -> Result<Self, DecodeError> {
        Ok(Self::copy_from_slice(bytes))
    }
}

/// Presence alone: the value of an index's rows.
impl Record for () {
    const VERSION: u8 = 1;
    type Previous = First;

    fn migrate(previous: First) -> Self {
        match previous {}
    }

    fn encode(&self, _out: &mut Vec<u8>) -> Result<(), String> {
        Ok(())
    }

    fn decode(_bytes: &[u8]) -> Result<Self, DecodeError> {
        Ok(())
    }
}

pub(crate) fn encode_versioned<V: Record>(value: &V) -> Result<Vec<u8>, String> {
    let mut out = vec![V::VERSION];
    value.encode(&mut out)?;
    Ok(out)
}

pub(crate) fn decode_versioned<V: Record>(stored: &[u8]) -> Result<V, DecodeError> {
    let (version, bytes) = stored.split_first().ok_or_else(|| DecodeError::value("it is empty"))?;
    if *version == 0 || *version > V::VERSION {
        return Err(DecodeError::UnknownVersion { found: *version, known: V::VERSION });
    }
    decode_chained(*version, bytes)
}

fn decode_chained<V: Record>(version: u8, bytes: &[u8]) -> Result<V, DecodeError> {
    if version == V::VERSION {
        return V::decode(bytes);
    }
    if V::VERSION == 0 {
        return Err(DecodeError::UnknownVersion { found: version, known: 0 });
    }
    decode_chained::<V::Previous>(version, bytes).map(V::migrate)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Serialize, Deserialize)]
    struct QueueV1 {
        delay: u32,
    }

    #[derive(Debug, PartialEq, Serialize, Deserialize)]
    struct Queue {
        delay_seconds: u32,
        fifo: bool,
    }

    impl JsonRecord for QueueV1 {
        const VERSION: u8 = 1;
        type Previous = First;
        fn migrate(previous: First) -> Self {
            match previous {}
        }
    }

    impl JsonRecord for Queue {
        const VERSION: u8 = 2;
        type Previous = QueueV1;
        fn migrate(previous: QueueV1) -> Self {
            Self { delay_seconds: previous.delay, fifo: false }
        }
    }

    #[test]
    fn a_row_of_the_previous_version_is_read_as_todays() {
        let stored = encode_versioned(&QueueV1 { delay: 5 }).unwrap();
        assert_eq!(decode_versioned(&stored), Ok(Queue { delay_seconds: 5, fifo: false }));
    }

    #[test]
    fn a_row_of_a_newer_version_is_refused() {
        let newer = decode_versioned::<Queue>(&[3, b'{', b'}']);
        assert_eq!(newer, Err(DecodeError::UnknownVersion { found: 3, known: 2 }));
        assert!(decode_versioned::<Queue>(&[]).is_err());
        assert!(decode_versioned::<Queue>(&[0]).is_err());
    }
}
