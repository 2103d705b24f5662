//! Frees bytes that nothing names any more: woken by the commit that left them. At the start it settles blobs that a crash
//! left pending, and between times it forgets completed uploads.

use std::time::Duration;

use base_time::Timestamp;
use store_blob::BlobId;
use store_kv::{CommitError, Snapshot, Versionstamp};
use store_table::{Cursor, Scan};

use crate::S3;
use crate::content::blob_error;
use crate::error::S3Error;
use crate::model::{Data, DataId, Garbage};
use crate::tables::{BLOBS, COMPLETED, COMPLETED_BY_TIME, GARBAGE, INLINE, MANIFEST};

const PAGE_ROWS: usize = 64;
/// Who has just read a row may still be opening its blob.
const GRACE: Duration = Duration::from_secs(1);
/// How often completed uploads are looked through.
const FORGET_EVERY: Duration = Duration::from_secs(3600);
/// How long the answer of a completed upload is remembered.
const REMEMBER: Duration = Duration::from_secs(24 * 3600);
/// Pause after a failure.
const PAUSE: Duration = Duration::from_secs(5);

pub async fn run(s3: S3) {
    if let Err(error) = s3.blobs().recover(|id| is_live(s3.clone(), id)).await {
        tracing::error!(
            code = error.code,
            "bytes left by a crash could not be settled; the next start tries again"
        );
    }
    let mut watch = s3.store().watch(GARBAGE.range(()).start);
    let (mut cursor, mut forget_at) = (None, s3.clock().now());
    loop {
        if s3.clock().now() >= forget_at {
            forget_completed(&s3).await;
            forget_at = s3.clock().now() + FORGET_EVERY;
        }
        let Ok(snapshot) = s3.store().snapshot().await else { return };
        match free_page(&s3, &snapshot, &mut cursor).await {
            Ok(Progress::Some) => {}
            Ok(Progress::None { is_held }) => {
                let released = async {
                    if is_held { s3.readers().released().await } else { std::future::pending().await }
                };
                tokio::select! {
                    changed = watch.changed(snapshot.version()) => if changed.is_err() { return },
                    () = released => cursor = None,
                    () = s3.clock().sleep_until(forget_at) => {}
                }
            }
            Err(error) => {
                tracing::error!(code = error.code, "S3 could not free bytes; it tries again");
                cursor = None;
                s3.clock().sleep(PAUSE).await;
            }
        }
    }
}

async fn is_live(s3: S3, id: BlobId) -> Result<bool, S3Error> {
    let snapshot = s3.store().snapshot().await?;
    Ok(BLOBS.contains(&snapshot, (&id.to_bytes()[..],)).await?)
}

enum Progress {
    Some,
    /// Nothing is left to be freed, or (held) only what is being read.
    None {
        is_held: bool,
    },
}

async fn free_page(s3: &S3, snapshot: &Snapshot, cursor: &mut Option<Cursor>) -> Result<Progress, S3Error> {
    let scan = Scan::forward().after(cursor.clone()).limit(PAGE_ROWS);
    let page = GARBAGE.scan(snapshot, (), scan).await?;
    let Some(((last,), _)) = page.rows.last() else {
        let is_held =
            cursor.is_some() && !GARBAGE.scan(snapshot, (), Scan::forward().limit(1)).await?.rows.is_empty();
        return Ok(Progress::None { is_held });
    };
    *cursor = Some(Cursor::from_bytes(last.to_bytes().to_vec()));
    s3.clock().sleep(GRACE).await;
    for ((stamp,), garbage) in page.rows {
        free(s3, stamp, garbage).await?;
    }
    Ok(Progress::Some)
}

async fn free(s3: &S3, stamp: Versionstamp, garbage: Garbage) -> Result<(), S3Error> {
    let is_held =
        garbage.data.iter().any(|data| matches!(data, Data::Parts(id) if s3.readers().is_read(*id)));
    if is_held {
        return Ok(());
    }
    for data in garbage.data {
        match data {
            Data::Empty => {}
            Data::Inline(id) => delete_rows(s3, &[Data::Inline(id)]).await?,
            Data::Blob(id) => free_parts(s3, vec![Data::Blob(id)]).await?,
            Data::Parts(id) => free_manifest(s3, id).await?,
        }
    }
    let key = GARBAGE.key((stamp,));
    s3.store().commit(store_kv::Batch::new().delete(key)).await?;
    Ok(())
}

/// The blobs of a page of parts, then the page, so that a crash in between goes on where it was.
async fn free_manifest(s3: &S3, id: DataId) -> Result<(), S3Error> {
    loop {
        let snapshot = s3.store().snapshot().await?;
        let page = MANIFEST.scan(&snapshot, (id,), Scan::forward().limit(1)).await?;
        let Some(((_, number), manifest)) = page.rows.into_iter().next() else { return Ok(()) };
        free_parts(s3, manifest.parts.into_iter().map(|part| part.data).collect()).await?;
        s3.store().commit(store_kv::Batch::new().delete(MANIFEST.key((id, number)))).await?;
    }
}

async fn free_parts(s3: &S3, data: Vec<Data>) -> Result<(), S3Error> {
    for data in &data {
        if let Data::Blob(id) = data {
            s3.blobs().delete(*id).await.map_err(blob_error)?;
        }
    }
    delete_rows(s3, &data).await
}

async fn delete_rows(s3: &S3, data: &[Data]) -> Result<(), S3Error> {
    let batch = data.iter().fold(store_kv::Batch::new(), |batch, data| match data {
        Data::Inline(id) => batch.delete(INLINE.key((*id,))),
        Data::Blob(id) => batch.delete(BLOBS.key((&id.to_bytes()[..],))),
        Data::Empty | Data::Parts(_) => batch,
    });
    if !batch.ops().is_empty() {
        s3.store().commit(batch).await?;
    }
    Ok(())
}

/// Answers of uploads completed a day ago are no longer asked for.
async fn forget_completed(s3: &S3) {
    if let Err(error) = forget(s3, s3.clock().now() - REMEMBER).await {
        tracing::error!(
            code = error.code,
            "S3 could not forget completed uploads; it tries again in an hour"
        );
    }
}

async fn forget(s3: &S3, before: Timestamp) -> Result<(), S3Error> {
    loop {
        let snapshot = s3.store().snapshot().await?;
        let page = COMPLETED_BY_TIME.scan(&snapshot, (), Scan::forward()).await?;
        let old: Vec<_> = page.rows.into_iter().filter(|((at, _, _), ())| *at < before).collect();
        if old.is_empty() {
            return Ok(());
        }
        let batch = old.iter().fold(store_kv::Batch::new(), |batch, ((at, bucket, id), ())| {
            batch.delete(COMPLETED.key((*bucket, id))).delete(COMPLETED_BY_TIME.key((*at, *bucket, id)))
        });
        s3.store().commit(batch).await.map_err(|error: CommitError| S3Error::from(error))?;
    }
}
