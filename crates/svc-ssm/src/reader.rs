//! Parameters read by other parts of the platform (CloudFormation's parameter types and dynamic references).

use port::{BoxFuture, ParameterReader, ParameterValue, RequestContext};
use wire_codec::ApiError;

use crate::Ssm;
use crate::error::storage;
use crate::find::Reference;

impl ParameterReader for Ssm {
    fn read<'a>(
        &'a self,
        cx: &'a RequestContext,
        name: &'a str,
    ) -> BoxFuture<'a, Result<ParameterValue, ApiError>> {
        Box::pin(async move {
            let reference = Reference::parse(cx, name)?;
            reference.authorize(cx, "GetParameters").await?;
            let snapshot = self.0.store.snapshot().await.map_err(|e| storage(&e))?;
            let revision = reference.find(&snapshot).await?.revision;
            Ok(ParameterValue {
                parameter_type: revision.parameter_type.as_str().to_owned(),
                version: revision.number(),
                value: revision.value,
            })
        })
    }
}
