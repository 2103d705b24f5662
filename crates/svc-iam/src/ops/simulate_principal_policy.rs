//! SimulatePrincipalPolicy. Refused: it is not built yet.

use crate::Iam;
use api_iam::{SimulatePrincipalPolicyInput, SimulatePrincipalPolicyOutput};
use port::Access;
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    _iam: &Iam,
    cx: &RequestContext,
    _input: SimulatePrincipalPolicyInput,
) -> Result<SimulatePrincipalPolicyOutput, ApiError> {
    cx.authorize(Access::new("iam:SimulatePrincipalPolicy", "*")).await?;
    Err(ApiError::not_implemented("iam:SimulatePrincipalPolicy"))
}
