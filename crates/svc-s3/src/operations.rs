//! The generated trait, one line an operation.

use port::RequestContext;
use wire_codec::ApiError;

use crate::{S3, ops};

impl api_s3::S3 for S3 {
    type Context = RequestContext;

    async fn abort_multipart_upload(
        &self,
        cx: &RequestContext,
        input: api_s3::AbortMultipartUploadInput,
    ) -> Result<api_s3::AbortMultipartUploadOutput, ApiError> {
        ops::abort_multipart_upload::run(self, cx, input).await
    }

    async fn complete_multipart_upload(
        &self,
        cx: &RequestContext,
        input: api_s3::CompleteMultipartUploadInput,
    ) -> Result<api_s3::CompleteMultipartUploadOutput, ApiError> {
        ops::complete_multipart_upload::run(self, cx, input).await
    }

    async fn copy_object(
        &self,
        cx: &RequestContext,
        input: api_s3::CopyObjectInput,
    ) -> Result<api_s3::CopyObjectOutput, ApiError> {
        ops::copy_object::run(self, cx, input).await
    }

    async fn create_bucket(
        &self,
        cx: &RequestContext,
        input: api_s3::CreateBucketInput,
    ) -> Result<api_s3::CreateBucketOutput, ApiError> {
        ops::create_bucket::run(self, cx, input).await
    }

    async fn create_multipart_upload(
        &self,
        cx: &RequestContext,
        input: api_s3::CreateMultipartUploadInput,
    ) -> Result<api_s3::CreateMultipartUploadOutput, ApiError> {
        ops::create_multipart_upload::run(self, cx, input).await
    }

    async fn delete_bucket(
        &self,
        cx: &RequestContext,
        input: api_s3::DeleteBucketInput,
    ) -> Result<api_s3::DeleteBucketOutput, ApiError> {
        ops::delete_bucket::run(self, cx, input).await
    }

    async fn delete_bucket_cors(
        &self,
        cx: &RequestContext,
        input: api_s3::DeleteBucketCorsInput,
    ) -> Result<api_s3::DeleteBucketCorsOutput, ApiError> {
        ops::delete_bucket_cors::run(self, cx, input).await
    }

    async fn delete_bucket_encryption(
        &self,
        cx: &RequestContext,
        input: api_s3::DeleteBucketEncryptionInput,
    ) -> Result<api_s3::DeleteBucketEncryptionOutput, ApiError> {
        ops::delete_bucket_encryption::run(self, cx, input).await
    }

    async fn delete_bucket_lifecycle(
        &self,
        cx: &RequestContext,
        input: api_s3::DeleteBucketLifecycleInput,
    ) -> Result<api_s3::DeleteBucketLifecycleOutput, ApiError> {
        ops::delete_bucket_lifecycle::run(self, cx, input).await
    }

    async fn delete_bucket_ownership_controls(
        &self,
        cx: &RequestContext,
        input: api_s3::DeleteBucketOwnershipControlsInput,
    ) -> Result<api_s3::DeleteBucketOwnershipControlsOutput, ApiError> {
        ops::delete_bucket_ownership_controls::run(self, cx, input).await
    }

    async fn delete_bucket_policy(
        &self,
        cx: &RequestContext,
        input: api_s3::DeleteBucketPolicyInput,
    ) -> Result<api_s3::DeleteBucketPolicyOutput, ApiError> {
        ops::delete_bucket_policy::run(self, cx, input).await
    }

    async fn delete_bucket_tagging(
        &self,
        cx: &RequestContext,
        input: api_s3::DeleteBucketTaggingInput,
    ) -> Result<api_s3::DeleteBucketTaggingOutput, ApiError> {
        ops::delete_bucket_tagging::run(self, cx, input).await
    }

    async fn delete_object(
        &self,
        cx: &RequestContext,
        input: api_s3::DeleteObjectInput,
    ) -> Result<api_s3::DeleteObjectOutput, ApiError> {
        ops::delete_object::run(self, cx, input).await
    }

    async fn delete_object_tagging(
        &self,
        cx: &RequestContext,
        input: api_s3::DeleteObjectTaggingInput,
    ) -> Result<api_s3::DeleteObjectTaggingOutput, ApiError> {
        ops::delete_object_tagging::run(self, cx, input).await
    }

