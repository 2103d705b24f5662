//! The API's operations, each in its own file below `ops/`.

use api_ssm::types as t;
use http::Response;
use port::{ApiService, BoxFuture, RequestContext};
use wire_codec::{ApiError, Body, Call, ServiceDesc};

use crate::{Ssm, ops};

type Answer<T> = Result<T, ApiError>;

impl ApiService for Ssm {
    fn desc(&self) -> &'static ServiceDesc {
        &api_ssm::SERVICE
    }

    fn call<'a>(&'a self, cx: &'a RequestContext, call: Call) -> BoxFuture<'a, Response<Body>> {
        Box::pin(api_ssm::dispatch(self, cx, call))
    }
}

impl api_ssm::Ssm for Ssm {
    type Context = RequestContext;

    async fn add_tags_to_resource(
        &self,
        cx: &RequestContext,
        input: t::AddTagsToResourceInput,
    ) -> Answer<t::AddTagsToResourceOutput> {
        ops::add_tags_to_resource::run(self, cx, input).await
    }

    async fn delete_parameter(
        &self,
        cx: &RequestContext,
        input: t::DeleteParameterInput,
    ) -> Answer<t::DeleteParameterOutput> {
        ops::delete_parameter::run(self, cx, input).await
    }

    async fn delete_parameters(
        &self,
        cx: &RequestContext,
        input: t::DeleteParametersInput,
    ) -> Answer<t::DeleteParametersOutput> {
        ops::delete_parameters::run(self, cx, input).await
    }

    async fn describe_parameters(
        &self,
        cx: &RequestContext,
        input: t::DescribeParametersInput,
    ) -> Answer<t::DescribeParametersOutput> {
        ops::describe_parameters::run(self, cx, input).await
    }

    async fn get_parameter(
        &self,
        cx: &RequestContext,
        input: t::GetParameterInput,
    ) -> Answer<t::GetParameterOutput> {
        ops::get_parameter::run(self, cx, input).await
    }

    async fn get_parameter_history(
        &self,
        cx: &RequestContext,
        input: t::GetParameterHistoryInput,
    ) -> Answer<t::GetParameterHistoryOutput> {
        ops::get_parameter_history::run(self, cx, input).await
    }

    async fn get_parameters(
        &self,
        cx: &RequestContext,
        input: t::GetParametersInput,
    ) -> Answer<t::GetParametersOutput> {
        ops::get_parameters::run(self, cx, input).await
    }

    async fn get_parameters_by_path(
        &self,
        cx: &RequestContext,
        input: t::GetParametersByPathInput,
    ) -> Answer<t::GetParametersByPathOutput> {
        ops::get_parameters_by_path::run(self, cx, input).await
    }

    async fn label_parameter_version(
        &self,
        cx: &RequestContext,
        input: t::LabelParameterVersionInput,
    ) -> Answer<t::LabelParameterVersionOutput> {
        ops::label_parameter_version::run(self, cx, input).await
    }

    async fn list_tags_for_resource(
        &self,
        cx: &RequestContext,
        input: t::ListTagsForResourceInput,
    ) -> Answer<t::ListTagsForResourceOutput> {
        ops::list_tags_for_resource::run(self, cx, input).await
    }

    async fn put_parameter(
        &self,
        cx: &RequestContext,
        input: t::PutParameterInput,
    ) -> Answer<t::PutParameterOutput> {
        ops::put_parameter::run(self, cx, input).await
    }

    async fn remove_tags_from_resource(
        &self,
        cx: &RequestContext,
        input: t::RemoveTagsFromResourceInput,
    ) -> Answer<t::RemoveTagsFromResourceOutput> {
        ops::remove_tags_from_resource::run(self, cx, input).await
    }

    async fn unlabel_parameter_version(
        &self,
        cx: &RequestContext,
        input: t::UnlabelParameterVersionInput,
    ) -> Answer<t::UnlabelParameterVersionOutput> {
        ops::unlabel_parameter_version::run(self, cx, input).await
    }
}
