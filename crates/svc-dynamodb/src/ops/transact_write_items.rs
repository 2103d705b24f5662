//! TransactWriteItems: up to 100 writes and checks, all or nothing, serializable; idempotent by client token for ten
//! minutes.

use std::sync::Arc;
use std::time::Duration;

use api_dynamodb as api;
use indexmap::IndexMap;
use port::RequestContext;
use store_kv::Transaction;

use crate::Service;
use crate::action::{Action, ItemAction, Outcome};
use crate::capacity::{Flow, Usage};
use crate::catalog::TableRef;
use crate::contention::ItemWork;
use crate::convert;
use crate::error::{CancellationReason, Error, Result};
use crate::expr::parse_update;
use crate::fingerprint::fingerprint;
use crate::item_write::metrics_of;
use crate::model::TableInfo;
use crate::request::{ConditionParameters, bindings};
use crate::tables::{ItemKey, TOKEN_EXPIRIES, TOKENS, TokenUse};
use crate::value::size::item_size;

const MAX_BYTES: usize = 4 << 20;
/// How long a client token stands for its request.
const TOKEN_LIFE: Duration = Duration::from_secs(600);

struct Request {
    table: TableRef,
    permission: &'static str,
    action: ItemAction,
}

/// A client token and the request it came with.
struct Token {
    text: String,
    fingerprint: String,
}

/// Where an action takes place; or what is wrong with it, which cancels the transaction.
struct Located {
    table: Arc<TableInfo>,
    key: std::result::Result<ItemKey, String>,
}

/// An action that was staged.
struct Done {
    table: Arc<TableInfo>,
    hash: u32,
    outcome: Outcome,
}

pub(crate) async fn run(
    service: &Service,
    cx: &RequestContext,
    input: api::TransactWriteItemsInput,
) -> Result<api::TransactWriteItemsOutput> {
    let token = input.client_request_token.map(|text| {
        let fingerprint = fingerprint(&input.transact_items);
        Token { text, fingerprint }
    });
    let requests =
        input.transact_items.into_iter().map(|item| request(cx, item)).collect::<Result<Vec<_>>>()?;
    let count = requests.len();
    let work = TransactWrite { service, cx, requests: &requests, token: token.as_ref() };
    let done = service.carry_out(&work).await.map_err(|error| match error {
        Error::Conflict => Error::TransactionCanceled(vec![CancellationReason::Conflict; count]),
        other => other,
    })?;
    Ok(answer(&requests, done, input.return_consumed_capacity, input.return_item_collection_metrics))
}

fn request(cx: &RequestContext, item: api::TransactWriteItem) -> Result<Request> {
    match (item.condition_check, item.put, item.delete, item.update) {
        (Some(check), None, None, None) => condition_check(cx, check),
        (None, Some(put), None, None) => self::put(cx, put),
        (None, None, Some(delete), None) => self::delete(cx, delete),
        (None, None, None, Some(update)) => self::update(cx, update),
        _ => Err(Error::Validation(
            "TransactItems can only contain one of Check, Put, Update or Delete".to_owned(),
        )),
    }
}

fn condition_check(cx: &RequestContext, check: api::ConditionCheck) -> Result<Request> {
    let condition = Condition {
        expression: Some(check.condition_expression),
        names: check.expression_attribute_names,
        values: check.expression_attribute_values,
        on_failure: check.return_values_on_condition_check_failure,
    };
    let (condition, _) = condition.parse(None)?;
    let action = Action::Check { key: convert::attributes(check.key)? };
    Ok(Request {
        table: TableRef::parse(cx, &check.table_name)?,
        permission: "dynamodb:ConditionCheckItem",
        action: ItemAction { action, condition, return_values: None },
    })
}