    async fn delete_objects(
        &self,
        cx: &RequestContext,
        input: api_s3::DeleteObjectsInput,
    ) -> Result<api_s3::DeleteObjectsOutput, ApiError> {
        ops::delete_objects::run(self, cx, input).await
    }

    async fn delete_public_access_block(
        &self,
        cx: &RequestContext,
        input: api_s3::DeletePublicAccessBlockInput,
    ) -> Result<api_s3::DeletePublicAccessBlockOutput, ApiError> {
        ops::delete_public_access_block::run(self, cx, input).await
    }

    async fn get_bucket_accelerate_configuration(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketAccelerateConfigurationInput,
    ) -> Result<api_s3::GetBucketAccelerateConfigurationOutput, ApiError> {
        ops::get_bucket_accelerate_configuration::run(self, cx, input).await
    }

    async fn get_bucket_acl(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketAclInput,
    ) -> Result<api_s3::GetBucketAclOutput, ApiError> {
        ops::get_bucket_acl::run(self, cx, input).await
    }

    async fn get_bucket_cors(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketCorsInput,
    ) -> Result<api_s3::GetBucketCorsOutput, ApiError> {
        ops::get_bucket_cors::run(self, cx, input).await
    }

    async fn get_bucket_encryption(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketEncryptionInput,
    ) -> Result<api_s3::GetBucketEncryptionOutput, ApiError> {
        ops::get_bucket_encryption::run(self, cx, input).await
    }

    async fn get_bucket_lifecycle_configuration(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketLifecycleConfigurationInput,
    ) -> Result<api_s3::GetBucketLifecycleConfigurationOutput, ApiError> {
        ops::get_bucket_lifecycle_configuration::run(self, cx, input).await
    }

    async fn get_bucket_location(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketLocationInput,
    ) -> Result<api_s3::GetBucketLocationOutput, ApiError> {
        ops::get_bucket_location::run(self, cx, input).await
    }

    async fn get_bucket_logging(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketLoggingInput,
    ) -> Result<api_s3::GetBucketLoggingOutput, ApiError> {
        ops::get_bucket_logging::run(self, cx, input).await
    }

    async fn get_bucket_notification_configuration(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketNotificationConfigurationInput,
    ) -> Result<api_s3::GetBucketNotificationConfigurationOutput, ApiError> {
        ops::get_bucket_notification_configuration::run(self, cx, input).await
    }

    async fn get_bucket_ownership_controls(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketOwnershipControlsInput,
    ) -> Result<api_s3::GetBucketOwnershipControlsOutput, ApiError> {
        ops::get_bucket_ownership_controls::run(self, cx, input).await
    }

    async fn get_bucket_policy(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketPolicyInput,
    ) -> Result<api_s3::GetBucketPolicyOutput, ApiError> {
        ops::get_bucket_policy::run(self, cx, input).await
    }

    async fn get_bucket_policy_status(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketPolicyStatusInput,
    ) -> Result<api_s3::GetBucketPolicyStatusOutput, ApiError> {
        ops::get_bucket_policy_status::run(self, cx, input).await
    }

    async fn get_bucket_replication(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketReplicationInput,
    ) -> Result<api_s3::GetBucketReplicationOutput, ApiError> {
        ops::get_bucket_replication::run(self, cx, input).await
    }

    async fn get_bucket_request_payment(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketRequestPaymentInput,
    ) -> Result<api_s3::GetBucketRequestPaymentOutput, ApiError> {
        ops::get_bucket_request_payment::run(self, cx, input).await
    }

    async fn get_bucket_tagging(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketTaggingInput,
    ) -> Result<api_s3::GetBucketTaggingOutput, ApiError> {
        ops::get_bucket_tagging::run(self, cx, input).await
    }

    async fn get_bucket_versioning(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketVersioningInput,
    ) -> Result<api_s3::GetBucketVersioningOutput, ApiError> {
        ops::get_bucket_versioning::run(self, cx, input).await
    }

