//! CloudFormation's AWS::DynamoDB::Table, carried out by the same operations as the API's calls (AWS resource and property
//! types reference).

mod spec;

use std::collections::BTreeMap;

use api_dynamodb as api;
use port::{
    BoxFuture, Provisioned, RequestContext, ResourceFailure, ResourceProperty, ResourceProvider,
    ResourceRequest, ResourceTypeDesc,
};
use serde_json::{Map, Value};

use crate::Service;
use crate::error::Error;
use crate::ops;
use spec::Spec;

const TABLE: &str = "AWS::DynamoDB::Table";

static TYPES: [ResourceTypeDesc; 1] = [ResourceTypeDesc {
    name: TABLE,
    properties: &[
        ResourceProperty::in_place("AttributeDefinitions"),
        ResourceProperty::in_place("BillingMode"),
        ResourceProperty::in_place("DeletionProtectionEnabled"),
        ResourceProperty::in_place("GlobalSecondaryIndexes"),
        ResourceProperty::replacing("KeySchema").required(),
        ResourceProperty::replacing("LocalSecondaryIndexes"),
        ResourceProperty::in_place("OnDemandThroughput"),
        ResourceProperty::in_place("PointInTimeRecoverySpecification"),
        ResourceProperty::in_place("ProvisionedThroughput"),
        ResourceProperty::in_place("SSESpecification"),
        ResourceProperty::in_place("TableClass"),
        ResourceProperty::replacing("TableName"),
        ResourceProperty::in_place("Tags"),
        ResourceProperty::in_place("TimeToLiveSpecification"),
    ],
    attributes: &["Arn"],
}];

type Outcome<T> = Result<T, ResourceFailure>;

impl ResourceProvider for Service {
    fn types(&self) -> &'static [ResourceTypeDesc] {
        &TYPES
    }

    fn create<'a>(
        &'a self,
        cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Outcome<Provisioned>> {
        Box::pin(self.create_table_resource(cx, request))
    }

    fn update<'a>(
        &'a self,
        cx: &'a RequestContext,
        request: ResourceRequest,
    ) -> BoxFuture<'a, Outcome<Provisioned>> {
        Box::pin(self.update_table_resource(cx, request))
    }

    fn delete<'a>(&'a self, cx: &'a RequestContext, request: ResourceRequest) -> BoxFuture<'a, Outcome<()>> {
        Box::pin(async move {
            let table_name = request.physical_id.unwrap_or_default();
            match ops::delete_table::run(self, cx, api::DeleteTableInput { table_name }).await {
                Ok(_) => Ok(()),
                Err(Error::NotFound(message)) => Err(ResourceFailure::not_found(message)),
                Err(error) => Err(failure(error)),
            }
        })
    }
}

fn failure(error: Error) -> ResourceFailure {
    let is_not_found = matches!(error, Error::NotFound(_));
    let failure = ResourceFailure::from(wire_codec::ApiError::from(error));
    ResourceFailure { is_not_found, ..failure }
}

fn provisioned(cx: &RequestContext, name: &str) -> Provisioned {
    let arn = cx.arn("dynamodb", &format!("table/{name}"));
    Provisioned {
        physical_id: name.to_owned(),
        attributes: Map::from_iter([("Arn".to_owned(), Value::String(arn))]),
    }
}

impl Service {
    async fn create_table_resource(
        &self,
        cx: &RequestContext,
        request: ResourceRequest,
    ) -> Outcome<Provisioned> {
        let spec = Spec(&request.properties);
        let name = match spec.text("TableName")? {
            Some(name) => name,
            None => request.generated_name.chars().take(255).collect(),
        };
        spec.refuse_recovery()?;
        let input = spec.create_input(&name, &request.tags)?;
        match ops::create_table::run(self, cx, input).await {
            Ok(_) => {}
            // A repeated step finds the table it has made: it bears this very resource's marks.
            Err(Error::InUse(_)) if self.is_own(cx, &name, &request).await => {}
            Err(error) => return Err(failure(error)),
        }
        if let Some(wanted) = spec.time_to_live()? {
            self.set_time_to_live(cx, &name, Some(wanted)).await?;
        }
        Ok(provisioned(cx, &name))
    }

