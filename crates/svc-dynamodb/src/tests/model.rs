//! The service against a reference: random writes to a table with every kind of index, compared with a map; and random
//! transactions side by side, checked for their sums.

use std::collections::BTreeMap;

use base_id::Ids;

use super::*;

const KEYS: u64 = 12;

/// What the table should hold: by range key.
type Reference = BTreeMap<i64, Item>;

fn random_item(ids: &Ids, r: i64) -> Item {
    let mut item = item([("p", s("a")), ("r", n(r))]);
    if ids.below(4) > 0 {
        item.insert("kind".into(), s(["cat", "dog"][ids.below(2) as usize]));
    }
    if ids.below(4) > 0 {
        item.insert("age".into(), n(ids.below(5)));
    }
    item.insert("note".into(), s("x".repeat(ids.below(2000) as usize)));
    item
}

fn key(r: i64) -> Item {
    item([("p", s("a")), ("r", n(r))])
}

async fn random_write(house: &House, ids: &Ids, reference: &mut Reference) {
    let r = ids.below(KEYS) as i64;
    match ids.below(6) {
        0 => {
            let input = api::DeleteItemInput { table_name: "ttt".into(), key: key(r), ..Default::default() };
            house.service.delete_item(&house.cx(), input).await.unwrap();
            reference.remove(&r);
        }
        1 => {
            let age = n(ids.below(5));
            house.update("ttt", key(r), "SET age = :a", item([(":a", age.clone())])).await.unwrap();
            reference.entry(r).or_insert_with(|| key(r)).insert("age".into(), age);
        }
        2 => {
            house.update("ttt", key(r), "REMOVE kind", Item::new()).await.unwrap();
            if let Some(item) = reference.get_mut(&r) {
                item.shift_remove("kind");
            }
        }
        _ => {
            let item = random_item(ids, r);
            house.put("ttt", item.clone()).await;
            reference.insert(r, item);
        }
    }
}

fn projected(item: &Item, names: &[&str]) -> Item {
    names.iter().filter_map(|name| Some(((*name).to_owned(), item.get(*name)?.clone()))).collect()
}

fn by_range(mut items: Vec<Item>) -> BTreeMap<i64, Item> {
    items.drain(..).map(|item| (numbers(std::slice::from_ref(&item), "r")[0], item)).collect()
}

async fn scan(house: &House, index: Option<&str>) -> BTreeMap<i64, Item> {
    let input = api::ScanInput {
        table_name: "ttt".into(),
        index_name: index.map(str::to_owned),
        ..Default::default()
    };
    by_range(house.service.scan(&house.cx(), input).await.unwrap().items.unwrap())
}

async fn compare(house: &House, reference: &Reference) {
    assert_eq!(scan(house, None).await, *reference);
    let having = |names: &[&str], kept: Option<&[&str]>| -> BTreeMap<i64, Item> {
        reference
            .iter()
            .filter(|(_, item)| names.iter().all(|name| item.contains_key(*name)))
            .map(|(r, item)| (*r, kept.map_or_else(|| item.clone(), |kept| projected(item, kept))))
            .collect()
    };
    assert_eq!(scan(house, Some("by-kind")).await, having(&["kind", "age"], None));
    assert_eq!(scan(house, Some("ages")).await, having(&["age"], Some(&["p", "r", "age"])));
    let description = house.describe("ttt").await;
    assert_eq!(description.item_count, Some(reference.len() as i64));
    let bytes: usize = reference
        .values()
        .map(|item| crate::value::size::item_size(&crate::convert::attributes(item.clone()).unwrap()))
        .sum();
    assert_eq!(description.table_size_bytes, Some(bytes as i64));
    let global = &description.global_secondary_indexes.unwrap()[0];
    assert_eq!(global.item_count, Some(having(&["kind", "age"], None).len() as i64));
}

#[tokio::test]
async fn random_writes_leave_table_indexes_and_counts_as_the_reference_has_them() {
    for seed in 0..12 {
        let (house, ids) = (House::new(), Ids::seeded(seed));
        let input = table("ttt", &[("p", "S"), ("r", "N")]);
        let input = with_index(input, "by-kind", &[("kind", "S"), ("age", "N")], all());
        house.create(with_local(input, "ages", &[("p", "S"), ("age", "N")], keys_only())).await;
        let mut reference = Reference::new();
        for step in 0..80 {
            random_write(&house, &ids, &mut reference).await;
            if step % 20 == 19 {
                compare(&house, &reference).await;
            }
        }
    }
}

/// Moves one from an account to another, if there is one.
async fn transfer(house: &House, from: u64, to: u64) -> Result<(), ApiError> {
    let update = |id: u64, by: i64, condition: Option<&str>| {
        let mut values = item([(":by", n(by))]);
        if condition.is_some() {
            values.insert(":one".into(), n(1));
        }
        let update = api::Update {
            table_name: "ttt".into(),
            key: item([("id", n(id))]),
            update_expression: "ADD v :by".into(),
            condition_expression: condition.map(str::to_owned),
            expression_attribute_values: Some(values),
            ..Default::default()
        };
        api::TransactWriteItem { update: Some(update), ..Default::default() }
    };
    let transact_items = vec![update(from, -1, Some("v >= :one")), update(to, 1, None)];
    let input = api::TransactWriteItemsInput { transact_items, ..Default::default() };
    house.service.transact_write_items(&house.cx(), input).await.map(|_| ())
}

async fn balances(house: &House) -> Vec<i64> {
    let get = |id: u64| api::TransactGetItem {
        get: api::Get { table_name: "ttt".into(), key: item([("id", n(id))]), ..Default::default() },
    };
    let transact_items = (0..4).map(get).collect();
    let input = api::TransactGetItemsInput { transact_items, ..Default::default() };
    let output = house.service.transact_get_items(&house.cx(), input).await.unwrap();
    let items: Vec<Item> = output.responses.unwrap().into_iter().map(|r| r.item.unwrap()).collect();
    numbers(&items, "v")
}

async fn transfers(house: &House, seed: u64) {
    let ids = Ids::seeded(seed);
    for _ in 0..25 {
        let (from, to) = (ids.below(4), ids.below(4));
        if from == to {
            continue;
        }
        match transfer(house, from, to).await {
            Ok(()) => {}
            Err(error) => assert_eq!(error.code, "TransactionCanceledException"),
        }
        let balances = balances(house).await;
        assert_eq!(balances.iter().sum::<i64>(), 12, "seen in the middle: {balances:?}");
        assert!(balances.iter().all(|balance| *balance >= 0), "{balances:?}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn transactions_side_by_side_keep_every_sum() {
    let house = Arc::new(House::new());
    house.create(table("ttt", &[("id", "N")])).await;
    for id in 0..4 {
        house.put("ttt", item([("id", n(id)), ("v", n(3))])).await;
    }
    let ticking = tokio::spawn({
        let house = house.clone();
        async move {
            loop {
                house.clock.advance(Duration::from_millis(1));
                tokio::task::yield_now().await;
            }
        }
    });
    let workers: Vec<_> = (0..6)
        .map(|seed| {
            let house = house.clone();
            tokio::spawn(async move { transfers(&house, seed).await })
        })
        .collect();
    for worker in workers {
        worker.await.unwrap();
    }
    ticking.abort();
}
