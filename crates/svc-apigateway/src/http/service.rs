//! The API's operations, each in its own file below `ops/`; those that are not built answer by name.

use api_apigatewayv2::types as t;
use http::Response;
use port::{ApiService, BoxFuture, RequestContext};
use wire_codec::{ApiError, Body, Call, ServiceDesc};

use super::ops;
use crate::HttpApis;

type Answer<T> = Result<T, ApiError>;
type Cx = RequestContext;

impl ApiService for HttpApis {
    fn desc(&self) -> &'static ServiceDesc {
        &api_apigatewayv2::SERVICE
    }

    fn call<'a>(&'a self, cx: &'a Cx, call: Call) -> BoxFuture<'a, Response<Body>> {
        Box::pin(api_apigatewayv2::dispatch(self, cx, call))
    }
}

/// In the manifest, not built yet.
fn refused<T>(cx: &Cx, operation: &str) -> Answer<T> {
    cx.needs_no_permission();
    Err(ApiError::not_implemented(format!("apigatewayv2:{operation}")))
}

impl api_apigatewayv2::ApiGatewayV2 for HttpApis {
    type Context = Cx;

    async fn create_api(&self, cx: &Cx, input: t::CreateApiInput) -> Answer<t::CreateApiOutput> {
        ops::create_api::run(&self.0, cx, input).await
    }

    async fn create_authorizer(
        &self,
        cx: &Cx,
        _input: t::CreateAuthorizerInput,
    ) -> Answer<t::CreateAuthorizerOutput> {
        refused(cx, "CreateAuthorizer")
    }

    async fn create_deployment(
        &self,
        cx: &Cx,
        input: t::CreateDeploymentInput,
    ) -> Answer<t::CreateDeploymentOutput> {
        ops::create_deployment::run(&self.0, cx, input).await
    }

    async fn create_integration(
        &self,
        cx: &Cx,
        input: t::CreateIntegrationInput,
    ) -> Answer<t::CreateIntegrationOutput> {
        ops::create_integration::run(&self.0, cx, input).await
    }

    async fn create_route(&self, cx: &Cx, input: t::CreateRouteInput) -> Answer<t::CreateRouteOutput> {
        ops::create_route::run(&self.0, cx, input).await
    }

    async fn create_stage(&self, cx: &Cx, input: t::CreateStageInput) -> Answer<t::CreateStageOutput> {
        ops::create_stage::run(&self.0, cx, input).await
    }

    async fn delete_api(&self, cx: &Cx, input: t::DeleteApiInput) -> Answer<t::DeleteApiOutput> {
        ops::delete_api::run(&self.0, cx, input).await
    }

    async fn delete_authorizer(
        &self,
        cx: &Cx,
        _input: t::DeleteAuthorizerInput,
    ) -> Answer<t::DeleteAuthorizerOutput> {
        refused(cx, "DeleteAuthorizer")
    }

    async fn delete_cors_configuration(
        &self,
        cx: &Cx,
        input: t::DeleteCorsConfigurationInput,
    ) -> Answer<t::DeleteCorsConfigurationOutput> {
        ops::delete_cors_configuration::run(&self.0, cx, input).await
    }

    async fn delete_deployment(
        &self,
        cx: &Cx,
        input: t::DeleteDeploymentInput,
    ) -> Answer<t::DeleteDeploymentOutput> {
        ops::delete_deployment::run(&self.0, cx, input).await
    }

    async fn delete_integration(
        &self,
        cx: &Cx,
        input: t::DeleteIntegrationInput,
    ) -> Answer<t::DeleteIntegrationOutput> {
        ops::delete_integration::run(&self.0, cx, input).await
    }

    async fn delete_route(&self, cx: &Cx, input: t::DeleteRouteInput) -> Answer<t::DeleteRouteOutput> {
        ops::delete_route::run(&self.0, cx, input).await
    }

    async fn delete_route_settings(
        &self,
        cx: &Cx,
        _input: t::DeleteRouteSettingsInput,
    ) -> Answer<t::DeleteRouteSettingsOutput> {
        refused(cx, "DeleteRouteSettings")
    }

    async fn delete_stage(&self, cx: &Cx, input: t::DeleteStageInput) -> Answer<t::DeleteStageOutput> {
        ops::delete_stage::run(&self.0, cx, input).await
    }

    async fn get_api(&self, cx: &Cx, input: t::GetApiInput) -> Answer<t::GetApiOutput> {
        ops::get_api::run(&self.0, cx, input).await
    }