    /// Whether the table carries the tags CloudFormation gave this resource.
    async fn is_own(&self, cx: &RequestContext, name: &str, request: &ResourceRequest) -> bool {
        let input = api::ListTagsOfResourceInput {
            resource_arn: cx.arn("dynamodb", &format!("table/{name}")),
            next_token: None,
        };
        let Ok(known) = ops::list_tags_of_resource::run(self, cx, input).await else { return false };
        let known = known.tags.unwrap_or_default();
        let mut marks =
            request.tags.iter().filter(|(key, _)| key.starts_with("aws:cloudformation:")).peekable();
        marks.peek().is_some()
            && marks.all(|(key, value)| known.iter().any(|tag| tag.key == *key && tag.value == *value))
    }

    async fn update_table_resource(
        &self,
        cx: &RequestContext,
        request: ResourceRequest,
    ) -> Outcome<Provisioned> {
        let name = request.physical_id.clone().unwrap_or_default();
        let previous = request.previous_properties.clone().unwrap_or_default();
        let (new, old) = (Spec(&request.properties), Spec(&previous));
        new.refuse_recovery()?;
        if let Some(input) = new.settings_input(&old, &name)? {
            ops::update_table::run(self, cx, input).await.map_err(failure)?;
        }
        for input in new.index_inputs(&old, &name)? {
            ops::update_table::run(self, cx, input).await.map_err(failure)?;
            self.await_indexes(cx, &name).await?;
        }
        if new.0.get("TimeToLiveSpecification") != old.0.get("TimeToLiveSpecification") {
            self.set_time_to_live(cx, &name, new.time_to_live()?).await?;
        }
        self.set_tags(cx, &name, new.tags(&request.tags)?).await?;
        Ok(provisioned(cx, &name))
    }

    /// Waits until no index is being filled: only one may be changed at a time.
    async fn await_indexes(&self, cx: &RequestContext, name: &str) -> Outcome<()> {
        let mut watch = self.store().watch(crate::tables::TABLES.range(()).start);
        loop {
            let seen = self.store().snapshot().await.map_err(|error| failure(error.into()))?.version();
            let input = api::DescribeTableInput { table_name: name.to_owned() };
            let table = ops::describe_table::run(self, cx, input).await.map_err(failure)?.table;
            if table.and_then(|table| table.table_status) == Some(api::TableStatus::Active) {
                return Ok(());
            }
            watch.changed(seen).await.map_err(|error| failure(error.into()))?;
        }
    }

    /// Makes time to live what is wanted: off, or on for one attribute.
    async fn set_time_to_live(
        &self,
        cx: &RequestContext,
        name: &str,
        wanted: Option<api::TimeToLiveSpecification>,
    ) -> Outcome<()> {
        let describe = api::DescribeTimeToLiveInput { table_name: name.to_owned() };
        let known = ops::describe_time_to_live::run(self, cx, describe).await.map_err(failure)?;
        let known = known.time_to_live_description.and_then(|known| known.attribute_name);
        let wanted = wanted.filter(|wanted| wanted.enabled).map(|wanted| wanted.attribute_name);
        if known == wanted {
            return Ok(());
        }
        let changes = known.map(|name| (name, false)).into_iter().chain(wanted.map(|name| (name, true)));
        for (attribute_name, enabled) in changes {
            let input = api::UpdateTimeToLiveInput {
                table_name: name.to_owned(),
                time_to_live_specification: api::TimeToLiveSpecification { enabled, attribute_name },
            };
            ops::update_time_to_live::run(self, cx, input).await.map_err(failure)?;
        }
        Ok(())
    }

    async fn set_tags(
        &self,
        cx: &RequestContext,
        name: &str,
        wanted: BTreeMap<String, String>,
    ) -> Outcome<()> {
        let arn = cx.arn("dynamodb", &format!("table/{name}"));
        let list = api::ListTagsOfResourceInput { resource_arn: arn.clone(), next_token: None };
        let known = ops::list_tags_of_resource::run(self, cx, list).await.map_err(failure)?;
        let known: BTreeMap<String, String> =
            known.tags.into_iter().flatten().map(|tag| (tag.key, tag.value)).collect();
        let gone: Vec<String> = known.keys().filter(|key| !wanted.contains_key(*key)).cloned().collect();
        if !gone.is_empty() {
            let input = api::UntagResourceInput { resource_arn: arn.clone(), tag_keys: gone };
            ops::untag_resource::run(self, cx, input).await.map_err(failure)?;
        }
        let set: Vec<api::Tag> = wanted
            .into_iter()
            .filter(|(key, value)| known.get(key) != Some(value))
            .map(|(key, value)| api::Tag { key, value })
            .collect();
        if !set.is_empty() {
            let input = api::TagResourceInput { resource_arn: arn, tags: set };
            ops::tag_resource::run(self, cx, input).await.map_err(failure)?;
        }
        Ok(())
    }
}
