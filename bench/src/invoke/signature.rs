//! Signature Version 4 for one POST to Lambda, written out step by step: an independent hand checks the server's.

use anyhow::{Context, Result};
use base_time::Timestamp;
use hmac::{Hmac, KeyInit, Mac};
use sha2::{Digest, Sha256};

const SERVICE: &str = "lambda";

/// Signs with one access key.
pub struct Signer {
    access_key_id: String,
    secret_access_key: String,
    region: String,
}

impl Signer {
    /// From the variables every AWS client reads.
    pub fn from_environment(region: &str) -> Result<Self> {
        let variable = |name: &str| std::env::var(name).with_context(|| format!("{name} is not set"));
        Ok(Self {
            access_key_id: variable("AWS_ACCESS_KEY_ID")?,
            secret_access_key: variable("AWS_SECRET_ACCESS_KEY")?,
            region: region.to_owned(),
        })
    }

    /// The headers that make the request a signed one.
    pub fn headers(&self, host: &str, path: &str, body: &[u8], now: Timestamp) -> String {
        let time = now.to_basic();
        let day = &time[..8];
        let digest = hex::encode(Sha256::digest(body));
        let canonical =
            format!("POST\n{path}\n\nhost:{host}\nx-amz-date:{time}\n\nhost;x-amz-date\n{digest}");
        let scope = format!("{day}/{}/{SERVICE}/aws4_request", self.region);
        let hashed = hex::encode(Sha256::digest(canonical.as_bytes()));
        let to_sign = format!("AWS4-HMAC-SHA256\n{time}\n{scope}\n{hashed}");
        let signature = hex::encode(hmac(&self.key(day), to_sign.as_bytes()));
        format!(
            "X-Amz-Date: {time}\r\nAuthorization: AWS4-HMAC-SHA256 Credential={}/{scope}, \
             SignedHeaders=host;x-amz-date, Signature={signature}\r\n",
            self.access_key_id
        )
    }

    fn key(&self, day: &str) -> Vec<u8> {
        let secret = format!("AWS4{}", self.secret_access_key);
        let parts = [day, &self.region, SERVICE, "aws4_request"];
        parts.iter().fold(secret.into_bytes(), |key, part| hmac(&key, part.as_bytes()))
    }
}

fn hmac(key: &[u8], data: &[u8]) -> Vec<u8> {
    // HMAC takes keys of any length; the error is of other algorithms.
    let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(key) else { return Vec::new() };
    mac.update(data);
    mac.finalize().into_bytes().to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Computed with botocore's SigV4Auth.
    #[test]
    fn the_signature_is_the_one_botocore_makes() {
        let signer = Signer {
            access_key_id: "AKIDEXAMPLE".into(),
            secret_access_key: "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY".into(),
            region: "us-east-1".into(),
        };
        let now = Timestamp::from_secs(1_767_225_600);
        let headers = signer.headers("127.0.0.1:4566", "/2015-03-31/functions/hello/invocations", b"{}", now);
        assert!(headers.contains("X-Amz-Date: 20260101T000000Z\r\n"), "{headers}");
        assert!(headers.contains(BOTOCORE_SIGNATURE), "{headers}");
    }

    const BOTOCORE_SIGNATURE: &str = "17087e15be3102c18590d8231d7bb9cf2b4093f6519a0724439dfab89a96a8b7";
}
