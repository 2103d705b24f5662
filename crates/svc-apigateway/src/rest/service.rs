//! The API's operations, each in its own file below `ops/`; those that are not built answer by name.

use api_apigateway::types as t;
use http::Response;
use port::{ApiService, BoxFuture, RequestContext};
use wire_codec::{ApiError, Body, Call, ServiceDesc};

use super::ops;
use crate::RestApis;

type Answer<T> = Result<T, ApiError>;
type Cx = RequestContext;

impl ApiService for RestApis {
    fn desc(&self) -> &'static ServiceDesc {
        &api_apigateway::SERVICE
    }

    fn call<'a>(&'a self, cx: &'a Cx, call: Call) -> BoxFuture<'a, Response<Body>> {
        Box::pin(api_apigateway::dispatch(self, cx, call))
    }
}

/// In the manifest, not built yet.
fn refused<T>(cx: &Cx, operation: &str) -> Answer<T> {
    cx.needs_no_permission();
    Err(ApiError::not_implemented(format!("apigateway:{operation}")))
}

impl api_apigateway::ApiGateway for RestApis {
    type Context = Cx;

    async fn create_api_key(&self, cx: &Cx, _input: t::CreateApiKeyInput) -> Answer<t::CreateApiKeyOutput> {
        refused(cx, "CreateApiKey")
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

    async fn create_model(&self, cx: &Cx, _input: t::CreateModelInput) -> Answer<t::CreateModelOutput> {
        refused(cx, "CreateModel")
    }

    async fn create_request_validator(
        &self,
        cx: &Cx,
        _input: t::CreateRequestValidatorInput,
    ) -> Answer<t::CreateRequestValidatorOutput> {
        refused(cx, "CreateRequestValidator")
    }

    async fn create_resource(
        &self,
        cx: &Cx,
        input: t::CreateResourceInput,
    ) -> Answer<t::CreateResourceOutput> {
        ops::create_resource::run(&self.0, cx, input).await
    }

    async fn create_rest_api(&self, cx: &Cx, input: t::CreateRestApiInput) -> Answer<t::CreateRestApiOutput> {
        ops::create_rest_api::run(&self.0, cx, input).await
    }

    async fn create_stage(&self, cx: &Cx, input: t::CreateStageInput) -> Answer<t::CreateStageOutput> {
        ops::create_stage::run(&self.0, cx, input).await
    }

    async fn create_usage_plan(
        &self,
        cx: &Cx,
        _input: t::CreateUsagePlanInput,
    ) -> Answer<t::CreateUsagePlanOutput> {
        refused(cx, "CreateUsagePlan")
    }

    async fn create_usage_plan_key(
        &self,
        cx: &Cx,
        _input: t::CreateUsagePlanKeyInput,
    ) -> Answer<t::CreateUsagePlanKeyOutput> {
        refused(cx, "CreateUsagePlanKey")
    }

    async fn delete_api_key(&self, cx: &Cx, _input: t::DeleteApiKeyInput) -> Answer<t::DeleteApiKeyOutput> {
        refused(cx, "DeleteApiKey")
    }

    async fn delete_authorizer(
        &self,
        cx: &Cx,
        _input: t::DeleteAuthorizerInput,
    ) -> Answer<t::DeleteAuthorizerOutput> {
        refused(cx, "DeleteAuthorizer")
    }

    async fn delete_deployment(
        &self,
        cx: &Cx,
        input: t::DeleteDeploymentInput,
    ) -> Answer<t::DeleteDeploymentOutput> {
        ops::delete_deployment::run(&self.0, cx, input).await
    }

    async fn delete_gateway_response(
        &self,
        cx: &Cx,
        input: t::DeleteGatewayResponseInput,
    ) -> Answer<t::DeleteGatewayResponseOutput> {
        ops::delete_gateway_response::run(&self.0, cx, input).await
    }

    async fn delete_integration(
        &self,
        cx: &Cx,
        input: t::DeleteIntegrationInput,
    ) -> Answer<t::DeleteIntegrationOutput> {
        ops::delete_integration::run(&self.0, cx, input).await
    }

    async fn delete_integration_response(
        &self,
        cx: &Cx,
        input: t::DeleteIntegrationResponseInput,
    ) -> Answer<t::DeleteIntegrationResponseOutput> {
        ops::delete_integration_response::run(&self.0, cx, input).await
    }

    async fn delete_method(&self, cx: &Cx, input: t::DeleteMethodInput) -> Answer<t::DeleteMethodOutput> {
        ops::delete_method::run(&self.0, cx, input).await
    }

    async fn delete_method_response(
        &self,
        cx: &Cx,
        input: t::DeleteMethodResponseInput,
    ) -> Answer<t::DeleteMethodResponseOutput> {
        ops::delete_method_response::run(&self.0, cx, input).await
    }

    async fn delete_model(&self, cx: &Cx, _input: t::DeleteModelInput) -> Answer<t::DeleteModelOutput> {
        refused(cx, "DeleteModel")
    }

    async fn delete_request_validator(
        &self,
        cx: &Cx,
        _input: t::DeleteRequestValidatorInput,
    ) -> Answer<t::DeleteRequestValidatorOutput> {
        refused(cx, "DeleteRequestValidator")
    }

    async fn delete_resource(
        &self,
        cx: &Cx,
        input: t::DeleteResourceInput,
    ) -> Answer<t::DeleteResourceOutput> {
        ops::delete_resource::run(&self.0, cx, input).await
    }

    async fn delete_rest_api(&self, cx: &Cx, input: t::DeleteRestApiInput) -> Answer<t::DeleteRestApiOutput> {
        ops::delete_rest_api::run(&self.0, cx, input).await
    }

    async fn delete_stage(&self, cx: &Cx, input: t::DeleteStageInput) -> Answer<t::DeleteStageOutput> {
        ops::delete_stage::run(&self.0, cx, input).await
    }

    async fn delete_usage_plan(
        &self,
        cx: &Cx,
        _input: t::DeleteUsagePlanInput,
    ) -> Answer<t::DeleteUsagePlanOutput> {
        refused(cx, "DeleteUsagePlan")
    }

    async fn delete_usage_plan_key(
        &self,
        cx: &Cx,
        _input: t::DeleteUsagePlanKeyInput,
    ) -> Answer<t::DeleteUsagePlanKeyOutput> {
        refused(cx, "DeleteUsagePlanKey")
    }

    async fn get_account(&self, cx: &Cx, input: t::GetAccountInput) -> Answer<t::GetAccountOutput> {
        ops::get_account::run(&self.0, cx, input).await
    }

    async fn get_api_key(&self, cx: &Cx, _input: t::GetApiKeyInput) -> Answer<t::GetApiKeyOutput> {
        refused(cx, "GetApiKey")
    }

    async fn get_api_keys(&self, cx: &Cx, _input: t::GetApiKeysInput) -> Answer<t::GetApiKeysOutput> {
        refused(cx, "GetApiKeys")
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

    async fn get_domain_name(
        &self,
        cx: &Cx,
        _input: t::GetDomainNameInput,
    ) -> Answer<t::GetDomainNameOutput> {
        refused(cx, "GetDomainName")
    }

    async fn get_domain_names(
        &self,
        cx: &Cx,
        _input: t::GetDomainNamesInput,
    ) -> Answer<t::GetDomainNamesOutput> {
        refused(cx, "GetDomainNames")
    }

    async fn get_export(&self, cx: &Cx, _input: t::GetExportInput) -> Answer<t::GetExportOutput> {
        refused(cx, "GetExport")
    }

    async fn get_gateway_response(
        &self,
        cx: &Cx,
        input: t::GetGatewayResponseInput,
    ) -> Answer<t::GetGatewayResponseOutput> {
        ops::get_gateway_response::run(&self.0, cx, input).await
    }

    async fn get_gateway_responses(
        &self,
        cx: &Cx,
        input: t::GetGatewayResponsesInput,
    ) -> Answer<t::GetGatewayResponsesOutput> {
        ops::get_gateway_responses::run(&self.0, cx, input).await
    }

    async fn get_integration(
        &self,
        cx: &Cx,
        input: t::GetIntegrationInput,
    ) -> Answer<t::GetIntegrationOutput> {
        ops::get_integration::run(&self.0, cx, input).await
    }

    async fn get_integration_response(
        &self,
        cx: &Cx,
        input: t::GetIntegrationResponseInput,
    ) -> Answer<t::GetIntegrationResponseOutput> {
        ops::get_integration_response::run(&self.0, cx, input).await
    }

    async fn get_method(&self, cx: &Cx, input: t::GetMethodInput) -> Answer<t::GetMethodOutput> {
        ops::get_method::run(&self.0, cx, input).await
    }

    async fn get_method_response(
        &self,
        cx: &Cx,
        input: t::GetMethodResponseInput,
    ) -> Answer<t::GetMethodResponseOutput> {
        ops::get_method_response::run(&self.0, cx, input).await
    }

    async fn get_model(&self, cx: &Cx, _input: t::GetModelInput) -> Answer<t::GetModelOutput> {
        refused(cx, "GetModel")
    }

    async fn get_models(&self, cx: &Cx, _input: t::GetModelsInput) -> Answer<t::GetModelsOutput> {
        refused(cx, "GetModels")
    }

    async fn get_request_validator(
        &self,
        cx: &Cx,
        _input: t::GetRequestValidatorInput,
    ) -> Answer<t::GetRequestValidatorOutput> {
        refused(cx, "GetRequestValidator")
    }

    async fn get_request_validators(
        &self,
        cx: &Cx,
        _input: t::GetRequestValidatorsInput,
    ) -> Answer<t::GetRequestValidatorsOutput> {
        refused(cx, "GetRequestValidators")
    }

    async fn get_resource(&self, cx: &Cx, input: t::GetResourceInput) -> Answer<t::GetResourceOutput> {
        ops::get_resource::run(&self.0, cx, input).await
    }

    async fn get_resources(&self, cx: &Cx, input: t::GetResourcesInput) -> Answer<t::GetResourcesOutput> {
        ops::get_resources::run(&self.0, cx, input).await
    }

    async fn get_rest_api(&self, cx: &Cx, input: t::GetRestApiInput) -> Answer<t::GetRestApiOutput> {
        ops::get_rest_api::run(&self.0, cx, input).await
    }

    async fn get_rest_apis(&self, cx: &Cx, input: t::GetRestApisInput) -> Answer<t::GetRestApisOutput> {
        ops::get_rest_apis::run(&self.0, cx, input).await
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

    async fn get_usage_plan(&self, cx: &Cx, _input: t::GetUsagePlanInput) -> Answer<t::GetUsagePlanOutput> {
        refused(cx, "GetUsagePlan")
    }

    async fn get_usage_plan_key(
        &self,
        cx: &Cx,
        _input: t::GetUsagePlanKeyInput,
    ) -> Answer<t::GetUsagePlanKeyOutput> {
        refused(cx, "GetUsagePlanKey")
    }

    async fn get_usage_plan_keys(
        &self,
        cx: &Cx,
        _input: t::GetUsagePlanKeysInput,
    ) -> Answer<t::GetUsagePlanKeysOutput> {
        refused(cx, "GetUsagePlanKeys")
    }

    async fn get_usage_plans(
        &self,
        cx: &Cx,
        _input: t::GetUsagePlansInput,
    ) -> Answer<t::GetUsagePlansOutput> {
        refused(cx, "GetUsagePlans")
    }

    async fn import_rest_api(&self, cx: &Cx, input: t::ImportRestApiInput) -> Answer<t::ImportRestApiOutput> {
        ops::import_rest_api::run(&self.0, cx, input).await
    }

    async fn put_gateway_response(
        &self,
        cx: &Cx,
        input: t::PutGatewayResponseInput,
    ) -> Answer<t::PutGatewayResponseOutput> {
        ops::put_gateway_response::run(&self.0, cx, input).await
    }

    async fn put_integration(
        &self,
        cx: &Cx,
        input: t::PutIntegrationInput,
    ) -> Answer<t::PutIntegrationOutput> {
        ops::put_integration::run(&self.0, cx, input).await
    }

    async fn put_integration_response(
        &self,
        cx: &Cx,
        input: t::PutIntegrationResponseInput,
    ) -> Answer<t::PutIntegrationResponseOutput> {
        ops::put_integration_response::run(&self.0, cx, input).await
    }

    async fn put_method(&self, cx: &Cx, input: t::PutMethodInput) -> Answer<t::PutMethodOutput> {
        ops::put_method::run(&self.0, cx, input).await
    }

    async fn put_method_response(
        &self,
        cx: &Cx,
        input: t::PutMethodResponseInput,
    ) -> Answer<t::PutMethodResponseOutput> {
        ops::put_method_response::run(&self.0, cx, input).await
    }

    async fn put_rest_api(&self, cx: &Cx, input: t::PutRestApiInput) -> Answer<t::PutRestApiOutput> {
        ops::put_rest_api::run(&self.0, cx, input).await
    }

    async fn tag_resource(&self, cx: &Cx, input: t::TagResourceInput) -> Answer<t::TagResourceOutput> {
        ops::tag_resource::run(&self.0, cx, input).await
    }

    async fn untag_resource(&self, cx: &Cx, input: t::UntagResourceInput) -> Answer<t::UntagResourceOutput> {
        ops::untag_resource::run(&self.0, cx, input).await
    }

    async fn update_account(&self, cx: &Cx, input: t::UpdateAccountInput) -> Answer<t::UpdateAccountOutput> {
        ops::update_account::run(&self.0, cx, input).await
    }

    async fn update_api_key(&self, cx: &Cx, _input: t::UpdateApiKeyInput) -> Answer<t::UpdateApiKeyOutput> {
        refused(cx, "UpdateApiKey")
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

    async fn update_gateway_response(
        &self,
        cx: &Cx,
        input: t::UpdateGatewayResponseInput,
    ) -> Answer<t::UpdateGatewayResponseOutput> {
        ops::update_gateway_response::run(&self.0, cx, input).await
    }

    async fn update_integration(
        &self,
        cx: &Cx,
        input: t::UpdateIntegrationInput,
    ) -> Answer<t::UpdateIntegrationOutput> {
        ops::update_integration::run(&self.0, cx, input).await
    }

    async fn update_integration_response(
        &self,
        cx: &Cx,
        input: t::UpdateIntegrationResponseInput,
    ) -> Answer<t::UpdateIntegrationResponseOutput> {
        ops::update_integration_response::run(&self.0, cx, input).await
    }

    async fn update_method(&self, cx: &Cx, input: t::UpdateMethodInput) -> Answer<t::UpdateMethodOutput> {
        ops::update_method::run(&self.0, cx, input).await
    }

    async fn update_method_response(
        &self,
        cx: &Cx,
        input: t::UpdateMethodResponseInput,
    ) -> Answer<t::UpdateMethodResponseOutput> {
        ops::update_method_response::run(&self.0, cx, input).await
    }

    async fn update_model(&self, cx: &Cx, _input: t::UpdateModelInput) -> Answer<t::UpdateModelOutput> {
        refused(cx, "UpdateModel")
    }

    async fn update_request_validator(
        &self,
        cx: &Cx,
        _input: t::UpdateRequestValidatorInput,
    ) -> Answer<t::UpdateRequestValidatorOutput> {
        refused(cx, "UpdateRequestValidator")
    }

    async fn update_resource(
        &self,
        cx: &Cx,
        input: t::UpdateResourceInput,
    ) -> Answer<t::UpdateResourceOutput> {
        ops::update_resource::run(&self.0, cx, input).await
    }

    async fn update_rest_api(&self, cx: &Cx, input: t::UpdateRestApiInput) -> Answer<t::UpdateRestApiOutput> {
        ops::update_rest_api::run(&self.0, cx, input).await
    }

    async fn update_stage(&self, cx: &Cx, input: t::UpdateStageInput) -> Answer<t::UpdateStageOutput> {
        ops::update_stage::run(&self.0, cx, input).await
    }

    async fn update_usage_plan(
        &self,
        cx: &Cx,
        _input: t::UpdateUsagePlanInput,
    ) -> Answer<t::UpdateUsagePlanOutput> {
        refused(cx, "UpdateUsagePlan")
    }
}
