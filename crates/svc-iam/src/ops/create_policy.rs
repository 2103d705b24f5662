//! CreatePolicy. Makes a managed policy with its first version.

use super::policies;
use crate::Iam;
use crate::error::Fault;
use crate::error::already_exists;
use crate::inputs::check_policy_name;
use crate::inputs::check_tag_count;
use crate::inputs::check_tags;
use crate::inputs::path;
use crate::inputs::tag_rows;
use crate::model::policy_arn;
use crate::shapes;
use crate::shapes::Uses;
use crate::tables::POLICIES;
use crate::tables::PolicyRow;
use crate::tables::VersionRow;
use api_iam::{CreatePolicyInput, CreatePolicyOutput};
use port::Access;
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: CreatePolicyInput,
) -> Result<CreatePolicyOutput, ApiError> {
    check_tags(&tag_rows(input.tags.clone()))?;
    let row = create(iam, cx, input, None).await?;
    let policy = shapes::policy(cx.account(), &row, Uses::default());
    Ok(CreatePolicyOutput { policy: Some(policy) })
}

/// `provisioned_by` names the stack's resource it is made for.
pub(crate) async fn create(
    iam: &Iam,
    cx: &RequestContext,
    input: CreatePolicyInput,
    provisioned_by: Option<String>,
) -> Result<PolicyRow, ApiError> {
    check_policy_name(&input.policy_name)?;
    let path = path(input.path.as_deref())?;
    let arn = policy_arn(cx.account(), &path, &input.policy_name);
    cx.authorize(Access::new("iam:CreatePolicy", &arn)).await?;
    policies::check_document(&input.policy_document)?;
    let tags = tag_rows(input.tags);
    check_tag_count(&tags)?;
    let first = VersionRow { number: 1, document: input.policy_document, created: cx.time() };
    let row = PolicyRow {
        name: input.policy_name,
        path,
        id: format!("ANPA{}", iam.ids().base32(17)),
        created: cx.time(),
        updated: cx.time(),
        description: input.description,
        tags,
        default_version: 1,
        last_version: 1,
        versions: vec![first],
        provisioned_by,
    };
    let (row, account) = (&row, cx.account());
    let work = |tx: Transaction| async move {
        if POLICIES.insert_if_absent(&tx, (account, row.name.as_str()), row).await? {
            return Ok(());
        }
        let message =
            format!("A policy called {} already exists. Duplicate names are not allowed.", row.name);
        Err(Fault::from(already_exists(message)))
    };
    iam.store().transact(work).await?;
    Ok(row.clone())
}