    async fn get_apis(&self, cx: &Cx, input: t::GetApisInput) -> Answer<t::GetApisOutput> {
        ops::get_apis::run(&self.0, cx, input).await
    }

    async fn get_authorizer(&self, cx: &Cx, _input: t::GetAuthorizerInput) -> Answer<t::GetAuthorizerOutput> {
        refused(cx, "GetAuthorizer")
    }

    async fn get_authorizers(
        &self,
        cx: &Cx,
        _input: t::GetAuthorizersInput,
    ) -> Answer<t::GetAuthorizersOutput> {
        refused(cx, "GetAuthorizers")
    }

    async fn get_deployment(&self, cx: &Cx, input: t::GetDeploymentInput) -> Answer<t::GetDeploymentOutput> {
        ops::get_deployment::run(&self.0, cx, input).await
    }

    async fn get_deployments(
        &self,
        cx: &Cx,
        input: t::GetDeploymentsInput,
    ) -> Answer<t::GetDeploymentsOutput> {
        ops::get_deployments::run(&self.0, cx, input).await
    }

    async fn get_integration(
        &self,
        cx: &Cx,
        input: t::GetIntegrationInput,
    ) -> Answer<t::GetIntegrationOutput> {
        ops::get_integration::run(&self.0, cx, input).await
    }

    async fn get_integrations(
        &self,
        cx: &Cx,
        input: t::GetIntegrationsInput,
    ) -> Answer<t::GetIntegrationsOutput> {
        ops::get_integrations::run(&self.0, cx, input).await
    }

    async fn get_route(&self, cx: &Cx, input: t::GetRouteInput) -> Answer<t::GetRouteOutput> {
        ops::get_route::run(&self.0, cx, input).await
    }

    async fn get_routes(&self, cx: &Cx, input: t::GetRoutesInput) -> Answer<t::GetRoutesOutput> {
        ops::get_routes::run(&self.0, cx, input).await
    }

    async fn get_stage(&self, cx: &Cx, input: t::GetStageInput) -> Answer<t::GetStageOutput> {
        ops::get_stage::run(&self.0, cx, input).await
    }

    async fn get_stages(&self, cx: &Cx, input: t::GetStagesInput) -> Answer<t::GetStagesOutput> {
        ops::get_stages::run(&self.0, cx, input).await
    }

    async fn get_tags(&self, cx: &Cx, input: t::GetTagsInput) -> Answer<t::GetTagsOutput> {
        ops::get_tags::run(&self.0, cx, input).await
    }

    async fn import_api(&self, cx: &Cx, input: t::ImportApiInput) -> Answer<t::ImportApiOutput> {
        ops::import_api::run(&self.0, cx, input).await
    }

    async fn reimport_api(&self, cx: &Cx, input: t::ReimportApiInput) -> Answer<t::ReimportApiOutput> {
        ops::reimport_api::run(&self.0, cx, input).await
    }

    async fn tag_resource(&self, cx: &Cx, input: t::TagResourceInput) -> Answer<t::TagResourceOutput> {
        ops::tag_resource::run(&self.0, cx, input).await
    }

    async fn untag_resource(&self, cx: &Cx, input: t::UntagResourceInput) -> Answer<t::UntagResourceOutput> {
        ops::untag_resource::run(&self.0, cx, input).await
    }

    async fn update_api(&self, cx: &Cx, input: t::UpdateApiInput) -> Answer<t::UpdateApiOutput> {
        ops::update_api::run(&self.0, cx, input).await
    }

    async fn update_authorizer(
        &self,
        cx: &Cx,
        _input: t::UpdateAuthorizerInput,
    ) -> Answer<t::UpdateAuthorizerOutput> {
        refused(cx, "UpdateAuthorizer")
    }

    async fn update_deployment(
        &self,
        cx: &Cx,
        input: t::UpdateDeploymentInput,
    ) -> Answer<t::UpdateDeploymentOutput> {
        ops::update_deployment::run(&self.0, cx, input).await
    }

    async fn update_integration(
        &self,
        cx: &Cx,
        input: t::UpdateIntegrationInput,
    ) -> Answer<t::UpdateIntegrationOutput> {
        ops::update_integration::run(&self.0, cx, input).await
    }

    async fn update_route(&self, cx: &Cx, input: t::UpdateRouteInput) -> Answer<t::UpdateRouteOutput> {
        ops::update_route::run(&self.0, cx, input).await
    }

    async fn update_stage(&self, cx: &Cx, input: t::UpdateStageInput) -> Answer<t::UpdateStageOutput> {
        ops::update_stage::run(&self.0, cx, input).await
    }
}
