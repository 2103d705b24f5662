//! Objects for other services: function code, templates.

use port::{BoxFuture, ObjectEntry, ObjectReader, RequestContext};
use wire_codec::{ApiError, Body};

use crate::S3;
use crate::access::Wanted;
use crate::{answer, etag};

impl ObjectReader for S3 {
    fn read<'a>(
        &'a self,
        cx: &'a RequestContext,
        bucket: &'a str,
        key: &'a str,
        version_id: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ObjectEntry, ApiError>> {
        Box::pin(async move {
            let (seen, facts) = self.see_object(cx, Wanted::get(bucket, key, version_id, None)).await?;
            let body = match facts.size_bytes {
                0 => Body::empty(),
                size => self.read_data(&seen.snapshot, &facts, 0..size).await?,
            };
            Ok(ObjectEntry {
                size_bytes: facts.size_bytes,
                etag: etag::quoted(&facts.etag),
                version_id: answer::version_id(&seen.bucket, &seen.version),
                body,
            })
        })
    }
}
