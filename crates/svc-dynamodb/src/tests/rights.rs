//! Authorization: asked on the right resource, before anything happens.

use super::*;

#[tokio::test]
async fn without_the_right_nothing_is_written_and_nothing_shows() {
    let house = House::refusing(&["dynamodb:PutItem", "dynamodb:GetItem"]);
    house.create(table("ttt", &[("id", "S")])).await;
    let put = |table: &str| api::PutItemInput {
        table_name: table.into(),
        item: item([("id", s("a"))]),
        ..Default::default()
    };
    for name in ["ttt", "not-there"] {
        let error = house.service.put_item(&house.cx(), put(name)).await.unwrap_err();
        assert_eq!(error.code, "AccessDeniedException");
    }
    let scan = api::ScanInput { table_name: "ttt".into(), ..Default::default() };
    assert_eq!(house.service.scan(&house.cx(), scan).await.unwrap().count, Some(0));
}

#[tokio::test]
async fn requests_name_what_policies_may_ask_of_them() {
    let house = House::new();
    let arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/ttt";
    house.create(with_index(table("ttt", &[("id", "S")]), "idx", &[("v", "S")], all())).await;
    house.asked();
    house.query(query("ttt", "id = :v", item([(":v", s("a"))]))).await;
    let keys = |names: &[&str]| names.iter().map(|name| format!("dynamodb:{name}")).collect::<Vec<_>>();
    let expected = keys(&["LeadingKeys=a", "Attributes=id", "Select=ALL_ATTRIBUTES"]);
    assert_eq!(house.asked(), [("dynamodb:Query".to_owned(), arn.to_owned(), expected)]);
    let index = api::QueryInput {
        index_name: Some("idx".into()),
        projection_expression: Some("w".into()),
        ..query("ttt", "v = :v", item([(":v", s("a"))]))
    };
    house.query(index).await;
    let expected = keys(&["LeadingKeys=a", "Attributes=v", "Attributes=w", "Select=SPECIFIC_ATTRIBUTES"]);
    assert_eq!(house.asked(), [("dynamodb:Query".to_owned(), format!("{arn}/index/idx"), expected)]);
    house
        .update("ttt", item([("id", s("a"))]), "SET b = if_not_exists(c, :v)", item([(":v", n(1))]))
        .await
        .unwrap();
    let expected =
        keys(&["LeadingKeys=a", "Attributes=b", "Attributes=c", "Attributes=id", "ReturnValues=ALL_NEW"]);
    assert_eq!(house.asked(), [("dynamodb:UpdateItem".to_owned(), arn.to_owned(), expected)]);
}

#[tokio::test]
async fn a_transaction_asks_for_each_action() {
    let house = House::refusing(&["dynamodb:DeleteItem"]);
    house.create(table("ttt", &[("id", "S")])).await;
    let put = api::Put { table_name: "ttt".into(), item: item([("id", s("a"))]), ..Default::default() };
    let delete = api::Delete { table_name: "ttt".into(), key: item([("id", s("b"))]), ..Default::default() };
    let input = api::TransactWriteItemsInput {
        transact_items: vec![
            api::TransactWriteItem { put: Some(put), ..Default::default() },
            api::TransactWriteItem { delete: Some(delete), ..Default::default() },
        ],
        ..Default::default()
    };
    let error = house.service.transact_write_items(&house.cx(), input).await.unwrap_err();
    assert_eq!(error.code, "AccessDeniedException");
    assert_eq!(house.get("ttt", item([("id", s("a"))])).await, None);
}
