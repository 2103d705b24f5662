//! ListBuckets: the caller's account's buckets, by name.

use api_s3::Bucket;
use api_s3::{ListBucketsInput, ListBucketsOutput};
use port::Access;
use port::RequestContext;
use store_kv::Snapshot;
use store_table::{Scan, StartsWith};
use wire_codec::ApiError;

use crate::S3;
use crate::answer::owner;
use crate::error::S3Error;
use crate::listing::Marker;
use crate::model;
use crate::names::bucket_arn;
use crate::tables::{BUCKETS, BUCKETS_BY_OWNER};

/// Most buckets of a page.
const MAX_BUCKETS: i32 = 10_000;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: ListBucketsInput,
) -> Result<ListBucketsOutput, ApiError> {
    cx.authorize(Access::new("s3:ListAllMyBuckets", "arn:aws:s3:::*").owned_by(cx.account())).await?;
    let most = page_size(input.max_buckets)?;
    let after = input.continuation_token.as_deref().map(Marker::from_token).transpose()?;
    let prefix = input.prefix.clone().unwrap_or_default();
    let snapshot = s3.store().snapshot().await.map_err(S3Error::from)?;
    let mut buckets = Vec::new();
    let mut continuation_token = None;
    for name in names(&snapshot, cx.account(), &prefix).await? {
        if after.as_ref().is_some_and(|after| name.as_str() <= after.text()) {
            continue;
        }
        let Some(bucket) = BUCKETS.get(&snapshot, (&name,)).await.map_err(S3Error::from)? else { continue };
        if input.bucket_region.as_ref().is_some_and(|region| *region != bucket.region) {
            continue;
        }
        if buckets.len() == most {
            continuation_token = buckets.last().map(|last: &Bucket| token(last));
            break;
        }
        buckets.push(to_api(bucket));
    }
    Ok(ListBucketsOutput {
        buckets: Some(buckets),
        owner: Some(owner(cx.account())),
        continuation_token,
        prefix: input.prefix,
    })
}

fn page_size(asked: Option<i32>) -> Result<usize, S3Error> {
    let asked = asked.unwrap_or(MAX_BUCKETS);
    if !(1..=MAX_BUCKETS).contains(&asked) {
        let text = "Argument max-buckets must be an integer between 1 and 10000";
        return Err(S3Error::invalid_argument("max-buckets", &asked.to_string(), text));
    }
    Ok(usize::try_from(asked).unwrap_or(1))
}

async fn names(snapshot: &Snapshot, account: &str, prefix: &str) -> Result<Vec<String>, S3Error> {
    let (mut names, mut next) = (Vec::new(), None);
    loop {
        let scan = Scan::forward().after(next);
        let page = BUCKETS_BY_OWNER.scan(snapshot, (account, StartsWith(prefix)), scan).await?;
        names.extend(page.rows.into_iter().map(|((_, name), ())| name));
        next = page.next;
        if next.is_none() {
            return Ok(names);
        }
    }
}

fn token(last: &Bucket) -> String {
    Marker::Key(last.name.clone().unwrap_or_default()).to_token()
}

fn to_api(bucket: model::Bucket) -> Bucket {
    Bucket {
        bucket_arn: Some(bucket_arn(&bucket.name)),
        name: Some(bucket.name),
        creation_date: Some(bucket.created),
        bucket_region: Some(bucket.region),
    }
}
