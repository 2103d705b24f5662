//! Rows of objects: finding versions, and putting, deleting and changing them with all that goes with it (the bytes' rows,
//! the garbage, the event) in one transaction.

use store_kv::{Read, Transaction};
use store_table::Scan;

use crate::S3;
use crate::content::Stored;
use crate::delivery::{self, Cause};
use crate::error::S3Error;
use crate::model::{Bucket, BucketId, Data, Garbage, Head, ObjectFacts, Version, Versioning};
use crate::notification::EventName;
use crate::precondition::WriteCondition;
use crate::tables::{BUCKETS, GARBAGE, INLINE, OBJECTS, VERSIONS, newest_first};
use crate::versions::{self, Change};

/// The version asked for: the current one, or the one of that id (`null`: the null version). It may be a delete marker.
pub async fn find(
    read: &impl Read,
    bucket: BucketId,
    key: &str,
    version_id: Option<&str>,
) -> Result<Version, S3Error> {
    let head = OBJECTS.get(read, (bucket, key)).await?;
    let Some(id) = version_id else {
        return head.map(|head| head.current).ok_or_else(|| S3Error::no_such_key(key));
    };
    let missing = || S3Error::no_such_version(key, id);
    let head = match head {
        Some(head) => head,
        None if id == "null" || versions::order_of(id).is_some() => return Err(missing()),
        None => return Err(S3Error::invalid_version_id(id)),
    };
    match locate(&head, id)? {
        Place::Head => Ok(head.current),
        Place::Nowhere => Err(missing()),
        Place::Noncurrent(order) => {
            let version = VERSIONS.get(read, (bucket, key, newest_first(order))).await?;
            version.filter(|version| version.id_text() == id).ok_or_else(missing)
        }
    }
}

enum Place {
    Head,
    Noncurrent(u64),
    Nowhere,
}

fn locate(head: &Head, id: &str) -> Result<Place, S3Error> {
    if head.current.id_text() == id {
        return Ok(Place::Head);
    }
    if id == "null" {
        return Ok(head.null_order.map_or(Place::Nowhere, Place::Noncurrent));
    }
    versions::order_of(id).map(Place::Noncurrent).ok_or_else(|| S3Error::invalid_version_id(id))
}

/// An object to be put.
#[derive(Clone, Debug)]
pub struct NewObject {
    pub key: String,
    pub condition: WriteCondition,
    pub facts: ObjectFacts,
    pub event: EventName,
    pub cause: Cause,
}

impl S3 {
    /// Puts an object whose bytes are stored, in one commit. It runs to its end though the caller goes away: a commit
    /// that is under way must find its bytes kept.
    pub(crate) async fn put_object_row(
        &self,
        bucket: &Bucket,
        new: &NewObject,
        stored: Stored,
    ) -> Result<Version, S3Error> {
        let (this, bucket, new) = (self.clone(), bucket.clone(), new.clone());
        let commit = self.tasks().spawn(async move {
            let outcome = this.commit_object(&bucket, &new, &stored).await;
            stored.settle(outcome)
        });
        commit.await.unwrap_or_else(|_| Err(S3Error::internal()))
    }

    async fn commit_object(
        &self,
        bucket: &Bucket,
        new: &NewObject,
        stored: &Stored,
    ) -> Result<Version, S3Error> {
        self.store()
            .transact(|tx| async move {
                let bucket = live_bucket(&tx, bucket).await?;
                stored.write(&tx)?;
                self.place(&tx, &bucket, new).await
            })
            .await
    }

    /// Makes the new object the key's current version.
    pub(crate) async fn place(
        &self,
        tx: &Transaction,
        bucket: &Bucket,
        new: &NewObject,
    ) -> Result<Version, S3Error> {
        let head = OBJECTS.get(tx, (bucket.id, &new.key)).await?;
        let current = head.as_ref().and_then(|head| head.current.object.as_ref());
        new.condition.check(&new.key, current.map(|facts| facts.etag.as_str()))?;
        let version = self.new_version(bucket, head.as_ref(), &new.cause, Some(new.facts.clone()));
        apply(tx, bucket.id, &new.key, versions::put(head, version.clone())).await?;
        delivery::raise(tx, bucket, &new.cause, new.event, &new.key, &version)?;
        Ok(version)
    }

