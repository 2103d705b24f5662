//! The API's operations, each in its own file below `ops/`; and the service as other parts of the platform see it.

use api_lambda::types as t;
use http::Response;
use port::{ApiService, BoxFuture, FunctionInvoker, Invocation, InvocationResult, RequestContext};
use wire_codec::{ApiError, Body, Call, ServiceDesc};

use crate::{Lambda, ops};

type Answer<T> = Result<T, ApiError>;

impl ApiService for Lambda {
    fn desc(&self) -> &'static ServiceDesc {
        &api_lambda::SERVICE
    }

    fn call<'a>(&'a self, cx: &'a RequestContext, call: Call) -> BoxFuture<'a, Response<Body>> {
        Box::pin(api_lambda::dispatch(self, cx, call))
    }
}

impl FunctionInvoker for Lambda {
    fn invoke<'a>(
        &'a self,
        cx: &'a RequestContext,
        invocation: Invocation,
    ) -> BoxFuture<'a, Result<InvocationResult, ApiError>> {
        Box::pin(ops::invoke::invoke(self, cx, invocation))
    }
}

/// In the manifest, not built yet.
fn refused<T>(cx: &RequestContext, operation: &str) -> Answer<T> {
    cx.needs_no_permission();
    Err(ApiError::not_implemented(format!("lambda:{operation}")))
}

impl api_lambda::Lambda for Lambda {
    type Context = RequestContext;

    async fn add_layer_version_permission(
        &self,
        cx: &RequestContext,
        _input: t::AddLayerVersionPermissionInput,
    ) -> Answer<t::AddLayerVersionPermissionOutput> {
        refused(cx, "AddLayerVersionPermission")
    }

    async fn add_permission(
        &self,
        cx: &RequestContext,
        input: t::AddPermissionInput,
    ) -> Answer<t::AddPermissionOutput> {
        ops::add_permission::run(self, cx, input).await
    }

    async fn create_alias(
        &self,
        cx: &RequestContext,
        input: t::CreateAliasInput,
    ) -> Answer<t::CreateAliasOutput> {
        ops::create_alias::run(self, cx, input).await
    }

    async fn create_event_source_mapping(
        &self,
        cx: &RequestContext,
        input: t::CreateEventSourceMappingInput,
    ) -> Answer<t::CreateEventSourceMappingOutput> {
        ops::create_event_source_mapping::run(self, cx, input).await
    }

    async fn create_function(
        &self,
        cx: &RequestContext,
        input: t::CreateFunctionInput,
    ) -> Answer<t::CreateFunctionOutput> {
        ops::create_function::run(self, cx, input).await
    }

    async fn create_function_url_config(
        &self,
        cx: &RequestContext,
        _input: t::CreateFunctionUrlConfigInput,
    ) -> Answer<t::CreateFunctionUrlConfigOutput> {
        refused(cx, "CreateFunctionUrlConfig")
    }

    async fn delete_alias(
        &self,
        cx: &RequestContext,
        input: t::DeleteAliasInput,
    ) -> Answer<t::DeleteAliasOutput> {
        ops::delete_alias::run(self, cx, input).await
    }

    async fn delete_event_source_mapping(
        &self,
        cx: &RequestContext,
        input: t::DeleteEventSourceMappingInput,
    ) -> Answer<t::DeleteEventSourceMappingOutput> {
        ops::delete_event_source_mapping::run(self, cx, input).await
    }

    async fn delete_function(
        &self,
        cx: &RequestContext,
        input: t::DeleteFunctionInput,
    ) -> Answer<t::DeleteFunctionOutput> {
        ops::delete_function::run(self, cx, input).await
    }

    async fn delete_function_concurrency(
        &self,
        cx: &RequestContext,
        input: t::DeleteFunctionConcurrencyInput,
    ) -> Answer<t::DeleteFunctionConcurrencyOutput> {
        ops::delete_function_concurrency::run(self, cx, input).await
    }

