//! Secondary indexes: maintenance, projections, online creation and deletion.

use super::*;

fn by_kind(input: api::CreateTableInput, projection: api::Projection) -> api::CreateTableInput {
    with_index(input, "by-kind", &[("kind", "S"), ("age", "N")], projection)
}

fn on_index(values: Item) -> api::QueryInput {
    api::QueryInput { index_name: Some("by-kind".into()), ..query("ttt", "kind = :k", values) }
}

async fn ids(house: &House, kind: &str) -> Vec<i64> {
    let output = house.query(on_index(item([(":k", s(kind))]))).await;
    numbers(&output.items.unwrap(), "id")
}

fn animal(id: i64, kind: &str, age: i64) -> Item {
    item([("id", n(id)), ("kind", s(kind)), ("age", n(age)), ("note", s("x"))])
}

#[tokio::test]
async fn an_index_follows_every_write_and_is_sparse() {
    let house = House::new();
    house.create(by_kind(table("ttt", &[("id", "N")]), all())).await;
    house.put("ttt", animal(1, "cat", 9)).await;
    house.put("ttt", animal(2, "cat", 3)).await;
    house.put("ttt", item([("id", n(3)), ("kind", s("cat"))])).await;
    assert_eq!(ids(&house, "cat").await, [2, 1]);
    house.update("ttt", item([("id", n(2))]), "SET age = :a", item([(":a", n(20))])).await.unwrap();
    assert_eq!(ids(&house, "cat").await, [1, 2]);
    house.update("ttt", item([("id", n(1))]), "SET kind = :k", item([(":k", s("dog"))])).await.unwrap();
    assert_eq!((ids(&house, "cat").await, ids(&house, "dog").await), (vec![2], vec![1]));
    house.update("ttt", item([("id", n(2))]), "REMOVE age", Item::new()).await.unwrap();
    assert!(ids(&house, "cat").await.is_empty());
    let description = house.describe("ttt").await;
    assert_eq!(description.item_count, Some(3));
    assert_eq!(description.global_secondary_indexes.unwrap()[0].item_count, Some(1));
}

#[tokio::test]
async fn equal_index_keys_page_without_loss() {
    let house = House::new();
    house.create(by_kind(table("ttt", &[("id", "N")]), keys_only())).await;
    for id in 0..10 {
        house.put("ttt", animal(id, "cat", 5)).await;
    }
    let mut input = api::QueryInput { limit: Some(3), ..on_index(item([(":k", s("cat"))])) };
    let mut found = Vec::new();
    loop {
        let output = house.query(input.clone()).await;
        let items = output.items.unwrap();
        assert!(items.iter().all(|item| item.len() == 3), "keys only: {items:?}");
        found.extend(numbers(&items, "id"));
        match output.last_evaluated_key {
            Some(key) => {
                assert_eq!(key.len(), 3);
                input.exclusive_start_key = Some(key);
            }
            None => break,
        }
    }
    found.sort_unstable();
    assert_eq!(found, (0..10).collect::<Vec<_>>());
}

#[tokio::test]
async fn global_indexes_refuse_what_they_cannot_answer() {
    let house = House::new();
    house.create(by_kind(table("ttt", &[("id", "N")]), include(&["note"]))).await;
    let k = || item([(":k", s("cat"))]);
    let error = async |input| house.service.query(&house.cx(), input).await.unwrap_err().message;
    let consistent = api::QueryInput { consistent_read: Some(true), ..on_index(k()) };
    assert_eq!(error(consistent).await, "Consistent reads are not supported on global secondary indexes");
    let whole = api::QueryInput { select: Some(api::Select::AllAttributes), ..on_index(k()) };
    assert_eq!(
        error(whole).await,
        "One or more parameter values were invalid: Select type ALL_ATTRIBUTES is not supported for global secondary \
         index by-kind because its projection type is not ALL"
    );
    let beyond = api::QueryInput { projection_expression: Some("note, extra".into()), ..on_index(k()) };
    assert_eq!(
        error(beyond).await,
        "One or more parameter values were invalid: Global secondary index by-kind does not project [extra]"
    );
    let wrong = api::PutItemInput {
        table_name: "ttt".into(),
        item: item([("id", n(1)), ("kind", n(1))]),
        ..Default::default()
    };
    let error = house.service.put_item(&house.cx(), wrong).await.unwrap_err();
    assert_eq!(
        error.message,
        "One or more parameter values were invalid: Type mismatch for Index Key kind Expected: S Actual: N IndexName: \
         by-kind"
    );
}

