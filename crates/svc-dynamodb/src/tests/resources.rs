//! AWS::DynamoDB::Table.

use port::{ResourceProvider, ResourceRequest};
use serde_json::{Value, json};

use super::*;

fn request(properties: Value) -> ResourceRequest {
    let Value::Object(properties) = properties else { panic!("properties are a map") };
    ResourceRequest {
        resource_type: "AWS::DynamoDB::Table".into(),
        stack_id: "stack".into(),
        stack_name: "stack".into(),
        logical_id: "Table".into(),
        generated_name: "stack-Table-ABC".into(),
        physical_id: None,
        properties,
        previous_properties: None,
        tags: vec![("aws:cloudformation:stack-id".into(), "stack".into())],
    }
}

fn simple() -> Value {
    json!({
        "AttributeDefinitions": [{"AttributeName": "id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "id", "KeyType": "HASH"}],
        "BillingMode": "PAY_PER_REQUEST",
    })
}

#[tokio::test]
async fn a_table_is_made_once_however_often_the_step_runs() {
    let house = House::new();
    let made = house.service.create(&house.cx(), request(simple())).await.unwrap();
    assert_eq!(made.physical_id, "stack-Table-ABC");
    let arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/stack-Table-ABC";
    assert_eq!(made.attributes["Arn"], json!(arn));
    assert_eq!(house.service.create(&house.cx(), request(simple())).await.unwrap(), made);
    let foreign = ResourceRequest { tags: vec![], ..request(simple()) };
    assert!(house.service.create(&house.cx(), foreign).await.is_err());
}

#[tokio::test]
async fn an_update_changes_indexes_expiry_and_tags() {
    let house = House::new();
    let made = house.service.create(&house.cx(), request(simple())).await.unwrap();
    let mut wanted = simple();
    wanted["AttributeDefinitions"] = json!([
        {"AttributeName": "id", "AttributeType": "S"},
        {"AttributeName": "v", "AttributeType": "N"}
    ]);
    wanted["GlobalSecondaryIndexes"] = json!([{
        "IndexName": "by-v",
        "KeySchema": [{"AttributeName": "v", "KeyType": "HASH"}],
        "Projection": {"ProjectionType": "ALL"}
    }]);
    wanted["TimeToLiveSpecification"] = json!({"AttributeName": "ends", "Enabled": "true"});
    wanted["Tags"] = json!([{"Key": "team", "Value": "a"}]);
    let update = ResourceRequest {
        physical_id: Some(made.physical_id.clone()),
        previous_properties: Some(request(simple()).properties),
        ..request(wanted)
    };
    let worker = async {
        loop {
            house.work().await;
            tokio::task::yield_now().await;
        }
    };
    let cx = house.cx();
    tokio::select! {
        outcome = house.service.update(&cx, update) => { outcome.unwrap(); }
        () = worker => {}
    }
    let table = house.describe(&made.physical_id).await;
    assert_eq!(table.global_secondary_indexes.unwrap()[0].index_status, Some(api::IndexStatus::Active));
    let list = api::ListTagsOfResourceInput { resource_arn: table.table_arn.unwrap(), next_token: None };
    assert_eq!(house.service.list_tags_of_resource(&house.cx(), list).await.unwrap().tags.unwrap().len(), 2);
}

#[tokio::test]
async fn what_is_not_built_is_refused_by_name() {
    let house = House::new();
    let mut recovery = simple();
    recovery["PointInTimeRecoverySpecification"] = json!({"PointInTimeRecoveryEnabled": true});
    let failure = house.service.create(&house.cx(), request(recovery)).await.unwrap_err();
    assert!(failure.message.contains("PointInTimeRecoveryEnabled"), "{}", failure.message);
    let mut unknown = simple();
    unknown["KeySchema"][0]["Colour"] = json!("red");
    let failure = house.service.create(&house.cx(), request(unknown)).await.unwrap_err();
    assert!(failure.message.contains("KeySchema.Colour"), "{}", failure.message);
}

#[tokio::test]
async fn deleting_what_is_gone_is_no_failure_of_its_own() {
    let house = House::new();
    let made = house.service.create(&house.cx(), request(simple())).await.unwrap();
    let delete = || ResourceRequest { physical_id: Some(made.physical_id.clone()), ..request(simple()) };
    house.service.delete(&house.cx(), delete()).await.unwrap();
    assert!(house.service.delete(&house.cx(), delete()).await.unwrap_err().is_not_found);
}
