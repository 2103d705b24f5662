//! The checksums of S3's bodies: `Content-MD5`, `x-amz-checksum-*` as headers or as trailers (S3 User Guide, "Checking
//! object integrity").

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use http::HeaderMap;
use md5::Md5;
use sha1::Sha1;
use sha2::{Digest, Sha256};

use crate::canonical::single;
use crate::error::ErrorText;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChecksumAlgorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
    /// `Content-MD5` and ETags; not one of the `x-amz-checksum-*`.
    Md5,
}

impl ChecksumAlgorithm {
    /// Those with an `x-amz-checksum-*` header.
    pub const FLEXIBLE: [Self; 5] = [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256];

    /// As `x-amz-sdk-checksum-algorithm` and the API's `ChecksumAlgorithm` spell it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Md5 => "MD5",
        }
    }

    /// The header or trailer that carries it, in base 64.
    pub fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
            Self::Md5 => "content-md5",
        }
    }

    pub fn size_bytes(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Md5 => 16,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// By `name`, any case.
    pub fn by_name(name: &str) -> Option<Self> {
        Self::FLEXIBLE.into_iter().find(|algorithm| algorithm.name().eq_ignore_ascii_case(name))
    }

    fn by_header(header: &str) -> Option<Self> {
        Self::FLEXIBLE.into_iter().find(|algorithm| algorithm.header().eq_ignore_ascii_case(header.trim()))
    }
}

/// One running checksum.
#[derive(Clone)]
pub struct Checksummer(State);

#[derive(Clone)]
enum State {
    Crc(crc_fast::Digest, usize),
    Sha1(Sha1),
    Sha256(Sha256),
    Md5(Md5),
}

impl Checksummer {
    pub fn new(algorithm: ChecksumAlgorithm) -> Self {
        let crc = |kind| State::Crc(crc_fast::Digest::new(kind), algorithm.size_bytes());
        Self(match algorithm {
            ChecksumAlgorithm::Crc32 => crc(CrcAlgorithm::Crc32IsoHdlc),
            ChecksumAlgorithm::Crc32c => crc(CrcAlgorithm::Crc32Iscsi),
            ChecksumAlgorithm::Crc64Nvme => crc(CrcAlgorithm::Crc64Nvme),
            ChecksumAlgorithm::Sha1 => State::Sha1(Sha1::new()),
            ChecksumAlgorithm::Sha256 => State::Sha256(Sha256::new()),
            ChecksumAlgorithm::Md5 => State::Md5(Md5::new()),
        })
    }

    pub fn update(&mut self, bytes: &[u8]) {
        match &mut self.0 {
            State::Crc(digest, _) => digest.update(bytes),
            State::Sha1(digest) => digest.update(bytes),
            State::Sha256(digest) => digest.update(bytes),
            State::Md5(digest) => digest.update(bytes),
        }
    }

    /// Big-endian, as AWS writes CRCs.
    pub fn finish(self) -> Vec<u8> {
        match self.0 {
            State::Crc(digest, size) => digest.finalize().to_be_bytes()[8 - size..].to_vec(),
            State::Sha1(digest) => digest.finalize().to_vec(),
            State::Sha256(digest) => digest.finalize().to_vec(),
            State::Md5(digest) => digest.finalize().to_vec(),
        }
    }
}

/// What was computed beside what was claimed, both in base 64.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ChecksumMismatch {
    pub algorithm: ChecksumAlgorithm,
    pub claimed: String,
    pub computed: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChecksumError {
    /// The value is not base 64 of the algorithm's size.
    Invalid(ChecksumAlgorithm),
    /// More than one `x-amz-checksum-*` was given.
    Several,
    /// `x-amz-trailer` names something that is not a checksum.
    UnknownTrailer(String),
    /// `x-amz-trailer` announced a checksum that did not come.
    TrailerMissing(ChecksumAlgorithm),
    Mismatch(ChecksumMismatch),
}

