//! The API's operations, each in its own file below `ops/`.

use api_sqs::types as t;
use http::Response;
use port::{ApiService, BoxFuture, RequestContext};
use wire_codec::{ApiError, Body, Call, Protocol, ServiceDesc};

use crate::{Sqs, ops};

type Answer<T> = Result<T, ApiError>;

impl ApiService for Sqs {
    fn desc(&self) -> &'static ServiceDesc {
        &api_sqs::SERVICE
    }

    fn call<'a>(&'a self, cx: &'a RequestContext, call: Call) -> BoxFuture<'a, Response<Body>> {
        Box::pin(async move { api_sqs::dispatch(self, cx, with_queue_url(call).await).await })
    }
}

/// The query protocol may name the queue by the path alone (SQS Developer Guide, "Making Query API requests"): the
/// path becomes the `QueueUrl` parameter of a form that has none.
async fn with_queue_url(mut call: Call) -> Call {
    let path = call.request.uri().path().to_owned();
    let is_plain = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'/' | b'-' | b'_' | b'.');
    if call.protocol != Protocol::Query || path.len() < 2 || !path.bytes().all(is_plain) {
        return call;
    }
    // A body that can't be read ends here too: its empty form is then refused for what it lacks.
    let form = call.request.body_mut().take().collect(call.max_body_bytes).await.unwrap_or_default();
    let names_queue = form.split(|b| *b == b'&').any(|pair| pair.starts_with(b"QueueUrl="));
    let form = if names_queue { form } else { [&form[..], b"&QueueUrl=", path.as_bytes()].concat().into() };
    *call.request.body_mut() = Body::bytes(form);
    call
}

/// In the manifest, not built yet.
fn refused<T>(cx: &RequestContext, operation: &str) -> Answer<T> {
    cx.needs_no_permission();
    Err(ApiError::not_implemented(format!("sqs:{operation}")))
}

impl api_sqs::Sqs for Sqs {
    type Context = RequestContext;

    async fn add_permission(
        &self,
        cx: &RequestContext,
        input: t::AddPermissionInput,
    ) -> Answer<t::AddPermissionOutput> {
        ops::add_permission::run(self, cx, input).await
    }

    async fn cancel_message_move_task(
        &self,
        cx: &RequestContext,
        _input: t::CancelMessageMoveTaskInput,
    ) -> Answer<t::CancelMessageMoveTaskOutput> {
        refused(cx, "CancelMessageMoveTask")
    }

    async fn change_message_visibility(
        &self,
        cx: &RequestContext,
        input: t::ChangeMessageVisibilityInput,
    ) -> Answer<t::ChangeMessageVisibilityOutput> {
        ops::change_message_visibility::run(self, cx, input).await
    }

    async fn change_message_visibility_batch(
        &self,
        cx: &RequestContext,
        input: t::ChangeMessageVisibilityBatchInput,
    ) -> Answer<t::ChangeMessageVisibilityBatchOutput> {
        ops::change_message_visibility_batch::run(self, cx, input).await
    }

    async fn create_queue(
        &self,
        cx: &RequestContext,
        input: t::CreateQueueInput,
    ) -> Answer<t::CreateQueueOutput> {
        ops::create_queue::run(self, cx, input).await
    }

    async fn delete_message(
        &self,
        cx: &RequestContext,
        input: t::DeleteMessageInput,
    ) -> Answer<t::DeleteMessageOutput> {
        ops::delete_message::run(self, cx, input).await
    }

    async fn delete_message_batch(
        &self,
        cx: &RequestContext,
        input: t::DeleteMessageBatchInput,
    ) -> Answer<t::DeleteMessageBatchOutput> {
        ops::delete_message_batch::run(self, cx, input).await
    }

    async fn delete_queue(
        &self,
        cx: &RequestContext,
        input: t::DeleteQueueInput,
    ) -> Answer<t::DeleteQueueOutput> {
        ops::delete_queue::run(self, cx, input).await
    }

    async fn get_queue_attributes(
        &self,
        cx: &RequestContext,
        input: t::GetQueueAttributesInput,
    ) -> Answer<t::GetQueueAttributesOutput> {
        ops::get_queue_attributes::run(self, cx, input).await
    }

    async fn get_queue_url(
        &self,
        cx: &RequestContext,
        input: t::GetQueueUrlInput,
    ) -> Answer<t::GetQueueUrlOutput> {
        ops::get_queue_url::run(self, cx, input).await
    }

    async fn list_dead_letter_source_queues(
        &self,
        cx: &RequestContext,
        input: t::ListDeadLetterSourceQueuesInput,
    ) -> Answer<t::ListDeadLetterSourceQueuesOutput> {
        ops::list_dead_letter_source_queues::run(self, cx, input).await
    }

    async fn list_message_move_tasks(
        &self,
        cx: &RequestContext,
        _input: t::ListMessageMoveTasksInput,
    ) -> Answer<t::ListMessageMoveTasksOutput> {
        refused(cx, "ListMessageMoveTasks")
    }

    async fn list_queue_tags(
        &self,
        cx: &RequestContext,
        input: t::ListQueueTagsInput,
    ) -> Answer<t::ListQueueTagsOutput> {
        ops::list_queue_tags::run(self, cx, input).await
    }

    async fn list_queues(
        &self,
        cx: &RequestContext,
        input: t::ListQueuesInput,
    ) -> Answer<t::ListQueuesOutput> {
        ops::list_queues::run(self, cx, input).await
    }

    async fn purge_queue(
        &self,
        cx: &RequestContext,
        input: t::PurgeQueueInput,
    ) -> Answer<t::PurgeQueueOutput> {
        ops::purge_queue::run(self, cx, input).await
    }

    async fn receive_message(
        &self,
        cx: &RequestContext,
        input: t::ReceiveMessageInput,
    ) -> Answer<t::ReceiveMessageOutput> {
        ops::receive_message::run(self, cx, input).await
    }

    async fn remove_permission(
        &self,
        cx: &RequestContext,
        input: t::RemovePermissionInput,
    ) -> Answer<t::RemovePermissionOutput> {
        ops::remove_permission::run(self, cx, input).await
    }

    async fn send_message(
        &self,
        cx: &RequestContext,
        input: t::SendMessageInput,
    ) -> Answer<t::SendMessageOutput> {
        ops::send_message::run(self, cx, input).await
    }

    async fn send_message_batch(
        &self,
        cx: &RequestContext,
        input: t::SendMessageBatchInput,
    ) -> Answer<t::SendMessageBatchOutput> {
        ops::send_message_batch::run(self, cx, input).await
    }

    async fn set_queue_attributes(
        &self,
        cx: &RequestContext,
        input: t::SetQueueAttributesInput,
    ) -> Answer<t::SetQueueAttributesOutput> {
        ops::set_queue_attributes::run(self, cx, input).await
    }

    async fn start_message_move_task(
        &self,
        cx: &RequestContext,
        _input: t::StartMessageMoveTaskInput,
    ) -> Answer<t::StartMessageMoveTaskOutput> {
        refused(cx, "StartMessageMoveTask")
    }

    async fn tag_queue(&self, cx: &RequestContext, input: t::TagQueueInput) -> Answer<t::TagQueueOutput> {
        ops::tag_queue::run(self, cx, input).await
    }

    async fn untag_queue(
        &self,
        cx: &RequestContext,
        input: t::UntagQueueInput,
    ) -> Answer<t::UntagQueueOutput> {
        ops::untag_queue::run(self, cx, input).await
    }
}
