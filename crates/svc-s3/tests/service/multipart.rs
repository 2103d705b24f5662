//! Uploads in parts.

use api_s3::{self as api, S3 as _};
use bytes::Bytes;
use wire_codec::Body;

use crate::world::{BUCKET, World, code, many_bytes};

const PART: usize = 5 << 20;

async fn start(world: &World, change: impl FnOnce(&mut api::CreateMultipartUploadInput)) -> String {
    let mut input = api::CreateMultipartUploadInput {
        bucket: BUCKET.to_owned(),
        key: "k".to_owned(),
        ..Default::default()
    };
    change(&mut input);
    world.s3.create_multipart_upload(&world.cx(), input).await.unwrap().upload_id.unwrap()
}

async fn upload(world: &World, id: &str, number: i32, bytes: Bytes) -> api::CompletedPart {
    let input = api::UploadPartInput {
        bucket: BUCKET.to_owned(),
        key: "k".to_owned(),
        upload_id: id.to_owned(),
        part_number: number,
        body: Body::bytes(bytes),
        ..Default::default()
    };
    let output = world.s3.upload_part(&world.cx(), input).await.unwrap();
    api::CompletedPart {
        part_number: Some(number),
        e_tag: output.e_tag,
        checksum_crc32: output.checksum_crc32,
        ..Default::default()
    }
}

fn complete(id: &str, parts: &[api::CompletedPart]) -> api::CompleteMultipartUploadInput {
    api::CompleteMultipartUploadInput {
        bucket: BUCKET.to_owned(),
        key: "k".to_owned(),
        upload_id: id.to_owned(),
        multipart_upload: Some(api::CompletedMultipartUpload { parts: Some(parts.to_vec()) }),
        ..Default::default()
    }
}

#[tokio::test]
async fn parts_become_one_object_and_the_others_go() {
    let world = World::new().await;
    let bytes = many_bytes(PART + 1000);
    let id = start(&world, |input| input.content_type = Some("text/plain".to_owned())).await;
    let first = upload(&world, &id, 2, bytes.slice(..PART)).await;
    upload(&world, &id, 3, many_bytes(100_000)).await;
    let last = upload(&world, &id, 7, bytes.slice(PART..)).await;
    let parts = [first, last];
    let done = world.s3.complete_multipart_upload(&world.cx(), complete(&id, &parts)).await.unwrap();
    assert!(done.e_tag.as_deref().unwrap().ends_with("-2\""));
    assert_eq!(done.location.as_deref(), Some("http://localhost:4566/bucket-1/k"));
    assert_eq!(done.checksum_type, Some(api::ChecksumType::FullObject));
    let put = world.try_put("whole", bytes.clone(), |_| {}).await.unwrap();
    assert_eq!(done.checksum_crc64nvme, put.checksum_crc64nvme);
    let (output, got) = world.try_get("k", |_| {}).await.unwrap();
    assert_eq!((got, output.content_type.as_deref()), (bytes.clone(), Some("text/plain")));
    let across = format!("bytes={}-{}", PART - 5, PART + 4);
    let (_, got) = world.try_get("k", |input| input.range = Some(across)).await.unwrap();
    assert_eq!(got, bytes.slice(PART - 5..PART + 5));
    let (output, got) = world.try_get("k", |input| input.part_number = Some(2)).await.unwrap();
    assert_eq!((got, output.parts_count), (bytes.slice(PART..), Some(2)));
    assert_eq!(code(world.try_get("k", |input| input.part_number = Some(3)).await), "InvalidPartNumber");
    // Asked again it answers the same; the unlisted part's blob goes.
    let again = world.s3.complete_multipart_upload(&world.cx(), complete(&id, &parts)).await.unwrap();
    assert_eq!(again.e_tag, done.e_tag);
    world.until("the unlisted part is freed", || world.blob_files() == 2).await;
}

#[tokio::test]
async fn completing_wrongly_changes_nothing() {
    let world = World::new().await;
    let id = start(&world, |_| {}).await;
    let small = upload(&world, &id, 1, Bytes::from("small")).await;
    let last = upload(&world, &id, 2, Bytes::from("last")).await;
    let try_complete = async |parts: &[api::CompletedPart]| {
        code(world.s3.complete_multipart_upload(&world.cx(), complete(&id, parts)).await)
    };
    assert_eq!(try_complete(&[small.clone(), last.clone()]).await, "EntityTooSmall");
    assert_eq!(try_complete(&[last.clone(), small.clone()]).await, "InvalidPartOrder");
    let missing = api::CompletedPart { part_number: Some(9), ..last.clone() };
    assert_eq!(try_complete(&[missing]).await, "InvalidPart");
    assert_eq!(try_complete(&[]).await, "MalformedXML");
    let mut sized = complete(&id, std::slice::from_ref(&last));
    sized.mpu_object_size = Some(5);
    assert_eq!(code(world.s3.complete_multipart_upload(&world.cx(), sized).await), "InvalidRequest");
    assert_eq!(code(world.try_get("k", |_| {}).await), "NoSuchKey");
    world.s3.complete_multipart_upload(&world.cx(), complete(&id, &[last])).await.unwrap();
    assert_eq!(world.get("k").await, "last");
}

