//! Forgets client tokens when their ten minutes are over.

use std::time::Duration;

use base_time::Timestamp;
use store_kv::Transaction;
use store_table::Scan;

use crate::Service;
use crate::error::Result;
use crate::tables::{TOKEN_EXPIRIES, TOKENS};

const PERIOD: Duration = Duration::from_secs(60);
const BATCH: usize = 500;

pub(super) async fn run(service: Service) {
    loop {
        if let Err(error) = sweep(&service).await {
            tracing::error!(?error, "forgetting DynamoDB client tokens failed; it is tried again");
        }
        service.0.clock.sleep(PERIOD).await;
    }
}

pub(crate) async fn sweep(service: &Service) -> Result<()> {
    loop {
        let now = service.0.clock.now();
        let forgotten = service.store().transact(|tx| forget(tx, now)).await?;
        if forgotten < BATCH {
            return Ok(());
        }
    }
}

async fn forget(tx: Transaction, now: Timestamp) -> Result<usize> {
    // From the front, outside the transaction: new tokens are no conflict.
    let page = TOKEN_EXPIRIES.scan(tx.snapshot(), (), Scan::forward().limit(BATCH)).await?;
    let mut forgotten = 0;
    for ((expires, account, region, token), ()) in page.rows {
        if expires > now {
            break;
        }
        let key = (account.as_str(), region.as_str(), token.as_str());
        if TOKENS.get(&tx, key).await?.is_some_and(|known| known.expires == expires) {
            TOKENS.delete(&tx, key);
        }
        TOKEN_EXPIRIES.delete(&tx, (expires, account.as_str(), region.as_str(), token.as_str()));
        forgotten += 1;
    }
    Ok(forgotten)
}