impl ChecksumError {
    /// As S3 answers it.
    pub fn text(&self) -> ErrorText {
        let (code, message) = match self {
            Self::Invalid(ChecksumAlgorithm::Md5) => {
                ("InvalidDigest", "The Content-MD5 you specified was invalid.".to_owned())
            }
            Self::Invalid(algorithm) => {
                ("InvalidRequest", format!("Value for {} header is invalid.", algorithm.header()))
            }
            Self::Several => (
                "InvalidRequest",
                "Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed."
                    .to_owned(),
            ),
            Self::UnknownTrailer(_) => (
                "InvalidRequest",
                "The value specified in the x-amz-trailer header is not supported".to_owned(),
            ),
            Self::TrailerMissing(_) => ("MalformedTrailerError", MALFORMED_TRAILER.to_owned()),
            Self::Mismatch(ChecksumMismatch { algorithm: ChecksumAlgorithm::Md5, .. }) => {
                ("BadDigest", "The Content-MD5 you specified did not match what we received.".to_owned())
            }
            Self::Mismatch(mismatch) => (
                "BadDigest",
                format!(
                    "The {} you specified did not match the calculated checksum.",
                    mismatch.algorithm.name()
                ),
            ),
        };
        let details = match self {
            Self::Mismatch(mismatch) if mismatch.algorithm == ChecksumAlgorithm::Md5 => vec![
                ("ExpectedDigest", mismatch.claimed.clone()),
                ("CalculatedDigest", mismatch.computed.clone()),
            ],
            _ => Vec::new(),
        };
        ErrorText { code, status: 400, message, details }
    }
}

pub(crate) const MALFORMED_TRAILER: &str = "The request contained trailing data that was not well-formed or did not conform to our published schema.";

impl std::fmt::Display for ChecksumError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.text().message)
    }
}

impl std::error::Error for ChecksumError {}

/// All checksums of one body: computed while it streams, compared at its end.
///
/// `from_headers`, `also` for what the service wants besides, `update` with every piece of the decoded body, `finish` with
/// the trailers that `VerifiedBody` handed on.
#[derive(Clone, Default)]
pub struct Checksums {
    running: Vec<(ChecksumAlgorithm, Checksummer)>,
    claimed: Vec<(ChecksumAlgorithm, Vec<u8>)>,
    trailer: Option<ChecksumAlgorithm>,
    flexible: Option<ChecksumAlgorithm>,
}

impl Checksums {
    /// Takes `Content-MD5`, one `x-amz-checksum-*` and `x-amz-trailer` from a request's headers.
    pub fn from_headers(headers: &HeaderMap) -> Result<Self, ChecksumError> {
        let mut this = Self::default();
        for algorithm in ChecksumAlgorithm::FLEXIBLE.into_iter().chain([ChecksumAlgorithm::Md5]) {
            if headers.contains_key(algorithm.header()) {
                let text = single(headers, algorithm.header()).ok_or(ChecksumError::Invalid(algorithm))?;
                this.claim(algorithm, text)?;
            }
        }
        if let Some(names) = headers.get("x-amz-trailer") {
            let name = names.to_str().unwrap_or_default();
            let algorithm = ChecksumAlgorithm::by_header(name)
                .ok_or_else(|| ChecksumError::UnknownTrailer(name.to_owned()))?;
            this.set_flexible(algorithm)?;
            this.trailer = Some(algorithm);
        }
        Ok(this)
    }

    fn claim(&mut self, algorithm: ChecksumAlgorithm, text: &str) -> Result<(), ChecksumError> {
        if algorithm == ChecksumAlgorithm::Md5 {
            self.also(algorithm);
        } else {
            self.set_flexible(algorithm)?;
        }
        self.claimed.push((algorithm, decode(algorithm, text)?));
        Ok(())
    }

    fn set_flexible(&mut self, algorithm: ChecksumAlgorithm) -> Result<(), ChecksumError> {
        if self.flexible.is_some_and(|other| other != algorithm) {
            return Err(ChecksumError::Several);
        }
        self.flexible = Some(algorithm);
        self.also(algorithm);
        Ok(())
    }

    /// Computes this one too. Has no effect once bytes were counted, or where it is computed already.
    pub fn also(&mut self, algorithm: ChecksumAlgorithm) {
        if self.running.iter().all(|(running, _)| *running != algorithm) {
            self.running.push((algorithm, Checksummer::new(algorithm)));
        }
    }

    /// The `x-amz-checksum-*` the client gave or announced.
    pub fn requested(&self) -> Option<ChecksumAlgorithm> {
        self.flexible
    }

