//! CreatePolicyVersion. Adds a version to a managed policy.

use super::policies;
use crate::Iam;
use crate::error::limit_exceeded;
use crate::shapes;
use crate::tables::VersionRow;
use api_iam::{CreatePolicyVersionInput, CreatePolicyVersionOutput};
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: CreatePolicyVersionInput,
) -> Result<CreatePolicyVersionOutput, ApiError> {
    let policy = policies::own(iam, cx, "iam:CreatePolicyVersion", &input.policy_arn).await?;
    policies::check_document(&input.policy_document)?;
    let row = policies::edit(iam, &policy, |row| {
        if row.versions.len() >= MAX_VERSIONS {
            return Err(limit_exceeded(
                "A managed policy can have up to 5 versions. Before you create a new version, you must delete an \
                 existing version.",
            ));
        }
        row.last_version += 1;
        let document = input.policy_document.clone();
        row.versions.push(VersionRow { number: row.last_version, document, created: cx.time() });
        if input.set_as_default == Some(true) {
            row.default_version = row.last_version;
        }
        row.updated = cx.time();
        Ok(())
    })
    .await?;
    let newest = row.versions.last().map(|version| shapes::listed_version(&row, version));
    Ok(CreatePolicyVersionOutput { policy_version: newest })
}

const MAX_VERSIONS: usize = 5;
