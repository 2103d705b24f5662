//! Checksums of objects (S3 User Guide, "Checking object integrity"): algorithms, how a multipart object's checksum comes
//! of its parts', and their text forms. Computing over a stream is `content`.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use crc_fast::CrcAlgorithm;
use serde::{Deserialize, Serialize};
use wire_auth::{ChecksumAlgorithm, Checksummer};

use crate::error::S3Error;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Algorithm {
    Crc32,
    Crc32c,
    Crc64Nvme,
    Sha1,
    Sha256,
}

/// How a multipart object's checksum relates to its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChecksumType {
    /// Of the whole object's bytes.
    FullObject,
    /// Of the parts' checksums, followed by `-` and their number.
    Composite,
}

/// A value of an algorithm, big-endian.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Checksum {
    pub algorithm: Algorithm,
    pub value: Vec<u8>,
}

/// An object's checksum as it is stored and told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ObjectChecksum {
    pub checksum: Checksum,
    pub checksum_type: ChecksumType,
    /// Number of parts of a composite checksum.
    pub parts: Option<u32>,
}

impl Algorithm {
    /// What S3 computes where the client names none.
    pub const DEFAULT: Self = Self::Crc64Nvme;

    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// By AWS's name. Names AWS knows and we don't build are refused as such.
    pub fn parse(name: &str) -> Result<Self, S3Error> {
        match name.to_ascii_uppercase().as_str() {
            "CRC32" => Ok(Self::Crc32),
            "CRC32C" => Ok(Self::Crc32c),
            "CRC64NVME" => Ok(Self::Crc64Nvme),
            "SHA1" => Ok(Self::Sha1),
            "SHA256" => Ok(Self::Sha256),
            "SHA512" | "MD5" | "XXHASH64" | "XXHASH3" | "XXHASH128" => {
                Err(S3Error::not_built(format!("the checksum algorithm {name}")))
            }
            _ => Err(S3Error::invalid_request(
                "Checksum algorithm provided is unsupported. Please try again with any of the valid types: [CRC32, CRC32C, \
                 CRC64NVME, SHA1, SHA256]",
            )),
        }
    }

    pub fn len_bytes(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }

    /// The header that carries it.
    pub fn header(self) -> &'static str {
        match self {
            Self::Crc32 => "x-amz-checksum-crc32",
            Self::Crc32c => "x-amz-checksum-crc32c",
            Self::Crc64Nvme => "x-amz-checksum-crc64nvme",
            Self::Sha1 => "x-amz-checksum-sha1",
            Self::Sha256 => "x-amz-checksum-sha256",
        }
    }

    fn crc(self) -> Option<CrcAlgorithm> {
        match self {
            Self::Crc32 => Some(CrcAlgorithm::Crc32IsoHdlc),
            Self::Crc32c => Some(CrcAlgorithm::Crc32Iscsi),
            Self::Crc64Nvme => Some(CrcAlgorithm::Crc64Nvme),
            Self::Sha1 | Self::Sha256 => None,
        }
    }

    /// The type a multipart upload of this algorithm has: as asked, or the algorithm's default.
    pub fn multipart_type(self, asked: Option<ChecksumType>) -> Result<ChecksumType, S3Error> {
        let (default, refused) = match self {
            Self::Crc32 | Self::Crc32c => (ChecksumType::Composite, None),
            Self::Crc64Nvme => (ChecksumType::FullObject, Some(ChecksumType::Composite)),
            Self::Sha1 | Self::Sha256 => (ChecksumType::Composite, Some(ChecksumType::FullObject)),
        };
        match asked {
            Some(asked) if Some(asked) == refused => {
                let text = format!(
                    "The {} checksum type cannot be used with the {} checksum algorithm.",
                    asked.name(),
                    self.name().to_ascii_lowercase()
                );
                Err(S3Error::invalid_request(text))
            }
            asked => Ok(asked.unwrap_or(default)),
        }
    }
}

impl ChecksumType {
    pub fn name(self) -> &'static str {
        match self {
            Self::FullObject => "FULL_OBJECT",
            Self::Composite => "COMPOSITE",
        }
    }
}

impl Checksum {
    pub fn to_base64(&self) -> String {
        STANDARD.encode(&self.value)
    }

    /// A value as a header gives it.
    pub fn parse(algorithm: Algorithm, text: &str) -> Result<Self, S3Error> {
        match STANDARD.decode(text) {
            Ok(value) if value.len() == algorithm.len_bytes() => Ok(Self { algorithm, value }),
            _ => {
                let text = format!("Value for {} header is invalid.", algorithm.header());
                Err(S3Error::invalid_request(text))
            }
        }
    }

    fn as_u64(&self) -> u64 {
        self.value.iter().fold(0, |n, byte| n << 8 | u64::from(*byte))
    }
}

impl ObjectChecksum {
    pub fn full(checksum: Checksum) -> Self {
        Self { checksum, checksum_type: ChecksumType::FullObject, parts: None }
    }

    /// Base 64, with `-N` where it is composite.
    pub fn to_text(&self) -> String {
        match self.parts {
            Some(parts) => format!("{}-{parts}", self.checksum.to_base64()),
            None => self.checksum.to_base64(),
        }
    }
}