#[tokio::test]
async fn a_composite_checksum_is_of_the_parts() {
    let world = World::new().await;
    let id = start(&world, |input| input.checksum_algorithm = Some(api::ChecksumAlgorithm::Crc32)).await;
    let first = upload(&world, &id, 1, many_bytes(PART)).await;
    let last = upload(&world, &id, 2, Bytes::from("123456789")).await;
    assert_eq!(last.checksum_crc32.as_deref(), Some("y/Q5Jg=="));
    let done = world.s3.complete_multipart_upload(&world.cx(), complete(&id, &[first, last])).await.unwrap();
    assert!(done.checksum_crc32.unwrap().ends_with("-2"));
    assert_eq!(done.checksum_type, Some(api::ChecksumType::Composite));
    let input = api::GetObjectAttributesInput {
        bucket: BUCKET.to_owned(),
        key: "k".to_owned(),
        max_parts: Some(1),
        object_attributes: vec![api::ObjectAttributes::ObjectParts, api::ObjectAttributes::ObjectSize],
        ..Default::default()
    };
    let attributes = world.s3.get_object_attributes(&world.cx(), input).await.unwrap();
    let parts = attributes.object_parts.unwrap();
    assert_eq!((parts.total_parts_count, parts.is_truncated), (Some(2), Some(true)));
    assert_eq!(attributes.object_size, Some(PART as i64 + 9));
    assert_eq!(attributes.e_tag, None);
}

#[tokio::test]
async fn a_part_may_be_copied_and_replaced() {
    let world = World::new().await;
    world.put("source", "0123456789").await;
    let id = start(&world, |_| {}).await;
    upload(&world, &id, 1, Bytes::from("before")).await;
    let input = api::UploadPartCopyInput {
        bucket: BUCKET.to_owned(),
        key: "k".to_owned(),
        upload_id: id.clone(),
        part_number: 1,
        copy_source: format!("{BUCKET}/source"),
        copy_source_range: Some("bytes=2-4".to_owned()),
        ..Default::default()
    };
    let copied = world.s3.upload_part_copy(&world.cx(), input).await.unwrap().copy_part_result.unwrap();
    let list = api::ListPartsInput {
        bucket: BUCKET.to_owned(),
        key: "k".to_owned(),
        upload_id: id.clone(),
        ..Default::default()
    };
    let parts = world.s3.list_parts(&world.cx(), list).await.unwrap().parts.unwrap();
    assert_eq!((parts.len(), parts[0].size, &parts[0].e_tag), (1, Some(3), &copied.e_tag));
    let part = api::CompletedPart { part_number: Some(1), e_tag: copied.e_tag, ..Default::default() };
    world.s3.complete_multipart_upload(&world.cx(), complete(&id, &[part])).await.unwrap();
    assert_eq!(world.get("k").await, "234");
}

#[tokio::test]
async fn an_aborted_upload_is_gone_with_its_bytes() {
    let world = World::new().await;
    let id = start(&world, |_| {}).await;
    upload(&world, &id, 1, many_bytes(100_000)).await;
    let abort = || api::AbortMultipartUploadInput {
        bucket: BUCKET.to_owned(),
        key: "k".to_owned(),
        upload_id: id.clone(),
        ..Default::default()
    };
    world.s3.abort_multipart_upload(&world.cx(), abort()).await.unwrap();
    assert_eq!(code(world.s3.abort_multipart_upload(&world.cx(), abort()).await), "NoSuchUpload");
    world.until("the part is freed", || world.blob_files() == 0).await;
}

#[tokio::test]
async fn ten_thousand_parts_are_completed_in_one_commit() {
    let world = World::new().await;
    // The rule of 5 MB would make this 50 GB: parts of nothing but the last are put one by one elsewhere. Here only the
    // count matters, so the last of many is asked for alone.
    let id = start(&world, |_| {}).await;
    let numbers: Vec<i32> = (1..=10_000).collect();
    let mut last = None;
    for some in numbers.chunks(500) {
        let uploads = some.iter().map(|number| upload(&world, &id, *number, Bytes::from("x")));
        last = futures_util::future::join_all(uploads).await.pop();
    }
    world.s3.complete_multipart_upload(&world.cx(), complete(&id, &[last.unwrap()])).await.unwrap();
    assert_eq!(world.get("k").await, "x");
    let input = api::ListMultipartUploadsInput { bucket: BUCKET.to_owned(), ..Default::default() };
    assert!(world.s3.list_multipart_uploads(&world.cx(), input).await.unwrap().uploads.unwrap().is_empty());
}