    fn new_version(
        &self,
        bucket: &Bucket,
        head: Option<&Head>,
        cause: &Cause,
        object: Option<ObjectFacts>,
    ) -> Version {
        let order = versions::next_order(head, cause.time.as_millis());
        let version_id = versions::gets_id(bucket.versioning).then(|| {
            let mut random = [0; 16];
            self.ids().fill(&mut random);
            versions::version_id(order, random)
        });
        Version { order, version_id, modified: cause.time, object }
    }
}

/// What a deletion did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Deleted {
    /// The version that went, or the delete marker that came.
    pub version_id: Option<String>,
    pub is_delete_marker: bool,
}

/// A deletion: of the key, or of one of its versions.
pub struct Deletion<'a> {
    pub key: &'a str,
    pub version_id: Option<&'a str>,
    pub condition: &'a DeleteCondition,
    pub cause: &'a Cause,
}

/// What a deletion demands of the object it deletes; all absent: nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeleteCondition {
    pub if_match: Option<String>,
}

impl DeleteCondition {
    fn check(&self, key: &str, object: Option<&ObjectFacts>) -> Result<(), S3Error> {
        match &self.if_match {
            None => Ok(()),
            Some(tags) => {
                WriteCondition::Matches(tags.clone()).check(key, object.map(|facts| facts.etag.as_str()))
            }
        }
    }
}

impl S3 {
    pub(crate) async fn delete_object_row(
        &self,
        bucket: &Bucket,
        deletion: &Deletion<'_>,
    ) -> Result<Deleted, S3Error> {
        self.store()
            .transact(|tx| async move {
                let bucket = live_bucket(&tx, bucket).await?;
                self.delete(&tx, &bucket, deletion).await
            })
            .await
    }

    /// Deletes in the transaction.
    pub(crate) async fn delete(
        &self,
        tx: &Transaction,
        bucket: &Bucket,
        deletion: &Deletion<'_>,
    ) -> Result<Deleted, S3Error> {
        match (deletion.version_id, bucket.versioning) {
            (Some(id), _) => delete_version(tx, bucket, deletion, id).await,
            (None, Versioning::Off) => delete_key(tx, bucket, deletion).await,
            (None, Versioning::Enabled | Versioning::Suspended) => {
                self.delete_by_marker(tx, bucket, deletion).await
            }
        }
    }

    async fn delete_by_marker(
        &self,
        tx: &Transaction,
        bucket: &Bucket,
        deletion: &Deletion<'_>,
    ) -> Result<Deleted, S3Error> {
        let head = OBJECTS.get(tx, (bucket.id, deletion.key)).await?;
        deletion
            .condition
            .check(deletion.key, head.as_ref().and_then(|head| head.current.object.as_ref()))?;
        let marker = self.new_version(bucket, head.as_ref(), deletion.cause, None);
        apply(tx, bucket.id, deletion.key, versions::put(head, marker.clone())).await?;
        let event = EventName::RemovedDeleteMarkerCreated;
        delivery::raise(tx, bucket, deletion.cause, event, deletion.key, &marker)?;
        Ok(Deleted { version_id: Some(marker.id_text().to_owned()), is_delete_marker: true })
    }
}

async fn delete_key(tx: &Transaction, bucket: &Bucket, deletion: &Deletion<'_>) -> Result<Deleted, S3Error> {
    let head = OBJECTS.get(tx, (bucket.id, deletion.key)).await?;
    deletion.condition.check(deletion.key, head.as_ref().and_then(|head| head.current.object.as_ref()))?;
    if let Some(head) = head {
        delivery::raise(tx, bucket, deletion.cause, EventName::RemovedDelete, deletion.key, &head.current)?;
        apply(tx, bucket.id, deletion.key, versions::remove_head(head, None)).await?;
    }
    Ok(Deleted::default())
}

async fn delete_version(
    tx: &Transaction,
    bucket: &Bucket,
    deletion: &Deletion<'_>,
    id: &str,
) -> Result<Deleted, S3Error> {
    let key = deletion.key;
    let gone = match find(tx, bucket.id, key, Some(id)).await {
        Ok(version) => version,
        // Deleting what isn't there is no error; an id that never was one is.
        Err(error) if error.status == 404 => {
            return Ok(Deleted { version_id: Some(id.to_owned()), is_delete_marker: false });
        }
        Err(error) => return Err(error),
    };
    deletion.condition.check(key, gone.object.as_ref())?;
    remove_version(tx, bucket.id, key, &gone).await?;
    delivery::raise(tx, bucket, deletion.cause, EventName::RemovedDelete, key, &gone)?;
    Ok(Deleted { version_id: Some(id.to_owned()), is_delete_marker: gone.is_delete_marker() })
}