fn put(cx: &RequestContext, put: api::Put) -> Result<Request> {
    let condition = Condition {
        expression: put.condition_expression,
        names: put.expression_attribute_names,
        values: put.expression_attribute_values,
        on_failure: put.return_values_on_condition_check_failure,
    };
    let (condition, _) = condition.parse(None)?;
    Ok(Request {
        table: TableRef::parse(cx, &put.table_name)?,
        permission: "dynamodb:PutItem",
        action: ItemAction {
            action: Action::put(convert::attributes(put.item)?)?,
            condition,
            return_values: None,
        },
    })
}

fn delete(cx: &RequestContext, delete: api::Delete) -> Result<Request> {
    let condition = Condition {
        expression: delete.condition_expression,
        names: delete.expression_attribute_names,
        values: delete.expression_attribute_values,
        on_failure: delete.return_values_on_condition_check_failure,
    };
    let (condition, _) = condition.parse(None)?;
    Ok(Request {
        table: TableRef::parse(cx, &delete.table_name)?,
        permission: "dynamodb:DeleteItem",
        action: ItemAction {
            action: Action::Delete { key: convert::attributes(delete.key)? },
            condition,
            return_values: None,
        },
    })
}

fn update(cx: &RequestContext, update: api::Update) -> Result<Request> {
    let condition = Condition {
        expression: update.condition_expression,
        names: update.expression_attribute_names,
        values: update.expression_attribute_values,
        on_failure: update.return_values_on_condition_check_failure,
    };
    let (condition, parsed) = condition.parse(Some(&update.update_expression))?;
    let action = Action::Update {
        key: convert::attributes(update.key)?,
        update: parsed.unwrap_or_default(),
        is_legacy: false,
    };
    Ok(Request {
        table: TableRef::parse(cx, &update.table_name)?,
        permission: "dynamodb:UpdateItem",
        action: ItemAction { action, condition, return_values: None },
    })
}

/// The expression parameters each kind of action has.
struct Condition {
    expression: Option<String>,
    names: Option<IndexMap<String, String>>,
    values: Option<IndexMap<String, api::AttributeValue>>,
    on_failure: Option<api::ReturnValuesOnConditionCheckFailure>,
}

impl Condition {
    fn parse(
        self,
        update: Option<&str>,
    ) -> Result<(crate::request::WriteCondition, Option<crate::expr::Update>)> {
        let expressions =
            [("ConditionExpression", self.expression.is_some()), ("UpdateExpression", update.is_some())];
        let with_values: &[&str] = match update {
            Some(_) => &["UpdateExpression", "ConditionExpression"],
            None => &["ConditionExpression"],
        };
        let mut bindings = bindings(self.names, self.values, &expressions, with_values)?;
        let update = update.map(|text| parse_update(text, &mut bindings)).transpose()?;
        let condition = ConditionParameters {
            expression: self.expression,
            on_failure: self.on_failure,
            ..ConditionParameters::default()
        };
        let condition = condition.parse(&mut bindings)?;
        bindings.check_used()?;
        Ok((condition, update))
    }
}

struct TransactWrite<'a> {
    service: &'a Service,
    cx: &'a RequestContext,
    requests: &'a [Request],
    token: Option<&'a Token>,
}

impl ItemWork for TransactWrite<'_> {
    type Output = Vec<Done>;

    async fn attempt(&self, tx: &Transaction) -> Result<Vec<Done>> {
        let mut located: Vec<Located> = Vec::with_capacity(self.requests.len());
        for request in self.requests {
            let facts = request.action.facts().within("TransactWriteItems");
            let table = self.service.open(self.cx, tx, &request.table, request.permission, &facts).await?;
            let key = match request.action.check(&table) {
                Ok(key) => Ok(key),
                Err(Error::Validation(message)) => Err(message),
                Err(error) => return Err(error),
            };
            if key.is_ok() && located.iter().any(|other| other.key == key) {
                return Err(Error::Validation(
                    "Transaction request cannot include multiple operations on one item".to_owned(),
                ));
            }
            located.push(Located { table, key });
        }
        transact(self.cx, tx, self.requests, located, self.token).await
    }

    fn hashes(output: &Vec<Done>) -> Vec<u32> {
        output.iter().map(|done| done.hash).collect()
    }
}

