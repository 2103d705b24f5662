//! The generated trait of IAM, one line an operation.

use api_iam::types::*;
use port::RequestContext;
use wire_codec::ApiError;

use crate::{Iam, ops};

impl api_iam::Iam for Iam {
    type Context = RequestContext;

    async fn add_user_to_group(
        &self,
        cx: &RequestContext,
        input: AddUserToGroupInput,
    ) -> Result<AddUserToGroupOutput, ApiError> {
        ops::add_user_to_group::run(self, cx, input).await
    }

    async fn attach_group_policy(
        &self,
        cx: &RequestContext,
        input: AttachGroupPolicyInput,
    ) -> Result<AttachGroupPolicyOutput, ApiError> {
        ops::attach_group_policy::run(self, cx, input).await
    }

    async fn attach_role_policy(
        &self,
        cx: &RequestContext,
        input: AttachRolePolicyInput,
    ) -> Result<AttachRolePolicyOutput, ApiError> {
        ops::attach_role_policy::run(self, cx, input).await
    }

    async fn attach_user_policy(
        &self,
        cx: &RequestContext,
        input: AttachUserPolicyInput,
    ) -> Result<AttachUserPolicyOutput, ApiError> {
        ops::attach_user_policy::run(self, cx, input).await
    }

    async fn create_access_key(
        &self,
        cx: &RequestContext,
        input: CreateAccessKeyInput,
    ) -> Result<CreateAccessKeyOutput, ApiError> {
        ops::create_access_key::run(self, cx, input).await
    }

    async fn create_group(
        &self,
        cx: &RequestContext,
        input: CreateGroupInput,
    ) -> Result<CreateGroupOutput, ApiError> {
        ops::create_group::run(self, cx, input).await
    }

    async fn create_policy(
        &self,
        cx: &RequestContext,
        input: CreatePolicyInput,
    ) -> Result<CreatePolicyOutput, ApiError> {
        ops::create_policy::run(self, cx, input).await
    }

    async fn create_policy_version(
        &self,
        cx: &RequestContext,
        input: CreatePolicyVersionInput,
    ) -> Result<CreatePolicyVersionOutput, ApiError> {
        ops::create_policy_version::run(self, cx, input).await
    }

    async fn create_role(
        &self,
        cx: &RequestContext,
        input: CreateRoleInput,
    ) -> Result<CreateRoleOutput, ApiError> {
        ops::create_role::run(self, cx, input).await
    }

    async fn create_service_linked_role(
        &self,
        cx: &RequestContext,
        input: CreateServiceLinkedRoleInput,
    ) -> Result<CreateServiceLinkedRoleOutput, ApiError> {
        ops::create_service_linked_role::run(self, cx, input).await
    }

    async fn create_user(
        &self,
        cx: &RequestContext,
        input: CreateUserInput,
    ) -> Result<CreateUserOutput, ApiError> {
        ops::create_user::run(self, cx, input).await
    }

    async fn delete_access_key(
        &self,
        cx: &RequestContext,
        input: DeleteAccessKeyInput,
    ) -> Result<DeleteAccessKeyOutput, ApiError> {
        ops::delete_access_key::run(self, cx, input).await
    }

    async fn delete_group(
        &self,
        cx: &RequestContext,
        input: DeleteGroupInput,
    ) -> Result<DeleteGroupOutput, ApiError> {
        ops::delete_group::run(self, cx, input).await
    }

    async fn delete_group_policy(
        &self,
        cx: &RequestContext,
        input: DeleteGroupPolicyInput,
    ) -> Result<DeleteGroupPolicyOutput, ApiError> {
        ops::delete_group_policy::run(self, cx, input).await
    }

    async fn delete_policy(
        &self,
        cx: &RequestContext,
        input: DeletePolicyInput,
    ) -> Result<DeletePolicyOutput, ApiError> {
        ops::delete_policy::run(self, cx, input).await
    }

    async fn delete_policy_version(
        &self,
        cx: &RequestContext,
        input: DeletePolicyVersionInput,
    ) -> Result<DeletePolicyVersionOutput, ApiError> {
        ops::delete_policy_version::run(self, cx, input).await
    }

    async fn delete_role(
        &self,
        cx: &RequestContext,
        input: DeleteRoleInput,
    ) -> Result<DeleteRoleOutput, ApiError> {
        ops::delete_role::run(self, cx, input).await
    }

    async fn delete_role_permissions_boundary(
        &self,
        cx: &RequestContext,
        input: DeleteRolePermissionsBoundaryInput,
    ) -> Result<DeleteRolePermissionsBoundaryOutput, ApiError> {
        ops::delete_role_permissions_boundary::run(self, cx, input).await
    }

