//! Which code packages are still referred to; the others are removed.

use std::collections::HashSet;

use store_table::{Scan, TableError};

use crate::Lambda;
use crate::model::FunctionVersion;
use crate::tables::{FUNCTIONS, LAYERS, VERSIONS};

impl Lambda {
    /// Removes packages of deleted functions, versions and layers. A failure is logged: the next sweep tries again.
    pub(crate) async fn sweep_code(&self) {
        let live = match self.live_code().await {
            Ok(live) => live,
            Err(error) => return tracing::warn!(%error, "code packages in use could not be listed"),
        };
        if let Err(error) = self.0.code.sweep(live).await {
            tracing::warn!(%error, "unused code packages could not be removed");
        }
    }

    async fn live_code(&self) -> Result<HashSet<String>, TableError> {
        let snapshot = self.0.store.snapshot().await?;
        let mut live = HashSet::new();
        let mut add = |version: &FunctionVersion| {
            live.insert(version.code.sha256_hex.clone());
            live.extend(version.layers.iter().map(|layer| layer.code.sha256_hex.clone()));
        };
        let mut cursor = None;
        loop {
            let page = FUNCTIONS.scan(&snapshot, (), Scan::forward().after(cursor)).await?;
            page.rows.iter().for_each(|(_, function)| add(&function.latest));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        loop {
            let page = VERSIONS.scan(&snapshot, (), Scan::forward().after(cursor)).await?;
            page.rows.iter().for_each(|(_, version)| add(version));
            cursor = page.next;
            if cursor.is_none() {
                break;
            }
        }
        loop {
            let page = LAYERS.scan(&snapshot, (), Scan::forward().after(cursor)).await?;
            live.extend(page.rows.into_iter().map(|(_, layer)| layer.code.sha256_hex));
            cursor = page.next;
            if cursor.is_none() {
                return Ok(live);
            }
        }
    }
}
