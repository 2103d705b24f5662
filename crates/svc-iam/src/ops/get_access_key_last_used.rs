//! GetAccessKeyLastUsed. Refused: the last use of a key is not recorded.

use crate::Iam;
use api_iam::{GetAccessKeyLastUsedInput, GetAccessKeyLastUsedOutput};
use port::Access;
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    _iam: &Iam,
    cx: &RequestContext,
    _input: GetAccessKeyLastUsedInput,
) -> Result<GetAccessKeyLastUsedOutput, ApiError> {
    cx.authorize(Access::new("iam:GetAccessKeyLastUsed", "*")).await?;
    Err(ApiError::not_implemented("iam:GetAccessKeyLastUsed"))
}
