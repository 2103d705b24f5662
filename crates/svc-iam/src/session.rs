//! Session tokens: sealed, not stored. A token is `version | JSON | HMAC-SHA256`, in base 64; the secret key of a session
//! is an HMAC of its access key id. Whoever does not know the platform's key can make neither.

use base_time::Timestamp;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;
use wire_auth::{AuthError, hmac_sha256};

/// Bumped when the form changes; older tokens then end early.
const FORM: u8 = 1;
const TAG_BYTES: usize = 32;
/// More than any token made here.
const MAX_TOKEN_CHARS: usize = 16 * 1024;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Session {
    #[serde(rename = "k")]
    pub access_key_id: String,
    #[serde(rename = "e")]
    pub expires: Timestamp,
    #[serde(rename = "a")]
    pub account: String,
    #[serde(rename = "w")]
    pub who: Who,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) enum Who {
    #[serde(rename = "t")]
    Root,
    #[serde(rename = "u")]
    User { name: String, id: String },
    #[serde(rename = "r")]
    Role {
        arn: String,
        id: String,
        session_name: String,
        /// Documents, or ARNs of managed policies.
        #[serde(rename = "p", default, skip_serializing_if = "Vec::is_empty")]
        policies: Vec<String>,
    },
}

/// Seals and opens tokens.
#[derive(Clone)]
pub(crate) struct Sealer {
    token_key: [u8; 32],
    secret_key: [u8; 32],
}

impl Sealer {
    pub(crate) fn new(platform_key: &[u8]) -> Self {
        Self {
            token_key: hmac_sha256(platform_key, &[b"session token"]),
            secret_key: hmac_sha256(platform_key, &[b"session secret"]),
        }
    }

    /// 40 characters, as every secret access key.
    pub(crate) fn secret_of(&self, access_key_id: &str) -> String {
        STANDARD.encode(&hmac_sha256(&self.secret_key, &[access_key_id.as_bytes()])[..30])
    }

    pub(crate) fn seal(&self, session: &Session) -> Result<String, serde_json::Error> {
        let mut bytes = vec![FORM];
        serde_json::to_writer(&mut bytes, session)?;
        let tag = hmac_sha256(&self.token_key, &[&bytes]);
        bytes.extend_from_slice(&tag);
        Ok(STANDARD.encode(bytes))
    }

    /// Opens a token made by `seal`, whatever its age.
    pub(crate) fn open(&self, token: &str) -> Result<Session, AuthError> {
        if token.len() > MAX_TOKEN_CHARS {
            return Err(AuthError::InvalidToken);
        }
        let bytes = STANDARD.decode(token).map_err(|_| AuthError::InvalidToken)?;
        let at = bytes.len().checked_sub(TAG_BYTES).ok_or(AuthError::InvalidToken)?;
        let (sealed, tag) = bytes.split_at(at);
        if !bool::from(hmac_sha256(&self.token_key, &[sealed]).ct_eq(tag)) {
            return Err(AuthError::InvalidToken);
        }
        match sealed.split_first() {
            Some((&FORM, json)) => serde_json::from_slice(json).map_err(|_| AuthError::InvalidToken),
            _ => Err(AuthError::InvalidToken),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn session() -> Session {
        Session {
            access_key_id: "ASIAEXAMPLE".to_owned(),
            expires: Timestamp::from_secs(100),
            account: "123456789012".to_owned(),
            who: Who::Role {
                arn: "arn:aws:iam::123456789012:role/r".to_owned(),
                id: "AROA1".to_owned(),
                session_name: "s".to_owned(),
                policies: Vec::new(),
            },
        }
    }

    #[test]
    fn a_token_opens_with_its_own_key_only() {
        let sealer = Sealer::new(b"key");
        let token = sealer.seal(&session()).unwrap();
        assert_eq!(sealer.open(&token), Ok(session()));
        assert_eq!(Sealer::new(b"other").open(&token), Err(AuthError::InvalidToken));
    }

    #[test]
    fn every_changed_byte_is_found() {
        let sealer = Sealer::new(b"key");
        let bytes = STANDARD.decode(sealer.seal(&session()).unwrap()).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 1;
            assert!(sealer.open(&STANDARD.encode(changed)).is_err());
        }
        for garbage in ["", "AAAA", "not base 64!"] {
            assert!(sealer.open(garbage).is_err());
        }
    }

    #[test]
    fn secrets_differ_by_key_id_and_are_forty_characters() {
        let sealer = Sealer::new(b"key");
        assert_eq!(sealer.secret_of("ASIA1").len(), 40);
        assert_ne!(sealer.secret_of("ASIA1"), sealer.secret_of("ASIA2"));
    }
}