#[tokio::test]
async fn a_local_index_reads_consistently_and_reaches_whole_items() {
    let house = House::new();
    let keys = [("p", "S"), ("r", "N")];
    house.create(with_local(table("ttt", &keys), "by-age", &[("p", "S"), ("age", "N")], keys_only())).await;
    for (r, age) in [(1, 9), (2, 3)] {
        house.put("ttt", item([("p", s("a")), ("r", n(r)), ("age", n(age)), ("note", s("x"))])).await;
    }
    let input = |select| api::QueryInput {
        index_name: Some("by-age".into()),
        consistent_read: Some(true),
        select,
        ..query("ttt", "p = :p", item([(":p", s("a"))]))
    };
    let entries = house.query(input(None)).await.items.unwrap();
    assert_eq!(numbers(&entries, "r"), [2, 1]);
    assert_eq!(entries[0].len(), 3);
    let whole = house.query(input(Some(api::Select::AllAttributes))).await.items.unwrap();
    assert_eq!(whole[0]["note"], s("x"));
    let put = api::PutItemInput {
        table_name: "ttt".into(),
        item: item([("p", s("a")), ("r", n(3))]),
        return_item_collection_metrics: Some(api::ReturnItemCollectionMetrics::Size),
        ..Default::default()
    };
    let metrics = house.service.put_item(&house.cx(), put).await.unwrap().item_collection_metrics.unwrap();
    assert_eq!(metrics.item_collection_key.unwrap(), item([("p", s("a"))]));
    assert_eq!(metrics.size_estimate_range_gb.unwrap(), [0.0, 1.0]);
}

fn create_index() -> api::UpdateTableInput {
    let with = by_kind(table("ttt", &[("id", "N")]), all());
    let index = with.global_secondary_indexes.unwrap().remove(0);
    api::UpdateTableInput {
        table_name: "ttt".into(),
        attribute_definitions: with.attribute_definitions,
        global_secondary_index_updates: Some(vec![api::GlobalSecondaryIndexUpdate {
            create: Some(api::CreateGlobalSecondaryIndexAction {
                index_name: index.index_name,
                key_schema: index.key_schema,
                projection: index.projection,
                ..Default::default()
            }),
            ..Default::default()
        }]),
        ..Default::default()
    }
}

#[tokio::test]
async fn an_index_made_online_holds_older_and_newer_items() {
    let house = House::new();
    house.create(table("ttt", &[("id", "N")])).await;
    for id in 0..500 {
        house.put("ttt", animal(id, "cat", id)).await;
    }
    house.service.update_table(&house.cx(), create_index()).await.unwrap();
    let description = house.describe("ttt").await;
    assert_eq!(description.table_status, Some(api::TableStatus::Updating));
    assert_eq!(description.global_secondary_indexes.unwrap()[0].backfilling, Some(true));
    let early = house.service.query(&house.cx(), on_index(item([(":k", s("cat"))]))).await.unwrap_err();
    assert_eq!(early.message, "Cannot read from backfilling global secondary index: by-kind");
    // Written while it is being filled: moved, removed and new items.
    house.update("ttt", item([("id", n(0))]), "SET kind = :k", item([(":k", s("dog"))])).await.unwrap();
    let delete =
        api::DeleteItemInput { table_name: "ttt".into(), key: item([("id", n(1))]), ..Default::default() };
    house.service.delete_item(&house.cx(), delete).await.unwrap();
    house.put("ttt", animal(500, "cat", 500)).await;
    house.work().await;
    assert_eq!(ids(&house, "cat").await, (2..=500).collect::<Vec<_>>());
    assert_eq!(ids(&house, "dog").await, [0]);
    let index = &house.describe("ttt").await.global_secondary_indexes.unwrap()[0];
    assert_eq!((index.index_status, index.item_count), (Some(api::IndexStatus::Active), Some(500)));
}

