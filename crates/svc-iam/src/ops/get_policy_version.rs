//! GetPolicyVersion. A version of a managed policy, with its document.

use super::policies;
use crate::Iam;
use crate::managed;
use crate::shapes;
use api_iam::{GetPolicyVersionInput, GetPolicyVersionOutput, PolicyVersion};
use port::Access;
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: GetPolicyVersionInput,
) -> Result<GetPolicyVersionOutput, ApiError> {
    let arn = input.policy_arn.as_str();
    cx.authorize(Access::new("iam:GetPolicyVersion", arn)).await?;
    let version = match managed::find(arn) {
        Some(managed) if managed.version == input.version_id => PolicyVersion {
            document: Some(shapes::encoded(&managed.document)),
            version_id: Some(managed.version.clone()),
            is_default_version: Some(true),
            create_date: Some(managed.updated),
        },
        Some(_) => return Err(policies::no_such_version(arn, &input.version_id)),
        None => {
            let policy = policies::parse(cx, arn)?;
            let row = policies::row(iam, &policy).await?;
            let version = policies::version(&row, &policy, &input.version_id)?;
            shapes::version(&row, version)
        }
    };
    Ok(GetPolicyVersionOutput { policy_version: Some(version) })
}
