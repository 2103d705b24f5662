//! Writing what happened: rows and events of one transition in one commit.

use base_time::Timestamp;
use store_kv::Transaction;
use store_table::TableError;

use crate::model::{Event, ResourceRow, Stack, StepRow};
use crate::tables::{EVENTS, RESOURCES, STEPS};
use crate::{Executor, error::ExecError};

/// A transition's rows.
#[derive(Debug, Clone, Default)]
pub(crate) struct Transition {
    pub steps: Vec<(usize, StepRow)>,
    /// `None` removes the row.
    pub resources: Vec<(String, Option<ResourceRow>)>,
    pub events: Vec<Event>,
}

impl Transition {
    pub fn write(&self, tx: &Transaction, uuid: &str) -> Result<(), TableError> {
        for (index, row) in &self.steps {
            let index = u32::try_from(*index).unwrap_or(u32::MAX);
            STEPS.put(tx, (uuid, index), row)?;
        }
        for (id, row) in &self.resources {
            match row {
                Some(row) => RESOURCES.put(tx, (uuid, id), row)?,
                None => RESOURCES.delete(tx, (uuid, id)),
            }
        }
        for event in &self.events {
            EVENTS.append(tx, (uuid,), event)?;
        }
        Ok(())
    }
}

impl Executor {
    pub(crate) async fn record(&self, uuid: &str, transition: &Transition) -> Result<(), ExecError> {
        self.0
            .store
            .transact(|tx| async move {
                transition.write(&tx, uuid)?;
                Ok::<_, ExecError>(())
            })
            .await
    }
}

/// An event of the stack itself.
pub fn stack_event(
    stack: &Stack,
    id: String,
    reason: Option<String>,
    token: Option<String>,
    time: Timestamp,
) -> Event {
    Event {
        id,
        logical_id: stack.name.clone(),
        physical_id: Some(stack.id()),
        type_name: "AWS::CloudFormation::Stack".to_owned(),
        status: stack.status.as_str().to_owned(),
        reason,
        properties: None,
        time,
        client_token: token,
    }
}