async fn transact(
    cx: &RequestContext,
    tx: &Transaction,
    requests: &[Request],
    located: Vec<Located>,
    token: Option<&Token>,
) -> Result<Vec<Done>> {
    if let Some(token) = token
        && is_repeated(cx, tx, token).await?
    {
        return Ok(Vec::new());
    }
    let mut done = Vec::with_capacity(requests.len());
    let mut reasons = Vec::with_capacity(requests.len());
    for (request, Located { table, key }) in requests.iter().zip(located) {
        let key = match key {
            Ok(key) => key,
            Err(message) => {
                reasons.push(CancellationReason::Validation(message));
                continue;
            }
        };
        match request.action.run(tx, &table, &key).await {
            Ok(outcome) => {
                reasons.push(CancellationReason::None);
                done.push(Done { table, hash: key.hash, outcome });
            }
            Err(Error::ConditionFailed(item)) => reasons.push(CancellationReason::ConditionFailed(item)),
            Err(Error::Validation(message)) => reasons.push(CancellationReason::Validation(message)),
            Err(Error::CollectionTooLarge) => reasons.push(CancellationReason::CollectionTooLarge),
            Err(error) => return Err(error),
        }
    }
    if reasons.iter().any(|reason| *reason != CancellationReason::None) {
        return Err(Error::TransactionCanceled(reasons));
    }
    let bytes: usize = done.iter().filter_map(|done| done.outcome.after.as_deref()).map(item_size).sum();
    if bytes > MAX_BYTES {
        return Err(Error::Validation("Item size of the transaction has exceeded 4 MB".to_owned()));
    }
    Ok(done)
}

/// Whether the token was used for this very request; else it is from now on.
async fn is_repeated(cx: &RequestContext, tx: &Transaction, token: &Token) -> Result<bool> {
    let key = (cx.account(), cx.region(), token.text.as_str());
    if let Some(known) = TOKENS.get(tx, key).await?
        && known.expires > cx.time()
    {
        return if known.fingerprint == token.fingerprint { Ok(true) } else { Err(Error::TokenMismatch) };
    }
    let expires = cx.time() + TOKEN_LIFE;
    TOKENS.put(tx, key, &TokenUse { fingerprint: token.fingerprint.clone(), expires })?;
    TOKEN_EXPIRIES.put(tx, (expires, cx.account(), cx.region(), token.text.as_str()), &())?;
    Ok(false)
}

fn answer(
    requests: &[Request],
    done: Vec<Done>,
    capacity: Option<api::ReturnConsumedCapacity>,
    metrics: Option<api::ReturnItemCollectionMetrics>,
) -> api::TransactWriteItemsOutput {
    let wants_metrics = metrics == Some(api::ReturnItemCollectionMetrics::Size);
    let mut usage: IndexMap<String, Usage> = IndexMap::new();
    let mut collections: IndexMap<String, Vec<api::ItemCollectionMetrics>> = IndexMap::new();
    for (request, Done { table, outcome, .. }) in requests.iter().zip(&done) {
        let consumed = match request.action.action {
            Action::Check { .. } => Usage::of_table(1.0),
            _ => outcome.staged.usage.clone(),
        };
        usage.entry(table.name.clone()).or_default().add(consumed.doubled());
        if wants_metrics && let Some(metrics) = metrics_of(table, outcome, request.action.key_attributes()) {
            collections.entry(table.name.clone()).or_default().push(metrics);
        }
    }
    let consumed: Vec<_> =
        usage.iter().filter_map(|(name, usage)| usage.report(capacity, name, Some(Flow::Write))).collect();
    api::TransactWriteItemsOutput {
        consumed_capacity: (!consumed.is_empty()).then_some(consumed),
        item_collection_metrics: (!collections.is_empty()).then_some(collections),
    }
}
