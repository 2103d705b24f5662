//! Change sets: what is kept of one, and finding it.

use base_time::Timestamp;
use cfn_exec::model::{OnFailure, Spec, Stack};
use cfn_plan::plan::{Change, ChangeAction, ChangeSource, Evaluation, Recreation, Replacement};
use port::{Arn, RequestContext};
use serde::{Deserialize, Serialize};
use store_kv::Read;
use store_table::Scan;

use crate::error::{self, Failure, validation};
use crate::lookup;
use crate::tables::CHANGE_SETS;

/// `Status`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ChangeSetStatus {
    CreateComplete,
    Failed,
}

/// `ExecutionStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum ExecutionStatus {
    Unavailable,
    Available,
    ExecuteInProgress,
    Obsolete,
}

/// A change set.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ChangeSet {
    pub name: String,
    pub uuid: String,
    pub description: Option<String>,
    /// It makes the stack.
    pub creates: bool,
    pub status: ChangeSetStatus,
    pub status_reason: Option<String>,
    pub execution: ExecutionStatus,
    pub created: Timestamp,
    pub spec: Spec,
    pub on_failure: Option<OnFailure>,
    pub changes: Vec<ChangeRow>,
    pub client_token: Option<String>,
}

/// One of its changes, in the API's words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeRow {
    pub action: String,
    pub logical_id: String,
    pub physical_id: Option<String>,
    pub type_name: String,
    pub replacement: Option<String>,
    pub scope: Vec<String>,
    pub details: Vec<DetailRow>,
    pub policy_action: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DetailRow {
    pub property: String,
    pub requires_recreation: String,
    pub evaluation: String,
    pub source: String,
    pub causing_entity: Option<String>,
}

impl store_table::JsonRecord for ChangeSet {
    const VERSION: u8 = 1;
    type Previous = store_table::First;
    fn migrate(previous: store_table::First) -> Self {
        match previous {}
    }
}

impl ChangeSet {
    /// `arn:aws:cloudformation:{region}:{account}:changeSet/{name}/{uuid}`.
    pub fn id(&self, stack: &Stack) -> String {
        let (region, account) = (&stack.region, &stack.account);
        format!("arn:aws:cloudformation:{region}:{account}:changeSet/{}/{}", self.name, self.uuid)
    }
}

impl From<&Change> for ChangeRow {
    fn from(change: &Change) -> Self {
        Self {
            action: match change.action {
                ChangeAction::Add => "Add",
                ChangeAction::Modify => "Modify",
                ChangeAction::Remove => "Remove",
            }
            .to_owned(),
            logical_id: change.logical_id.clone(),
            physical_id: change.physical_id.clone(),
            type_name: change.type_name.clone(),
            replacement: change.replacement.map(|replacement| {
                match replacement {
                    Replacement::True => "True",
                    Replacement::False => "False",
                    Replacement::Conditional => "Conditional",
                }
                .to_owned()
            }),
            scope: change.scope.iter().map(|scope| (*scope).to_owned()).collect(),
            details: change.details.iter().map(DetailRow::from).collect(),
            policy_action: change.policy_action.map(str::to_owned),
        }
    }
}

impl From<&cfn_plan::plan::ChangeDetail> for DetailRow {
    fn from(detail: &cfn_plan::plan::ChangeDetail) -> Self {
        Self {
            property: detail.property.clone(),
            requires_recreation: match detail.requires_recreation {
                Recreation::Never => "Never",
                Recreation::Conditionally => "Conditionally",
                Recreation::Always => "Always",
            }
            .to_owned(),
            evaluation: match detail.evaluation {
                Evaluation::Static => "Static",
                Evaluation::Dynamic => "Dynamic",
            }
            .to_owned(),
            source: match detail.source {
                ChangeSource::ResourceReference => "ResourceReference",
                ChangeSource::ParameterReference => "ParameterReference",
                ChangeSource::ResourceAttribute => "ResourceAttribute",
                ChangeSource::DirectModification => "DirectModification",
            }
            .to_owned(),
            causing_entity: detail.causing_entity.clone(),
        }
    }
}

/// A stack's change sets, oldest id first.
pub async fn all(read: &impl Read, stack: &Stack) -> Result<Vec<ChangeSet>, Failure> {
    let mut found = Vec::new();
    let mut after = None;
    loop {
        let page = CHANGE_SETS.scan(read, (&stack.uuid,), Scan::forward().after(after)).await?;
        found.extend(page.rows.into_iter().map(|(_, row)| row));
        after = page.next;
        if after.is_none() {
            return Ok(found);
        }
    }
}

/// By name within a stack, or by ARN.
pub async fn find(
    read: &impl Read,
    cx: &RequestContext,
    stack: Option<&str>,
    name: &str,
) -> Result<(Stack, ChangeSet), Failure> {
    let missing = || Failure::Api(error::no_change_set(name));
    let uuid =
        Arn::parse(name).and_then(|arn| Some(arn.resource.strip_prefix("changeSet/")?.split_once('/')?.1));
    if let Some(stack) = stack {
        let stack = lookup::stack(read, cx, stack).await?;
        let wanted = |set: &ChangeSet| uuid.map_or(set.name == name, |uuid| set.uuid == uuid);
        let set = all(read, &stack).await?.into_iter().find(wanted).ok_or_else(missing)?;
        return Ok((stack, set));
    }
    let Some(uuid) = uuid else {
        return Err(Failure::Api(validation(
            "StackName must be specified if ChangeSetName is not specified as an ARN.",
        )));
    };
    let mut after = None;
    loop {
        let page = CHANGE_SETS.scan(read, (), Scan::forward().after(after)).await?;
        if let Some(((stack, _), set)) = page.rows.into_iter().find(|((_, id), _)| id == uuid) {
            let key = (cx.account(), cx.region(), &stack);
            let stack = cfn_exec::tables::STACKS.get(read, key).await?.ok_or_else(missing)?;
            return Ok((stack, set));
        }
        after = page.next;
        if after.is_none() {
            return Err(missing());
        }
    }
}
