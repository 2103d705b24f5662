//! Receipt handles: which message of which queue, by which of its receives. Opaque to callers.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// One receive of one message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt {
    pub queue_id: u64,
    pub sequence: u64,
    /// How often the message had been received with this one.
    pub receive_count: u32,
}

impl Receipt {
    pub fn to_handle(self) -> String {
        let mut bytes = [0u8; 21];
        bytes[0] = 1;
        bytes[1..9].copy_from_slice(&self.queue_id.to_be_bytes());
        bytes[9..17].copy_from_slice(&self.sequence.to_be_bytes());
        bytes[17..].copy_from_slice(&self.receive_count.to_be_bytes());
        URL_SAFE_NO_PAD.encode(bytes)
    }

    /// `None` where the text is no handle of ours.
    pub fn parse(handle: &str) -> Option<Self> {
        let bytes: [u8; 21] = URL_SAFE_NO_PAD.decode(handle).ok()?.try_into().ok()?;
        let (queue_id, sequence) = (bytes[1..9].try_into().ok()?, bytes[9..17].try_into().ok()?);
        (bytes[0] == 1).then_some(Self {
            queue_id: u64::from_be_bytes(queue_id),
            sequence: u64::from_be_bytes(sequence),
            receive_count: u32::from_be_bytes(bytes[17..].try_into().ok()?),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_handle_reads_back_and_garbage_does_not() {
        let receipt = Receipt { queue_id: 7, sequence: u64::MAX, receive_count: 3 };
        assert_eq!(Receipt::parse(&receipt.to_handle()), Some(receipt));
        assert_eq!(Receipt::parse("garbage"), None);
        assert_eq!(Receipt::parse(""), None);
    }
}
