//! Reserved concurrency: what functions of an account and region have set aside, and what is left for the others.

use std::collections::HashMap;

use parking_lot::Mutex;
use store_kv::Read;
use store_table::{Scan, TableError};
use wire_codec::ApiError;

use crate::error::storage;
use crate::names::FunctionRef;
use crate::tables::FUNCTIONS;
use crate::{ACCOUNT_CONCURRENCY, Lambda};

/// What must remain unreserved (Lambda Developer Guide, "Configuring reserved concurrency").
pub const MIN_UNRESERVED: u32 = 100;

/// Sums of reservations by (account, region), until a reservation changes.
#[derive(Default)]
pub struct Reservations(Mutex<HashMap<(String, String), u32>>);

impl Lambda {
    pub(crate) async fn unreserved_concurrency(&self, target: &FunctionRef) -> Result<u32, ApiError> {
        let key = (target.account.clone(), target.region.clone());
        if let Some(sum) = self.0.reservations.0.lock().get(&key) {
            return Ok(ACCOUNT_CONCURRENCY.saturating_sub(*sum));
        }
        let snapshot = self.snapshot().await?;
        let sum = reserved(&snapshot, target, None).await.map_err(|e| storage(&e))?;
        self.0.reservations.0.lock().insert(key, sum);
        Ok(ACCOUNT_CONCURRENCY.saturating_sub(sum))
    }

    pub(crate) fn forget_reservations(&self) {
        self.0.reservations.0.lock().clear();
    }
}

/// The sum of all functions' reservations, that of `except` left out.
pub async fn reserved(
    read: &impl Read,
    target: &FunctionRef,
    except: Option<&str>,
) -> Result<u32, TableError> {
    let prefix = (target.account.clone(), target.region.clone());
    let mut cursor = None;
    let mut sum = 0u32;
    loop {
        let page = FUNCTIONS.scan(read, prefix.clone(), Scan::forward().after(cursor)).await?;
        let counted = page.rows.iter().filter(|((.., name), _)| except != Some(name.as_str()));
        sum += counted.filter_map(|(_, function)| function.reserved_concurrency).sum::<u32>();
        cursor = page.next;
        if cursor.is_none() {
            return Ok(sum);
        }
    }
}