    async fn delete_function_event_invoke_config(
        &self,
        cx: &RequestContext,
        input: t::DeleteFunctionEventInvokeConfigInput,
    ) -> Answer<t::DeleteFunctionEventInvokeConfigOutput> {
        ops::delete_function_event_invoke_config::run(self, cx, input).await
    }

    async fn delete_function_url_config(
        &self,
        cx: &RequestContext,
        _input: t::DeleteFunctionUrlConfigInput,
    ) -> Answer<t::DeleteFunctionUrlConfigOutput> {
        refused(cx, "DeleteFunctionUrlConfig")
    }

    async fn delete_layer_version(
        &self,
        cx: &RequestContext,
        input: t::DeleteLayerVersionInput,
    ) -> Answer<t::DeleteLayerVersionOutput> {
        ops::delete_layer_version::run(self, cx, input).await
    }

    async fn get_account_settings(
        &self,
        cx: &RequestContext,
        input: t::GetAccountSettingsInput,
    ) -> Answer<t::GetAccountSettingsOutput> {
        ops::get_account_settings::run(self, cx, input).await
    }

    async fn get_alias(&self, cx: &RequestContext, input: t::GetAliasInput) -> Answer<t::GetAliasOutput> {
        ops::get_alias::run(self, cx, input).await
    }

    async fn get_event_source_mapping(
        &self,
        cx: &RequestContext,
        input: t::GetEventSourceMappingInput,
    ) -> Answer<t::GetEventSourceMappingOutput> {
        ops::get_event_source_mapping::run(self, cx, input).await
    }

    async fn get_function(
        &self,
        cx: &RequestContext,
        input: t::GetFunctionInput,
    ) -> Answer<t::GetFunctionOutput> {
        ops::get_function::run(self, cx, input).await
    }

    async fn get_function_code_signing_config(
        &self,
        cx: &RequestContext,
        input: t::GetFunctionCodeSigningConfigInput,
    ) -> Answer<t::GetFunctionCodeSigningConfigOutput> {
        ops::get_function_code_signing_config::run(self, cx, input).await
    }

    async fn get_function_concurrency(
        &self,
        cx: &RequestContext,
        input: t::GetFunctionConcurrencyInput,
    ) -> Answer<t::GetFunctionConcurrencyOutput> {
        ops::get_function_concurrency::run(self, cx, input).await
    }

    async fn get_function_configuration(
        &self,
        cx: &RequestContext,
        input: t::GetFunctionConfigurationInput,
    ) -> Answer<t::GetFunctionConfigurationOutput> {
        ops::get_function_configuration::run(self, cx, input).await
    }

    async fn get_function_event_invoke_config(
        &self,
        cx: &RequestContext,
        input: t::GetFunctionEventInvokeConfigInput,
    ) -> Answer<t::GetFunctionEventInvokeConfigOutput> {
        ops::get_function_event_invoke_config::run(self, cx, input).await
    }

    async fn get_function_recursion_config(
        &self,
        cx: &RequestContext,
        _input: t::GetFunctionRecursionConfigInput,
    ) -> Answer<t::GetFunctionRecursionConfigOutput> {
        refused(cx, "GetFunctionRecursionConfig")
    }

    async fn get_function_url_config(
        &self,
        cx: &RequestContext,
        _input: t::GetFunctionUrlConfigInput,
    ) -> Answer<t::GetFunctionUrlConfigOutput> {
        refused(cx, "GetFunctionUrlConfig")
    }

    async fn get_layer_version(
        &self,
        cx: &RequestContext,
        input: t::GetLayerVersionInput,
    ) -> Answer<t::GetLayerVersionOutput> {
        ops::get_layer_version::run(self, cx, input).await
    }

