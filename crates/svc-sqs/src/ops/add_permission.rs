//! AddPermission: a statement for the queue's policy.

use api_sqs::types::{AddPermissionInput, AddPermissionOutput};
use port::RequestContext;
use wire_codec::ApiError;

use serde_json::json;

use crate::Sqs;
use crate::error::invalid_parameter;
use crate::model::Queue;

pub async fn run(
    sqs: &Sqs,
    cx: &RequestContext,
    input: AddPermissionInput,
) -> Result<AddPermissionOutput, ApiError> {
    let found = sqs.find(cx, "AddPermission", &input.queue_url).await?;
    let principals: Vec<String> =
        input.aws_account_ids.iter().map(|account| format!("arn:aws:iam::{account}:root")).collect();
    let actions: Vec<String> = input.actions.iter().map(|action| format!("SQS:{action}")).collect();
    let statement = json!({
        "Sid": input.label,
        "Effect": "Allow",
        "Principal": { "AWS": principals },
        "Action": actions,
        "Resource": found.arn(),
    });
    let add = |queue: &mut Queue| {
        let policy = queue.policy.get_or_insert_with(
            || json!({ "Version": "2012-10-17", "Id": format!("{}/SQSDefaultPolicy", found.arn()), "Statement": [] }),
        );
        let Some(statements) = policy["Statement"].as_array_mut() else {
            return Err(invalid_parameter(
                "The queue's policy has a single statement; set the Policy attribute instead.",
            ));
        };
        if statements.iter().any(|other| other["Sid"] == statement["Sid"]) {
            return Err(invalid_parameter(format!(
                "Value {} for parameter Label is invalid. Reason: Already exists.",
                input.label
            )));
        }
        statements.push(statement.clone());
        Ok(())
    };
    sqs.change(cx, &found.key, &add).await?;
    Ok(AddPermissionOutput::default())
}