    async fn delete_role_policy(
        &self,
        cx: &RequestContext,
        input: DeleteRolePolicyInput,
    ) -> Result<DeleteRolePolicyOutput, ApiError> {
        ops::delete_role_policy::run(self, cx, input).await
    }

    async fn delete_user(
        &self,
        cx: &RequestContext,
        input: DeleteUserInput,
    ) -> Result<DeleteUserOutput, ApiError> {
        ops::delete_user::run(self, cx, input).await
    }

    async fn delete_user_permissions_boundary(
        &self,
        cx: &RequestContext,
        input: DeleteUserPermissionsBoundaryInput,
    ) -> Result<DeleteUserPermissionsBoundaryOutput, ApiError> {
        ops::delete_user_permissions_boundary::run(self, cx, input).await
    }

    async fn delete_user_policy(
        &self,
        cx: &RequestContext,
        input: DeleteUserPolicyInput,
    ) -> Result<DeleteUserPolicyOutput, ApiError> {
        ops::delete_user_policy::run(self, cx, input).await
    }

    async fn detach_group_policy(
        &self,
        cx: &RequestContext,
        input: DetachGroupPolicyInput,
    ) -> Result<DetachGroupPolicyOutput, ApiError> {
        ops::detach_group_policy::run(self, cx, input).await
    }

    async fn detach_role_policy(
        &self,
        cx: &RequestContext,
        input: DetachRolePolicyInput,
    ) -> Result<DetachRolePolicyOutput, ApiError> {
        ops::detach_role_policy::run(self, cx, input).await
    }

    async fn detach_user_policy(
        &self,
        cx: &RequestContext,
        input: DetachUserPolicyInput,
    ) -> Result<DetachUserPolicyOutput, ApiError> {
        ops::detach_user_policy::run(self, cx, input).await
    }

    async fn get_access_key_last_used(
        &self,
        cx: &RequestContext,
        input: GetAccessKeyLastUsedInput,
    ) -> Result<GetAccessKeyLastUsedOutput, ApiError> {
        ops::get_access_key_last_used::run(self, cx, input).await
    }

    async fn get_account_summary(
        &self,
        cx: &RequestContext,
        input: GetAccountSummaryInput,
    ) -> Result<GetAccountSummaryOutput, ApiError> {
        ops::get_account_summary::run(self, cx, input).await
    }

    async fn get_group(&self, cx: &RequestContext, input: GetGroupInput) -> Result<GetGroupOutput, ApiError> {
        ops::get_group::run(self, cx, input).await
    }

    async fn get_group_policy(
        &self,
        cx: &RequestContext,
        input: GetGroupPolicyInput,
    ) -> Result<GetGroupPolicyOutput, ApiError> {
        ops::get_group_policy::run(self, cx, input).await
    }

    async fn get_policy(
        &self,
        cx: &RequestContext,
        input: GetPolicyInput,
    ) -> Result<GetPolicyOutput, ApiError> {
        ops::get_policy::run(self, cx, input).await
    }

    async fn get_policy_version(
        &self,
        cx: &RequestContext,
        input: GetPolicyVersionInput,
    ) -> Result<GetPolicyVersionOutput, ApiError> {
        ops::get_policy_version::run(self, cx, input).await
    }

    async fn get_role(&self, cx: &RequestContext, input: GetRoleInput) -> Result<GetRoleOutput, ApiError> {
        ops::get_role::run(self, cx, input).await
    }

    async fn get_role_policy(
        &self,
        cx: &RequestContext,
        input: GetRolePolicyInput,
    ) -> Result<GetRolePolicyOutput, ApiError> {
        ops::get_role_policy::run(self, cx, input).await
    }

    async fn get_user(&self, cx: &RequestContext, input: GetUserInput) -> Result<GetUserOutput, ApiError> {
        ops::get_user::run(self, cx, input).await
    }

    async fn get_user_policy(
        &self,
        cx: &RequestContext,
        input: GetUserPolicyInput,
    ) -> Result<GetUserPolicyOutput, ApiError> {
        ops::get_user_policy::run(self, cx, input).await
    }

    async fn list_access_keys(
        &self,
        cx: &RequestContext,
        input: ListAccessKeysInput,
    ) -> Result<ListAccessKeysOutput, ApiError> {
        ops::list_access_keys::run(self, cx, input).await
    }

    async fn list_account_aliases(
        &self,
        cx: &RequestContext,
        input: ListAccountAliasesInput,
    ) -> Result<ListAccountAliasesOutput, ApiError> {
        ops::list_account_aliases::run(self, cx, input).await
    }

