//! The hashes of a body, all in one pass, and what they must be.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use http::HeaderMap;
use md5::{Digest, Md5};

use crate::checksum::{Algorithm, Checksum, Digester};
use crate::error::S3Error;
use crate::etag::Md5Digest;
use crate::request::AskedChecksum;

/// What a body must be.
#[derive(Debug)]
pub struct Expectations {
    pub md5: Option<Md5Digest>,
    pub asked: AskedChecksum,
    /// The algorithm whose value is stored.
    pub stored_algorithm: Algorithm,
    pub max_bytes: u64,
}

/// Hashes under way.
pub struct Digests {
    expected: Expectations,
    md5: Md5,
    stored: Digester,
    /// Where the client asked for another algorithm than is stored.
    asked: Option<(Algorithm, Digester)>,
}

/// Hashes of a body that is what it must be.
#[derive(Debug)]
pub struct Digested {
    pub md5: Md5Digest,
    pub stored: Checksum,
    pub asked: Option<Checksum>,
}

impl Digests {
    pub fn new(expected: Expectations) -> Self {
        let other = expected.asked.algorithm.filter(|asked| *asked != expected.stored_algorithm);
        let asked = other.map(|algorithm| (algorithm, Digester::new(algorithm)));
        Self { md5: Md5::new(), stored: Digester::new(expected.stored_algorithm), asked, expected }
    }

    pub fn update(&mut self, bytes: &[u8]) {
        self.md5.update(bytes);
        self.stored.update(bytes);
        if let Some((_, digester)) = &mut self.asked {
            digester.update(bytes);
        }
    }

    /// Compares with what the headers said, and with checksums that came behind the body.
    pub fn finish(self, trailers: Option<&HeaderMap>) -> Result<Digested, S3Error> {
        let md5: Md5Digest = self.md5.finalize().into();
        if let Some(expected) = self.expected.md5.filter(|expected| *expected != md5) {
            return Err(S3Error::bad_digest(&STANDARD.encode(md5), &STANDARD.encode(expected)));
        }
        let stored = self.stored.finish();
        let asked = self.asked.map(|(_, digester)| digester.finish());
        let digested = Digested { md5, stored, asked };
        if let Some(claimed) = &self.expected.asked.claimed {
            digested.check(claimed)?;
        }
        for claimed in trailers.map(claims).transpose()?.unwrap_or_default() {
            digested.check(&claimed)?;
        }
        Ok(digested)
    }
}

impl Digested {
    fn check(&self, claimed: &Checksum) -> Result<(), S3Error> {
        let computed = [Some(&self.stored), self.asked.as_ref()];
        let same = computed.into_iter().flatten().find(|computed| computed.algorithm == claimed.algorithm);
        match same {
            Some(computed) if computed == claimed => Ok(()),
            Some(_) => Err(S3Error::bad_checksum(claimed.algorithm.name())),
            // It was never announced, so it was not computed; unchecked it must not pass.
            None => Err(S3Error::invalid_request(
                "The value specified in the x-amz-trailer header is not supported",
            )),
        }
    }
}

fn claims(trailers: &HeaderMap) -> Result<Vec<Checksum>, S3Error> {
    let all = [Algorithm::Crc32, Algorithm::Crc32c, Algorithm::Crc64Nvme, Algorithm::Sha1, Algorithm::Sha256];
    let given = all.into_iter().filter_map(|algorithm| Some((algorithm, trailers.get(algorithm.header())?)));
    given.map(|(algorithm, value)| Checksum::parse(algorithm, value.to_str().unwrap_or_default())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::etag::md5_of;

    fn finish(
        asked: AskedChecksum,
        md5: Option<Md5Digest>,
        trailer: Option<(&'static str, &str)>,
    ) -> Result<Digested, S3Error> {
        let expected = Expectations { md5, asked, stored_algorithm: Algorithm::Crc64Nvme, max_bytes: 100 };
        let mut digests = Digests::new(expected);
        digests.update(b"12345");
        digests.update(b"6789");
        let trailers: HeaderMap = trailer
            .into_iter()
            .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
            .collect();
        digests.finish(Some(&trailers))
    }

    fn asked(algorithm: Algorithm, claimed: Option<&str>) -> AskedChecksum {
        let claimed = claimed.map(|text| Checksum::parse(algorithm, text).unwrap());
        AskedChecksum { claimed, algorithm: Some(algorithm) }
    }

    #[test]
    fn what_is_asked_is_computed_beside_what_is_stored() {
        let digested =
            finish(asked(Algorithm::Crc32, Some("y/Q5Jg==")), Some(md5_of(b"123456789")), None).unwrap();
        assert_eq!(digested.stored.algorithm, Algorithm::Crc64Nvme);
        assert_eq!(digested.asked.unwrap().to_base64(), "y/Q5Jg==");
    }

    #[test]
    fn each_mismatch_is_an_error() {
        let code = |outcome: Result<Digested, S3Error>| outcome.unwrap_err().code;
        assert_eq!(code(finish(AskedChecksum::default(), Some([0; 16]), None)), "BadDigest");
        assert_eq!(code(finish(asked(Algorithm::Crc32, Some("AAAAAA==")), None, None)), "BadDigest");
        let trailer = |value| Some(("x-amz-checksum-crc32", value));
        assert_eq!(code(finish(asked(Algorithm::Crc32, None), None, trailer("AAAAAA=="))), "BadDigest");
        assert!(finish(asked(Algorithm::Crc32, None), None, trailer("y/Q5Jg==")).is_ok());
        assert_eq!(code(finish(AskedChecksum::default(), None, trailer("y/Q5Jg=="))), "InvalidRequest");
    }
}
