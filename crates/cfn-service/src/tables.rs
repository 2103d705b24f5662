//! What is stored besides the executor's tables: change sets.

use store_table::{Table, TableId};

use crate::change_set::ChangeSet;

/// (stack UUID, change set UUID). Its template is in the executor's `TEMPLATES` under the same key.
pub const CHANGE_SETS: Table<(String, String), ChangeSet> =
    Table::new(TableId::rows(cfn_exec::tables::SERVICE, 10));
