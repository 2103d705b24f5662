//! ListPolicyVersions. The versions of a managed policy, newest first.

use super::policies;
use crate::Iam;
use crate::inputs::page_of;
use crate::managed;
use crate::shapes;
use api_iam::{ListPolicyVersionsInput, ListPolicyVersionsOutput, PolicyVersion};
use port::Access;
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: ListPolicyVersionsInput,
) -> Result<ListPolicyVersionsOutput, ApiError> {
    let arn = input.policy_arn.as_str();
    cx.authorize(Access::new("iam:ListPolicyVersions", arn)).await?;
    let versions = match managed::find(arn) {
        Some(managed) => vec![PolicyVersion {
            document: None,
            version_id: Some(managed.version.clone()),
            is_default_version: Some(true),
            create_date: Some(managed.updated),
        }],
        None => {
            let row = policies::row(iam, &policies::parse(cx, arn)?).await?;
            row.versions.iter().rev().map(|version| shapes::listed_version(&row, version)).collect()
        }
    };
    let (versions, marker) = page_of(versions, input.marker.as_deref(), input.max_items)?;
    Ok(ListPolicyVersionsOutput { versions: Some(versions), is_truncated: Some(marker.is_some()), marker })
}
