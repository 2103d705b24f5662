//! Why a document is no policy, in IAM's words.

/// The text of `MalformedPolicyDocument`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PolicyError(pub String);

impl PolicyError {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// What IAM says of anything it cannot read at all.
    pub fn syntax() -> Self {
        Self::new("Syntax errors in policy.")
    }
}

impl std::fmt::Display for PolicyError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for PolicyError {}
