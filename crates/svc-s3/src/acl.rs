//! Access control lists, disabled (S3 User Guide, "Controlling ownership of objects and disabling ACLs"): the owner has
//! full control, and only requests that say the same are accepted.

use api_s3 as api;

use crate::delivery::canonical_id;
use crate::error::S3Error;

/// A bucket's canned ACL.
pub fn check_bucket(acl: Option<api::BucketCannedACL>, has_grants: bool) -> Result<(), S3Error> {
    match acl {
        None | Some(api::BucketCannedACL::Private) if !has_grants => Ok(()),
        _ => Err(S3Error::access_control_list_not_supported()),
    }
}

/// An ACL in full.
pub fn check_policy(policy: Option<&api::AccessControlPolicy>, owner: &str) -> Result<(), S3Error> {
    let Some(policy) = policy else { return Ok(()) };
    let id = canonical_id(owner);
    let is_owners = |grant: &api::Grant| {
        grant.permission == Some(api::Permission::FullControl)
            && grant.grantee.as_ref().is_some_and(|grantee| grantee.id.as_deref() == Some(&id))
    };
    match policy.grants.as_deref() {
        Some([grant]) if is_owners(grant) => Ok(()),
        _ => Err(S3Error::access_control_list_not_supported()),
    }
}

/// `BucketOwnerEnforced` is the only ownership offered.
pub fn check_ownership(ownership: Option<api::ObjectOwnership>) -> Result<(), S3Error> {
    match ownership {
        None | Some(api::ObjectOwnership::BucketOwnerEnforced) => Ok(()),
        Some(other) => Err(S3Error::not_built(format!("the object ownership {other}"))),
    }
}
