//! The API's operations, each in its own file below `ops/`; and the service as the server sees it.

use api_cloudformation::types as t;
use http::Response;
use port::{ApiService, BoxFuture, RequestContext};
use wire_codec::{ApiError, Body, Call, ServiceDesc};

use crate::{CloudFormation, ops};

type Answer<T> = Result<T, ApiError>;

impl ApiService for CloudFormation {
    fn desc(&self) -> &'static ServiceDesc {
        &api_cloudformation::SERVICE
    }

    fn call<'a>(&'a self, cx: &'a RequestContext, call: Call) -> BoxFuture<'a, Response<Body>> {
        Box::pin(api_cloudformation::dispatch(self, cx, call))
    }
}

/// In the manifest, not built yet.
fn refused<T>(cx: &RequestContext, operation: &str) -> Answer<T> {
    cx.needs_no_permission();
    Err(ApiError::not_implemented(format!("cloudformation:{operation}")))
}

impl api_cloudformation::CloudFormation for CloudFormation {
    type Context = RequestContext;

    async fn cancel_update_stack(
        &self,
        cx: &RequestContext,
        input: t::CancelUpdateStackInput,
    ) -> Answer<t::CancelUpdateStackOutput> {
        ops::cancel_update_stack::run(self, cx, input).await
    }

    async fn continue_update_rollback(
        &self,
        cx: &RequestContext,
        input: t::ContinueUpdateRollbackInput,
    ) -> Answer<t::ContinueUpdateRollbackOutput> {
        ops::continue_update_rollback::run(self, cx, input).await
    }

    async fn create_change_set(
        &self,
        cx: &RequestContext,
        input: t::CreateChangeSetInput,
    ) -> Answer<t::CreateChangeSetOutput> {
        ops::create_change_set::run(self, cx, input).await
    }

    async fn create_stack(
        &self,
        cx: &RequestContext,
        input: t::CreateStackInput,
    ) -> Answer<t::CreateStackOutput> {
        ops::create_stack::run(self, cx, input).await
    }

    async fn delete_change_set(
        &self,
        cx: &RequestContext,
        input: t::DeleteChangeSetInput,
    ) -> Answer<t::DeleteChangeSetOutput> {
        ops::delete_change_set::run(self, cx, input).await
    }

    async fn delete_stack(
        &self,
        cx: &RequestContext,
        input: t::DeleteStackInput,
    ) -> Answer<t::DeleteStackOutput> {
        ops::delete_stack::run(self, cx, input).await
    }

    async fn describe_change_set(
        &self,
        cx: &RequestContext,
        input: t::DescribeChangeSetInput,
    ) -> Answer<t::DescribeChangeSetOutput> {
        ops::describe_change_set::run(self, cx, input).await
    }

    async fn describe_stack_events(
        &self,
        cx: &RequestContext,
        input: t::DescribeStackEventsInput,
    ) -> Answer<t::DescribeStackEventsOutput> {
        ops::describe_stack_events::run(self, cx, input).await
    }

    async fn describe_stack_resource(
        &self,
        cx: &RequestContext,
        input: t::DescribeStackResourceInput,
    ) -> Answer<t::DescribeStackResourceOutput> {
        ops::describe_stack_resource::run(self, cx, input).await
    }

    async fn describe_stack_resources(
        &self,
        cx: &RequestContext,
        input: t::DescribeStackResourcesInput,
    ) -> Answer<t::DescribeStackResourcesOutput> {
        ops::describe_stack_resources::run(self, cx, input).await
    }

    async fn describe_stacks(
        &self,
        cx: &RequestContext,
        input: t::DescribeStacksInput,
    ) -> Answer<t::DescribeStacksOutput> {
        ops::describe_stacks::run(self, cx, input).await
    }

    async fn execute_change_set(
        &self,
        cx: &RequestContext,
        input: t::ExecuteChangeSetInput,
    ) -> Answer<t::ExecuteChangeSetOutput> {
        ops::execute_change_set::run(self, cx, input).await
    }

    async fn get_stack_policy(
        &self,
        cx: &RequestContext,
        input: t::GetStackPolicyInput,
    ) -> Answer<t::GetStackPolicyOutput> {
        ops::get_stack_policy::run(self, cx, input).await
    }

    async fn get_template(
        &self,
        cx: &RequestContext,
        input: t::GetTemplateInput,
    ) -> Answer<t::GetTemplateOutput> {
        ops::get_template::run(self, cx, input).await
    }

    async fn get_template_summary(
        &self,
        cx: &RequestContext,
        input: t::GetTemplateSummaryInput,
    ) -> Answer<t::GetTemplateSummaryOutput> {
        ops::get_template_summary::run(self, cx, input).await
    }

    async fn list_change_sets(
        &self,
        cx: &RequestContext,
        input: t::ListChangeSetsInput,
    ) -> Answer<t::ListChangeSetsOutput> {
        ops::list_change_sets::run(self, cx, input).await
    }

    async fn list_exports(
        &self,
        cx: &RequestContext,
        input: t::ListExportsInput,
    ) -> Answer<t::ListExportsOutput> {
        ops::list_exports::run(self, cx, input).await
    }

    async fn list_imports(
        &self,
        cx: &RequestContext,
        input: t::ListImportsInput,
    ) -> Answer<t::ListImportsOutput> {
        ops::list_imports::run(self, cx, input).await
    }

    async fn list_stack_resources(
        &self,
        cx: &RequestContext,
        input: t::ListStackResourcesInput,
    ) -> Answer<t::ListStackResourcesOutput> {
        ops::list_stack_resources::run(self, cx, input).await
    }

    async fn list_stacks(
        &self,
        cx: &RequestContext,
        input: t::ListStacksInput,
    ) -> Answer<t::ListStacksOutput> {
        ops::list_stacks::run(self, cx, input).await
    }

    async fn set_stack_policy(
        &self,
        cx: &RequestContext,
        input: t::SetStackPolicyInput,
    ) -> Answer<t::SetStackPolicyOutput> {
        ops::set_stack_policy::run(self, cx, input).await
    }

    async fn signal_resource(
        &self,
        cx: &RequestContext,
        _input: t::SignalResourceInput,
    ) -> Answer<t::SignalResourceOutput> {
        refused(cx, "SignalResource")
    }

    async fn update_stack(
        &self,
        cx: &RequestContext,
        input: t::UpdateStackInput,
    ) -> Answer<t::UpdateStackOutput> {
        ops::update_stack::run(self, cx, input).await
    }

    async fn update_termination_protection(
        &self,
        cx: &RequestContext,
        input: t::UpdateTerminationProtectionInput,
    ) -> Answer<t::UpdateTerminationProtectionOutput> {
        ops::update_termination_protection::run(self, cx, input).await
    }

    async fn validate_template(
        &self,
        cx: &RequestContext,
        input: t::ValidateTemplateInput,
    ) -> Answer<t::ValidateTemplateOutput> {
        ops::validate_template::run(self, cx, input).await
    }
}
