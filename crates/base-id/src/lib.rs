//! Randomness and the identifiers made of it: the only crate that draws random numbers.
//!
//! `Ids::system()` is cryptographically secure, seeded by the kernel; `Ids::seeded(n)` repeats itself, for tests that
//! replay a seed. AWS's own prefixes and meanings are the callers' business.

use std::sync::Arc;

use parking_lot::Mutex;
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};

/// A source of randomness. Cheap to clone; clones draw from the same sequence.
#[derive(Clone)]
pub struct Ids(Arc<Mutex<StdRng>>);

impl Ids {
    /// Seeded by the kernel; fit for secrets (ChaCha12).
    pub fn system() -> Self {
        Self(Arc::new(Mutex::new(rand::make_rng())))
    }

    /// The same sequence for the same seed. Never for secrets.
    pub fn seeded(seed: u64) -> Self {
        Self(Arc::new(Mutex::new(StdRng::seed_from_u64(seed))))
    }

    pub fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().fill_bytes(bytes);
    }

    pub fn u64(&self) -> u64 {
        self.0.lock().random()
    }

    /// Uniform in `0..n`; 0 when `n` is 0.
    pub fn below(&self, n: u64) -> u64 {
        if n == 0 { 0 } else { self.0.lock().random_range(0..n) }
    }

    /// A version 4 UUID (RFC 9562), lower case with hyphens: AWS's request id.
    pub fn uuid(&self) -> String {
        let mut b = [0u8; 16];
        self.fill(&mut b);
        b[6] = (b[6] & 0x0f) | 0x40;
        b[8] = (b[8] & 0x3f) | 0x80;
        let hex = to_hex(&b);
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// `len` lower-case hexadecimal digits.
    pub fn hex(&self, len: usize) -> String {
        self.text(b"0123456789abcdef", len)
    }

    /// `len` characters of `a-z0-9`: API ids, suffixes of generated names.
    pub fn lower_alphanumeric(&self, len: usize) -> String {
        self.text(b"abcdefghijklmnopqrstuvwxyz0123456789", len)
    }

    /// `len` characters of `A-Z0-9`: suffixes of CloudFormation's physical names.
    pub fn upper_alphanumeric(&self, len: usize) -> String {
        self.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", len)
    }

    /// `len` characters of base 32 (`A-Z2-7`): IAM's unique ids and access keys.
    pub fn base32(&self, len: usize) -> String {
        self.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", len)
    }

    /// `len` characters of `A-Za-z0-9+/`: secret access keys.
    pub fn base64(&self, len: usize) -> String {
        self.text(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", len)
    }

    fn text(&self, alphabet: &[u8], len: usize) -> String {
        let mut rng = self.0.lock();
        (0..len).map(|_| alphabet[rng.random_range(0..alphabet.len())] as char).collect()
    }
}

fn to_hex(bytes: &[u8]) -> String {
    bytes.iter().map(|b| format!("{b:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_repeats_and_uuids_are_version_4() {
        let (a, b) = (Ids::seeded(7), Ids::seeded(7));
        let uuid = a.uuid();
        assert_eq!(uuid, b.uuid());
        assert_eq!(uuid.len(), 36);
        assert_eq!(&uuid[14..15], "4");
    }

    #[test]
    fn alphabets_and_lengths_hold() {
        let ids = Ids::system();
        assert!(ids.base32(16).bytes().all(|b| b.is_ascii_uppercase() || (b'2'..=b'7').contains(&b)));
        assert_eq!(ids.base64(40).len(), 40);
        assert_eq!(ids.below(0), 0);
        assert!(ids.below(3) < 3);
    }
}
