//! BatchGetItem and BatchWriteItem.

use super::*;

fn put(id: i64) -> api::WriteRequest {
    let put = api::PutRequest { item: item([("id", n(id))]) };
    api::WriteRequest { put_request: Some(put), delete_request: None }
}

fn delete(id: i64) -> api::WriteRequest {
    let delete = api::DeleteRequest { key: item([("id", n(id))]) };
    api::WriteRequest { put_request: None, delete_request: Some(delete) }
}

async fn write(
    house: &House,
    requests: Vec<api::WriteRequest>,
) -> Result<api::BatchWriteItemOutput, ApiError> {
    let input = api::BatchWriteItemInput {
        request_items: IndexMap::from([("ttt".to_owned(), requests)]),
        return_consumed_capacity: Some(api::ReturnConsumedCapacity::Total),
        ..Default::default()
    };
    house.service.batch_write_item(&house.cx(), input).await
}

async fn read(
    house: &House,
    ids: impl IntoIterator<Item = i64>,
) -> Result<api::BatchGetItemOutput, ApiError> {
    let keys = ids.into_iter().map(|id| item([("id", n(id))])).collect();
    let request = api::KeysAndAttributes { keys, ..Default::default() };
    let input = api::BatchGetItemInput {
        request_items: IndexMap::from([("ttt".to_owned(), request)]),
        ..Default::default()
    };
    house.service.batch_get_item(&house.cx(), input).await
}

async fn house() -> House {
    let house = House::new();
    house.create(table("ttt", &[("id", "N")])).await;
    house
}

#[tokio::test]
async fn batches_write_and_read() {
    let house = house().await;
    let output = write(&house, (0..25).map(put).collect()).await.unwrap();
    assert_eq!(output.consumed_capacity.unwrap()[0].capacity_units, Some(25.0));
    assert!(output.unprocessed_items.unwrap().is_empty());
    write(&house, vec![delete(3), put(100)]).await.unwrap();
    let output = read(&house, [1, 3, 100]).await.unwrap();
    assert_eq!(numbers(&output.responses.unwrap()["ttt"], "id"), [1, 100]);
    assert!(output.unprocessed_keys.unwrap().is_empty());
}

#[tokio::test]
async fn limits_and_duplicates_are_refused() {
    let house = house().await;
    let duplicates = "Provided list of item keys contains duplicates";
    assert_eq!(write(&house, vec![put(1), delete(1)]).await.unwrap_err().message, duplicates);
    assert_eq!(read(&house, [1, 1]).await.unwrap_err().message, duplicates);
    assert!(write(&house, (0..26).map(put).collect()).await.is_err());
    assert!(read(&house, 0..101).await.is_err());
    assert_eq!(house.get("ttt", item([("id", n(1))])).await, None);
}

#[tokio::test]
async fn nothing_is_written_where_one_request_is_wrong() {
    let house = house().await;
    let wrong = api::WriteRequest {
        put_request: Some(api::PutRequest { item: item([("x", n(1))]) }),
        delete_request: None,
    };
    assert!(write(&house, vec![put(1), wrong]).await.is_err());
    assert_eq!(house.get("ttt", item([("id", n(1))])).await, None);
}

#[tokio::test]
async fn an_answer_over_16_mb_leaves_keys_unprocessed() {
    let house = house().await;
    for id in 0..50 {
        house.put("ttt", item([("id", n(id)), ("v", s("x".repeat(400_000)))])).await;
    }
    let output = read(&house, 0..50).await.unwrap();
    let found = output.responses.unwrap()["ttt"].len();
    let rest = output.unprocessed_keys.unwrap()["ttt"].keys.len();
    assert_eq!(found + rest, 50);
    assert!(rest > 0 && found > 40, "{found} found, {rest} left");
}
