//! What is stored, with the key layouts. Rows of a stack are under its UUID, so that a name used again finds nothing of
//! its predecessor.

use store_kv::Versionstamp;
use store_table::{Table, TableId};

use crate::model::{Event, Export, Import, NameRow, Operation, ResourceRow, Stack, StepRow, StoredTemplate};

/// CloudFormation's number (ARCHITECTURE.md).
pub const SERVICE: u8 = 8;

/// (account, region, UUID)
pub const STACKS: Table<(String, String, String), Stack> = Table::new(TableId::rows(SERVICE, 1));

/// (account, region, name) -> the UUID of the stack that has the name now
pub const NAMES: Table<(String, String, String), NameRow> = Table::new(TableId::rows(SERVICE, 2));

/// (stack UUID, `CURRENT`, `NEXT` or a change set's UUID)
pub const TEMPLATES: Table<(String, String), StoredTemplate> = Table::new(TableId::rows(SERVICE, 3));

/// The stack's template.
pub const CURRENT: &str = "current";

/// The template of the operation under way.
pub const NEXT: &str = "next";

/// (stack UUID, logical id)
pub const RESOURCES: Table<(String, String), ResourceRow> = Table::new(TableId::rows(SERVICE, 4));

/// (stack UUID) -> the operation under way
pub const OPERATIONS: Table<(String,), Operation> = Table::new(TableId::rows(SERVICE, 5));

/// (stack UUID, index in the plan)
pub const STEPS: Table<(String, u32), StepRow> = Table::new(TableId::rows(SERVICE, 6));

/// (stack UUID, commit)
pub const EVENTS: Table<(String, Versionstamp), Event> = Table::new(TableId::log(SERVICE, 7));

/// (account, region, export name)
pub const EXPORTS: Table<(String, String, String), Export> = Table::new(TableId::rows(SERVICE, 8));

/// (account, region, export name, UUID of the importing stack)
pub const IMPORTS: Table<(String, String, String, String), Import> = Table::new(TableId::rows(SERVICE, 9));
