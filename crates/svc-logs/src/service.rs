//! The API's operations, each in its own file below `ops/`.

use api_logs::types as t;
use http::Response;
use port::{ApiService, BoxFuture, RequestContext};
use wire_codec::{ApiError, Body, Call, ServiceDesc};

use crate::{Logs, ops};

type Answer<T> = Result<T, ApiError>;

impl ApiService for Logs {
    fn desc(&self) -> &'static ServiceDesc {
        &api_logs::SERVICE
    }

    fn call<'a>(&'a self, cx: &'a RequestContext, call: Call) -> BoxFuture<'a, Response<Body>> {
        Box::pin(api_logs::dispatch(self, cx, call))
    }
}

impl api_logs::Logs for Logs {
    type Context = RequestContext;

    async fn create_log_group(
        &self,
        cx: &RequestContext,
        input: t::CreateLogGroupInput,
    ) -> Answer<t::CreateLogGroupOutput> {
        ops::create_log_group::run(self, cx, input).await
    }

    async fn create_log_stream(
        &self,
        cx: &RequestContext,
        input: t::CreateLogStreamInput,
    ) -> Answer<t::CreateLogStreamOutput> {
        ops::create_log_stream::run(self, cx, input).await
    }

    async fn delete_log_group(
        &self,
        cx: &RequestContext,
        input: t::DeleteLogGroupInput,
    ) -> Answer<t::DeleteLogGroupOutput> {
        ops::delete_log_group::run(self, cx, input).await
    }

    async fn delete_log_stream(
        &self,
        cx: &RequestContext,
        input: t::DeleteLogStreamInput,
    ) -> Answer<t::DeleteLogStreamOutput> {
        ops::delete_log_stream::run(self, cx, input).await
    }

    async fn delete_retention_policy(
        &self,
        cx: &RequestContext,
        input: t::DeleteRetentionPolicyInput,
    ) -> Answer<t::DeleteRetentionPolicyOutput> {
        ops::delete_retention_policy::run(self, cx, input).await
    }

    async fn describe_log_groups(
        &self,
        cx: &RequestContext,
        input: t::DescribeLogGroupsInput,
    ) -> Answer<t::DescribeLogGroupsOutput> {
        ops::describe_log_groups::run(self, cx, input).await
    }

    async fn describe_log_streams(
        &self,
        cx: &RequestContext,
        input: t::DescribeLogStreamsInput,
    ) -> Answer<t::DescribeLogStreamsOutput> {
        ops::describe_log_streams::run(self, cx, input).await
    }

    async fn filter_log_events(
        &self,
        cx: &RequestContext,
        input: t::FilterLogEventsInput,
    ) -> Answer<t::FilterLogEventsOutput> {
        ops::filter_log_events::run(self, cx, input).await
    }

    async fn get_log_events(
        &self,
        cx: &RequestContext,
        input: t::GetLogEventsInput,
    ) -> Answer<t::GetLogEventsOutput> {
        ops::get_log_events::run(self, cx, input).await
    }

    async fn list_tags_for_resource(
        &self,
        cx: &RequestContext,
        input: t::ListTagsForResourceInput,
    ) -> Answer<t::ListTagsForResourceOutput> {
        ops::list_tags_for_resource::run(self, cx, input).await
    }

    async fn list_tags_log_group(
        &self,
        cx: &RequestContext,
        input: t::ListTagsLogGroupInput,
    ) -> Answer<t::ListTagsLogGroupOutput> {
        ops::list_tags_log_group::run(self, cx, input).await
    }

    async fn put_log_events(
        &self,
        cx: &RequestContext,
        input: t::PutLogEventsInput,
    ) -> Answer<t::PutLogEventsOutput> {
        ops::put_log_events::run(self, cx, input).await
    }

    async fn put_retention_policy(
        &self,
        cx: &RequestContext,
        input: t::PutRetentionPolicyInput,
    ) -> Answer<t::PutRetentionPolicyOutput> {
        ops::put_retention_policy::run(self, cx, input).await
    }

    async fn start_live_tail(
        &self,
        cx: &RequestContext,
        input: t::StartLiveTailInput,
    ) -> Answer<t::StartLiveTailOutput> {
        ops::start_live_tail::run(self, cx, input).await
    }

    async fn tag_log_group(
        &self,
        cx: &RequestContext,
        input: t::TagLogGroupInput,
    ) -> Answer<t::TagLogGroupOutput> {
        ops::tag_log_group::run(self, cx, input).await
    }

    async fn tag_resource(
        &self,
        cx: &RequestContext,
        input: t::TagResourceInput,
    ) -> Answer<t::TagResourceOutput> {
        ops::tag_resource::run(self, cx, input).await
    }

    async fn untag_log_group(
        &self,
        cx: &RequestContext,
        input: t::UntagLogGroupInput,
    ) -> Answer<t::UntagLogGroupOutput> {
        ops::untag_log_group::run(self, cx, input).await
    }

    async fn untag_resource(
        &self,
        cx: &RequestContext,
        input: t::UntagResourceInput,
    ) -> Answer<t::UntagResourceOutput> {
        ops::untag_resource::run(self, cx, input).await
    }
}
