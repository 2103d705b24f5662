//! DeleteLayerVersion: functions that use it keep it; its package goes with the last of them.

use api_lambda::types::{DeleteLayerVersionInput, DeleteLayerVersionOutput};
use port::{Access, RequestContext};
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::Lambda;
use crate::error::Failure;
use crate::layers::LayerRef;
use crate::tables::LAYERS;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: DeleteLayerVersionInput,
) -> Result<DeleteLayerVersionOutput, ApiError> {
    let layer = LayerRef::parse(cx, &input.layer_name)?;
    let number = u64::try_from(input.version_number).unwrap_or(0);
    cx.authorize(Access::new("lambda:DeleteLayerVersion", &layer.version_arn(number))).await?;
    let (account, region, name) = layer.key();
    let key = &(account, region, name, number);
    let work = |tx: Transaction| async move {
        LAYERS.delete(&tx, key);
        Ok::<_, Failure>(())
    };
    lambda.0.store.transact(work).await?;
    lambda.sweep_code().await;
    Ok(DeleteLayerVersionOutput::default())
}
