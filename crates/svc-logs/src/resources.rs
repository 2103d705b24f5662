//! `AWS::Logs::LogGroup` for CloudFormation, by the same operations as the API.

use api_logs::types as t;
use indexmap::IndexMap;
use port::{
    BoxFuture, Provisioned, RequestContext, ResourceFailure, ResourceProperty, ResourceProvider,
    ResourceRequest, ResourceTypeDesc,
};
use serde_json::{Value, json};

use crate::find::{arn_of, key_of};
use crate::{Logs, ops};

static TYPES: [ResourceTypeDesc; 1] = [ResourceTypeDesc {
    name: "AWS::Logs::LogGroup",
    properties: &[
        ResourceProperty::replacing("LogGroupName"),
        ResourceProperty::in_place("RetentionInDays"),
        ResourceProperty::in_place("Tags"),
    ],
    attributes: &["Arn"],
}];

type Outcome = Result<Provisioned, ResourceFailure>;

impl ResourceProvider for Logs {
    fn types(&self) -> &'static [ResourceTypeDesc] {
        &TYPES
    }

    fn create<'a>(&'a self, cx: &'a RequestContext, request: ResourceRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let asked = request.properties.get("LogGroupName").and_then(Value::as_str);
            let name = asked.map_or_else(|| request.generated_name.clone(), str::to_owned);
            let create = t::CreateLogGroupInput {
                log_group_name: name.clone(),
                tags: Some(request.merged_tags()?.into_iter().collect()),
                ..t::CreateLogGroupInput::default()
            };
            ops::create_log_group::run(self, cx, create).await?;
            settle(self, cx, &request, name).await
        })
    }

    fn update<'a>(&'a self, cx: &'a RequestContext, request: ResourceRequest) -> BoxFuture<'a, Outcome> {
        Box::pin(async move {
            let name = request.physical_id.clone().unwrap_or_default();
            let found = self.find(cx, "TagResource", Some(&name), None).await?;
            let tags: IndexMap<_, _> = request.merged_tags()?.into_iter().collect();
            self.change(&found, &|group| group.tags.clone_from(&tags)).await?;
            settle(self, cx, &request, name).await
        })
    }

    fn delete<'a>(
        &'a self,
        cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Result<(), ResourceFailure>> {
        Box::pin(async move {
            let log_group_name = request.physical_id.unwrap_or_default();
            match ops::delete_log_group::run(self, cx, t::DeleteLogGroupInput { log_group_name }).await {
                Err(error) if error.code == "ResourceNotFoundException" => Ok(()),
                other => Ok(other.map(drop)?),
            }
        })
    }
}

/// Retention as the template says it.
async fn settle(logs: &Logs, cx: &RequestContext, request: &ResourceRequest, name: String) -> Outcome {
    let whole = |days: &Value| {
        let number = days.as_i64().or_else(|| days.as_str()?.parse().ok());
        number.and_then(|number| i32::try_from(number).ok()).ok_or_else(|| {
            ResourceFailure::new(format!("RetentionInDays must be a whole number, not {days}"))
        })
    };
    match request.properties.get("RetentionInDays").map(whole).transpose()? {
        Some(retention_in_days) => {
            let put = t::PutRetentionPolicyInput { log_group_name: name.clone(), retention_in_days };
            ops::put_retention_policy::run(logs, cx, put).await?;
        }
        None => {
            let delete = t::DeleteRetentionPolicyInput { log_group_name: name.clone() };
            ops::delete_retention_policy::run(logs, cx, delete).await?;
        }
    }
    let arn = format!("{}:*", arn_of(&key_of(cx, &name)?));
    let attributes = [("Arn".to_owned(), json!(arn))].into_iter().collect();
    Ok(Provisioned { physical_id: name, attributes })
}
