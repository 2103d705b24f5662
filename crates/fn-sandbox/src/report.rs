//! Which parts of the isolation are in force: tried, not guessed.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A step of making an environment failed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{step}: {cause}")]
pub struct StepError {
    /// What was being done, in words.
    pub step: String,
    /// The system's answer.
    pub cause: String,
}

impl StepError {
    pub(crate) fn new(step: &str, cause: impl fmt::Display) -> Self {
        Self { step: step.to_owned(), cause: cause.to_string() }
    }
}

/// Names the step in the error.
pub(crate) trait Step<T> {
    fn step(self, name: &str) -> Result<T, StepError>;
}

impl<T, E: fmt::Display> Step<T> for Result<T, E> {
    fn step(self, name: &str) -> Result<T, StepError> {
        self.map_err(|cause| StepError::new(name, cause))
    }
}

/// One part of the isolation.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IsolationPart {
    pub name: String,
    pub state: PartState,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum PartState {
    /// As designed.
    InForce(String),
    /// A weaker means stands in; says which and why.
    Weaker(String),
    /// Nothing stands in; says why.
    Missing(String),
}

impl IsolationPart {
    pub(crate) fn in_force(name: &str, how: impl Into<String>) -> Self {
        Self { name: name.to_owned(), state: PartState::InForce(how.into()) }
    }

    pub(crate) fn weaker(name: &str, why: impl Into<String>) -> Self {
        Self { name: name.to_owned(), state: PartState::Weaker(why.into()) }
    }

    pub(crate) fn missing(name: &str, why: impl Into<String>) -> Self {
        Self { name: name.to_owned(), state: PartState::Missing(why.into()) }
    }
}

impl fmt::Display for IsolationPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.state {
            PartState::InForce(how) => write!(f, "{}: in force ({how})", self.name),
            PartState::Weaker(why) => write!(f, "{}: weaker ({why})", self.name),
            PartState::Missing(why) => write!(f, "{}: missing ({why})", self.name),
        }
    }
}

/// What `haneul doctor` shows of function isolation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct IsolationReport {
    /// Running without root's rights, in a user namespace.
    pub rootless: bool,
    pub parts: Vec<IsolationPart>,
}

impl IsolationReport {
    /// Parts that are not as designed.
    pub fn shortcomings(&self) -> impl Iterator<Item = &IsolationPart> {
        self.parts.iter().filter(|part| !matches!(part.state, PartState::InForce(_)))
    }
}

impl fmt::Display for IsolationReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "privileges: {}", if self.rootless { "user namespace (rootless)" } else { "root" })?;
        for part in &self.parts {
            writeln!(f, "{part}")?;
        }
        Ok(())
    }
}
