//! Rows of buckets: making, changing and deleting them.

use base_time::Timestamp;
use store_kv::Transaction;
use store_table::Scan;

use crate::S3;
use crate::error::S3Error;
use crate::model::{Bucket, BucketId, Data, PublicAccessBlock, Versioning};
use crate::objects::{free, live_bucket};
use crate::tables::{BUCKETS, BUCKETS_BY_OWNER, OBJECTS, PARTS, UPLOADS, VERSIONS};
use crate::tags::Tag;

/// Uploads that are aborted in one commit when their bucket goes.
const UPLOADS_PER_COMMIT: usize = 4;
/// The region that AWS treats as none.
pub const DEFAULT_REGION: &str = "us-east-1";

/// A bucket to be made.
#[derive(Clone, Debug)]
pub struct NewBucket {
    pub name: String,
    pub owner: String,
    pub region: String,
    pub created: Timestamp,
    pub tags: Vec<Tag>,
}

impl S3 {
    /// Makes the bucket, with public access blocked and ACLs disabled, as AWS does. In us-east-1 the owner may make it
    /// again, to no effect.
    pub(crate) async fn make_bucket(&self, new: &NewBucket) -> Result<(), S3Error> {
        let id = self.ids().u64();
        self.store()
            .transact(|tx| async move {
                match BUCKETS.get(&tx, (&new.name,)).await? {
                    None => self.insert_bucket(&tx, id, new).await,
                    Some(bucket) if bucket.owner != new.owner => {
                        Err(S3Error::bucket_already_exists(&new.name))
                    }
                    Some(bucket) if bucket.region == DEFAULT_REGION && new.region == DEFAULT_REGION => Ok(()),
                    Some(_) => Err(S3Error::bucket_already_owned_by_you(&new.name)),
                }
            })
            .await
    }

    async fn insert_bucket(&self, tx: &Transaction, id: BucketId, new: &NewBucket) -> Result<(), S3Error> {
        let most = self.config().max_buckets;
        // Read beside the transaction: two made at once may pass the limit by one, but don't wait for each other.
        let owned = BUCKETS_BY_OWNER.scan(tx.snapshot(), (&*new.owner,), Scan::forward().limit(most)).await?;
        if owned.rows.len() >= most {
            return Err(S3Error::too_many_buckets());
        }
        let bucket = Bucket {
            id,
            name: new.name.clone(),
            owner: new.owner.clone(),
            region: new.region.clone(),
            created: new.created,
            versioning: Versioning::Off,
            public_access_block: Some(PublicAccessBlock::ALL),
            policy: None,
            cors: Vec::new(),
            tags: new.tags.clone(),
            notifications: Vec::new(),
            bucket_key: false,
        };
        BUCKETS.put(tx, (&new.name,), &bucket)?;
        BUCKETS_BY_OWNER.put(tx, (&new.owner, &new.name), &())?;
        Ok(())
    }

    /// Changes the bucket's row.
    pub(crate) async fn change_bucket(
        &self,
        bucket: &Bucket,
        change: impl Fn(&mut Bucket) + Send + Sync,
    ) -> Result<(), S3Error> {
        let change = &change;
        self.store()
            .transact(|tx| async move {
                let mut bucket = live_bucket(&tx, bucket).await?;
                change(&mut bucket);
                Ok(BUCKETS.put(&tx, (&bucket.name,), &bucket)?)
            })
            .await
    }

    /// Deletes the bucket if it has no objects or versions; its unfinished uploads go with it.
    pub(crate) async fn remove_bucket(&self, bucket: &Bucket) -> Result<(), S3Error> {
        loop {
            let is_gone = self
                .store()
                .transact(|tx| async move {
                    live_bucket(&tx, bucket).await?;
                    check_empty(&tx, bucket).await?;
                    if abort_some_uploads(&tx, bucket.id).await? {
                        return Ok::<_, S3Error>(false);
                    }
                    BUCKETS.delete(&tx, (&bucket.name,));
                    BUCKETS_BY_OWNER.delete(&tx, (&bucket.owner, &bucket.name));
                    Ok(true)
                })
                .await?;
            if is_gone {
                return Ok(());
            }
        }
    }
}

async fn check_empty(tx: &Transaction, bucket: &Bucket) -> Result<(), S3Error> {
    let objects = OBJECTS.scan(tx, (bucket.id,), Scan::forward().limit(1)).await?;
    let versions = VERSIONS.scan(tx, (bucket.id,), Scan::forward().limit(1)).await?;
    if objects.rows.is_empty() && versions.rows.is_empty() {
        Ok(())
    } else {
        Err(S3Error::bucket_not_empty(&bucket.name))
    }
}

/// Whether there were any.
async fn abort_some_uploads(tx: &Transaction, bucket: BucketId) -> Result<bool, S3Error> {
    let page = UPLOADS.scan(tx, (bucket,), Scan::forward().limit(UPLOADS_PER_COMMIT)).await?;
    for ((_, key, upload_id), _) in &page.rows {
        remove_upload(tx, bucket, key, upload_id).await?;
    }
    Ok(!page.rows.is_empty())
}

/// Deletes an upload's rows and frees its parts.
pub async fn remove_upload(
    tx: &Transaction,
    bucket: BucketId,
    key: &str,
    upload_id: &str,
) -> Result<(), S3Error> {
    let data = part_data(tx, bucket, upload_id).await?;
    free(tx, data)?;
    PARTS.delete_prefix(tx, (bucket, upload_id));
    UPLOADS.delete(tx, (bucket, key, upload_id));
    Ok(())
}

async fn part_data(tx: &Transaction, bucket: BucketId, upload_id: &str) -> Result<Vec<Data>, S3Error> {
    let mut data = Vec::new();
    let mut next = None;
    loop {
        let page = PARTS.scan(tx, (bucket, upload_id), Scan::forward().after(next)).await?;
        data.extend(page.rows.into_iter().map(|(_, part)| part.data));
        next = page.next;
        if next.is_none() {
            return Ok(data);
        }
    }
}