    async fn list_attached_group_policies(
        &self,
        cx: &RequestContext,
        input: ListAttachedGroupPoliciesInput,
    ) -> Result<ListAttachedGroupPoliciesOutput, ApiError> {
        ops::list_attached_group_policies::run(self, cx, input).await
    }

    async fn list_attached_role_policies(
        &self,
        cx: &RequestContext,
        input: ListAttachedRolePoliciesInput,
    ) -> Result<ListAttachedRolePoliciesOutput, ApiError> {
        ops::list_attached_role_policies::run(self, cx, input).await
    }

    async fn list_attached_user_policies(
        &self,
        cx: &RequestContext,
        input: ListAttachedUserPoliciesInput,
    ) -> Result<ListAttachedUserPoliciesOutput, ApiError> {
        ops::list_attached_user_policies::run(self, cx, input).await
    }

    async fn list_entities_for_policy(
        &self,
        cx: &RequestContext,
        input: ListEntitiesForPolicyInput,
    ) -> Result<ListEntitiesForPolicyOutput, ApiError> {
        ops::list_entities_for_policy::run(self, cx, input).await
    }

    async fn list_group_policies(
        &self,
        cx: &RequestContext,
        input: ListGroupPoliciesInput,
    ) -> Result<ListGroupPoliciesOutput, ApiError> {
        ops::list_group_policies::run(self, cx, input).await
    }

    async fn list_groups(
        &self,
        cx: &RequestContext,
        input: ListGroupsInput,
    ) -> Result<ListGroupsOutput, ApiError> {
        ops::list_groups::run(self, cx, input).await
    }

    async fn list_groups_for_user(
        &self,
        cx: &RequestContext,
        input: ListGroupsForUserInput,
    ) -> Result<ListGroupsForUserOutput, ApiError> {
        ops::list_groups_for_user::run(self, cx, input).await
    }

    async fn list_instance_profiles_for_role(
        &self,
        cx: &RequestContext,
        input: ListInstanceProfilesForRoleInput,
    ) -> Result<ListInstanceProfilesForRoleOutput, ApiError> {
        ops::list_instance_profiles_for_role::run(self, cx, input).await
    }

    async fn list_policies(
        &self,
        cx: &RequestContext,
        input: ListPoliciesInput,
    ) -> Result<ListPoliciesOutput, ApiError> {
        ops::list_policies::run(self, cx, input).await
    }

    async fn list_policy_tags(
        &self,
        cx: &RequestContext,
        input: ListPolicyTagsInput,
    ) -> Result<ListPolicyTagsOutput, ApiError> {
        ops::list_policy_tags::run(self, cx, input).await
    }

    async fn list_policy_versions(
        &self,
        cx: &RequestContext,
        input: ListPolicyVersionsInput,
    ) -> Result<ListPolicyVersionsOutput, ApiError> {
        ops::list_policy_versions::run(self, cx, input).await
    }

    async fn list_role_policies(
        &self,
        cx: &RequestContext,
        input: ListRolePoliciesInput,
    ) -> Result<ListRolePoliciesOutput, ApiError> {
        ops::list_role_policies::run(self, cx, input).await
    }

    async fn list_role_tags(
        &self,
        cx: &RequestContext,
        input: ListRoleTagsInput,
    ) -> Result<ListRoleTagsOutput, ApiError> {
        ops::list_role_tags::run(self, cx, input).await
    }

    async fn list_roles(
        &self,
        cx: &RequestContext,
        input: ListRolesInput,
    ) -> Result<ListRolesOutput, ApiError> {
        ops::list_roles::run(self, cx, input).await
    }

    async fn list_user_policies(
        &self,
        cx: &RequestContext,
        input: ListUserPoliciesInput,
    ) -> Result<ListUserPoliciesOutput, ApiError> {
        ops::list_user_policies::run(self, cx, input).await
    }

    async fn list_user_tags(
        &self,
        cx: &RequestContext,
        input: ListUserTagsInput,
    ) -> Result<ListUserTagsOutput, ApiError> {
        ops::list_user_tags::run(self, cx, input).await
    }

    async fn list_users(
        &self,
        cx: &RequestContext,
        input: ListUsersInput,
    ) -> Result<ListUsersOutput, ApiError> {
        ops::list_users::run(self, cx, input).await
    }

    async fn put_group_policy(
        &self,
        cx: &RequestContext,
        input: PutGroupPolicyInput,
    ) -> Result<PutGroupPolicyOutput, ApiError> {
        ops::put_group_policy::run(self, cx, input).await
    }

    async fn put_role_permissions_boundary(
        &self,
        cx: &RequestContext,
        input: PutRolePermissionsBoundaryInput,
    ) -> Result<PutRolePermissionsBoundaryOutput, ApiError> {
        ops::put_role_permissions_boundary::run(self, cx, input).await
    }

