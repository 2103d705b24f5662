//! Policies: parsing, validating and evaluating them (IAM User Guide, "IAM JSON policy element reference" and "Policy
//! evaluation logic"). Pure: no store, no clock.
//!
//! A document is parsed once into a `Policy` (`cache` keeps it by its text); `evaluate` then decides a request against the
//! policies that apply to it. Condition keys are computed only when a condition or variable asks for them.

mod cache;
mod condition;
mod context;
mod document;
mod error;
mod evaluate;
mod pattern;
mod principal;
mod validate;

pub use cache::PolicyCache;
pub(crate) use context::RequestFacts;
pub use context::{Context, Facts, Values};
pub use document::{Effect, Policy, Statement};
pub use error::PolicyError;
pub use evaluate::{Decision, PolicySet, Reason, Request, Source, evaluate};
pub use pattern::Pattern;
pub use principal::{Match, PrincipalClause};
pub use validate::{Kind, parse_valid};
