//! Expiry of items.

use super::*;

async fn enable(house: &House, enabled: bool) -> Result<api::UpdateTimeToLiveOutput, ApiError> {
    let input = api::UpdateTimeToLiveInput {
        table_name: "ttt".into(),
        time_to_live_specification: api::TimeToLiveSpecification { enabled, attribute_name: "ends".into() },
    };
    house.service.update_time_to_live(&house.cx(), input).await
}

async fn status(house: &House) -> api::TimeToLiveStatus {
    let input = api::DescribeTimeToLiveInput { table_name: "ttt".into() };
    let output = house.service.describe_time_to_live(&house.cx(), input).await.unwrap();
    output.time_to_live_description.unwrap().time_to_live_status.unwrap()
}

async fn left(house: &House) -> Vec<i64> {
    let input = api::ScanInput { table_name: "ttt".into(), ..Default::default() };
    let mut ids = numbers(&house.service.scan(&house.cx(), input).await.unwrap().items.unwrap(), "id");
    ids.sort_unstable();
    ids
}

#[tokio::test]
async fn items_go_when_their_time_is_over_whenever_they_were_written() {
    let house = House::new();
    house.create(table("ttt", &[("id", "N")])).await;
    let now = house.clock.now().as_secs();
    let ending = |id: i64, ends: AttributeValue| item([("id", n(id)), ("ends", ends)]);
    house.put("ttt", ending(1, n(now + 10))).await;
    enable(&house, true).await.unwrap();
    assert_eq!(status(&house).await, api::TimeToLiveStatus::Enabling);
    house.work().await;
    assert_eq!(status(&house).await, api::TimeToLiveStatus::Enabled);
    house.put("ttt", ending(2, n(now + 10))).await;
    house.put("ttt", ending(3, n(now + 1000))).await;
    house.put("ttt", ending(4, s("never"))).await;
    // Long over its time: not a time at all.
    house.put("ttt", ending(5, n(12))).await;
    house.put("ttt", ending(6, n(now + 10))).await;
    house.update("ttt", item([("id", n(6))]), "SET ends = :e", item([(":e", n(now + 1000))])).await.unwrap();
    crate::workers::sweep_items(&house.service).await.unwrap();
    assert_eq!(left(&house).await, [1, 2, 3, 4, 5, 6]);
    house.advance(60);
    crate::workers::sweep_items(&house.service).await.unwrap();
    assert_eq!(left(&house).await, [3, 4, 5, 6]);
    assert_eq!(house.describe("ttt").await.item_count, Some(4));
}

#[tokio::test]
async fn switched_off_nothing_expires() {
    let house = House::new();
    house.create(table("ttt", &[("id", "N")])).await;
    enable(&house, true).await.unwrap();
    house.work().await;
    let again = enable(&house, true).await.unwrap_err();
    assert_eq!(again.message, "TimeToLive is already enabled");
    house.put("ttt", item([("id", n(1)), ("ends", n(house.clock.now().as_secs() + 1))])).await;
    enable(&house, false).await.unwrap();
    house.work().await;
    house.advance(60);
    crate::workers::sweep_items(&house.service).await.unwrap();
    assert_eq!(left(&house).await, [1]);
    assert_eq!(status(&house).await, api::TimeToLiveStatus::Disabled);
}