    async fn get_layer_version_by_arn(
        &self,
        cx: &RequestContext,
        input: t::GetLayerVersionByArnInput,
    ) -> Answer<t::GetLayerVersionByArnOutput> {
        ops::get_layer_version_by_arn::run(self, cx, input).await
    }

    async fn get_layer_version_policy(
        &self,
        cx: &RequestContext,
        _input: t::GetLayerVersionPolicyInput,
    ) -> Answer<t::GetLayerVersionPolicyOutput> {
        refused(cx, "GetLayerVersionPolicy")
    }

    async fn get_policy(&self, cx: &RequestContext, input: t::GetPolicyInput) -> Answer<t::GetPolicyOutput> {
        ops::get_policy::run(self, cx, input).await
    }

    async fn get_runtime_management_config(
        &self,
        cx: &RequestContext,
        _input: t::GetRuntimeManagementConfigInput,
    ) -> Answer<t::GetRuntimeManagementConfigOutput> {
        refused(cx, "GetRuntimeManagementConfig")
    }

    async fn invoke(&self, cx: &RequestContext, input: t::InvokeInput) -> Answer<t::InvokeOutput> {
        ops::invoke::run(self, cx, input).await
    }

    async fn invoke_async(
        &self,
        cx: &RequestContext,
        _input: t::InvokeAsyncInput,
    ) -> Answer<t::InvokeAsyncOutput> {
        refused(cx, "InvokeAsync")
    }

    async fn list_aliases(
        &self,
        cx: &RequestContext,
        input: t::ListAliasesInput,
    ) -> Answer<t::ListAliasesOutput> {
        ops::list_aliases::run(self, cx, input).await
    }

    async fn list_event_source_mappings(
        &self,
        cx: &RequestContext,
        input: t::ListEventSourceMappingsInput,
    ) -> Answer<t::ListEventSourceMappingsOutput> {
        ops::list_event_source_mappings::run(self, cx, input).await
    }

    async fn list_function_event_invoke_configs(
        &self,
        cx: &RequestContext,
        input: t::ListFunctionEventInvokeConfigsInput,
    ) -> Answer<t::ListFunctionEventInvokeConfigsOutput> {
        ops::list_function_event_invoke_configs::run(self, cx, input).await
    }

    async fn list_function_url_configs(
        &self,
        cx: &RequestContext,
        _input: t::ListFunctionUrlConfigsInput,
    ) -> Answer<t::ListFunctionUrlConfigsOutput> {
        refused(cx, "ListFunctionUrlConfigs")
    }

    async fn list_functions(
        &self,
        cx: &RequestContext,
        input: t::ListFunctionsInput,
    ) -> Answer<t::ListFunctionsOutput> {
        ops::list_functions::run(self, cx, input).await
    }

    async fn list_layer_versions(
        &self,
        cx: &RequestContext,
        input: t::ListLayerVersionsInput,
    ) -> Answer<t::ListLayerVersionsOutput> {
        ops::list_layer_versions::run(self, cx, input).await
    }

    async fn list_layers(
        &self,
        cx: &RequestContext,
        input: t::ListLayersInput,
    ) -> Answer<t::ListLayersOutput> {
        ops::list_layers::run(self, cx, input).await
    }

    async fn list_tags(&self, cx: &RequestContext, input: t::ListTagsInput) -> Answer<t::ListTagsOutput> {
        ops::list_tags::run(self, cx, input).await
    }

    async fn list_versions_by_function(
        &self,
        cx: &RequestContext,
        input: t::ListVersionsByFunctionInput,
    ) -> Answer<t::ListVersionsByFunctionOutput> {
        ops::list_versions_by_function::run(self, cx, input).await
    }

    async fn publish_layer_version(
        &self,
        cx: &RequestContext,
        input: t::PublishLayerVersionInput,
    ) -> Answer<t::PublishLayerVersionOutput> {
        ops::publish_layer_version::run(self, cx, input).await
    }

