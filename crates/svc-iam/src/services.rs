//! The generated trait of STS, and the two services as the server holds them.

use http::Response;
use port::{ApiService, BoxFuture, RequestContext};
use wire_codec::{ApiError, Body, Call, ServiceDesc};

use crate::{Iam, ops};

impl api_sts::Sts for Iam {
    type Context = RequestContext;

    async fn assume_role(
        &self,
        cx: &RequestContext,
        input: api_sts::AssumeRoleInput,
    ) -> Result<api_sts::AssumeRoleOutput, ApiError> {
        ops::assume_role::run(self, cx, input).await
    }

    async fn get_access_key_info(
        &self,
        cx: &RequestContext,
        input: api_sts::GetAccessKeyInfoInput,
    ) -> Result<api_sts::GetAccessKeyInfoOutput, ApiError> {
        ops::get_access_key_info::run(self, cx, input).await
    }

    async fn get_caller_identity(
        &self,
        cx: &RequestContext,
        input: api_sts::GetCallerIdentityInput,
    ) -> Result<api_sts::GetCallerIdentityOutput, ApiError> {
        ops::get_caller_identity::run(self, cx, input).await
    }

    async fn get_session_token(
        &self,
        cx: &RequestContext,
        input: api_sts::GetSessionTokenInput,
    ) -> Result<api_sts::GetSessionTokenOutput, ApiError> {
        ops::get_session_token::run(self, cx, input).await
    }
}

/// Iam as the server sees it.
#[derive(Clone)]
pub struct IamService(pub Iam);

impl ApiService for IamService {
    fn desc(&self) -> &'static ServiceDesc {
        &api_iam::SERVICE
    }

    fn call<'a>(&'a self, cx: &'a RequestContext, call: Call) -> BoxFuture<'a, Response<Body>> {
        Box::pin(api_iam::dispatch(&self.0, cx, call))
    }
}

/// Sts as the server sees it.
#[derive(Clone)]
pub struct StsService(pub Iam);

impl ApiService for StsService {
    fn desc(&self) -> &'static ServiceDesc {
        &api_sts::SERVICE
    }

    fn call<'a>(&'a self, cx: &'a RequestContext, call: Call) -> BoxFuture<'a, Response<Body>> {
        Box::pin(api_sts::dispatch(&self.0, cx, call))
    }
}