#[tokio::test]
async fn a_deleted_index_leaves_nothing() {
    let house = House::new();
    house.create(by_kind(table("ttt", &[("id", "N")]), all())).await;
    house.put("ttt", animal(1, "cat", 1)).await;
    let input = api::UpdateTableInput {
        table_name: "ttt".into(),
        global_secondary_index_updates: Some(vec![api::GlobalSecondaryIndexUpdate {
            delete: Some(api::DeleteGlobalSecondaryIndexAction { index_name: "by-kind".into() }),
            ..Default::default()
        }]),
        ..Default::default()
    };
    house.service.update_table(&house.cx(), input.clone()).await.unwrap();
    house.work().await;
    assert_eq!(house.describe("ttt").await.global_secondary_indexes, None);
    let again = house.service.update_table(&house.cx(), input).await.unwrap_err();
    assert_eq!(again.code, "ResourceNotFoundException");
    // A new index of the same name starts afresh.
    house.service.update_table(&house.cx(), create_index()).await.unwrap();
    house.work().await;
    assert_eq!(ids(&house, "cat").await, [1]);
}

#[tokio::test]
async fn keys_of_several_attributes_work_in_global_indexes() {
    let house = House::new();
    let mut input = table("ttt", &[("id", "N")]);
    add_definitions(&mut input, &[("country", "S"), ("city", "S"), ("year", "N"), ("rank", "N")]);
    let element = |name: &str, key_type| api::KeySchemaElement { attribute_name: name.into(), key_type };
    input.global_secondary_indexes = Some(vec![api::GlobalSecondaryIndex {
        index_name: "place".into(),
        key_schema: vec![
            element("country", api::KeyType::Hash),
            element("city", api::KeyType::Hash),
            element("year", api::KeyType::Range),
            element("rank", api::KeyType::Range),
        ],
        projection: all(),
        ..Default::default()
    }]);
    house.create(input).await;
    for (id, city, year, rank) in [(1, "x", 2020, 2), (2, "x", 2020, 1), (3, "x", 2021, 1), (4, "y", 2020, 1)]
    {
        let place =
            [("id", n(id)), ("country", s("k")), ("city", s(city)), ("year", n(year)), ("rank", n(rank))];
        house.put("ttt", item(place)).await;
    }
    let ask = async |condition: &str, values: Item| {
        let input = api::QueryInput { index_name: Some("place".into()), ..query("ttt", condition, values) };
        numbers(&house.query(input).await.items.unwrap(), "id")
    };
    let place = || [(":k", s("k")), (":x", s("x"))];
    assert_eq!(ask("country = :k AND city = :x", item(place())).await, [2, 1, 3]);
    let [k, x] = place();
    let values = item([k, x, (":y", n(2020)), (":r", n(1))]);
    let condition = "country = :k AND city = :x AND #y = :y AND rank > :r";
    let input = api::QueryInput {
        index_name: Some("place".into()),
        expression_attribute_names: Some(IndexMap::from([("#y".to_owned(), "year".to_owned())])),
        ..query("ttt", &condition.replace("rank", "#r"), values)
    };
    let mut input = input;
    input.expression_attribute_names.as_mut().unwrap().insert("#r".into(), "rank".into());
    assert_eq!(numbers(&house.query(input).await.items.unwrap(), "id"), [1]);
}
