//! What Parameter Store stores, with the key layouts.

use store_table::{Table, TableId};

use crate::model::{Parameter, Revision};

const SERVICE: u8 = 9;

/// (account, region, name)
pub type ParameterKey = (String, String, String);

pub const PARAMETERS: Table<ParameterKey, Parameter> = Table::new(TableId::rows(SERVICE, 1));

/// (account, region, name, version): every version kept, the latest too
pub const REVISIONS: Table<(String, String, String, u64), Revision> = Table::new(TableId::rows(SERVICE, 2));
