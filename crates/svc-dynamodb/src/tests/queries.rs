//! Query and Scan.

use super::*;

async fn filled(count: i64) -> House {
    let house = House::new();
    house.create(table("ttt", &[("p", "S"), ("r", "N")])).await;
    for r in 0..count {
        let parity = if r % 2 == 0 { "even" } else { "odd" };
        house.put("ttt", item([("p", s("a")), ("r", n(r)), ("kind", s(parity))])).await;
    }
    house.put("ttt", item([("p", s("b")), ("r", n(1))])).await;
    house
}

async fn ranges(house: &House, condition: &str, values: Item) -> Vec<i64> {
    let output = house.query(query("ttt", condition, values)).await;
    numbers(&output.items.unwrap(), "r")
}

#[tokio::test]
async fn every_range_condition_finds_its_items_in_order() {
    let house = filled(6).await;
    house.put("ttt", item([("p", s("a")), ("r", n("-2.5"))])).await;
    let a = || (":p", s("a"));
    assert_eq!(ranges(&house, "p = :p AND r = :v", item([a(), (":v", n(3))])).await, [3]);
    assert_eq!(ranges(&house, "p = :p AND r > :v", item([a(), (":v", n(3))])).await, [4, 5]);
    assert_eq!(ranges(&house, "p = :p AND r >= :v", item([a(), (":v", n(4))])).await, [4, 5]);
}

#[tokio::test]
async fn bounds_and_directions() {
    let house = filled(6).await;
    let a = || (":p", s("a"));
    assert_eq!(ranges(&house, "p = :p AND r < :v", item([a(), (":v", n(2))])).await, [0, 1]);
    assert_eq!(ranges(&house, "p = :p AND r <= :v", item([a(), (":v", n(2))])).await, [0, 1, 2]);
    let between = item([a(), (":x", n(2)), (":y", n(4))]);
    assert_eq!(ranges(&house, "p = :p AND r BETWEEN :x AND :y", between).await, [2, 3, 4]);
    let backward = api::QueryInput {
        scan_index_forward: Some(false),
        limit: Some(2),
        ..query("ttt", "p = :p", item([(":p", s("a"))]))
    };
    let output = house.query(backward).await;
    assert_eq!(numbers(&output.items.unwrap(), "r"), [5, 4]);
    assert_eq!(output.last_evaluated_key.unwrap()["r"], n(4));
}

#[tokio::test]
async fn strings_by_prefix_sort_by_bytes() {
    let house = House::new();
    house.create(table("ttt", &[("p", "S"), ("r", "S")])).await;
    for r in ["a", "ab", "ab\u{0}c", "abé", "ac", "b"] {
        house.put("ttt", item([("p", s("x")), ("r", s(r))])).await;
    }
    let output = house
        .query(query("ttt", "p = :p AND begins_with(r, :v)", item([(":p", s("x")), (":v", s("ab"))])))
        .await;
    let found: Vec<_> = output.items.unwrap().iter().map(|i| i["r"].clone()).collect();
    assert_eq!(found, [s("ab"), s("ab\u{0}c"), s("abé")]);
}

#[tokio::test]
async fn pages_meet_end_to_end_and_filters_come_after_the_limit() {
    let house = filled(10).await;
    let mut input = api::QueryInput {
        limit: Some(3),
        filter_expression: Some("kind = :k".into()),
        ..query("ttt", "p = :p", item([(":p", s("a")), (":k", s("even"))]))
    };
    let (mut found, mut pages, mut scanned) = (Vec::new(), 0, 0);
    loop {
        let output = house.query(input.clone()).await;
        found.extend(numbers(&output.items.unwrap(), "r"));
        pages += 1;
        scanned += output.scanned_count.unwrap();
        match output.last_evaluated_key {
            Some(key) => input.exclusive_start_key = Some(key),
            None => break,
        }
    }
    assert_eq!(found, [0, 2, 4, 6, 8]);
    assert_eq!((pages, scanned), (4, 10));
}

#[tokio::test]
async fn a_page_ends_before_one_megabyte_counted_before_the_filter() {
    let house = House::new();
    house.create(table("ttt", &[("p", "S"), ("r", "N")])).await;
    for r in 0..5 {
        house.put("ttt", item([("p", s("a")), ("r", n(r)), ("v", s("x".repeat(300_000)))])).await;
    }
    let input = api::QueryInput {
        filter_expression: Some("size(v) < :one".into()),
        ..query("ttt", "p = :p", item([(":p", s("a")), (":one", n(1))]))
    };
    let output = house.query(input).await;
    assert_eq!((output.count, output.scanned_count), (Some(0), Some(3)));
    assert_eq!(output.last_evaluated_key.unwrap()["r"], n(2));
}

#[tokio::test]
async fn select_count_and_projections() {
    let house = filled(4).await;
    let count = api::QueryInput {
        select: Some(api::Select::Count),
        ..query("ttt", "p = :p", item([(":p", s("a"))]))
    };
    let output = house.query(count).await;
    assert_eq!((output.count, output.items), (Some(4), None));
    let projected = api::QueryInput {
        projection_expression: Some("kind".into()),
        ..query("ttt", "p = :p AND r = :r", item([(":p", s("a")), (":r", n(1))]))
    };
    assert_eq!(house.query(projected).await.items.unwrap(), [item([("kind", s("odd"))])]);
}

