//! RemovePermission.

use api_sqs::types::{RemovePermissionInput, RemovePermissionOutput};
use port::RequestContext;
use wire_codec::ApiError;

use crate::Sqs;
use crate::error::invalid_parameter;
use crate::model::Queue;

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: RemovePermissionInput,
) -> Result<RemovePermissionOutput, ApiError> {
    let found = sqs.find(cx, "RemovePermission", &input.queue_url).await?;
    let remove = |queue: &mut Queue| {
        let statements = queue.policy.as_mut().and_then(|policy| policy["Statement"].as_array_mut());
        let before = statements.as_ref().map_or(0, |s| s.len());
        let left = statements.map_or(0, |statements| {
            statements.retain(|statement| statement["Sid"].as_str() != Some(&input.label));
            statements.len()
        });
        if left == before {
            return Err(invalid_parameter(format!(
                "Value {} for parameter Label is invalid. Reason: can't find label.",
                input.label
            )));
        }
        if left == 0 {
            queue.policy = None;
        }
        Ok(())
    };
    sqs.change(cx, &found.key, &remove).await?;
    Ok(RemovePermissionOutput::default())
}
