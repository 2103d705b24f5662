//! What is kept of a stack: the stack itself, its resources, the operation under way and its steps, events.

use base_time::Timestamp;
use cfn_plan::plan::ResourceState;
use indexmap::IndexMap;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::caller::Caller;
use crate::machine::{Phase, StepStatus};
use crate::status::{ResourceStatus, StackStatus};

/// A parameter's value.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ParameterValue {
    /// As given; the default where none was.
    pub value: String,
    /// What Parameter Store answered, for parameters of its types.
    pub resolved: Option<String>,
    /// Masked wherever it is shown.
    pub no_echo: bool,
}

/// What was asked of a stack: everything but the template that an operation may change.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Spec {
    pub description: Option<String>,
    pub parameters: IndexMap<String, ParameterValue>,
    pub tags: Vec<(String, String)>,
    pub capabilities: Vec<String>,
    pub role_arn: Option<String>,
    /// Exports of other stacks the template imports, with the values they had.
    pub imports: IndexMap<String, String>,
}

/// An output with its value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StackOutput {
    pub name: String,
    pub value: String,
    pub description: Option<String>,
    pub export_name: Option<String>,
}

/// A stack.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Stack {
    pub account: String,
    pub region: String,
    pub name: String,
    pub uuid: String,
    pub status: StackStatus,
    pub status_reason: Option<String>,
    pub created: Timestamp,
    pub updated: Option<Timestamp>,
    pub deleted: Option<Timestamp>,
    pub spec: Spec,
    pub outputs: Vec<StackOutput>,
    pub termination_protection: bool,
    pub policy: Option<String>,
    pub disable_rollback: bool,
    pub timeout_minutes: Option<u32>,
    /// The change set executed last.
    pub change_set_id: Option<String>,
    /// The last operation's client token and what it was (`CreateStack`, ..).
    pub last_request: Option<(String, String)>,
}

impl Stack {
    /// `arn:aws:cloudformation:{region}:{account}:stack/{name}/{uuid}`.
    pub fn id(&self) -> String {
        format!("arn:aws:cloudformation:{}:{}:stack/{}/{}", self.region, self.account, self.name, self.uuid)
    }

    /// The key of its row.
    pub fn key(&self) -> (String, String, String) {
        (self.account.clone(), self.region.clone(), self.uuid.clone())
    }
}

/// A template as it was submitted and as it is after transforms.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StoredTemplate {
    pub original: String,
    /// What the plan is made of.
    pub processed: Value,
    /// Names in `Transform`.
    pub transforms: Vec<String>,
}

/// A resource as the stack has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResourceRow {
    pub type_name: String,
    pub physical_id: Option<String>,
    pub status: ResourceStatus,
    pub reason: Option<String>,
    pub updated: Timestamp,
    /// `None` while it doesn't exist (yet, or any more).
    pub state: Option<ResourceState>,
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OperationKind {
    Create,
    Update,
    Delete,
}

/// What to do when a creation or update fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum OnFailure {
    Rollback,
    /// Creation only: the stack goes too.
    Delete,
    /// Creation only: what was made stays.
    DoNothing,
}

/// An operation under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Operation {
    /// UUID.
    pub id: String,
    pub account: String,
    pub region: String,
    pub kind: OperationKind,
    pub phase: Phase,
    /// The plan was made with the stack's tags changing.
    pub retag: bool,
    /// What the stack will be.
    pub spec: Spec,
    pub on_failure: OnFailure,
    /// Resources made by this operation go even where their policy says `Retain`, if it is undone.
    pub retain_except_on_create: bool,
    /// `RetainResources`, of a deletion.
    pub keep: Vec<String>,
    pub caller: Caller,
    pub client_token: Option<String>,
    /// Why no further step is begun.
    pub cancel: Option<String>,
    /// When it is cancelled by itself.
    pub deadline: Option<Timestamp>,
    /// Waits for ContinueUpdateRollback.
    pub is_paused: bool,
}

/// What a step came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum Outcome {
    Created,
    Updated,
    Replaced,
    Unchanged,
    Removed,
}

/// A step of the operation under way.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepRow {
    pub logical_id: String,
    pub status: StepStatus,
    /// The end of the generated name; the same for every try.
    pub random: String,
    /// The resource before the operation.
    pub before: Option<ResourceState>,
    /// What it came to; `None` before it was begun.
    pub outcome: Option<Outcome>,
    /// What was made.
    pub made: Option<ResourceState>,
}

/// An event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Event {
    pub id: String,
    pub logical_id: String,
    pub physical_id: Option<String>,
    pub type_name: String,
    pub status: String,
    pub reason: Option<String>,
    /// JSON text.
    pub properties: Option<String>,
    pub time: Timestamp,
    pub client_token: Option<String>,
}

/// A value exported to other stacks of the account and region.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Export {
    pub value: String,
    pub stack_id: String,
    pub stack_name: String,
}

/// A stack that imports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Import {
    pub stack_name: String,
}

/// Which stack has a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NameRow {
    pub uuid: String,
}

macro_rules! first_version {
    ($($record:ty),+) => {
        $(impl store_table::JsonRecord for $record {
            const VERSION: u8 = 1;
            type Previous = store_table::First;
            fn migrate(previous: store_table::First) -> Self {
                match previous {}
            }
        })+
    };
}

first_version!(Stack, StoredTemplate, ResourceRow, Operation, StepRow, Event, Export, Import, NameRow);
