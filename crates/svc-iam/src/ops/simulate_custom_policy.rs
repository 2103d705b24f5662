//! SimulateCustomPolicy. Refused: it is not built yet.

use crate::Iam;
use api_iam::{SimulateCustomPolicyInput, SimulateCustomPolicyOutput};
use port::Access;
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    _iam: &Iam,
    cx: &RequestContext,
    _input: SimulateCustomPolicyInput,
) -> Result<SimulateCustomPolicyOutput, ApiError> {
    cx.authorize(Access::new("iam:SimulateCustomPolicy", "*")).await?;
    Err(ApiError::not_implemented("iam:SimulateCustomPolicy"))
}
