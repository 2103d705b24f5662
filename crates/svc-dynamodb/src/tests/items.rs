//! PutItem, GetItem, UpdateItem, DeleteItem.

use super::*;

async fn house() -> House {
    let house = House::new();
    house.create(table("ttt", &[("id", "S")])).await;
    house
}

fn put(item: Item) -> api::PutItemInput {
    api::PutItemInput { table_name: "ttt".into(), item, ..Default::default() }
}

#[tokio::test]
async fn an_item_comes_back_as_it_was_put_with_canonical_numbers() {
    let house = house().await;
    let nested =
        AttributeValue::M(item([("l", AttributeValue::L(vec![n("01.0"), AttributeValue::NULL(true)]))]));
    house.put("ttt", item([("id", s("a")), ("m", nested), ("empty", s(""))])).await;
    let nested =
        AttributeValue::M(item([("l", AttributeValue::L(vec![n("1"), AttributeValue::NULL(true)]))]));
    let expected = item([("id", s("a")), ("m", nested), ("empty", s(""))]);
    assert_eq!(house.get("ttt", item([("id", s("a"))])).await, Some(expected));
    assert_eq!(house.get("ttt", item([("id", s("b"))])).await, None);
}

#[tokio::test]
async fn keys_are_checked_with_the_services_texts() {
    let house = house().await;
    for (bad, message) in [
        (item([("x", s("a"))]), "One or more parameter values were invalid: Missing the key id in the item"),
        (
            item([("id", n(1))]),
            "One or more parameter values were invalid: Type mismatch for key id expected: S actual: N",
        ),
        (
            item([("id", s(""))]),
            "One or more parameter values are not valid. The AttributeValue for a key attribute cannot contain an empty \
             string value. Key: id",
        ),
        (
            item([("id", s("x".repeat(2049)))]),
            "One or more parameter values were invalid: Size of hashkey has exceeded the maximum size limit of2048 bytes",
        ),
    ] {
        let error = house.service.put_item(&house.cx(), put(bad)).await.unwrap_err();
        assert_eq!((&*error.code, error.message.as_str()), ("ValidationException", message));
    }
    for key in [item([("id", n(1))]), item([("no", s("a"))]), item([("id", s("a")), ("x", s("b"))])] {
        let input = api::GetItemInput { table_name: "ttt".into(), key, ..Default::default() };
        let error = house.service.get_item(&house.cx(), input).await.unwrap_err();
        assert_eq!(error.message, "The provided key element does not match the schema");
    }
}

#[tokio::test]
async fn an_item_may_have_400_kb_and_not_a_byte_more() {
    let house = house().await;
    let sized = |bytes: usize| item([("id", s("a")), ("v", s("x".repeat(bytes - 4)))]);
    house.put("ttt", sized(400 * 1024)).await;
    let error = house.service.put_item(&house.cx(), put(sized(400 * 1024 + 1))).await.unwrap_err();
    assert_eq!(error.message, "Item size has exceeded the maximum allowed size");
    let error =
        house.update("ttt", item([("id", s("a"))]), "SET w = :w", item([(":w", n(1))])).await.unwrap_err();
    assert_eq!(error.message, "Item size to update has exceeded the maximum allowed size");
}

#[tokio::test]
async fn a_failed_condition_changes_nothing_and_returns_the_item_if_asked() {
    let house = house().await;
    house.put("ttt", item([("id", s("a")), ("v", n(1))])).await;
    let input = api::PutItemInput {
        condition_expression: Some("attribute_not_exists(id)".into()),
        return_values_on_condition_check_failure: Some(api::ReturnValuesOnConditionCheckFailure::AllOld),
        ..put(item([("id", s("a")), ("v", n(2))]))
    };
    let error = house.service.put_item(&house.cx(), input).await.unwrap_err();
    assert_eq!(
        (&*error.code, &*error.message),
        ("ConditionalCheckFailedException", "The conditional request failed")
    );
    assert!(error.detail().is_some());
    assert_eq!(house.get("ttt", item([("id", s("a"))])).await.unwrap()["v"], n(1));
}

#[tokio::test]
async fn return_values_follow_their_mode() {
    let house = house().await;
    house.put("ttt", item([("id", s("a")), ("v", n(1)), ("w", n(5))])).await;
    let update = async |mode| {
        let input = api::UpdateItemInput {
            table_name: "ttt".into(),
            key: item([("id", s("a"))]),
            update_expression: Some("ADD v :one REMOVE gone".into()),
            expression_attribute_values: Some(item([(":one", n(1))])),
            return_values: Some(mode),
            ..Default::default()
        };
        house.service.update_item(&house.cx(), input).await.unwrap().attributes
    };
    assert_eq!(update(api::ReturnValue::None).await, None);
    assert_eq!(update(api::ReturnValue::UpdatedOld).await, Some(item([("v", n(2))])));
    assert_eq!(update(api::ReturnValue::UpdatedNew).await, Some(item([("v", n(4))])));
    assert_eq!(update(api::ReturnValue::AllOld).await.unwrap()["v"], n(4));
    assert_eq!(update(api::ReturnValue::AllNew).await.unwrap()["v"], n(6));
    let input = api::DeleteItemInput {
        table_name: "ttt".into(),
        key: item([("id", s("a"))]),
        return_values: Some(api::ReturnValue::AllOld),
        ..Default::default()
    };
    assert_eq!(house.service.delete_item(&house.cx(), input).await.unwrap().attributes.unwrap()["w"], n(5));
    assert_eq!(house.get("ttt", item([("id", s("a"))])).await, None);
}

