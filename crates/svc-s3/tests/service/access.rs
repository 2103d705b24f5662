//! Which permissions are asked for, and what a refusal hides.

use api_s3::{self as api, S3 as _};

use crate::world::{BUCKET, World, code};

#[tokio::test]
async fn a_missing_key_is_told_only_to_who_may_list() {
    let world = World::new().await;
    assert_eq!(code(world.try_get("none", |_| {}).await), "NoSuchKey");
    world.neighbours.denied.lock().push("s3:ListBucket".to_owned());
    assert_eq!(code(world.try_get("none", |_| {}).await), "AccessDenied");
}

#[tokio::test]
async fn nothing_is_done_without_permission() {
    let world = World::new().await;
    world.put("k", "1").await;
    world
        .neighbours
        .denied
        .lock()
        .extend(["s3:PutObject", "s3:DeleteObject", "s3:GetObject"].map(str::to_owned));
    assert_eq!(code(world.try_put("k", "2", |_| {}).await), "AccessDenied");
    assert_eq!(code(world.try_get("k", |_| {}).await), "AccessDenied");
    let input =
        api::DeleteObjectInput { bucket: BUCKET.to_owned(), key: "k".to_owned(), ..Default::default() };
    assert_eq!(code(world.s3.delete_object(&world.cx(), input).await), "AccessDenied");
    world.neighbours.denied.lock().clear();
    assert_eq!(world.get("k").await, "1");
}

#[tokio::test]
async fn tags_and_acls_need_their_own_permissions() {
    let world = World::new().await;
    let change = |input: &mut api::PutObjectInput| {
        input.tagging = Some("team=red".to_owned());
        input.acl = Some(api::ObjectCannedACL::BucketOwnerFullControl);
    };
    world.try_put("k", "1", change).await.unwrap();
    let asked = world.neighbours.asked.lock().clone();
    for action in ["s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectAcl"] {
        assert!(asked.contains(&format!("{action} arn:aws:s3:::{BUCKET}/k")), "{action}");
    }
    world.try_get("k", |_| {}).await.unwrap();
    let keys = world.neighbours.keys.lock().clone();
    assert_eq!(keys, [("s3:ExistingObjectTag/team".to_owned(), "red".to_owned())]);
}

#[tokio::test]
async fn a_version_needs_the_versions_permission() {
    let world = World::new().await;
    world.put("k", "1").await;
    world.neighbours.denied.lock().push("s3:GetObjectVersion".to_owned());
    assert_eq!(
        code(world.try_get("k", |input| input.version_id = Some("null".to_owned())).await),
        "AccessDenied"
    );
    assert_eq!(world.get("k").await, "1");
}

#[tokio::test]
async fn the_expected_owner_must_be_the_owner() {
    let world = World::new().await;
    let wrong =
        |input: &mut api::PutObjectInput| input.expected_bucket_owner = Some("999999999999".to_owned());
    assert_eq!(code(world.try_put("k", "1", wrong).await), "AccessDenied");
}

#[tokio::test]
async fn features_that_are_not_offered_are_refused_by_name() {
    let world = World::new().await;
    let refused =
        async |change: fn(&mut api::PutObjectInput)| world.try_put("k", "1", change).await.unwrap_err();
    let customer_key = refused(|input| input.sse_customer_algorithm = Some("AES256".to_owned())).await;
    assert!(customer_key.message.contains("SSE-C"));
    let lock = refused(|input| input.object_lock_legal_hold_status = Some(Default::default())).await;
    assert_eq!(lock.message, "Bucket is missing Object Lock Configuration");
    let checksum = refused(|input| input.checksum_xxhash3 = Some("AAAA".to_owned())).await;
    assert!(checksum.message.contains("XXHASH3"));
    let public = refused(|input| input.acl = Some(api::ObjectCannedACL::PublicRead)).await;
    assert_eq!(public.code, "AccessControlListNotSupported");
    let grants = refused(|input| input.grant_read = Some("id=x".to_owned())).await;
    assert_eq!(grants.code, "AccessControlListNotSupported");
}
