//! Query and ec2 requests: form-encoded parameters whose dotted names spell out a tree.

mod form;
mod read;

pub(crate) use form::Form;
pub(crate) use form::pairs;
pub(crate) use read::{Dialect, structure};