    async fn publish_version(
        &self,
        cx: &RequestContext,
        input: t::PublishVersionInput,
    ) -> Answer<t::PublishVersionOutput> {
        ops::publish_version::run(self, cx, input).await
    }

    async fn put_function_concurrency(
        &self,
        cx: &RequestContext,
        input: t::PutFunctionConcurrencyInput,
    ) -> Answer<t::PutFunctionConcurrencyOutput> {
        ops::put_function_concurrency::run(self, cx, input).await
    }

    async fn put_function_event_invoke_config(
        &self,
        cx: &RequestContext,
        input: t::PutFunctionEventInvokeConfigInput,
    ) -> Answer<t::PutFunctionEventInvokeConfigOutput> {
        ops::put_function_event_invoke_config::run(self, cx, input).await
    }

    async fn put_function_recursion_config(
        &self,
        cx: &RequestContext,
        _input: t::PutFunctionRecursionConfigInput,
    ) -> Answer<t::PutFunctionRecursionConfigOutput> {
        refused(cx, "PutFunctionRecursionConfig")
    }

    async fn put_runtime_management_config(
        &self,
        cx: &RequestContext,
        _input: t::PutRuntimeManagementConfigInput,
    ) -> Answer<t::PutRuntimeManagementConfigOutput> {
        refused(cx, "PutRuntimeManagementConfig")
    }

    async fn remove_layer_version_permission(
        &self,
        cx: &RequestContext,
        _input: t::RemoveLayerVersionPermissionInput,
    ) -> Answer<t::RemoveLayerVersionPermissionOutput> {
        refused(cx, "RemoveLayerVersionPermission")
    }

    async fn remove_permission(
        &self,
        cx: &RequestContext,
        input: t::RemovePermissionInput,
    ) -> Answer<t::RemovePermissionOutput> {
        ops::remove_permission::run(self, cx, input).await
    }

    async fn tag_resource(
        &self,
        cx: &RequestContext,
        input: t::TagResourceInput,
    ) -> Answer<t::TagResourceOutput> {
        ops::tag_resource::run(self, cx, input).await
    }

    async fn untag_resource(
        &self,
        cx: &RequestContext,
        input: t::UntagResourceInput,
    ) -> Answer<t::UntagResourceOutput> {
        ops::untag_resource::run(self, cx, input).await
    }

    async fn update_alias(
        &self,
        cx: &RequestContext,
        input: t::UpdateAliasInput,
    ) -> Answer<t::UpdateAliasOutput> {
        ops::update_alias::run(self, cx, input).await
    }

    async fn update_event_source_mapping(
        &self,
        cx: &RequestContext,
        input: t::UpdateEventSourceMappingInput,
    ) -> Answer<t::UpdateEventSourceMappingOutput> {
        ops::update_event_source_mapping::run(self, cx, input).await
    }

    async fn update_function_code(
        &self,
        cx: &RequestContext,
        input: t::UpdateFunctionCodeInput,
    ) -> Answer<t::UpdateFunctionCodeOutput> {
        ops::update_function_code::run(self, cx, input).await
    }

    async fn update_function_configuration(
        &self,
        cx: &RequestContext,
        input: t::UpdateFunctionConfigurationInput,
    ) -> Answer<t::UpdateFunctionConfigurationOutput> {
        ops::update_function_configuration::run(self, cx, input).await
    }

    async fn update_function_event_invoke_config(
        &self,
        cx: &RequestContext,
        input: t::UpdateFunctionEventInvokeConfigInput,
    ) -> Answer<t::UpdateFunctionEventInvokeConfigOutput> {
        ops::update_function_event_invoke_config::run(self, cx, input).await
    }

    async fn update_function_url_config(
        &self,
        cx: &RequestContext,
        _input: t::UpdateFunctionUrlConfigInput,
    ) -> Answer<t::UpdateFunctionUrlConfigOutput> {
        refused(cx, "UpdateFunctionUrlConfig")
    }
}