    pub fn update(&mut self, bytes: &[u8]) {
        for (_, checksummer) in &mut self.running {
            checksummer.update(bytes);
        }
    }

    /// Compares, and gives every computed value (raw bytes, not base 64).
    pub fn finish(
        mut self,
        trailers: Option<&HeaderMap>,
    ) -> Result<Vec<(ChecksumAlgorithm, Vec<u8>)>, ChecksumError> {
        if let Some(algorithm) = self.trailer {
            let text = trailers
                .and_then(|trailers| single(trailers, algorithm.header()))
                .ok_or(ChecksumError::TrailerMissing(algorithm))?;
            self.claimed.push((algorithm, decode(algorithm, text)?));
        }
        let computed: Vec<_> =
            self.running.into_iter().map(|(algorithm, sum)| (algorithm, sum.finish())).collect();
        for (algorithm, claimed) in &self.claimed {
            let value = computed.iter().find(|(other, _)| other == algorithm).map(|(_, value)| value);
            if value != Some(claimed) {
                return Err(ChecksumError::Mismatch(ChecksumMismatch {
                    algorithm: *algorithm,
                    claimed: STANDARD.encode(claimed),
                    computed: value.map(|value| STANDARD.encode(value)).unwrap_or_default(),
                }));
            }
        }
        Ok(computed)
    }
}

fn decode(algorithm: ChecksumAlgorithm, text: &str) -> Result<Vec<u8>, ChecksumError> {
    let bytes = STANDARD.decode(text).map_err(|_| ChecksumError::Invalid(algorithm))?;
    if bytes.len() == algorithm.size_bytes() { Ok(bytes) } else { Err(ChecksumError::Invalid(algorithm)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap())).collect()
    }

    #[test]
    fn every_algorithm_gives_its_published_check_value() {
        let expected = [
            (ChecksumAlgorithm::Crc32, "cbf43926"),
            (ChecksumAlgorithm::Crc32c, "e3069283"),
            (ChecksumAlgorithm::Crc64Nvme, "ae8b14860a799888"),
            (ChecksumAlgorithm::Sha1, "f7c3bc1d808e04732adf679965ccc34ca7ae3441"),
            (ChecksumAlgorithm::Sha256, "15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225"),
            (ChecksumAlgorithm::Md5, "25f9e794323b453885f5181f1b624d0b"),
        ];
        for (algorithm, value) in expected {
            let mut sum = Checksummer::new(algorithm);
            sum.update(b"1234");
            sum.update(b"56789");
            assert_eq!(hex::encode(sum.finish()), value, "{algorithm:?}");
        }
    }

    #[test]
    fn a_header_is_compared_at_the_end() {
        let mut good = Checksums::from_headers(&headers(&[("x-amz-checksum-crc32", "y/Q5Jg==")])).unwrap();
        let mut bad = good.clone();
        good.update(b"123456789");
        bad.update(b"123456788");
        assert!(good.finish(None).is_ok());
        assert!(matches!(bad.finish(None), Err(ChecksumError::Mismatch(_))));
    }

    #[test]
    fn an_announced_trailer_must_come_and_agree() {
        let mut sums =
            Checksums::from_headers(&headers(&[("x-amz-trailer", "x-amz-checksum-crc32")])).unwrap();
        sums.update(b"123456789");
        assert_eq!(
            sums.clone().finish(None).err(),
            Some(ChecksumError::TrailerMissing(ChecksumAlgorithm::Crc32))
        );
        assert!(sums.finish(Some(&headers(&[("x-amz-checksum-crc32", "y/Q5Jg==")]))).is_ok());
    }

    #[test]
    fn wrong_sizes_and_several_kinds_are_refused() {
        let short = Checksums::from_headers(&headers(&[("content-md5", "AAAA")]));
        assert_eq!(short.err(), Some(ChecksumError::Invalid(ChecksumAlgorithm::Md5)));
        let two = headers(&[("x-amz-checksum-crc32", "y/Q5Jg=="), ("x-amz-checksum-crc32c", "4waSgw==")]);
        assert_eq!(Checksums::from_headers(&two).err(), Some(ChecksumError::Several));
        let odd = Checksums::from_headers(&headers(&[("x-amz-trailer", "x-other")]));
        assert!(matches!(odd.err(), Some(ChecksumError::UnknownTrailer(_))));
    }
}
