//! TransactWriteItems and TransactGetItems.

use super::*;

async fn house() -> House {
    let house = House::new();
    house.create(table("ttt", &[("id", "S")])).await;
    house
}

fn put(id: &str, value: i64, condition: Option<&str>) -> api::TransactWriteItem {
    let put = api::Put {
        table_name: "ttt".into(),
        item: item([("id", s(id)), ("v", n(value))]),
        condition_expression: condition.map(str::to_owned),
        return_values_on_condition_check_failure: Some(api::ReturnValuesOnConditionCheckFailure::AllOld),
        ..Default::default()
    };
    api::TransactWriteItem { put: Some(put), ..Default::default() }
}

fn update(id: &str, by: i64) -> api::TransactWriteItem {
    let update = api::Update {
        table_name: "ttt".into(),
        key: item([("id", s(id))]),
        update_expression: "ADD v :by".into(),
        expression_attribute_values: Some(item([(":by", n(by))])),
        ..Default::default()
    };
    api::TransactWriteItem { update: Some(update), ..Default::default() }
}

fn check(id: &str) -> api::TransactWriteItem {
    let check = api::ConditionCheck {
        table_name: "ttt".into(),
        key: item([("id", s(id))]),
        condition_expression: "attribute_exists(id)".into(),
        ..Default::default()
    };
    api::TransactWriteItem { condition_check: Some(check), ..Default::default() }
}

async fn write(
    house: &House,
    items: Vec<api::TransactWriteItem>,
    token: Option<&str>,
) -> Result<api::TransactWriteItemsOutput, ApiError> {
    let input = api::TransactWriteItemsInput {
        transact_items: items,
        client_request_token: token.map(str::to_owned),
        return_consumed_capacity: Some(api::ReturnConsumedCapacity::Total),
        ..Default::default()
    };
    house.service.transact_write_items(&house.cx(), input).await
}

async fn value(house: &House, id: &str) -> Option<AttributeValue> {
    house.get("ttt", item([("id", s(id))])).await.map(|item| item["v"].clone())
}

#[tokio::test]
async fn all_is_written_or_nothing() {
    let house = house().await;
    let output = write(&house, vec![put("a", 1, None), put("b", 2, None)], None).await.unwrap();
    assert_eq!(output.consumed_capacity.unwrap()[0].capacity_units, Some(4.0));
    let new = "attribute_not_exists(id)";
    let items = vec![put("c", 3, Some(new)), put("a", 9, Some(new)), update("b", 5), check("gone")];
    let error = write(&house, items, None).await.unwrap_err();
    assert_eq!(error.code, "TransactionCanceledException");
    assert_eq!(
        error.message,
        "Transaction cancelled, please refer cancellation reasons for specific reasons [None, ConditionalCheckFailed, \
         None, ConditionalCheckFailed]"
    );
    assert_eq!((value(&house, "a").await, value(&house, "b").await), (Some(n(1)), Some(n(2))));
    assert_eq!(value(&house, "c").await, None);
}

#[tokio::test]
async fn one_item_may_be_named_once() {
    let house = house().await;
    let error = write(&house, vec![put("a", 1, None), update("a", 1)], None).await.unwrap_err();
    assert_eq!(error.message, "Transaction request cannot include multiple operations on one item");
}

#[tokio::test]
async fn an_update_that_cannot_be_applied_is_a_reason() {
    let house = house().await;
    house.put("ttt", item([("id", s("a")), ("v", s("text"))])).await;
    let error = write(&house, vec![put("b", 1, None), update("a", 1)], None).await.unwrap_err();
    assert!(error.message.ends_with("[None, ValidationError]"), "{}", error.message);
    assert_eq!(value(&house, "b").await, None);
}

#[tokio::test]
async fn a_wrong_key_is_a_reason_too() {
    let house = house().await;
    let get = |key: Item| api::TransactGetItem {
        get: api::Get { table_name: "ttt".into(), key, ..Default::default() },
    };
    let input = api::TransactGetItemsInput {
        transact_items: vec![get(item([("id", s("a"))])), get(Item::new())],
        ..Default::default()
    };
    let error = house.service.transact_get_items(&house.cx(), input).await.unwrap_err();
    assert!(error.message.ends_with("[None, ValidationError]"), "{}", error.message);
    let mut keyless = put("b", 1, None);
    keyless.put.as_mut().unwrap().item.shift_remove("id");
    let error = write(&house, vec![keyless, put("a", 1, None)], None).await.unwrap_err();
    assert!(error.message.ends_with("[ValidationError, None]"), "{}", error.message);
    assert_eq!(value(&house, "a").await, None);
}

#[tokio::test]
async fn a_token_makes_a_request_count_once_for_ten_minutes() {
    let house = house().await;
    write(&house, vec![update("a", 1)], Some("token")).await.unwrap();
    write(&house, vec![update("a", 1)], Some("token")).await.unwrap();
    assert_eq!(value(&house, "a").await, Some(n(1)));
    let error = write(&house, vec![update("a", 2)], Some("token")).await.unwrap_err();
    assert_eq!(error.code, "IdempotentParameterMismatchException");
    house.advance(601);
    crate::workers::sweep_tokens(&house.service).await.unwrap();
    write(&house, vec![update("a", 2)], Some("token")).await.unwrap();
    assert_eq!(value(&house, "a").await, Some(n(3)));
}

#[tokio::test]
async fn reads_come_in_the_order_of_their_requests() {
    let house = house().await;
    write(&house, vec![put("a", 1, None), put("b", 2, None)], None).await.unwrap();
    let get = |id: &str| api::TransactGetItem {
        get: api::Get { table_name: "ttt".into(), key: item([("id", s(id))]), ..Default::default() },
    };
    let input = api::TransactGetItemsInput {
        transact_items: vec![get("b"), get("gone"), get("a")],
        return_consumed_capacity: Some(api::ReturnConsumedCapacity::Total),
    };
    let output = house.service.transact_get_items(&house.cx(), input).await.unwrap();
    let values: Vec<_> =
        output.responses.unwrap().into_iter().map(|r| r.item.map(|i| i["v"].clone())).collect();
    assert_eq!(values, [Some(n(2)), None, Some(n(1))]);
    assert_eq!(output.consumed_capacity.unwrap()[0].read_capacity_units, Some(6.0));
}