#[tokio::test]
async fn an_update_makes_an_item_unless_it_only_takes_away() {
    let house = house().await;
    let key = || item([("id", s("new"))]);
    house.update("ttt", key(), "REMOVE x", Item::new()).await.unwrap();
    assert_eq!(house.get("ttt", key()).await, None);
    house.update("ttt", key(), "SET x = :x", item([(":x", n(1))])).await.unwrap();
    assert_eq!(house.get("ttt", key()).await, Some(item([("id", s("new")), ("x", n(1))])));
    let input = api::UpdateItemInput {
        table_name: "ttt".into(),
        key: item([("id", s("bare"))]),
        ..Default::default()
    };
    house.service.update_item(&house.cx(), input).await.unwrap();
    assert!(house.get("ttt", item([("id", s("bare"))])).await.is_some());
}

#[tokio::test]
async fn key_attributes_cannot_be_updated() {
    let house = house().await;
    let error =
        house.update("ttt", item([("id", s("a"))]), "SET id = :v", item([(":v", s("b"))])).await.unwrap_err();
    assert_eq!(
        error.message,
        "One or more parameter values were invalid: Cannot update attribute id. This attribute is part of the key"
    );
}

#[tokio::test]
async fn nesting_cannot_grow_beyond_its_limit_by_updates() {
    let house = house().await;
    let deep = (0..32).fold(n(1), |inner, _| AttributeValue::L(vec![inner]));
    house.put("ttt", item([("id", s("a")), ("d", deep)])).await;
    let error = house.update(
        "ttt",
        item([("id", s("a"))]),
        "SET e = list_append(:l, :l)",
        item([(":l", AttributeValue::L(vec![]))]),
    );
    assert!(error.await.is_ok());
    let list = AttributeValue::L(vec![AttributeValue::L(vec![])]);
    let path = format!("SET d{} = :l", "[0]".repeat(31));
    let error = house.update("ttt", item([("id", s("a"))]), &path, item([(":l", list)])).await.unwrap_err();
    assert_eq!(error.message, "Nesting Levels have exceeded supported limits");
}

#[tokio::test]
async fn counters_by_many_writers_at_once_lose_nothing() {
    let house = house().await;
    let adds =
        (0..40).map(|_| house.update("ttt", item([("id", s("c"))]), "ADD v :one", item([(":one", n(1))])));
    // A manual clock does not move by itself: whoever meets a conflict waits for it.
    let ticking = async {
        loop {
            house.advance(1);
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        outcomes = futures_util::future::join_all(adds) => assert!(outcomes.iter().all(Result::is_ok)),
        () = ticking => {}
    }
    assert_eq!(house.get("ttt", item([("id", s("c"))])).await.unwrap()["v"], n(40));
}

#[tokio::test]
async fn legacy_parameters_work_and_do_not_mix_with_expressions() {
    let house = house().await;
    let updates = IndexMap::from([(
        "v".to_owned(),
        api::AttributeValueUpdate { value: Some(n(3)), action: Some(api::AttributeAction::Add) },
    )]);
    let expected = IndexMap::from([(
        "v".to_owned(),
        api::ExpectedAttributeValue { exists: Some(false), ..Default::default() },
    )]);
    let input = api::UpdateItemInput {
        table_name: "ttt".into(),
        key: item([("id", s("a"))]),
        attribute_updates: Some(updates),
        expected: Some(expected),
        ..Default::default()
    };
    house.service.update_item(&house.cx(), input.clone()).await.unwrap();
    let again = house.service.update_item(&house.cx(), input.clone()).await.unwrap_err();
    assert_eq!(again.code, "ConditionalCheckFailedException");
    let mixed = api::UpdateItemInput { update_expression: Some("SET a = :v".into()), ..input };
    let error = house.service.update_item(&house.cx(), mixed).await.unwrap_err();
    assert_eq!(
        error.message,
        "Can not use both expression and non-expression parameters in the same request: Non-expression parameters: \
         {AttributeUpdates, Expected} Expression parameters: {UpdateExpression}"
    );
}

#[tokio::test]
async fn capacity_counts_the_greater_of_both_sizes_and_the_indexes() {
    let house = House::new();
    let keys = [("id", "S")];
    house.create(with_index(table("ttt", &keys), "by-v", &[("v", "N")], keys_only())).await;
    let input = api::PutItemInput {
        return_consumed_capacity: Some(api::ReturnConsumedCapacity::Indexes),
        ..put(item([("id", s("a")), ("v", n(1)), ("big", s("x".repeat(3000)))]))
    };
    let consumed = house.service.put_item(&house.cx(), input).await.unwrap().consumed_capacity.unwrap();
    assert_eq!(consumed.capacity_units, Some(4.0));
    assert_eq!(consumed.table.unwrap().capacity_units, Some(3.0));
    assert_eq!(consumed.global_secondary_indexes.unwrap()["by-v"].capacity_units, Some(1.0));
}

#[tokio::test]
async fn a_missing_table_is_named_as_the_service_does() {
    let house = House::new();
    let error = house.service.put_item(&house.cx(), put(item([("id", s("a"))]))).await.unwrap_err();
    assert_eq!(
        (&*error.code, &*error.message),
        ("ResourceNotFoundException", "Requested resource not found")
    );
    let input = api::DescribeTableInput { table_name: "ttt".into() };
    let error = house.service.describe_table(&house.cx(), input).await.unwrap_err();
    assert_eq!(error.message, "Requested resource not found: Table: ttt not found");
}