    async fn get_bucket_website(
        &self,
        cx: &RequestContext,
        input: api_s3::GetBucketWebsiteInput,
    ) -> Result<api_s3::GetBucketWebsiteOutput, ApiError> {
        ops::get_bucket_website::run(self, cx, input).await
    }

    async fn get_object(
        &self,
        cx: &RequestContext,
        input: api_s3::GetObjectInput,
    ) -> Result<api_s3::GetObjectOutput, ApiError> {
        ops::get_object::run(self, cx, input).await
    }

    async fn get_object_acl(
        &self,
        cx: &RequestContext,
        input: api_s3::GetObjectAclInput,
    ) -> Result<api_s3::GetObjectAclOutput, ApiError> {
        ops::get_object_acl::run(self, cx, input).await
    }

    async fn get_object_attributes(
        &self,
        cx: &RequestContext,
        input: api_s3::GetObjectAttributesInput,
    ) -> Result<api_s3::GetObjectAttributesOutput, ApiError> {
        ops::get_object_attributes::run(self, cx, input).await
    }

    async fn get_object_lock_configuration(
        &self,
        cx: &RequestContext,
        input: api_s3::GetObjectLockConfigurationInput,
    ) -> Result<api_s3::GetObjectLockConfigurationOutput, ApiError> {
        ops::get_object_lock_configuration::run(self, cx, input).await
    }

    async fn get_object_tagging(
        &self,
        cx: &RequestContext,
        input: api_s3::GetObjectTaggingInput,
    ) -> Result<api_s3::GetObjectTaggingOutput, ApiError> {
        ops::get_object_tagging::run(self, cx, input).await
    }

    async fn get_public_access_block(
        &self,
        cx: &RequestContext,
        input: api_s3::GetPublicAccessBlockInput,
    ) -> Result<api_s3::GetPublicAccessBlockOutput, ApiError> {
        ops::get_public_access_block::run(self, cx, input).await
    }

    async fn head_bucket(
        &self,
        cx: &RequestContext,
        input: api_s3::HeadBucketInput,
    ) -> Result<api_s3::HeadBucketOutput, ApiError> {
        ops::head_bucket::run(self, cx, input).await
    }

    async fn head_object(
        &self,
        cx: &RequestContext,
        input: api_s3::HeadObjectInput,
    ) -> Result<api_s3::HeadObjectOutput, ApiError> {
        ops::head_object::run(self, cx, input).await
    }

    async fn list_buckets(
        &self,
        cx: &RequestContext,
        input: api_s3::ListBucketsInput,
    ) -> Result<api_s3::ListBucketsOutput, ApiError> {
        ops::list_buckets::run(self, cx, input).await
    }

    async fn list_multipart_uploads(
        &self,
        cx: &RequestContext,
        input: api_s3::ListMultipartUploadsInput,
    ) -> Result<api_s3::ListMultipartUploadsOutput, ApiError> {
        ops::list_multipart_uploads::run(self, cx, input).await
    }

    async fn list_object_versions(
        &self,
        cx: &RequestContext,
        input: api_s3::ListObjectVersionsInput,
    ) -> Result<api_s3::ListObjectVersionsOutput, ApiError> {
        ops::list_object_versions::run(self, cx, input).await
    }

    async fn list_objects(
        &self,
        cx: &RequestContext,
        input: api_s3::ListObjectsInput,
    ) -> Result<api_s3::ListObjectsOutput, ApiError> {
        ops::list_objects::run(self, cx, input).await
    }

    async fn list_objects_v2(
        &self,
        cx: &RequestContext,
        input: api_s3::ListObjectsV2Input,
    ) -> Result<api_s3::ListObjectsV2Output, ApiError> {
        ops::list_objects_v2::run(self, cx, input).await
    }

    async fn list_parts(
        &self,
        cx: &RequestContext,
        input: api_s3::ListPartsInput,
    ) -> Result<api_s3::ListPartsOutput, ApiError> {
        ops::list_parts::run(self, cx, input).await
    }

    async fn put_bucket_acl(
        &self,
        cx: &RequestContext,
        input: api_s3::PutBucketAclInput,
    ) -> Result<api_s3::PutBucketAclOutput, ApiError> {
        ops::put_bucket_acl::run(self, cx, input).await
    }