async fn remove_version(
    tx: &Transaction,
    bucket: BucketId,
    key: &str,
    gone: &Version,
) -> Result<(), S3Error> {
    let Some(mut head) = OBJECTS.get(tx, (bucket, key)).await? else { return Ok(()) };
    if head.current.order == gone.order {
        let page = VERSIONS.scan(tx, (bucket, key), Scan::forward().limit(1)).await?;
        let next = page.rows.into_iter().next().map(|(_, version)| version);
        if let Some(next) = &next {
            VERSIONS.delete(tx, (bucket, key, newest_first(next.order)));
        }
        return apply(tx, bucket, key, versions::remove_head(head, next)).await;
    }
    VERSIONS.delete(tx, (bucket, key, newest_first(gone.order)));
    free_version(tx, gone)?;
    if head.null_order == Some(gone.order) {
        head.null_order = None;
        OBJECTS.put(tx, (bucket, key), &head)?;
    }
    Ok(())
}

async fn apply(tx: &Transaction, bucket: BucketId, key: &str, change: Change) -> Result<(), S3Error> {
    if let Some(order) = change.dropped_null {
        let at = (bucket, key, newest_first(order));
        if let Some(version) = VERSIONS.get(tx, at).await? {
            VERSIONS.delete(tx, at);
            free_version(tx, &version)?;
        }
    }
    if let Some(demoted) = &change.demoted {
        VERSIONS.put(tx, (bucket, key, newest_first(demoted.order)), demoted)?;
    }
    if let Some(dropped) = &change.dropped {
        free_version(tx, dropped)?;
    }
    match &change.head {
        Some(head) => OBJECTS.put(tx, (bucket, key), head)?,
        None => OBJECTS.delete(tx, (bucket, key)),
    }
    Ok(())
}

fn free_version(tx: &Transaction, version: &Version) -> Result<(), S3Error> {
    match &version.object {
        Some(facts) => free(tx, vec![facts.data.clone()]),
        None => Ok(()),
    }
}

/// Frees bytes: rows at once, the others by the worker after the commit.
pub fn free(tx: &Transaction, data: Vec<Data>) -> Result<(), S3Error> {
    let mut later = Vec::new();
    for data in data {
        match data {
            Data::Empty => {}
            Data::Inline(id) => INLINE.delete(tx, (id,)),
            Data::Blob(_) | Data::Parts(_) => later.push(data),
        }
    }
    if !later.is_empty() {
        GARBAGE.append(tx, (), &Garbage { data: later })?;
    }
    Ok(())
}

impl S3 {
    /// Replaces a version's facts in place (tags).
    pub(crate) async fn change_object_row(
        &self,
        bucket: &Bucket,
        key: &str,
        version_id: Option<&str>,
        event: EventName,
        cause: &Cause,
        change: impl Fn(&mut ObjectFacts) + Send + Sync,
    ) -> Result<Version, S3Error> {
        let change = &change;
        self.store()
            .transact(|tx| async move {
                let bucket = live_bucket(&tx, bucket).await?;
                let mut version = find(&tx, bucket.id, key, version_id).await?;
                match &mut version.object {
                    Some(facts) => change(facts),
                    None => return Err(S3Error::no_such_key(key)),
                }
                write_back(&tx, bucket.id, key, &version).await?;
                delivery::raise(&tx, &bucket, cause, event, key, &version)?;
                Ok(version)
            })
            .await
    }
}

async fn write_back(tx: &Transaction, bucket: BucketId, key: &str, version: &Version) -> Result<(), S3Error> {
    match OBJECTS.get(tx, (bucket, key)).await? {
        Some(head) if head.current.order == version.order => {
            let head = Head { current: version.clone(), null_order: head.null_order };
            Ok(OBJECTS.put(tx, (bucket, key), &head)?)
        }
        _ => Ok(VERSIONS.put(tx, (bucket, key, newest_first(version.order)), version)?),
    }
}

/// The bucket as it is in the transaction; the commit fails if it changes or goes.
pub async fn live_bucket(tx: &Transaction, known: &Bucket) -> Result<Bucket, S3Error> {
    match BUCKETS.get(tx, (&known.name,)).await? {
        Some(bucket) if bucket.id == known.id => Ok(bucket),
        _ => Err(S3Error::no_such_bucket(&known.name)),
    }
}
