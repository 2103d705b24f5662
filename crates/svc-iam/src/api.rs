//! The generated traits, one line an operation, and the two services as the server holds them.

use http::Response;
use port::{ApiService, BoxFuture, RequestContext};
use wire_codec::{ApiError, Body, Call, ServiceDesc};

use crate::{Iam, ops};

impl api_iam::Iam for Iam {
    type Context = RequestContext;

    async fn add_user_to_group(
        &self,
        cx: &RequestContext,
        input: api_iam::AddUserToGroupInput,
    ) -> Result<api_iam::AddUserToGroupOutput, ApiError> {
        ops::add_user_to_group::run(self, cx, input).await
    }

    async fn attach_group_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::AttachGroupPolicyInput,
    ) -> Result<api_iam::AttachGroupPolicyOutput, ApiError> {
        ops::attach_group_policy::run(self, cx, input).await
    }

    async fn attach_role_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::AttachRolePolicyInput,
    ) -> Result<api_iam::AttachRolePolicyOutput, ApiError> {
        ops::attach_role_policy::run(self, cx, input).await
    }

    async fn attach_user_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::AttachUserPolicyInput,
    ) -> Result<api_iam::AttachUserPolicyOutput, ApiError> {
        ops::attach_user_policy::run(self, cx, input).await
    }

    async fn create_access_key(
        &self,
        cx: &RequestContext,
        input: api_iam::CreateAccessKeyInput,
    ) -> Result<api_iam::CreateAccessKeyOutput, ApiError> {
        ops::create_access_key::run(self, cx, input).await
    }

    async fn create_group(
        &self,
        cx: &RequestContext,
        input: api_iam::CreateGroupInput,
    ) -> Result<api_iam::CreateGroupOutput, ApiError> {
        ops::create_group::run(self, cx, input).await
    }

    async fn create_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::CreatePolicyInput,
    ) -> Result<api_iam::CreatePolicyOutput, ApiError> {
        ops::create_policy::run(self, cx, input).await
    }

    async fn create_policy_version(
        &self,
        cx: &RequestContext,
        input: api_iam::CreatePolicyVersionInput,
    ) -> Result<api_iam::CreatePolicyVersionOutput, ApiError> {
        ops::create_policy_version::run(self, cx, input).await
    }

    async fn create_role(
        &self,
        cx: &RequestContext,
        input: api_iam::CreateRoleInput,
    ) -> Result<api_iam::CreateRoleOutput, ApiError> {
        ops::create_role::run(self, cx, input).await
    }

    async fn create_service_linked_role(
        &self,
        cx: &RequestContext,
        input: api_iam::CreateServiceLinkedRoleInput,
    ) -> Result<api_iam::CreateServiceLinkedRoleOutput, ApiError> {
        ops::create_service_linked_role::run(self, cx, input).await
    }

    async fn create_user(
        &self,
        cx: &RequestContext,
        input: api_iam::CreateUserInput,
    ) -> Result<api_iam::CreateUserOutput, ApiError> {
        ops::create_user::run(self, cx, input).await
    }

    async fn delete_access_key(
        &self,
        cx: &RequestContext,
        input: api_iam::DeleteAccessKeyInput,
    ) -> Result<api_iam::DeleteAccessKeyOutput, ApiError> {
        ops::delete_access_key::run(self, cx, input).await
    }

    async fn delete_group(
        &self,
        cx: &RequestContext,
        input: api_iam::DeleteGroupInput,
    ) -> Result<api_iam::DeleteGroupOutput, ApiError> {
        ops::delete_group::run(self, cx, input).await
    }

    async fn delete_group_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::DeleteGroupPolicyInput,
    ) -> Result<api_iam::DeleteGroupPolicyOutput, ApiError> {
        ops::delete_group_policy::run(self, cx, input).await
    }

    async fn delete_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::DeletePolicyInput,
    ) -> Result<api_iam::DeletePolicyOutput, ApiError> {
        ops::delete_policy::run(self, cx, input).await
    }

    async fn delete_policy_version(
        &self,
        cx: &RequestContext,
        input: api_iam::DeletePolicyVersionInput,
    ) -> Result<api_iam::DeletePolicyVersionOutput, ApiError> {
        ops::delete_policy_version::run(self, cx, input).await
    }

    async fn delete_role(
        &self,
        cx: &RequestContext,
        input: api_iam::DeleteRoleInput,
    ) -> Result<api_iam::DeleteRoleOutput, ApiError> {
        ops::delete_role::run(self, cx, input).await
    }

    async fn delete_role_permissions_boundary(
        &self,
        cx: &RequestContext,
        input: api_iam::DeleteRolePermissionsBoundaryInput,
    ) -> Result<api_iam::DeleteRolePermissionsBoundaryOutput, ApiError> {
        ops::delete_role_permissions_boundary::run(self, cx, input).await
    }

    async fn delete_role_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::DeleteRolePolicyInput,
    ) -> Result<api_iam::DeleteRolePolicyOutput, ApiError> {
        ops::delete_role_policy::run(self, cx, input).await
    }

    async fn delete_user(
        &self,
        cx: &RequestContext,
        input: api_iam::DeleteUserInput,
    ) -> Result<api_iam::DeleteUserOutput, ApiError> {
        ops::delete_user::run(self, cx, input).await
    }

    async fn delete_user_permissions_boundary(
        &self,
        cx: &RequestContext,
        input: api_iam::DeleteUserPermissionsBoundaryInput,
    ) -> Result<api_iam::DeleteUserPermissionsBoundaryOutput, ApiError> {
        ops::delete_user_permissions_boundary::run(self, cx, input).await
    }

    async fn delete_user_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::DeleteUserPolicyInput,
    ) -> Result<api_iam::DeleteUserPolicyOutput, ApiError> {
        ops::delete_user_policy::run(self, cx, input).await
    }

    async fn detach_group_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::DetachGroupPolicyInput,
    ) -> Result<api_iam::DetachGroupPolicyOutput, ApiError> {
        ops::detach_group_policy::run(self, cx, input).await
    }

    async fn detach_role_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::DetachRolePolicyInput,
    ) -> Result<api_iam::DetachRolePolicyOutput, ApiError> {
        ops::detach_role_policy::run(self, cx, input).await
    }

    async fn detach_user_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::DetachUserPolicyInput,
    ) -> Result<api_iam::DetachUserPolicyOutput, ApiError> {
        ops::detach_user_policy::run(self, cx, input).await
    }

    async fn get_access_key_last_used(
        &self,
        cx: &RequestContext,
        input: api_iam::GetAccessKeyLastUsedInput,
    ) -> Result<api_iam::GetAccessKeyLastUsedOutput, ApiError> {
        ops::get_access_key_last_used::run(self, cx, input).await
    }

    async fn get_account_summary(
        &self,
        cx: &RequestContext,
        input: api_iam::GetAccountSummaryInput,
    ) -> Result<api_iam::GetAccountSummaryOutput, ApiError> {
        ops::get_account_summary::run(self, cx, input).await
    }

    async fn get_group(
        &self,
        cx: &RequestContext,
        input: api_iam::GetGroupInput,
    ) -> Result<api_iam::GetGroupOutput, ApiError> {
        ops::get_group::run(self, cx, input).await
    }

    async fn get_group_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::GetGroupPolicyInput,
    ) -> Result<api_iam::GetGroupPolicyOutput, ApiError> {
        ops::get_group_policy::run(self, cx, input).await
    }

    async fn get_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::GetPolicyInput,
    ) -> Result<api_iam::GetPolicyOutput, ApiError> {
        ops::get_policy::run(self, cx, input).await
    }

    async fn get_policy_version(
        &self,
        cx: &RequestContext,
        input: api_iam::GetPolicyVersionInput,
    ) -> Result<api_iam::GetPolicyVersionOutput, ApiError> {
        ops::get_policy_version::run(self, cx, input).await
    }

    async fn get_role(
        &self,
        cx: &RequestContext,
        input: api_iam::GetRoleInput,
    ) -> Result<api_iam::GetRoleOutput, ApiError> {
        ops::get_role::run(self, cx, input).await
    }

    async fn get_role_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::GetRolePolicyInput,
    ) -> Result<api_iam::GetRolePolicyOutput, ApiError> {
        ops::get_role_policy::run(self, cx, input).await
    }

    async fn get_user(
        &self,
        cx: &RequestContext,
        input: api_iam::GetUserInput,
    ) -> Result<api_iam::GetUserOutput, ApiError> {
        ops::get_user::run(self, cx, input).await
    }

    async fn get_user_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::GetUserPolicyInput,
    ) -> Result<api_iam::GetUserPolicyOutput, ApiError> {
        ops::get_user_policy::run(self, cx, input).await
    }

    async fn list_access_keys(
        &self,
        cx: &RequestContext,
        input: api_iam::ListAccessKeysInput,
    ) -> Result<api_iam::ListAccessKeysOutput, ApiError> {
        ops::list_access_keys::run(self, cx, input).await
    }

    async fn list_account_aliases(
        &self,
        cx: &RequestContext,
        input: api_iam::ListAccountAliasesInput,
    ) -> Result<api_iam::ListAccountAliasesOutput, ApiError> {
        ops::list_account_aliases::run(self, cx, input).await
    }

    async fn list_attached_group_policies(
        &self,
        cx: &RequestContext,
        input: api_iam::ListAttachedGroupPoliciesInput,
    ) -> Result<api_iam::ListAttachedGroupPoliciesOutput, ApiError> {
        ops::list_attached_group_policies::run(self, cx, input).await
    }

    async fn list_attached_role_policies(
        &self,
        cx: &RequestContext,
        input: api_iam::ListAttachedRolePoliciesInput,
    ) -> Result<api_iam::ListAttachedRolePoliciesOutput, ApiError> {
        ops::list_attached_role_policies::run(self, cx, input).await
    }

    async fn list_attached_user_policies(
        &self,
        cx: &RequestContext,
        input: api_iam::ListAttachedUserPoliciesInput,
    ) -> Result<api_iam::ListAttachedUserPoliciesOutput, ApiError> {
        ops::list_attached_user_policies::run(self, cx, input).await
    }

    async fn list_entities_for_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::ListEntitiesForPolicyInput,
    ) -> Result<api_iam::ListEntitiesForPolicyOutput, ApiError> {
        ops::list_entities_for_policy::run(self, cx, input).await
    }

    async fn list_group_policies(
        &self,
        cx: &RequestContext,
        input: api_iam::ListGroupPoliciesInput,
    ) -> Result<api_iam::ListGroupPoliciesOutput, ApiError> {
        ops::list_group_policies::run(self, cx, input).await
    }

    async fn list_groups(
        &self,
        cx: &RequestContext,
        input: api_iam::ListGroupsInput,
    ) -> Result<api_iam::ListGroupsOutput, ApiError> {
        ops::list_groups::run(self, cx, input).await
    }

    async fn list_groups_for_user(
        &self,
        cx: &RequestContext,
        input: api_iam::ListGroupsForUserInput,
    ) -> Result<api_iam::ListGroupsForUserOutput, ApiError> {
        ops::list_groups_for_user::run(self, cx, input).await
    }

    async fn list_instance_profiles_for_role(
        &self,
        cx: &RequestContext,
        input: api_iam::ListInstanceProfilesForRoleInput,
    ) -> Result<api_iam::ListInstanceProfilesForRoleOutput, ApiError> {
        ops::list_instance_profiles_for_role::run(self, cx, input).await
    }

    async fn list_policies(
        &self,
        cx: &RequestContext,
        input: api_iam::ListPoliciesInput,
    ) -> Result<api_iam::ListPoliciesOutput, ApiError> {
        ops::list_policies::run(self, cx, input).await
    }

    async fn list_policy_tags(
        &self,
        cx: &RequestContext,
        input: api_iam::ListPolicyTagsInput,
    ) -> Result<api_iam::ListPolicyTagsOutput, ApiError> {
        ops::list_policy_tags::run(self, cx, input).await
    }

    async fn list_policy_versions(
        &self,
        cx: &RequestContext,
        input: api_iam::ListPolicyVersionsInput,
    ) -> Result<api_iam::ListPolicyVersionsOutput, ApiError> {
        ops::list_policy_versions::run(self, cx, input).await
    }

    async fn list_role_policies(
        &self,
        cx: &RequestContext,
        input: api_iam::ListRolePoliciesInput,
    ) -> Result<api_iam::ListRolePoliciesOutput, ApiError> {
        ops::list_role_policies::run(self, cx, input).await
    }

    async fn list_role_tags(
        &self,
        cx: &RequestContext,
        input: api_iam::ListRoleTagsInput,
    ) -> Result<api_iam::ListRoleTagsOutput, ApiError> {
        ops::list_role_tags::run(self, cx, input).await
    }

    async fn list_roles(
        &self,
        cx: &RequestContext,
        input: api_iam::ListRolesInput,
    ) -> Result<api_iam::ListRolesOutput, ApiError> {
        ops::list_roles::run(self, cx, input).await
    }

    async fn list_user_policies(
        &self,
        cx: &RequestContext,
        input: api_iam::ListUserPoliciesInput,
    ) -> Result<api_iam::ListUserPoliciesOutput, ApiError> {
        ops::list_user_policies::run(self, cx, input).await
    }

    async fn list_user_tags(
        &self,
        cx: &RequestContext,
        input: api_iam::ListUserTagsInput,
    ) -> Result<api_iam::ListUserTagsOutput, ApiError> {
        ops::list_user_tags::run(self, cx, input).await
    }

    async fn list_users(
        &self,
        cx: &RequestContext,
        input: api_iam::ListUsersInput,
    ) -> Result<api_iam::ListUsersOutput, ApiError> {
        ops::list_users::run(self, cx, input).await
    }

    async fn put_group_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::PutGroupPolicyInput,
    ) -> Result<api_iam::PutGroupPolicyOutput, ApiError> {
        ops::put_group_policy::run(self, cx, input).await
    }

    async fn put_role_permissions_boundary(
        &self,
        cx: &RequestContext,
        input: api_iam::PutRolePermissionsBoundaryInput,
    ) -> Result<api_iam::PutRolePermissionsBoundaryOutput, ApiError> {
        ops::put_role_permissions_boundary::run(self, cx, input).await
    }

    async fn put_role_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::PutRolePolicyInput,
    ) -> Result<api_iam::PutRolePolicyOutput, ApiError> {
        ops::put_role_policy::run(self, cx, input).await
    }

    async fn put_user_permissions_boundary(
        &self,
        cx: &RequestContext,
        input: api_iam::PutUserPermissionsBoundaryInput,
    ) -> Result<api_iam::PutUserPermissionsBoundaryOutput, ApiError> {
        ops::put_user_permissions_boundary::run(self, cx, input).await
    }

    async fn put_user_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::PutUserPolicyInput,
    ) -> Result<api_iam::PutUserPolicyOutput, ApiError> {
        ops::put_user_policy::run(self, cx, input).await
    }

    async fn remove_user_from_group(
        &self,
        cx: &RequestContext,
        input: api_iam::RemoveUserFromGroupInput,
    ) -> Result<api_iam::RemoveUserFromGroupOutput, ApiError> {
        ops::remove_user_from_group::run(self, cx, input).await
    }

    async fn set_default_policy_version(
        &self,
        cx: &RequestContext,
        input: api_iam::SetDefaultPolicyVersionInput,
    ) -> Result<api_iam::SetDefaultPolicyVersionOutput, ApiError> {
        ops::set_default_policy_version::run(self, cx, input).await
    }

    async fn simulate_custom_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::SimulateCustomPolicyInput,
    ) -> Result<api_iam::SimulateCustomPolicyOutput, ApiError> {
        ops::simulate_custom_policy::run(self, cx, input).await
    }

    async fn simulate_principal_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::SimulatePrincipalPolicyInput,
    ) -> Result<api_iam::SimulatePrincipalPolicyOutput, ApiError> {
        ops::simulate_principal_policy::run(self, cx, input).await
    }

    async fn tag_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::TagPolicyInput,
    ) -> Result<api_iam::TagPolicyOutput, ApiError> {
        ops::tag_policy::run(self, cx, input).await
    }

    async fn tag_role(
        &self,
        cx: &RequestContext,
        input: api_iam::TagRoleInput,
    ) -> Result<api_iam::TagRoleOutput, ApiError> {
        ops::tag_role::run(self, cx, input).await
    }

    async fn tag_user(
        &self,
        cx: &RequestContext,
        input: api_iam::TagUserInput,
    ) -> Result<api_iam::TagUserOutput, ApiError> {
        ops::tag_user::run(self, cx, input).await
    }

    async fn untag_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::UntagPolicyInput,
    ) -> Result<api_iam::UntagPolicyOutput, ApiError> {
        ops::untag_policy::run(self, cx, input).await
    }

    async fn untag_role(
        &self,
        cx: &RequestContext,
        input: api_iam::UntagRoleInput,
    ) -> Result<api_iam::UntagRoleOutput, ApiError> {
        ops::untag_role::run(self, cx, input).await
    }

    async fn untag_user(
        &self,
        cx: &RequestContext,
        input: api_iam::UntagUserInput,
    ) -> Result<api_iam::UntagUserOutput, ApiError> {
        ops::untag_user::run(self, cx, input).await
    }

    async fn update_access_key(
        &self,
        cx: &RequestContext,
        input: api_iam::UpdateAccessKeyInput,
    ) -> Result<api_iam::UpdateAccessKeyOutput, ApiError> {
        ops::update_access_key::run(self, cx, input).await
    }

    async fn update_assume_role_policy(
        &self,
        cx: &RequestContext,
        input: api_iam::UpdateAssumeRolePolicyInput,
    ) -> Result<api_iam::UpdateAssumeRolePolicyOutput, ApiError> {
        ops::update_assume_role_policy::run(self, cx, input).await
    }

    async fn update_group(
        &self,
        cx: &RequestContext,
        input: api_iam::UpdateGroupInput,
    ) -> Result<api_iam::UpdateGroupOutput, ApiError> {
        ops::update_group::run(self, cx, input).await
    }

    async fn update_role(
        &self,
        cx: &RequestContext,
        input: api_iam::UpdateRoleInput,
    ) -> Result<api_iam::UpdateRoleOutput, ApiError> {
        ops::update_role::run(self, cx, input).await
    }

    async fn update_role_description(
        &self,
        cx: &RequestContext,
        input: api_iam::UpdateRoleDescriptionInput,
    ) -> Result<api_iam::UpdateRoleDescriptionOutput, ApiError> {
        ops::update_role_description::run(self, cx, input).await
    }

    async fn update_user(
        &self,
        cx: &RequestContext,
        input: api_iam::UpdateUserInput,
    ) -> Result<api_iam::UpdateUserOutput, ApiError> {
        ops::update_user::run(self, cx, input).await
    }
}

