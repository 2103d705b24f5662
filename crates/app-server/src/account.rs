//! The account of this installation: twelve digits, chosen at the first start.

use base_id::Ids;
use serde::{Deserialize, Serialize};
use store_kv::{CommitError, Store, Transaction};
use store_table::{First, JsonRecord, Table, TableError, TableId};

const SERVICE: u8 = 11;

/// One row: what the first start chose.
const INSTALLATION: Table<(u8,), Installation> = Table::new(TableId::rows(SERVICE, 1));

#[derive(Clone, Debug, Serialize, Deserialize)]
struct Installation {
    account: String,
}

impl JsonRecord for Installation {
    const VERSION: u8 = 1;
    type Previous = First;
    fn migrate(previous: First) -> Self {
        match previous {}
    }
}

#[derive(Debug)]
struct Failure(String);

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        Self(error.to_string())
    }
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        Self(error.to_string())
    }
}

/// Reads the account, or chooses one (`fixed`, if given) at the first start.
pub async fn account(store: &Store, ids: &Ids, fixed: Option<&str>) -> Result<String, String> {
    let fresh =
        fixed.map_or_else(|| format!("{:012}", 100_000_000_000 + ids.below(900_000_000_000)), str::to_owned);
    let fresh = &fresh;
    let work = |tx: Transaction| async move {
        if let Some(found) = INSTALLATION.get(&tx, (0,)).await? {
            return Ok(found.account);
        }
        INSTALLATION.put(&tx, (0,), &Installation { account: fresh.clone() })?;
        Ok::<_, Failure>(fresh.clone())
    };
    store.transact(work).await.map_err(|failure| failure.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_account_is_chosen_once() {
        let store = Store::in_memory(base_time::Clock::system(), Ids::seeded(1)).unwrap();
        let first = account(&store, &Ids::seeded(2), None).await.unwrap();
        let second = account(&store, &Ids::seeded(3), None).await.unwrap();
        assert_eq!(first, second);
        assert_eq!(first.len(), 12);
    }
}
