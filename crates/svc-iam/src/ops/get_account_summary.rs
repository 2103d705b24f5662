//! GetAccountSummary. How much of IAM the account uses.

use super::rows;
use crate::Iam;
use api_iam::{GetAccountSummaryInput, GetAccountSummaryOutput};
use port::Access;
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    _input: GetAccountSummaryInput,
) -> Result<GetAccountSummaryOutput, ApiError> {
    cx.authorize(Access::new("iam:GetAccountSummary", "*")).await?;
    let counts = rows::counts(iam, cx).await?;
    let summary = [
        ("Users", counts.users),
        ("UsersQuota", 5000),
        ("Groups", counts.groups),
        ("GroupsQuota", 300),
        ("Roles", counts.roles),
        ("RolesQuota", 1000),
        ("Policies", counts.policies),
        ("PoliciesQuota", 1500),
        ("AccessKeysPerUserQuota", 2),
        ("GroupsPerUserQuota", 10),
        ("AttachedPoliciesPerUserQuota", 10),
        ("AttachedPoliciesPerGroupQuota", 10),
        ("AttachedPoliciesPerRoleQuota", 10),
        ("VersionsPerPolicyQuota", 5),
        ("PolicySizeQuota", 6144),
        ("UserPolicySizeQuota", 2048),
        ("GroupPolicySizeQuota", 5120),
        ("RolePolicySizeQuota", 10240),
        ("AssumeRolePolicySizeQuota", 2048),
        ("AccountAccessKeysPresent", 1),
        ("AccountMFAEnabled", 0),
        ("InstanceProfiles", 0),
        ("ServerCertificates", 0),
        ("Providers", 0),
    ];
    let summary_map = summary.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
    Ok(GetAccountSummaryOutput { summary_map: Some(summary_map) })
}
