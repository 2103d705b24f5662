//! Reading functions: rows parsed once per stored version, qualifiers resolved to the version they mean.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use port::{Access, RequestContext};
use store_kv::{Read, Snapshot, Version};
use wire_codec::ApiError;

use crate::error;
use crate::model::{Alias, Function, FunctionVersion};
use crate::names::{FunctionRef, LATEST, version_number};
use crate::tables::{ALIASES, FUNCTIONS, FunctionKey, POLICIES, VERSIONS};
use crate::{Lambda, error::storage};

/// Parsed function rows kept at once.
const CACHED: usize = 10_000;

/// Function rows as parsed, valid for as long as the stored row has the version they were parsed from.
#[derive(Default)]
pub struct RowCache(Mutex<HashMap<FunctionKey, (Version, Arc<Function>)>>);

/// What an invoke or a description is about.
#[derive(Clone, Debug)]
pub struct Resolved {
    pub function: Arc<Function>,
    pub version: FunctionVersion,
}

impl Lambda {
    pub(crate) async fn snapshot(&self) -> Result<Snapshot, ApiError> {
        self.0.store.snapshot().await.map_err(|e| storage(&e))
    }

    /// The function's row, or ResourceNotFoundException with its ARN.
    pub(crate) async fn function(
        &self,
        read: &impl Read,
        target: &FunctionRef,
    ) -> Result<Arc<Function>, ApiError> {
        self.find_function(read, target)
            .await?
            .ok_or_else(|| error::function_not_found(&target.qualified_arn()))
    }

    pub(crate) async fn find_function(
        &self,
        read: &impl Read,
        target: &FunctionRef,
    ) -> Result<Option<Arc<Function>>, ApiError> {
        let key = target.key();
        let Some(entry) = read.get(&FUNCTIONS.key(key.clone())).await.map_err(|e| storage(&e))? else {
            return Ok(None);
        };
        if let Some((version, row)) = self.0.rows.0.lock().get(&key)
            && *version == entry.version
        {
            return Ok(Some(row.clone()));
        }
        let parsed = FUNCTIONS.get_versioned(read, key.clone()).await.map_err(|e| storage(&e))?;
        let Some((function, version)) = parsed else { return Ok(None) };
        let function = Arc::new(function);
        let mut rows = self.0.rows.0.lock();
        if rows.len() >= CACHED {
            rows.clear();
        }
        rows.insert(key, (version, function.clone()));
        Ok(Some(function))
    }

    /// The function and the version that the qualifier means; `$LATEST` where there is none. With a routed alias, which
    /// of its versions is drawn by weight.
    pub(crate) async fn resolve(&self, read: &impl Read, target: &FunctionRef) -> Result<Resolved, ApiError> {
        let function = self.function(read, target).await?;
        let qualifier = target.qualifier.as_deref().unwrap_or(LATEST);
        if qualifier == LATEST {
            let version = function.latest.clone();
            return Ok(Resolved { function, version });
        }
        if let Some(number) = version_number(qualifier) {
            let version = self.version(read, target, number).await?;
            return Ok(Resolved { function, version });
        }
        let (account, region, name) = target.key();
        let alias = ALIASES
            .get(read, (account, region, name, qualifier.to_owned()))
            .await
            .map_err(|e| storage(&e))?
            .ok_or_else(|| error::function_not_found(&target.qualified_arn()))?;
        let chosen = self.draw(&alias);
        let version = match version_number(&chosen) {
            Some(number) => self.version(read, target, number).await?,
            None => function.latest.clone(),
        };
        Ok(Resolved { function, version })
    }

    async fn version(
        &self,
        read: &impl Read,
        target: &FunctionRef,
        number: u64,
    ) -> Result<FunctionVersion, ApiError> {
        let (account, region, name) = target.key();
        VERSIONS
            .get(read, (account, region, name, number))
            .await
            .map_err(|e| storage(&e))?
            .ok_or_else(|| error::function_not_found(&target.qualified_arn()))
    }

    fn draw(&self, alias: &Alias) -> String {
        let mut point = (self.0.ids.below(1_000_000) as f64) / 1_000_000.0;
        for (version, weight) in &alias.routing {
            if point < *weight {
                return version.clone();
            }
            point -= weight;
        }
        alias.version.clone()
    }

    /// The resource policy that governs the target: the qualifier's own, or the unqualified function's.
    pub(crate) async fn policy(
        &self,
        read: &impl Read,
        target: &FunctionRef,
    ) -> Result<Option<String>, ApiError> {
        let (account, region, name) = target.key();
        let qualifier = target.qualifier.clone().filter(|q| q != LATEST).unwrap_or_default();
        let policy = POLICIES.get(read, (account, region, name, qualifier)).await.map_err(|e| storage(&e))?;
        Ok(policy.map(|policy| policy.document()))
    }

    /// Decides an action on a function by identity policies and the function's own policy.
    pub(crate) async fn authorize(
        &self,
        cx: &RequestContext,
        action: &str,
        target: &FunctionRef,
    ) -> Result<(), ApiError> {
        let snapshot = self.snapshot().await?;
        let policy = self.policy(&snapshot, target).await?;
        let arn = target.qualified_arn();
        let access = Access::new(action, &arn).owned_by(&target.account).with_policy(policy.as_deref());
        Ok(cx.authorize(access).await?)
    }

    /// Reads a caller's function name in the context of its request.
    pub(crate) fn target(
        &self,
        cx: &RequestContext,
        name: &str,
        qualifier: Option<&str>,
    ) -> Result<FunctionRef, ApiError> {
        FunctionRef::parse(name, qualifier, cx.account(), cx.region())
    }
}
