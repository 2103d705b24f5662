//! Reading objects (function code, templates) from S3 inside the platform.

use wire_codec::{ApiError, Body};

use crate::{BoxFuture, RequestContext};

pub struct ObjectEntry {
    pub size_bytes: u64,
    pub etag: String,
    pub version_id: Option<String>,
    pub body: Body,
}

/// Implemented by S3. Authorizes `s3:GetObject` for the context's principal.
pub trait ObjectReader: Send + Sync {
    fn read<'a>(
        &'a self,
        cx: &'a RequestContext,
        bucket: &'a str,
        key: &'a str,
        version_id: Option<&'a str>,
    ) -> BoxFuture<'a, Result<ObjectEntry, ApiError>>;
}
