//! Tables: their life, settings, tags and listing.

use super::*;

#[tokio::test]
async fn a_new_table_is_described_as_it_was_made() {
    let house = House::new();
    let keys = [("p", "S"), ("r", "N")];
    let input = api::CreateTableInput {
        billing_mode: None,
        provisioned_throughput: Some(api::ProvisionedThroughput {
            read_capacity_units: 5,
            write_capacity_units: 6,
        }),
        tags: Some(vec![api::Tag { key: "a".into(), value: "b".into() }]),
        ..table("ttt", &keys)
    };
    house.create(input.clone()).await;
    let table = house.describe("ttt").await;
    assert_eq!(table.table_status, Some(api::TableStatus::Active));
    assert_eq!(table.table_arn.as_deref(), Some("arn:aws:dynamodb:eu-central-1:123456789012:table/ttt"));
    assert_eq!(table.key_schema, input.key_schema);
    assert_eq!(table.attribute_definitions, input.attribute_definitions);
    assert_eq!(table.provisioned_throughput.unwrap().write_capacity_units, Some(6));
    let error = house.service.create_table(&house.cx(), input).await.unwrap_err();
    assert_eq!((&*error.code, &*error.message), ("ResourceInUseException", "Table already exists: ttt"));
}

#[tokio::test]
async fn wrong_tables_are_refused_with_the_services_texts() {
    let house = House::new();
    let base = || table("ttt", &[("p", "S"), ("r", "N")]);
    let cases = [
        (
            api::CreateTableInput { table_name: "ab".into(), ..base() },
            "1 validation error detected: Value 'ab' at 'tableName' failed to satisfy constraint: Member must have length \
             greater than or equal to 3",
        ),
        (
            api::CreateTableInput { billing_mode: None, ..base() },
            "One or more parameter values were invalid: ReadCapacityUnits and WriteCapacityUnits must both be specified \
             when BillingMode is PROVISIONED",
        ),
        (
            api::CreateTableInput { attribute_definitions: Some(definitions(&[("p", "S")])), ..base() },
            "Invalid KeySchema: Some index key attribute have no definition",
        ),
        (
            api::CreateTableInput {
                attribute_definitions: Some(definitions(&[("p", "S"), ("r", "N"), ("x", "S")])),
                ..base()
            },
            "One or more parameter values were invalid: Number of attributes in KeySchema does not exactly match number \
             of attributes defined in AttributeDefinitions",
        ),
        (
            with_local(table("ttt", &[("p", "S")]), "l", &[("p", "S"), ("x", "S")], all()),
            "One or more parameter values were invalid: Table KeySchema does not have a range key, which is required \
             when specifying a LocalSecondaryIndex",
        ),
        (
            with_index(with_index(base(), "same", &[("r", "N")], all()), "same", &[("r", "N")], all()),
            "One or more parameter values were invalid: Duplicate index name: same",
        ),
        (
            with_index(
                base(),
                "gsi",
                &[("r", "N")],
                api::Projection { non_key_attributes: Some(vec!["x".into()]), ..all() },
            ),
            "One or more parameter values were invalid: ProjectionType is ALL, but NonKeyAttributes is specified",
        ),
    ];
    for (input, message) in cases {
        let error = house.service.create_table(&house.cx(), input).await.unwrap_err();
        assert_eq!(error.message, message);
    }
}

#[tokio::test]
async fn what_is_not_built_is_refused_by_name() {
    let house = House::new();
    let streams = api::CreateTableInput {
        stream_specification: Some(api::StreamSpecification { stream_enabled: true, stream_view_type: None }),
        ..table("ttt", &[("p", "S")])
    };
    let error = house.service.create_table(&house.cx(), streams).await.unwrap_err();
    assert_eq!((error.status, &*error.code), (501, "NotImplemented"));
    assert!(error.message.contains("StreamSpecification.StreamEnabled"), "{}", error.message);
    let encrypted = api::CreateTableInput {
        sse_specification: Some(api::SSESpecification { enabled: Some(true), ..Default::default() }),
        ..table("ttt", &[("p", "S")])
    };
    let error = house.service.create_table(&house.cx(), encrypted).await.unwrap_err();
    assert!(error.message.contains("SSESpecification.Enabled"), "{}", error.message);
    let error = house.service.execute_statement(&house.cx(), Default::default()).await.unwrap_err();
    assert!(error.message.contains("ExecuteStatement"), "{}", error.message);
}