impl api_sts::Sts for Iam {
    type Context = RequestContext;

    async fn assume_role(
        &self,
        cx: &RequestContext,
        input: api_sts::AssumeRoleInput,
    ) -> Result<api_sts::AssumeRoleOutput, ApiError> {
        ops::assume_role::run(self, cx, input).await
    }

    async fn get_access_key_info(
        &self,
        cx: &RequestContext,
        input: api_sts::GetAccessKeyInfoInput,
    ) -> Result<api_sts::GetAccessKeyInfoOutput, ApiError> {
        ops::get_access_key_info::run(self, cx, input).await
    }

    async fn get_caller_identity(
        &self,
        cx: &RequestContext,
        input: api_sts::GetCallerIdentityInput,
    ) -> Result<api_sts::GetCallerIdentityOutput, ApiError> {
        ops::get_caller_identity::run(self, cx, input).await
    }

    async fn get_session_token(
        &self,
        cx: &RequestContext,
        input: api_sts::GetSessionTokenInput,
    ) -> Result<api_sts::GetSessionTokenOutput, ApiError> {
        ops::get_session_token::run(self, cx, input).await
    }
}

/// Iam as the server sees it.
#[derive(Clone)]
pub struct IamService(pub Iam);

impl ApiService for IamService {
    fn desc(&self) -> &'static ServiceDesc {
        &api_iam::SERVICE
    }

    fn call<'a>(&'a self, cx: &'a RequestContext, call: Call) -> BoxFuture<'a, Response<Body>> {
        Box::pin(api_iam::dispatch(&self.0, cx, call))
    }
}

/// Sts as the server sees it.
#[derive(Clone)]
pub struct StsService(pub Iam);

impl ApiService for StsService {
    fn desc(&self) -> &'static ServiceDesc {
        &api_sts::SERVICE
    }

    fn call<'a>(&'a self, cx: &'a RequestContext, call: Call) -> BoxFuture<'a, Response<Body>> {
        Box::pin(api_sts::dispatch(&self.0, cx, call))
    }
}
