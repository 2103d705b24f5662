//! `listing` over the tables: current objects, versions, uploads.

use store_kv::Snapshot;
use store_table::{Cursor, Scan};

use crate::error::S3Error;
use crate::listing::{Lister, Marker, Query, Step};
use crate::model::{BucketId, Upload, Version};
use crate::tables::{From, OBJECTS, UPLOADS, VERSIONS, newest_first};

/// Rows read at a time.
const PAGE_ROWS: usize = 1000;
/// Rows read first after a leap: the next is likely to follow soon.
const LEAP_ROWS: usize = 16;

/// A page of a listing of `T`s by key.
#[derive(Debug)]
pub struct Listed<T> {
    pub rows: Vec<(String, T)>,
    pub common_prefixes: Vec<String>,
    pub is_truncated: bool,
    pub last: Option<Marker>,
}

impl<T> Listed<T> {
    fn new(rows: Vec<(String, T)>, lister: Lister) -> Self {
        let (is_truncated, last) = (lister.is_truncated(), lister.last().cloned());
        Self { rows, common_prefixes: lister.into_common_prefixes(), is_truncated, last }
    }

    /// Keys and common prefixes.
    pub fn count(&self) -> usize {
        self.rows.len() + self.common_prefixes.len()
    }
}

/// Current versions that are objects.
pub async fn objects(
    snapshot: &Snapshot,
    bucket: BucketId,
    query: Query,
) -> Result<Listed<Version>, S3Error> {
    let page_rows = query.max_keys + 1;
    let (mut rows, mut lister) = (Vec::new(), Lister::new(query));
    if lister.wants_nothing() {
        return Ok(Listed::new(rows, lister));
    }
    let mut heads = Heads::new(snapshot, bucket, lister.start(), page_rows);
    while let Some((key, version)) = heads.next().await? {
        if version.is_delete_marker() {
            continue;
        }
        match lister.offer(&key) {
            Step::List => rows.push((key, version)),
            Step::Skip => {}
            Step::Roll => heads.skip_to(lister.resume_at()),
            Step::Full | Step::End => break,
        }
    }
    Ok(Listed::new(rows, lister))
}

/// A version in a listing.
#[derive(Debug)]
pub struct ListedVersion {
    pub version: Version,
    pub is_latest: bool,
}

/// All versions and delete markers, each key's newest first. `behind` is the order behind which to start within the
/// marker's key.
pub async fn versions(
    snapshot: &Snapshot,
    bucket: BucketId,
    query: Query,
    behind: Option<u64>,
) -> Result<Listed<ListedVersion>, S3Error> {
    let within = match &query.after {
        Some(Marker::Within(key)) => Some(key.clone()),
        _ => None,
    };
    let page_rows = query.max_keys + 1;
    let (mut rows, mut lister) = (Vec::new(), Lister::new(query));
    if lister.wants_nothing() {
        return Ok(Listed::new(rows, lister));
    }
    let mut heads = Heads::new(snapshot, bucket, lister.start(), page_rows);
    'keys: while let Some((key, head)) = heads.next().await? {
        let least = behind.filter(|_| within.as_deref() == Some(&key)).unwrap_or(u64::MAX);
        let mut noncurrent = Noncurrent::new(snapshot, bucket, &key);
        let mut next = Some(ListedVersion { version: head, is_latest: true });
        while let Some(version) = next {
            if version.version.order < least {
                match lister.offer(&key) {
                    Step::List => rows.push((key.clone(), version)),
                    Step::Skip => break,
                    Step::Roll => {
                        heads.skip_to(lister.resume_at());
                        break;
                    }
                    Step::Full | Step::End => break 'keys,
                }
            }
            next = noncurrent.next().await?.map(|version| ListedVersion { version, is_latest: false });
        }
    }
    Ok(Listed::new(rows, lister))
}

/// An upload in a listing.
pub type ListedUpload = (String, Upload);

/// Uploads in progress, by key and upload id; those of the marker's key up to `behind` are left out.
pub async fn uploads(
    snapshot: &Snapshot,
    bucket: BucketId,
    query: Query,
    behind: Option<&str>,
) -> Result<Listed<ListedUpload>, S3Error> {
    let within = match &query.after {
        Some(Marker::Within(key)) => Some(key.clone()),
        _ => None,
    };
    let (mut rows, mut lister) = (Vec::new(), Lister::new(query));
    if lister.wants_nothing() {
        return Ok(Listed::new(rows, lister));
    }
    let mut start = lister.start();
    'scan: loop {
        let scan = Scan::forward().limit(PAGE_ROWS);
        let page = UPLOADS.scan_from(snapshot, (bucket,), (bucket, From(&start), ""), scan).await?;
        let last = page.rows.last().map(|((_, key, _), _)| key.clone());
        for ((_, key, upload_id), upload) in page.rows {
            let is_listed =
                within.as_ref() == Some(&key) && behind.is_some_and(|behind| upload_id.as_str() <= behind);
            if is_listed || key.as_bytes() < start.as_slice() {
                continue;
            }
            match lister.offer(&key) {
                Step::List => rows.push((key, (upload_id, upload))),
                Step::Skip => {}
                Step::Roll => start = lister.resume_at(),
                Step::Full | Step::End => break 'scan,
            }
        }
        match (page.next, last) {
            (Some(_), Some(last)) => start = start.max(last.into_bytes()),
            _ => break,
        }
    }
    Ok(Listed::new(rows, lister))
}