    async fn put_role_policy(
        &self,
        cx: &RequestContext,
        input: PutRolePolicyInput,
    ) -> Result<PutRolePolicyOutput, ApiError> {
        ops::put_role_policy::run(self, cx, input).await
    }

    async fn put_user_permissions_boundary(
        &self,
        cx: &RequestContext,
        input: PutUserPermissionsBoundaryInput,
    ) -> Result<PutUserPermissionsBoundaryOutput, ApiError> {
        ops::put_user_permissions_boundary::run(self, cx, input).await
    }

    async fn put_user_policy(
        &self,
        cx: &RequestContext,
        input: PutUserPolicyInput,
    ) -> Result<PutUserPolicyOutput, ApiError> {
        ops::put_user_policy::run(self, cx, input).await
    }

    async fn remove_user_from_group(
        &self,
        cx: &RequestContext,
        input: RemoveUserFromGroupInput,
    ) -> Result<RemoveUserFromGroupOutput, ApiError> {
        ops::remove_user_from_group::run(self, cx, input).await
    }

    async fn set_default_policy_version(
        &self,
        cx: &RequestContext,
        input: SetDefaultPolicyVersionInput,
    ) -> Result<SetDefaultPolicyVersionOutput, ApiError> {
        ops::set_default_policy_version::run(self, cx, input).await
    }

    async fn simulate_custom_policy(
        &self,
        cx: &RequestContext,
        input: SimulateCustomPolicyInput,
    ) -> Result<SimulateCustomPolicyOutput, ApiError> {
        ops::simulate_custom_policy::run(self, cx, input).await
    }

    async fn simulate_principal_policy(
        &self,
        cx: &RequestContext,
        input: SimulatePrincipalPolicyInput,
    ) -> Result<SimulatePrincipalPolicyOutput, ApiError> {
        ops::simulate_principal_policy::run(self, cx, input).await
    }

    async fn tag_policy(
        &self,
        cx: &RequestContext,
        input: TagPolicyInput,
    ) -> Result<TagPolicyOutput, ApiError> {
        ops::tag_policy::run(self, cx, input).await
    }

    async fn tag_role(&self, cx: &RequestContext, input: TagRoleInput) -> Result<TagRoleOutput, ApiError> {
        ops::tag_role::run(self, cx, input).await
    }

    async fn tag_user(&self, cx: &RequestContext, input: TagUserInput) -> Result<TagUserOutput, ApiError> {
        ops::tag_user::run(self, cx, input).await
    }

    async fn untag_policy(
        &self,
        cx: &RequestContext,
        input: UntagPolicyInput,
    ) -> Result<UntagPolicyOutput, ApiError> {
        ops::untag_policy::run(self, cx, input).await
    }

    async fn untag_role(
        &self,
        cx: &RequestContext,
        input: UntagRoleInput,
    ) -> Result<UntagRoleOutput, ApiError> {
        ops::untag_role::run(self, cx, input).await
    }

    async fn untag_user(
        &self,
        cx: &RequestContext,
        input: UntagUserInput,
    ) -> Result<UntagUserOutput, ApiError> {
        ops::untag_user::run(self, cx, input).await
    }

    async fn update_access_key(
        &self,
        cx: &RequestContext,
        input: UpdateAccessKeyInput,
    ) -> Result<UpdateAccessKeyOutput, ApiError> {
        ops::update_access_key::run(self, cx, input).await
    }

    async fn update_assume_role_policy(
        &self,
        cx: &RequestContext,
        input: UpdateAssumeRolePolicyInput,
    ) -> Result<UpdateAssumeRolePolicyOutput, ApiError> {
        ops::update_assume_role_policy::run(self, cx, input).await
    }

    async fn update_group(
        &self,
        cx: &RequestContext,
        input: UpdateGroupInput,
    ) -> Result<UpdateGroupOutput, ApiError> {
        ops::update_group::run(self, cx, input).await
    }

    async fn update_role(
        &self,
        cx: &RequestContext,
        input: UpdateRoleInput,
    ) -> Result<UpdateRoleOutput, ApiError> {
        ops::update_role::run(self, cx, input).await
    }

    async fn update_role_description(
        &self,
        cx: &RequestContext,
        input: UpdateRoleDescriptionInput,
    ) -> Result<UpdateRoleDescriptionOutput, ApiError> {
        ops::update_role_description::run(self, cx, input).await
    }

    async fn update_user(
        &self,
        cx: &RequestContext,
        input: UpdateUserInput,
    ) -> Result<UpdateUserOutput, ApiError> {
        ops::update_user::run(self, cx, input).await
    }
}
