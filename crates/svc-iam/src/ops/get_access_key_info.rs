//! GetAccessKeyInfo. The account of an access key.

use crate::Iam;
use crate::error::Fault;
use crate::error::validation;
use api_sts::{GetAccessKeyInfoInput, GetAccessKeyInfoOutput};
use port::Access;
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: GetAccessKeyInfoInput,
) -> Result<GetAccessKeyInfoOutput, ApiError> {
    cx.authorize(Access::new("sts:GetAccessKeyInfo", "*")).await?;
    let key = iam.identities().access_key(&input.access_key_id).await.map_err(Fault::from)?;
    let account = key.and_then(|key| key.principal.account().map(str::to_owned));
    match account {
        Some(account) => Ok(GetAccessKeyInfoOutput { account: Some(account) }),
        None => Err(validation(format!("The access key {} is not known.", input.access_key_id))),
    }
}
