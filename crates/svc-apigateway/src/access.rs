//! What every operation does first: decide whether the caller may, then find or change the API it is about.

use port::{Access, RequestContext};
use store_kv::{Snapshot, Transaction};
use store_table::{JsonRecord, Table};
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::error::{self, Failure, storage};
use crate::model::http::HttpApi;
use crate::model::rest::RestApi;
use crate::model::{ApiKind, Owner};
use crate::tables::{ApiKey, HTTP_APIS, OWNERS, REST_APIS};

/// The verbs that API Gateway's permissions are about.
#[derive(Clone, Copy, Debug)]
pub enum Verb {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl Verb {
    const fn action(self) -> &'static str {
        match self {
            Self::Get => "apigateway:GET",
            Self::Post => "apigateway:POST",
            Self::Put => "apigateway:PUT",
            Self::Patch => "apigateway:PATCH",
            Self::Delete => "apigateway:DELETE",
        }
    }
}

pub fn key(cx: &RequestContext, id: &str) -> ApiKey {
    (cx.account().to_owned(), cx.region().to_owned(), id.to_owned())
}

/// `arn:aws:apigateway:{region}::/restapis/{id}`
pub fn arn(cx: &RequestContext, path: &str) -> String {
    format!("arn:aws:apigateway:{}::{path}", cx.region())
}

impl ApiGateway {
    /// `path` is the resource's in the API, such as `/restapis/{id}/stages`.
    pub(crate) async fn authorize(
        &self,
        cx: &RequestContext,
        verb: Verb,
        path: &str,
    ) -> Result<(), ApiError> {
        let arn = arn(cx, path);
        Ok(cx.authorize(Access::new(verb.action(), &arn).owned_by(cx.account())).await?)
    }

    pub(crate) async fn snapshot(&self) -> Result<Snapshot, ApiError> {
        self.0.store.snapshot().await.map_err(|e| storage(&e))
    }

    pub(crate) fn new_id(&self, len: usize) -> String {
        self.0.ids.lower_alphanumeric(len)
    }

    pub(crate) async fn rest_api(&self, cx: &RequestContext, id: &str) -> Result<RestApi, ApiError> {
        self.find(cx, &REST_APIS, id).await
    }

    pub(crate) async fn http_api(&self, cx: &RequestContext, id: &str) -> Result<HttpApi, ApiError> {
        self.find(cx, &HTTP_APIS, id).await
    }

    async fn find<V: JsonRecord>(
        &self,
        cx: &RequestContext,
        table: &Table<ApiKey, V>,
        id: &str,
    ) -> Result<V, ApiError> {
        let snapshot = self.snapshot().await?;
        let found = table.get(&snapshot, key(cx, id)).await.map_err(|e| storage(&e))?;
        found.ok_or_else(|| error::no_api(cx.account(), id))
    }

    pub(crate) async fn change_rest<T: Send>(
        &self,
        cx: &RequestContext,
        id: &str,
        change: impl Fn(&mut RestApi) -> Result<T, ApiError> + Sync,
    ) -> Result<T, ApiError> {
        let change = &change;
        let work = |tx: Transaction| async move {
            let found = REST_APIS.get(&tx, key(cx, id)).await?;
            let mut api = found.ok_or_else(|| error::no_api(cx.account(), id))?;
            let changed = change(&mut api)?;
            REST_APIS.put(&tx, key(cx, id), &api)?;
            Ok::<_, Failure>(changed)
        };
        Ok(self.0.store.transact(work).await?)
    }

    /// Stages that deploy by themselves get the changed definition in the same commit.
    pub(crate) async fn change_http<T: Send>(
        &self,
        cx: &RequestContext,
        id: &str,
        change: impl Fn(&mut HttpApi) -> Result<T, ApiError> + Sync,
    ) -> Result<T, ApiError> {
        let change = &change;
        let fresh = &self.new_id(6);
        let work = |tx: Transaction| async move {
            let found = HTTP_APIS.get(&tx, key(cx, id)).await?;
            let mut api = found.ok_or_else(|| error::no_api(cx.account(), id))?;
            let before = crate::deploy::http_definition(&api);
            let changed = change(&mut api)?;
            HTTP_APIS.put(&tx, key(cx, id), &api)?;
            if crate::deploy::http_definition(&api) != before {
                crate::deploy::auto(&tx, id, &api, fresh, cx.time()).await?;
            }
            Ok::<_, Failure>(changed)
        };
        Ok(self.0.store.transact(work).await?)
    }

    /// Stores a new API and whose it is. False where the id is taken already.
    pub(crate) async fn insert_rest(
        &self,
        cx: &RequestContext,
        id: &str,
        api: &RestApi,
    ) -> Result<bool, ApiError> {
        let work = |tx: Transaction| async move {
            if !OWNERS.insert_if_absent(&tx, (id,), &owner(cx, ApiKind::Rest)).await? {
                return Ok(false);
            }
            REST_APIS.put(&tx, key(cx, id), api)?;
            Ok::<_, Failure>(true)
        };
        Ok(self.0.store.transact(work).await?)
    }

    pub(crate) async fn insert_http(
        &self,
        cx: &RequestContext,
        id: &str,
        api: &HttpApi,
    ) -> Result<bool, ApiError> {
        let work = |tx: Transaction| async move {
            if !OWNERS.insert_if_absent(&tx, (id,), &owner(cx, ApiKind::Http)).await? {
                return Ok(false);
            }
            HTTP_APIS.put(&tx, key(cx, id), api)?;
            Ok::<_, Failure>(true)
        };
        Ok(self.0.store.transact(work).await?)
    }
}

fn owner(cx: &RequestContext, kind: ApiKind) -> Owner {
    Owner { account: cx.account().to_owned(), region: cx.region().to_owned(), kind }
}
