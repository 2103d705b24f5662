//! Random histories of puts, copies, deletions and versioning, with restarts, against a plain model of a bucket.

use std::collections::BTreeMap;

use api_s3::{self as api, BucketVersioningStatus as Status, S3 as _};
use base_id::Ids;
use bytes::Bytes;

use crate::world::{BUCKET, World, many_bytes};

/// A key's versions, newest first; no bytes: a delete marker.
#[derive(Default)]
struct Model {
    keys: BTreeMap<String, Vec<(String, Option<Bytes>)>>,
    status: Option<Status>,
}

impl Model {
    fn put(&mut self, key: &str, id: Option<String>, bytes: Option<Bytes>) {
        let versions = self.keys.entry(key.to_owned()).or_default();
        let id = id.unwrap_or_else(|| "null".to_owned());
        versions.retain(|(other, _)| *other != id);
        versions.insert(0, (id, bytes));
    }

    fn remove(&mut self, key: &str, id: &str) {
        if let Some(versions) = self.keys.get_mut(key) {
            versions.retain(|(other, _)| other != id);
        }
        self.keys.retain(|_, versions| !versions.is_empty());
    }

    fn current(&self) -> BTreeMap<&str, &Bytes> {
        let newest = self
            .keys
            .iter()
            .filter_map(|(key, versions)| Some((key.as_str(), versions.first()?.1.as_ref()?)));
        newest.collect()
    }
}

async fn step(world: &World, model: &mut Model, ids: &Ids) {
    let key = format!("k{}", ids.below(5));
    match ids.below(10) {
        0..=4 => {
            let bytes = many_bytes(usize::try_from(ids.below(3) * 9000 + ids.below(5)).unwrap());
            let put = world.put(&key, bytes.clone()).await;
            model.put(&key, put.version_id, Some(bytes));
        }
        5..=6 => {
            let deleted = world.delete(&key, None).await;
            match model.status {
                None => model.remove(&key, "null"),
                Some(_) => model.put(&key, deleted.version_id, None),
            }
        }
        7..=8 => {
            let versions = model.keys.get(&key).map(Vec::len).unwrap_or(0);
            if versions > 0 {
                let at = usize::try_from(ids.below(versions as u64)).unwrap();
                let id = model.keys[&key][at].0.clone();
                world.delete(&key, Some(&id)).await;
                model.remove(&key, &id);
            }
        }
        _ => {
            let status = if ids.below(2) == 0 { Status::Enabled } else { Status::Suspended };
            world.set_versioning(status).await;
            model.status = Some(status);
        }
    }
}

async fn compare(world: &World, model: &Model) {
    let input = api::ListObjectsV2Input { bucket: BUCKET.to_owned(), ..Default::default() };
    let listed = world.s3.list_objects_v2(&world.cx(), input).await.unwrap().contents.unwrap();
    let keys: Vec<_> = listed.iter().map(|object| object.key.as_deref().unwrap()).collect();
    assert_eq!(keys, model.current().into_keys().collect::<Vec<_>>());
    for (key, bytes) in model.current() {
        assert_eq!(world.get(key).await, bytes);
    }
    let input = api::ListObjectVersionsInput { bucket: BUCKET.to_owned(), ..Default::default() };
    let listed = world.s3.list_object_versions(&world.cx(), input).await.unwrap();
    let ids: Vec<_> =
        listed.versions.unwrap().into_iter().map(|v| (v.key.unwrap(), v.version_id.unwrap())).collect();
    let all =
        model.keys.iter().flat_map(|(key, versions)| versions.iter().map(move |version| (key, version)));
    let expected: Vec<_> = all
        .clone()
        .filter(|(_, (_, bytes))| bytes.is_some())
        .map(|(key, (id, _))| (key.clone(), id.clone()))
        .collect();
    assert_eq!(ids, expected);
    for (key, (id, bytes)) in all {
        let read = world.try_get(key, |input| input.version_id = Some(id.clone())).await;
        assert_eq!(read.ok().map(|(_, bytes)| bytes).as_ref(), bytes.as_ref(), "{key} {id}");
    }
}

#[tokio::test]
async fn a_bucket_holds_what_its_history_says_and_no_more() {
    for seed in 0..6 {
        let (ids, mut model, mut world) = (Ids::seeded(seed), Model::default(), World::new().await);
        for round in 0..4 {
            for _ in 0..25 {
                step(&world, &mut model, &ids).await;
            }
            compare(&world, &model).await;
            if round == 1 {
                world = world.restart().await;
                compare(&world, &model).await;
            }
        }
        let is_blob = |bytes: &&Bytes| bytes.len() > 8 << 10;
        let blobs =
            model.keys.values().flatten().filter_map(|(_, bytes)| bytes.as_ref()).filter(is_blob).count();
        world.until("freed blobs are gone, named ones are there", || world.blob_files() == blobs).await;
    }
}
