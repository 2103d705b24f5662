//! One write of one item: what PutItem, UpdateItem, DeleteItem and the actions of transactions and batches do inside
//! their store transaction.

use std::sync::Arc;

use api_dynamodb::ReturnValue;
use store_kv::Transaction;

use crate::access::Facts;
use crate::error::{Error, Result};
use crate::expr::{Condition, Path, Projection, Update, known_set_type};
use crate::keys::{Keyed, check_nested};
use crate::model::{Index, IndexKind, TableInfo};
use crate::request::WriteCondition;
use crate::tables::ItemKey;
use crate::value::size::{MAX_ITEM_BYTES, item_size};
use crate::value::{Attributes, MAX_DEPTH, nesting};
use crate::write::{Change, Staged, read_item};

/// What is to be done to an item.
#[derive(Debug)]
pub enum Action {
    /// Shared with the outcome: a put item is never copied.
    Put(Arc<Attributes>),
    Delete {
        key: Attributes,
    },
    Update {
        key: Attributes,
        update: Update,
        /// From AttributeUpdates: some errors read differently.
        is_legacy: bool,
    },
    /// Only the condition is checked.
    Check {
        key: Attributes,
    },
}

impl Action {
    /// Puts an item, which may have at most 400 KB.
    pub fn put(item: Attributes) -> Result<Self> {
        if item_size(&item) > MAX_ITEM_BYTES {
            return Err(Error::Validation("Item size has exceeded the maximum allowed size".to_owned()));
        }
        Ok(Self::Put(Arc::new(item)))
    }
}

/// An action and the condition it depends on.
#[derive(Debug)]
pub struct ItemAction {
    pub action: Action,
    pub condition: WriteCondition,
    pub return_values: Option<ReturnValue>,
}

/// An item before and after an action that was staged.
#[derive(Debug)]
pub struct Outcome {
    pub before: Option<Attributes>,
    pub after: Option<Arc<Attributes>>,
    pub staged: Staged,
}

impl ItemAction {
    /// The attributes that hold the key.
    pub fn key_attributes(&self) -> &Attributes {
        match &self.action {
            Action::Put(item) => item,
            Action::Delete { key } | Action::Update { key, .. } | Action::Check { key } => key,
        }
    }

    /// What policies may ask of the action.
    pub(crate) fn facts(&self) -> Facts<'_> {
        let facts = Facts::of_items([self.key_attributes()]).reading(self.condition.condition.as_ref());
        let facts = facts.returning(self.return_values);
        match &self.action {
            Action::Update { update, .. } => {
                let mut names = Vec::new();
                update.visit_paths(&mut |path| names.push(path.root.clone()));
                facts.naming(names)
            }
            _ => facts,
        }
    }

    /// Checks everything that needs the table but not the item; returns the item's key.
    pub fn check(&self, table: &TableInfo) -> Result<ItemKey> {
        let keyed = Keyed::of(table);
        let key = match &self.action {
            Action::Put(item) => keyed.item(item)?,
            Action::Delete { key } | Action::Check { key } => keyed.key(key)?,
            Action::Update { key, update, .. } => {
                let key = keyed.key(key)?;
                check_update(table, update)?;
                key
            }
        };
        if let Some(condition) = &self.condition.condition {
            check_paths(table, condition)?;
        }
        Ok(key)
    }

    /// Reads the item, checks the condition and stages the change.
    pub async fn run(&self, tx: &Transaction, table: &Arc<TableInfo>, key: &ItemKey) -> Result<Outcome> {
        let before = read_item(tx, key).await?;
        if let Some(condition) = &self.condition.condition {
            let empty = Attributes::new();
            if !condition.matches(before.as_ref().unwrap_or(&empty)) {
                return Err(Error::ConditionFailed(
                    before.filter(|_| self.condition.returns_item_on_failure),
                ));
            }
        }
        let after = match &self.action {
            Action::Put(item) => Some(item.clone()),
            Action::Delete { .. } => None,
            Action::Check { .. } => {
                let after = before.clone().map(Arc::new);
                return Ok(Outcome { before, after, staged: Staged::default() });
            }
            Action::Update { key, update, is_legacy } => {
                updated(table, key, update, *is_legacy, before.as_ref())?
            }
        };
        let change = Change { table, key, before: before.as_ref(), after: after.as_deref() };
        let staged = change.stage(tx).await?;
        Ok(Outcome { before, after, staged })
    }
}