#[tokio::test]
async fn a_deleted_table_is_gone_and_its_successor_empty() {
    let house = House::new();
    house.create(table("t-1", &[("id", "S")])).await;
    house.put("t-1", item([("id", s("a"))])).await;
    let delete = || api::DeleteTableInput { table_name: "t-1".into() };
    let deleted = house.service.delete_table(&house.cx(), delete()).await.unwrap().table_description.unwrap();
    assert_eq!(deleted.table_status, Some(api::TableStatus::Deleting));
    let error = house.service.delete_table(&house.cx(), delete()).await.unwrap_err();
    assert_eq!(error.message, "Requested resource not found: Table: t-1 not found");
    house.create(table("t-1", &[("id", "S")])).await;
    house.work().await;
    assert_eq!(house.get("t-1", item([("id", s("a"))])).await, None);
    assert_eq!(house.describe("t-1").await.item_count, Some(0));
}

#[tokio::test]
async fn deletion_protection_holds_until_it_is_lifted() {
    let house = House::new();
    house
        .create(api::CreateTableInput {
            deletion_protection_enabled: Some(true),
            ..table("ttt", &[("p", "S")])
        })
        .await;
    let delete = || api::DeleteTableInput { table_name: "ttt".into() };
    let error = house.service.delete_table(&house.cx(), delete()).await.unwrap_err();
    assert_eq!(error.code, "ValidationException");
    let lift = api::UpdateTableInput {
        table_name: "ttt".into(),
        deletion_protection_enabled: Some(false),
        ..Default::default()
    };
    house.service.update_table(&house.cx(), lift).await.unwrap();
    house.service.delete_table(&house.cx(), delete()).await.unwrap();
}

#[tokio::test]
async fn tables_are_listed_in_pages() {
    let house = House::new();
    for name in ["bbb", "aaa", "ccc"] {
        house.create(table(name, &[("p", "S")])).await;
    }
    let list = async |start: Option<&str>, limit| {
        let input =
            api::ListTablesInput { exclusive_start_table_name: start.map(str::to_owned), limit: Some(limit) };
        let output = house.service.list_tables(&house.cx(), input).await.unwrap();
        (output.table_names.unwrap().join(","), output.last_evaluated_table_name)
    };
    assert_eq!(list(None, 2).await, ("aaa,bbb".into(), Some("bbb".into())));
    assert_eq!(list(Some("bbb"), 2).await, ("ccc".into(), None));
    assert_eq!(list(None, 3).await, ("aaa,bbb,ccc".into(), None));
}

#[tokio::test]
async fn tags_come_and_go() {
    let house = House::new();
    house.create(table("ttt", &[("p", "S")])).await;
    let arn = house.describe("ttt").await.table_arn.unwrap();
    let tag = |key: &str| api::Tag { key: key.into(), value: "v".into() };
    let input = api::TagResourceInput { resource_arn: arn.clone(), tags: vec![tag("a"), tag("b")] };
    house.service.tag_resource(&house.cx(), input).await.unwrap();
    let input = api::UntagResourceInput { resource_arn: arn.clone(), tag_keys: vec!["a".into()] };
    house.service.untag_resource(&house.cx(), input).await.unwrap();
    let input = api::ListTagsOfResourceInput { resource_arn: arn, next_token: None };
    assert_eq!(
        house.service.list_tags_of_resource(&house.cx(), input).await.unwrap().tags,
        Some(vec![tag("b")])
    );
}

#[tokio::test]
async fn throughput_and_billing_change() {
    let house = House::new();
    house.create(table("ttt", &[("p", "S")])).await;
    let update = async |input| house.service.update_table(&house.cx(), input).await;
    let provisioned = |units| api::UpdateTableInput {
        table_name: "ttt".into(),
        billing_mode: Some(api::BillingMode::Provisioned),
        provisioned_throughput: Some(api::ProvisionedThroughput {
            read_capacity_units: units,
            write_capacity_units: units,
        }),
        ..Default::default()
    };
    update(provisioned(5)).await.unwrap();
    assert_eq!(house.describe("ttt").await.provisioned_throughput.unwrap().read_capacity_units, Some(5));
    let error = update(provisioned(5)).await.unwrap_err();
    assert!(error.message.starts_with("The provisioned throughput for the table will not change."));
    let nothing = api::UpdateTableInput { table_name: "ttt".into(), ..Default::default() };
    assert!(update(nothing).await.unwrap_err().message.starts_with("At least one of ProvisionedThroughput"));
}