/// The checksum of the whole from its parts' checksums and sizes. `None` for no parts, parts of another algorithm, or an
/// algorithm that cannot be combined.
pub fn combine(algorithm: Algorithm, parts: &[(Checksum, u64)]) -> Option<Checksum> {
    let crc = algorithm.crc()?;
    let mut parts = parts.iter();
    let (first, _) = parts.next().filter(|(part, _)| part.algorithm == algorithm)?;
    let mut whole = first.as_u64();
    for (part, size_bytes) in parts {
        if part.algorithm != algorithm {
            return None;
        }
        whole = crc_fast::checksum_combine(crc, whole, part.as_u64(), *size_bytes);
    }
    Some(Checksum { algorithm, value: tail(whole, algorithm) })
}

fn tail(crc: u64, algorithm: Algorithm) -> Vec<u8> {
    let bytes = crc.to_be_bytes();
    bytes.get(8 - algorithm.len_bytes()..).unwrap_or_default().to_vec()
}

/// The checksum of the parts' checksums.
pub fn compose(algorithm: Algorithm, parts: &[(Checksum, u64)]) -> ObjectChecksum {
    let mut digest = Digester::new(algorithm);
    for (part, _) in parts {
        digest.update(&part.value);
    }
    ObjectChecksum {
        checksum: digest.finish(),
        checksum_type: ChecksumType::Composite,
        parts: Some(u32::try_from(parts.len()).unwrap_or(u32::MAX)),
    }
}

/// Computes one checksum over bytes as they come.
pub struct Digester(Algorithm, Checksummer);

impl Digester {
    pub fn new(algorithm: Algorithm) -> Self {
        Self(algorithm, Checksummer::new(algorithm.into()))
    }

    pub fn update(&mut self, bytes: &[u8]) {
        self.1.update(bytes);
    }

    pub fn finish(self) -> Checksum {
        Checksum { algorithm: self.0, value: self.1.finish() }
    }
}

impl From<Algorithm> for ChecksumAlgorithm {
    fn from(algorithm: Algorithm) -> Self {
        match algorithm {
            Algorithm::Crc32 => Self::Crc32,
            Algorithm::Crc32c => Self::Crc32c,
            Algorithm::Crc64Nvme => Self::Crc64Nvme,
            Algorithm::Sha1 => Self::Sha1,
            Algorithm::Sha256 => Self::Sha256,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const ALL: [Algorithm; 5] =
        [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme, Algorithm::Sha1, Algorithm::Sha256];

    fn of(algorithm: Algorithm, bytes: &[u8]) -> Checksum {
        let mut digest = Digester::new(algorithm);
        digest.update(bytes);
        digest.finish()
    }

    #[test]
    fn known_values_hold() {
        let text = |algorithm| hex::encode(of(algorithm, b"123456789").value);
        assert_eq!(text(Algorithm::Crc32), "cbf43926");
        assert_eq!(text(Algorithm::Crc32c), "e3069283");
        assert_eq!(text(Algorithm::Crc64Nvme), "ae8b14860a799888");
        assert_eq!(of(Algorithm::Crc64Nvme, b"").to_base64(), "AAAAAAAAAAA=");
    }

    #[test]
    fn a_composite_checksum_is_of_the_parts_checksums() {
        let parts = [(of(Algorithm::Sha256, b"a"), 1), (of(Algorithm::Sha256, b"b"), 1)];
        let mut joined = parts[0].0.value.clone();
        joined.extend(&parts[1].0.value);
        let whole = compose(Algorithm::Sha256, &parts);
        assert_eq!(whole.to_text(), format!("{}-2", of(Algorithm::Sha256, &joined).to_base64()));
        assert_eq!(combine(Algorithm::Sha256, &parts), None);
    }

    #[test]
    fn types_that_do_not_exist_are_refused() {
        assert!(Algorithm::Crc64Nvme.multipart_type(Some(ChecksumType::Composite)).is_err());
        assert!(Algorithm::Sha1.multipart_type(Some(ChecksumType::FullObject)).is_err());
        assert_eq!(Algorithm::Crc32.multipart_type(None).unwrap(), ChecksumType::Composite);
        assert_eq!(
            Algorithm::Crc32.multipart_type(Some(ChecksumType::FullObject)).unwrap(),
            ChecksumType::FullObject
        );
    }

    #[test]
    fn names_and_values_are_read() {
        for algorithm in ALL {
            assert_eq!(Algorithm::parse(algorithm.name()).unwrap(), algorithm);
            let checksum = of(algorithm, b"x");
            assert_eq!(Checksum::parse(algorithm, &checksum.to_base64()).unwrap(), checksum);
            assert!(Checksum::parse(algorithm, "AA==").is_err());
        }
        assert_eq!(Algorithm::parse("XXHASH3").unwrap_err().code, "NotImplemented");
        assert_eq!(Algorithm::parse("ROT13").unwrap_err().code, "InvalidRequest");
    }

    proptest! {
        #[test]
        fn combined_parts_have_the_checksum_of_the_whole(
            parts in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..200), 1..6),
        ) {
            let whole = parts.concat();
            for algorithm in [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme] {
                let sums: Vec<_> = parts.iter().map(|part| (of(algorithm, part), part.len() as u64)).collect();
                prop_assert_eq!(combine(algorithm, &sums), Some(of(algorithm, &whole)));
            }
        }
    }
}