    async fn put_bucket_cors(
        &self,
        cx: &RequestContext,
        input: api_s3::PutBucketCorsInput,
    ) -> Result<api_s3::PutBucketCorsOutput, ApiError> {
        ops::put_bucket_cors::run(self, cx, input).await
    }

    async fn put_bucket_encryption(
        &self,
        cx: &RequestContext,
        input: api_s3::PutBucketEncryptionInput,
    ) -> Result<api_s3::PutBucketEncryptionOutput, ApiError> {
        ops::put_bucket_encryption::run(self, cx, input).await
    }

    async fn put_bucket_lifecycle_configuration(
        &self,
        cx: &RequestContext,
        input: api_s3::PutBucketLifecycleConfigurationInput,
    ) -> Result<api_s3::PutBucketLifecycleConfigurationOutput, ApiError> {
        ops::put_bucket_lifecycle_configuration::run(self, cx, input).await
    }

    async fn put_bucket_notification_configuration(
        &self,
        cx: &RequestContext,
        input: api_s3::PutBucketNotificationConfigurationInput,
    ) -> Result<api_s3::PutBucketNotificationConfigurationOutput, ApiError> {
        ops::put_bucket_notification_configuration::run(self, cx, input).await
    }

    async fn put_bucket_ownership_controls(
        &self,
        cx: &RequestContext,
        input: api_s3::PutBucketOwnershipControlsInput,
    ) -> Result<api_s3::PutBucketOwnershipControlsOutput, ApiError> {
        ops::put_bucket_ownership_controls::run(self, cx, input).await
    }

    async fn put_bucket_policy(
        &self,
        cx: &RequestContext,
        input: api_s3::PutBucketPolicyInput,
    ) -> Result<api_s3::PutBucketPolicyOutput, ApiError> {
        ops::put_bucket_policy::run(self, cx, input).await
    }

    async fn put_bucket_tagging(
        &self,
        cx: &RequestContext,
        input: api_s3::PutBucketTaggingInput,
    ) -> Result<api_s3::PutBucketTaggingOutput, ApiError> {
        ops::put_bucket_tagging::run(self, cx, input).await
    }

    async fn put_bucket_versioning(
        &self,
        cx: &RequestContext,
        input: api_s3::PutBucketVersioningInput,
    ) -> Result<api_s3::PutBucketVersioningOutput, ApiError> {
        ops::put_bucket_versioning::run(self, cx, input).await
    }

    async fn put_object(
        &self,
        cx: &RequestContext,
        input: api_s3::PutObjectInput,
    ) -> Result<api_s3::PutObjectOutput, ApiError> {
        ops::put_object::run(self, cx, input).await
    }

    async fn put_object_acl(
        &self,
        cx: &RequestContext,
        input: api_s3::PutObjectAclInput,
    ) -> Result<api_s3::PutObjectAclOutput, ApiError> {
        ops::put_object_acl::run(self, cx, input).await
    }

    async fn put_object_tagging(
        &self,
        cx: &RequestContext,
        input: api_s3::PutObjectTaggingInput,
    ) -> Result<api_s3::PutObjectTaggingOutput, ApiError> {
        ops::put_object_tagging::run(self, cx, input).await
    }

    async fn put_public_access_block(
        &self,
        cx: &RequestContext,
        input: api_s3::PutPublicAccessBlockInput,
    ) -> Result<api_s3::PutPublicAccessBlockOutput, ApiError> {
        ops::put_public_access_block::run(self, cx, input).await
    }

    async fn upload_part(
        &self,
        cx: &RequestContext,
        input: api_s3::UploadPartInput,
    ) -> Result<api_s3::UploadPartOutput, ApiError> {
        ops::upload_part::run(self, cx, input).await
    }

    async fn upload_part_copy(
        &self,
        cx: &RequestContext,
        input: api_s3::UploadPartCopyInput,
    ) -> Result<api_s3::UploadPartCopyOutput, ApiError> {
        ops::upload_part_copy::run(self, cx, input).await
    }
}
