//! DeleteObjects: up to 1,000 deletions, each on its own.

use api_s3::{DeleteObjectsInput, DeleteObjectsOutput};
use api_s3::{DeletedObject, Error, ObjectIdentifier};
use futures_util::future::join_all;
use port::RequestContext;
use wire_codec::ApiError;

use crate::S3;
use crate::delivery::Cause;
use crate::error::S3Error;
use crate::model::Bucket;
use crate::names::check_key;
use crate::objects::{DeleteCondition, Deleted, Deletion};
use crate::ops::delete_object::{authorize, refuse_bypass};

/// Most objects of a request.
const MAX_OBJECTS: usize = 1000;
/// Deletions that run at once, so that they share commits.
const AT_ONCE: usize = 32;

pub async fn run(
    s3: &S3,
    cx: &RequestContext,
    input: DeleteObjectsInput,
) -> Result<DeleteObjectsOutput, ApiError> {
    let bucket = s3.bucket(&input.bucket, input.expected_bucket_owner.as_deref()).await?;
    refuse_bypass(input.bypass_governance_retention)?;
    let objects = &input.delete.objects;
    if objects.is_empty() || objects.len() > MAX_OBJECTS {
        return Err(S3Error::malformed_xml().into());
    }
    let cause = &Cause::of(cx);
    let bucket = &bucket;
    let mut outcomes = Vec::with_capacity(objects.len());
    for some in objects.chunks(AT_ONCE) {
        let deletions = some.iter().map(|object| delete(s3, cx, bucket, cause, object));
        outcomes.extend(some.iter().zip(join_all(deletions).await));
    }
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for (object, outcome) in outcomes {
        match outcome {
            Ok(done) => deleted.push(to_deleted(object, done)),
            Err(error) => errors.push(to_error(object, error)),
        }
    }
    let is_quiet = input.delete.quiet == Some(true);
    Ok(DeleteObjectsOutput {
        deleted: (!is_quiet && !deleted.is_empty()).then_some(deleted),
        errors: (!errors.is_empty()).then_some(errors),
        request_charged: None,
    })
}

async fn delete(
    s3: &S3,
    cx: &RequestContext,
    bucket: &Bucket,
    cause: &Cause,
    object: &ObjectIdentifier,
) -> Result<Deleted, ApiError> {
    let version_id = object.version_id.as_deref().filter(|id| !id.is_empty());
    authorize(cx, bucket, &object.key, version_id).await?;
    check_key(&object.key)?;
    if object.last_modified_time.is_some() || object.size.is_some() {
        return Err(S3Error::not_built("LastModifiedTime and Size of an object to be deleted").into());
    }
    let condition = DeleteCondition { if_match: object.e_tag.clone() };
    let deletion = Deletion { key: &object.key, version_id, condition: &condition, cause };
    Ok(s3.delete_object_row(bucket, &deletion).await?)
}

fn to_deleted(object: &ObjectIdentifier, done: Deleted) -> DeletedObject {
    let asked = object.version_id.clone().filter(|id| !id.is_empty());
    DeletedObject {
        key: Some(object.key.clone()),
        delete_marker: done.is_delete_marker.then_some(true),
        delete_marker_version_id: done.version_id.filter(|_| done.is_delete_marker),
        version_id: asked,
    }
}

fn to_error(object: &ObjectIdentifier, error: ApiError) -> Error {
    Error {
        key: Some(object.key.clone()),
        version_id: object.version_id.clone(),
        code: Some(error.code.into_owned()),
        message: Some(error.message),
    }
}
