//! Tables, indexes and queues over a store in memory.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use base_id::Ids;
use base_time::Clock;
use serde::{Deserialize, Serialize};
use store_kv::{PageLimit, Store};
use store_table::{
    First, Head, Index, IndexedTable, JsonRecord, Queue, Scan, StartsWith, Table, TableError, TableId,
};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Role {
    name: String,
    path: String,
}

impl JsonRecord for Role {
    const VERSION: u8 = 1;
    type Previous = First;
    fn migrate(previous: First) -> Self {
        match previous {}
    }
}

/// (account, id)
type RoleKey = (String, String);

/// (account, name) -> the role's key
static BY_NAME: Index<(String, String), RoleKey, Role> =
    Index::new(TableId::rows(0x7f, 2), |(account, _), role| Some((account.clone(), role.name.clone())));
static ROLES: IndexedTable<RoleKey, Role> =
    IndexedTable::new(Table::new(TableId::rows(0x7f, 1)), &[&BY_NAME]);
const MESSAGES: Queue<String, Role> = Queue::new(TableId::log(0x7f, 3));

fn store() -> Store {
    Store::in_memory(Clock::system(), Ids::seeded(1)).unwrap()
}

fn role(name: &str) -> Role {
    Role { name: name.to_owned(), path: "/".to_owned() }
}

async fn put(store: &Store, id: &str, role: &Role) {
    let key = ("1".to_owned(), id.to_owned());
    let key = &key;
    store.transact(|tx| async move { ROLES.put(&tx, key, role).await }).await.unwrap();
}

async fn ids_by_name(store: &Store, name: &str) -> Vec<String> {
    let snapshot = store.snapshot().await.unwrap();
    let page = BY_NAME.of(&snapshot, ("1", name), Scan::forward()).await.unwrap();
    page.rows.into_iter().map(|((_, id), ())| id).collect()
}

#[tokio::test]
async fn an_index_follows_its_row_through_rename_and_delete() {
    let store = store();
    put(&store, "a", &role("reader")).await;
    put(&store, "b", &role("writer")).await;
    assert_eq!(ids_by_name(&store, "reader").await, ["a"]);
    put(&store, "a", &role("writer")).await;
    assert!(ids_by_name(&store, "reader").await.is_empty());
    assert_eq!(ids_by_name(&store, "writer").await, ["a", "b"]);
    let key = ("1".to_owned(), "b".to_owned());
    let key = &key;
    let former: Result<_, TableError> =
        store.transact(|tx| async move { ROLES.delete(&tx, key).await }).await;
    assert_eq!(former.unwrap(), Some(role("writer")));
    assert_eq!(ids_by_name(&store, "writer").await, ["a"]);
}

#[tokio::test]
async fn a_scan_by_prefix_pages_through_exactly_its_rows() {
    let store = store();
    let table = ROLES.rows();
    let fill = store.transact(|tx| async move {
        for (account, id) in
            [("1", "te"), ("1", "team"), ("1", "tea"), ("1", "top"), ("11", "tea"), ("2", "x")]
        {
            table.put(&tx, (account, id), &role(id))?;
        }
        Ok::<_, TableError>(())
    });
    fill.await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    let mut found = Vec::new();
    let mut cursor = None;
    loop {
        let scan = Scan::forward().limit(1).after(cursor);
        let page = table.scan(&snapshot, ("1", StartsWith("te")), scan).await.unwrap();
        found.extend(page.rows.into_iter().map(|((_, id), _)| id));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    assert_eq!(found, ["te", "tea", "team"]);
    let page = table.scan(&snapshot, ("1",), Scan::backward().limit(2)).await.unwrap();
    let ids: Vec<_> = page.rows.iter().map(|((_, id), _)| id.as_str()).collect();
    assert_eq!(ids, ["top", "team"]);
    assert_eq!(table.scan(&snapshot, (), Scan::forward()).await.unwrap().rows.len(), 6);
    assert_eq!(
        table.scan_from(&snapshot, ("1",), ("1", "tea"), Scan::forward()).await.unwrap().rows.len(),
        3
    );
}

#[tokio::test]
async fn a_queue_keeps_the_order_of_commits_and_its_head_loses_nothing() {
    let store = store();
    let head = Head::default();
    let mut taken = Vec::new();
    for round in 0..10 {
        let names: Vec<_> = (0..3).map(|n| format!("{round}-{n}")).collect();
        let names = &names;
        let push = store.transact(|tx| async move {
            names.iter().try_for_each(|name| MESSAGES.push(&tx, "q", &role(name)).map(drop))
        });
        push.await.unwrap();
        let snapshot = store.snapshot().await.unwrap();
        let first = MESSAGES.first(&snapshot, "q", &head, PageLimit::rows(2)).await.unwrap();
        assert!(first.more);
        for (stamp, message) in first.rows {
            taken.push(message.name);
            let delete = store.transact(|tx| async move {
                MESSAGES.delete(&tx, "q", stamp);
                Ok::<_, TableError>(())
            });
            delete.await.unwrap();
        }
    }
    let snapshot = store.snapshot().await.unwrap();
    let rest = MESSAGES.first(&snapshot, "q", &head, PageLimit::default()).await.unwrap();
    taken.extend(rest.rows.into_iter().map(|(_, message)| message.name));
    let all: Vec<_> = (0..30).map(|n| format!("{}-{}", n / 3, n % 3)).collect();
    assert_eq!(taken, all);
    let behind_head = Head::at(head.get());
    assert_eq!(
        MESSAGES.first(&snapshot, "q", &behind_head, PageLimit::default()).await.unwrap().rows.len(),
        10
    );
}

#[tokio::test]
async fn a_message_pushed_after_the_queue_was_seen_empty_is_found() {
    let store = store();
    let head = Head::default();
    let snapshot = store.snapshot().await.unwrap();
    assert!(MESSAGES.first(&snapshot, "q", &head, PageLimit::default()).await.unwrap().rows.is_empty());
    let push = store.transact(|tx| async move { MESSAGES.push(&tx, "q", &role("late")).map(drop) });
    push.await.unwrap();
    let snapshot = store.snapshot().await.unwrap();
    assert_eq!(MESSAGES.first(&snapshot, "q", &head, PageLimit::default()).await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn insert_if_absent_leaves_the_row_that_is_there() {
    let store = store();
    let table = ROLES.rows();
    for (name, inserted) in [("first", true), ("second", false)] {
        let insert = store
            .transact(|tx| async move { table.insert_if_absent(&tx, ("1", "id"), &role(name)).await })
            .await;
        assert_eq!(insert, Ok(inserted));
    }
    let snapshot = store.snapshot().await.unwrap();
    assert_eq!(table.get(&snapshot, ("1", "id")).await, Ok(Some(role("first"))));
}