/// The item after an update; none where nothing was there and the update only takes away.
fn updated(
    table: &TableInfo,
    key: &Attributes,
    update: &Update,
    is_legacy: bool,
    before: Option<&Attributes>,
) -> Result<Option<Arc<Attributes>>> {
    let only_takes_away = update.set.is_empty() && update.add.is_empty() && update.targets().next().is_some();
    let item = match before {
        Some(before) => update.apply(before),
        None => update.apply(key),
    };
    let item = item.map_err(|message| {
        let is_type_error = message == crate::expr::INCORRECT_TYPE;
        if is_legacy && is_type_error { "Type mismatch for attribute to update".to_owned() } else { message }
    })?;
    if before.is_none() && only_takes_away {
        return Ok(None);
    }
    if item_size(&item) > MAX_ITEM_BYTES {
        return Err(Error::Validation(
            "Item size to update has exceeded the maximum allowed size".to_owned(),
        ));
    }
    if item.values().any(|value| nesting(value) > MAX_DEPTH) {
        return Err(Error::Validation("Nesting Levels have exceeded supported limits".to_owned()));
    }
    let has_wrong_type = table.indexes.iter().flat_map(|index| index.key.attributes()).any(|attribute| {
        item.get(&attribute.name).is_some_and(|v| v.value_type() != attribute.key_type.value_type())
    });
    if has_wrong_type {
        return Err(Error::Validation(
            "The update expression attempted to update the secondary index key to unsupported type"
                .to_owned(),
        ));
    }
    Keyed::of(table).index_keys(&item)?;
    Ok(Some(Arc::new(item)))
}

fn check_update(table: &TableInfo, update: &Update) -> Result<()> {
    if let Some(path) = update.targets().find(|path| table.key.contains(&path.root)) {
        return Err(Error::invalid_parameter(format!(
            "Cannot update attribute {}. This attribute is part of the key",
            path.root
        )));
    }
    check_index_key_types(table, update)?;
    let mut nested = Vec::new();
    update.visit_paths(&mut |path| {
        if path.is_nested() {
            nested.push(path.root.clone());
        }
    });
    check_nested(table, nested.iter().map(String::as_str))
}

/// A value whose type is known must have the type of the index key it is set to.
fn check_index_key_types(table: &TableInfo, update: &Update) -> Result<()> {
    let (local, global): (Vec<&Index>, Vec<&Index>) =
        table.indexes.iter().partition(|index| index.kind == IndexKind::Local);
    for index in global.into_iter().chain(local) {
        for attribute in index.key.attributes() {
            let is_target = |path: &Path| !path.is_nested() && path.root == attribute.name;
            let set = update.set.iter().find(|(path, _)| is_target(path));
            let combined = update.add.iter().chain(&update.delete).find(|(path, _)| is_target(path));
            let actual = set
                .and_then(|(_, value)| known_set_type(value))
                .or_else(|| combined.map(|(_, value)| value.value_type()));
            let Some(actual) = actual else { continue };
            if attribute.key_type.value_type() != actual {
                return Err(Error::invalid_parameter(format!(
                    "Type mismatch for Index Key {} Expected: {} Actual: {} IndexName: {}",
                    attribute.name,
                    attribute.key_type.name(),
                    actual.name(),
                    index.name
                )));
            }
        }
    }
    Ok(())
}

/// Refuses paths into key attributes.
pub fn check_paths(table: &TableInfo, condition: &Condition) -> Result<()> {
    let mut roots = Vec::new();
    condition.visit_paths(&mut |path| {
        if path.is_nested() {
            roots.push(path.root.clone());
        }
    });
    check_nested(table, roots.iter().map(String::as_str))
}

impl Outcome {
    /// The attributes a write returns.
    pub fn returned(&self, action: &ItemAction) -> Option<Attributes> {
        let update = match &action.action {
            Action::Update { update, .. } => Some(update),
            _ => None,
        };
        let touched = |item: Option<&Attributes>| {
            let kept = Projection::of(update?.targets()).apply(item?);
            (!kept.is_empty()).then_some(kept)
        };
        match action.return_values? {
            ReturnValue::None => None,
            ReturnValue::AllOld => self.before.clone(),
            ReturnValue::AllNew => self.after.as_deref().cloned(),
            ReturnValue::UpdatedOld => touched(self.before.as_ref()),
            ReturnValue::UpdatedNew => touched(self.after.as_deref()),
        }
    }
}
