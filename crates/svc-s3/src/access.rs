//! Finding a bucket or an object and deciding whether the caller may do what is asked (S3 User Guide, "How Amazon S3
//! authorizes a request"). Every operation comes through here.

use port::{Access, Principal, RequestContext};
use store_kv::Snapshot;
use wire_codec::ApiError;

use crate::S3;
use crate::error::S3Error;
use crate::model::{Bucket, ObjectFacts, Version};
use crate::names::{bucket_arn, object_arn};
use crate::tables::BUCKETS;
use crate::{objects, policy};

/// Condition keys and their values.
pub type Keys<'a> = Vec<(&'a str, String)>;

impl S3 {
    /// The bucket, if it is there and belongs to whom the caller expects (`x-amz-expected-bucket-owner`).
    pub(crate) async fn bucket(&self, name: &str, expected_owner: Option<&str>) -> Result<Bucket, S3Error> {
        let snapshot = self.store().snapshot().await?;
        self.bucket_at(&snapshot, name, expected_owner).await
    }

    pub(crate) async fn bucket_at(
        &self,
        snapshot: &Snapshot,
        name: &str,
        expected_owner: Option<&str>,
    ) -> Result<Bucket, S3Error> {
        let bucket = BUCKETS.get(snapshot, (name,)).await?.ok_or_else(|| S3Error::no_such_bucket(name))?;
        match expected_owner {
            Some(owner) if owner != bucket.owner => Err(S3Error::access_denied()),
            _ => Ok(bucket),
        }
    }

    /// The bucket, if the caller may do `action` on it.
    pub(crate) async fn allowed_bucket(
        &self,
        cx: &RequestContext,
        name: &str,
        expected_owner: Option<&str>,
        action: &str,
    ) -> Result<Bucket, ApiError> {
        let bucket = self.bucket(name, expected_owner).await?;
        on_bucket(cx, &bucket, action, Vec::new()).await?;
        Ok(bucket)
    }
}

/// Decides an action on the bucket itself.
pub async fn on_bucket(
    cx: &RequestContext,
    bucket: &Bucket,
    action: &str,
    keys: Keys<'_>,
) -> Result<(), ApiError> {
    decide(cx, bucket, action, &bucket_arn(&bucket.name), keys).await
}

/// Decides an action on an object.
pub async fn on_object(
    cx: &RequestContext,
    bucket: &Bucket,
    key: &str,
    action: &str,
    keys: Keys<'_>,
) -> Result<(), ApiError> {
    decide(cx, bucket, action, &object_arn(&bucket.name, key), keys).await
}

async fn decide(
    cx: &RequestContext,
    bucket: &Bucket,
    action: &str,
    arn: &str,
    keys: Keys<'_>,
) -> Result<(), ApiError> {
    let access = Access {
        keys,
        ..Access::new(action, arn).owned_by(&bucket.owner).with_policy(policy_for(cx, bucket))
    };
    Ok(cx.authorize(access).await?)
}

/// The bucket's policy as far as it counts for this caller: `RestrictPublicBuckets` shuts everyone out of a bucket with a
/// public policy but its own account and services.
fn policy_for<'b>(cx: &RequestContext, bucket: &'b Bucket) -> Option<&'b str> {
    let text = bucket.policy.as_deref()?;
    let is_restricted = bucket.public_access_block.is_some_and(|block| block.restrict_public_buckets);
    let is_own = match cx.principal() {
        Principal::Service { .. } => true,
        principal => principal.account() == Some(&bucket.owner),
    };
    (is_own || !is_restricted || !policy::is_public(text)).then_some(text)
}

/// A version that the caller may see.
pub struct Seen {
    pub bucket: Bucket,
    pub version: Version,
    pub snapshot: Snapshot,
}

/// Which version of an object, for which action.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    pub bucket: &'a str,
    pub key: &'a str,
    pub version_id: Option<&'a str>,
    pub expected_owner: Option<&'a str>,
    /// For the current version, and for one named by its id.
    pub action: &'a str,
    pub version_action: &'a str,
    /// The HTTP method, for `MethodNotAllowed`.
    pub method: &'a str,
}

impl<'a> Wanted<'a> {
    pub fn get(
        bucket: &'a str,
        key: &'a str,
        version_id: Option<&'a str>,
        expected_owner: Option<&'a str>,
    ) -> Self {
        let (action, version_action) = ("s3:GetObject", "s3:GetObjectVersion");
        Self { bucket, key, version_id, expected_owner, action, version_action, method: "GET" }
    }
}

impl S3 {
    /// Finds the version and decides. A caller who may not list the bucket is not told that a key is missing.
    pub(crate) async fn see(&self, cx: &RequestContext, wanted: Wanted<'_>) -> Result<Seen, ApiError> {
        let snapshot = self.store().snapshot().await.map_err(S3Error::from)?;
        let bucket = self.bucket_at(&snapshot, wanted.bucket, wanted.expected_owner).await?;
        let found = objects::find(&snapshot, bucket.id, wanted.key, wanted.version_id).await;
        let action = if wanted.version_id.is_some() { wanted.version_action } else { wanted.action };
        let facts = found.as_ref().ok().and_then(|version| version.object.as_ref());
        on_object(cx, &bucket, wanted.key, action, existing_tags(facts, wanted.version_id).borrow()).await?;
        match found {
            Ok(version) => Ok(Seen { bucket, version, snapshot }),
            Err(error) if error.status == 404 => {
                on_bucket(cx, &bucket, "s3:ListBucket", Vec::new()).await?;
                Err(error.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// `see`, refusing delete markers.
    pub(crate) async fn see_object(
        &self,
        cx: &RequestContext,
        wanted: Wanted<'_>,
    ) -> Result<(Seen, ObjectFacts), ApiError> {
        let mut seen = self.see(cx, wanted).await?;
        match seen.version.object.take() {
            Some(facts) => Ok((seen, facts)),
            None => {
                if wanted.version_id.is_none() {
                    on_bucket(cx, &seen.bucket, "s3:ListBucket", Vec::new()).await?;
                }
                Err(marker_error(&seen.version, wanted).into())
            }
        }
    }
}

fn marker_error(marker: &Version, wanted: Wanted<'_>) -> S3Error {
    let error = match wanted.version_id {
        None => S3Error::no_such_key(wanted.key),
        Some(_) => S3Error::method_not_allowed(wanted.method)
            .with_header("allow", "DELETE")
            .with_header("last-modified", marker.modified.to_http_date()),
    };
    error.with_header("x-amz-delete-marker", "true").with_header("x-amz-version-id", marker.id_text())
}

/// Condition keys with names made at run time.
#[derive(Default)]
pub struct OwnedKeys(Vec<(String, String)>);

impl OwnedKeys {
    pub fn add(&mut self, name: impl Into<String>, value: impl Into<String>) {
        self.0.push((name.into(), value.into()));
    }

    pub fn borrow(&self) -> Keys<'_> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.clone())).collect()
    }
}

fn existing_tags(facts: Option<&ObjectFacts>, version_id: Option<&str>) -> OwnedKeys {
    let mut keys = OwnedKeys::default();
    for tag in facts.map(|facts| facts.description.tags.as_slice()).unwrap_or_default() {
        keys.add(format!("s3:ExistingObjectTag/{}", tag.key), &tag.value);
    }
    if let Some(version_id) = version_id {
        keys.add("s3:VersionId", version_id);
    }
    keys
}