/// Heads of a bucket in key order, read in pages, with leaps.
struct Heads<'s> {
    snapshot: &'s Snapshot,
    bucket: BucketId,
    start: Vec<u8>,
    page: std::vec::IntoIter<((BucketId, String), crate::model::Head)>,
    next: Option<Cursor>,
    /// Rows to be read next; more as long as no leap intervenes.
    rows: usize,
    is_begun: bool,
}

impl<'s> Heads<'s> {
    fn new(snapshot: &'s Snapshot, bucket: BucketId, start: Vec<u8>, rows: usize) -> Self {
        let (page, rows) = (Vec::new().into_iter(), rows.clamp(1, PAGE_ROWS));
        Self { snapshot, bucket, start, page, next: None, rows, is_begun: false }
    }

    async fn next(&mut self) -> Result<Option<(String, Version)>, S3Error> {
        loop {
            let least = self.start.as_slice();
            if let Some(((_, key), head)) = self.page.find(|((_, key), _)| key.as_bytes() >= least) {
                return Ok(Some((key, head.current)));
            }
            if self.is_begun && self.next.is_none() {
                return Ok(None);
            }
            self.read().await?;
        }
    }

    /// Reads on at the greater of the cursor and the leap's target.
    async fn read(&mut self) -> Result<(), S3Error> {
        let start = self.start.as_slice();
        let scan = Scan::forward().limit(self.rows);
        self.rows = (self.rows * 4).min(PAGE_ROWS);
        let from = (self.bucket, From(start));
        let page = match self.next.take() {
            Some(cursor) if cursor.as_bytes() >= self.position(start).as_slice() => {
                OBJECTS.scan(self.snapshot, (self.bucket,), scan.after(Some(cursor))).await?
            }
            _ => OBJECTS.scan_from(self.snapshot, (self.bucket,), from, scan).await?,
        };
        self.is_begun = true;
        self.next = page.next;
        self.page = page.rows.into_iter();
        Ok(())
    }

    /// `start` as a cursor has it.
    fn position(&self, start: &[u8]) -> Vec<u8> {
        let key = OBJECTS.key((self.bucket, From(start)));
        key.get(size_of::<store_table::TableId>()..).unwrap_or_default().to_vec()
    }

    fn skip_to(&mut self, start: Vec<u8>) {
        self.start = start;
        self.rows = LEAP_ROWS;
    }
}

/// A key's noncurrent versions, newest first.
struct Noncurrent<'s> {
    snapshot: &'s Snapshot,
    bucket: BucketId,
    key: &'s str,
    page: std::vec::IntoIter<Version>,
    next: Option<Cursor>,
    is_begun: bool,
}

impl<'s> Noncurrent<'s> {
    fn new(snapshot: &'s Snapshot, bucket: BucketId, key: &'s str) -> Self {
        Self { snapshot, bucket, key, page: Vec::new().into_iter(), next: None, is_begun: false }
    }

    async fn next(&mut self) -> Result<Option<Version>, S3Error> {
        loop {
            if let Some(version) = self.page.next() {
                return Ok(Some(version));
            }
            if self.is_begun && self.next.is_none() {
                return Ok(None);
            }
            let scan = Scan::forward().after(self.next.take()).limit(PAGE_ROWS);
            let page = VERSIONS.scan(self.snapshot, (self.bucket, self.key), scan).await?;
            self.is_begun = true;
            self.next = page.next;
            self.page = page.rows.into_iter().map(|(_, version)| version).collect::<Vec<_>>().into_iter();
        }
    }
}

/// The order that a version-id marker names within its key; none where there is no such version any more.
pub async fn order_of_marker(
    snapshot: &Snapshot,
    bucket: BucketId,
    key: &str,
    version_id: &str,
) -> Result<Option<u64>, S3Error> {
    if version_id != "null" {
        let order = crate::versions::order_of(version_id);
        return order.map(Some).ok_or_else(|| {
            S3Error::invalid_argument("version-id-marker", version_id, "Invalid version id specified")
        });
    }
    let Some(head) = OBJECTS.get(snapshot, (bucket, key)).await? else { return Ok(None) };
    if head.current.is_null() {
        return Ok(Some(head.current.order));
    }
    match head.null_order {
        Some(order) if VERSIONS.contains(snapshot, (bucket, key, newest_first(order))).await? => {
            Ok(Some(order))
        }
        _ => Ok(None),
    }
}
