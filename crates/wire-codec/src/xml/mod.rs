//! XML: restXml bodies, and the answers of query and ec2.

pub(crate) mod read;
pub(crate) mod write;
