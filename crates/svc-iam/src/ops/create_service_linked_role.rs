//! CreateServiceLinkedRole. Refused: services here act for themselves and need no linked roles.

use crate::Iam;
use api_iam::{CreateServiceLinkedRoleInput, CreateServiceLinkedRoleOutput};
use port::Access;
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    _iam: &Iam,
    cx: &RequestContext,
    _input: CreateServiceLinkedRoleInput,
) -> Result<CreateServiceLinkedRoleOutput, ApiError> {
    cx.authorize(Access::new("iam:CreateServiceLinkedRole", "*")).await?;
    Err(ApiError::not_implemented("iam:CreateServiceLinkedRole"))
}