#[tokio::test]
async fn wrong_queries_have_the_services_texts() {
    let house = filled(1).await;
    let error =
        async |input: api::QueryInput| house.service.query(&house.cx(), input).await.unwrap_err().message;
    let p = || item([(":p", s("a"))]);
    assert_eq!(error(query("ttt", "r = :p", p())).await, "Query condition missed key schema element: p");
    assert_eq!(
        error(query("ttt", "p = :p AND x = :p", p())).await,
        "Query condition missed key schema element: r"
    );
    assert_eq!(error(query("ttt", "p > :p", p())).await, "Query key condition not supported");
    assert_eq!(
        error(query("ttt", "p = :p", item([(":p", n(1))]))).await,
        "One or more parameter values were invalid: Condition parameter type does not match schema type"
    );
    let filter = api::QueryInput { filter_expression: Some("r > :p".into()), ..query("ttt", "p = :p", p()) };
    assert_eq!(
        error(filter).await,
        "Filter Expression can only contain non-primary key attributes: Primary key attribute: r"
    );
    let index = api::QueryInput { index_name: Some("none".into()), ..query("ttt", "p = :p", p()) };
    assert_eq!(error(index).await, "The table does not have the specified index: none");
    let none = api::QueryInput { table_name: "ttt".into(), ..Default::default() };
    assert_eq!(
        error(none).await,
        "Either the KeyConditions or KeyConditionExpression parameter must be specified in the request."
    );
    let start = |r| item([("p", s("b")), ("r", r)]);
    let outside = api::QueryInput { exclusive_start_key: Some(start(n(1))), ..query("ttt", "p = :p", p()) };
    assert_eq!(
        error(outside).await,
        "The provided starting key is outside query boundaries based on provided conditions"
    );
}

#[tokio::test]
async fn parallel_segments_find_every_item_once() {
    let house = House::new();
    house.create(table("ttt", &[("p", "N")])).await;
    for p in 0..200 {
        house.put("ttt", item([("p", n(p))])).await;
    }
    let mut found = Vec::new();
    let mut sizes = Vec::new();
    for segment in 0..7 {
        let mut input = api::ScanInput {
            table_name: "ttt".into(),
            segment: Some(segment),
            total_segments: Some(7),
            limit: Some(11),
            ..Default::default()
        };
        let before = found.len();
        loop {
            let output = house.service.scan(&house.cx(), input.clone()).await.unwrap();
            found.extend(numbers(&output.items.unwrap(), "p"));
            match output.last_evaluated_key {
                Some(key) => input.exclusive_start_key = Some(key),
                None => break,
            }
        }
        sizes.push(found.len() - before);
    }
    found.sort_unstable();
    assert_eq!(found, (0..200).collect::<Vec<_>>());
    assert!(sizes.iter().all(|size| *size > 10), "{sizes:?}");
}

#[tokio::test]
async fn wrong_scans_have_the_services_texts() {
    let house = filled(1).await;
    let error =
        async |input: api::ScanInput| house.service.scan(&house.cx(), input).await.unwrap_err().message;
    let scan = || api::ScanInput { table_name: "ttt".into(), ..Default::default() };
    assert_eq!(
        error(api::ScanInput { segment: Some(5), total_segments: Some(5), ..scan() }).await,
        "The Segment parameter is zero-based and must be less than parameter TotalSegments: Segment: 5 is not less than \
         TotalSegments: 5"
    );
    assert_eq!(
        error(api::ScanInput { exclusive_start_key: Some(item([("p", s("a"))])), ..scan() }).await,
        "The provided starting key is invalid: The provided key element does not match the schema"
    );
    let elsewhere = async |segment| {
        let input = api::ScanInput {
            segment: Some(segment),
            total_segments: Some(2),
            exclusive_start_key: Some(item([("p", s("a")), ("r", n(0))])),
            ..scan()
        };
        house.service.scan(&house.cx(), input).await
    };
    let outcomes = (elsewhere(0).await, elsewhere(1).await);
    assert!(outcomes.0.is_ok() != outcomes.1.is_ok(), "one segment holds the key, the other refuses it");
}

#[tokio::test]
async fn legacy_key_conditions_and_filters_work() {
    let house = filled(6).await;
    let condition = |operator, values| api::Condition {
        comparison_operator: operator,
        attribute_value_list: Some(values),
    };
    let input = api::QueryInput {
        table_name: "ttt".into(),
        key_conditions: Some(IndexMap::from([
            ("p".to_owned(), condition(api::ComparisonOperator::Eq, vec![s("a")])),
            ("r".to_owned(), condition(api::ComparisonOperator::Between, vec![n(1), n(4)])),
        ])),
        query_filter: Some(IndexMap::from([(
            "kind".to_owned(),
            condition(api::ComparisonOperator::Eq, vec![s("even")]),
        )])),
        attributes_to_get: Some(vec!["r".into()]),
        ..Default::default()
    };
    assert_eq!(numbers(&house.query(input).await.items.unwrap(), "r"), [2, 4]);
}
