//! Rows as the API shows them.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::managed::ManagedPolicy;
use crate::model::{Entity, policy_arn};
use crate::tables::{GroupRow, PolicyRow, RoleRow, TagRows, UserRow, VersionRow};

const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// IAM's answers carry documents URL-encoded (RFC 3986).
pub(crate) fn encoded(document: &str) -> String {
    utf8_percent_encode(document, UNRESERVED).to_string()
}

pub(crate) fn tags(rows: &TagRows) -> Vec<api_iam::Tag> {
    rows.iter().map(|(key, value)| api_iam::Tag { key: key.clone(), value: value.clone() }).collect()
}

fn some_tags(rows: &TagRows) -> Option<Vec<api_iam::Tag>> {
    (!rows.is_empty()).then(|| tags(rows))
}

fn boundary(arn: Option<&str>) -> Option<api_iam::AttachedPermissionsBoundary> {
    arn.map(|arn| api_iam::AttachedPermissionsBoundary {
        permissions_boundary_type: Some(
            api_iam::PermissionsBoundaryAttachmentType::PermissionsBoundaryPolicy,
        ),
        permissions_boundary_arn: Some(arn.to_owned()),
    })
}

/// As single reads show it; lists leave tags and boundary out.
pub(crate) fn user(account: &str, row: &UserRow) -> api_iam::User {
    api_iam::User {
        arn: Entity::user(&row.name).arn(account, &row.path),
        path: row.path.clone(),
        user_name: row.name.clone(),
        user_id: row.id.clone(),
        create_date: row.created,
        password_last_used: None,
        permissions_boundary: boundary(row.boundary.as_deref()),
        tags: some_tags(&row.tags),
    }
}

pub(crate) fn listed_user(account: &str, row: &UserRow) -> api_iam::User {
    api_iam::User { permissions_boundary: None, tags: None, ..user(account, row) }
}

pub(crate) fn group(account: &str, row: &GroupRow) -> api_iam::Group {
    api_iam::Group {
        arn: Entity::group(&row.name).arn(account, &row.path),
        path: row.path.clone(),
        group_name: row.name.clone(),
        group_id: row.id.clone(),
        create_date: row.created,
    }
}

pub(crate) fn role(account: &str, row: &RoleRow) -> api_iam::Role {
    api_iam::Role {
        arn: Entity::role(&row.name).arn(account, &row.path),
        path: row.path.clone(),
        role_name: row.name.clone(),
        role_id: row.id.clone(),
        create_date: row.created,
        assume_role_policy_document: Some(encoded(&row.trust_policy)),
        description: row.description.clone(),
        max_session_duration: Some(row.max_session_secs),
        permissions_boundary: boundary(row.boundary.as_deref()),
        tags: some_tags(&row.tags),
        ..api_iam::Role::default()
    }
}

pub(crate) fn listed_role(account: &str, row: &RoleRow) -> api_iam::Role {
    api_iam::Role { permissions_boundary: None, tags: None, ..role(account, row) }
}

/// How often a policy is used.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Uses {
    pub attachments: i32,
    pub boundaries: i32,
}

pub(crate) fn policy(account: &str, row: &PolicyRow, uses: Uses) -> api_iam::Policy {
    api_iam::Policy {
        policy_name: Some(row.name.clone()),
        policy_id: Some(row.id.clone()),
        arn: Some(policy_arn(account, &row.path, &row.name)),
        path: Some(row.path.clone()),
        default_version_id: Some(version_id(row.default_version)),
        attachment_count: Some(uses.attachments),
        permissions_boundary_usage_count: Some(uses.boundaries),
        is_attachable: Some(true),
        description: row.description.clone(),
        create_date: Some(row.created),
        update_date: Some(row.updated),
        tags: some_tags(&row.tags),
    }
}

pub(crate) fn aws_policy(managed: &ManagedPolicy, uses: Uses) -> api_iam::Policy {
    api_iam::Policy {
        policy_name: Some(managed.name.clone()),
        policy_id: Some(managed.id.clone()),
        arn: Some(managed.arn.clone()),
        path: Some(managed.path.clone()),
        default_version_id: Some(managed.version.clone()),
        attachment_count: Some(uses.attachments),
        permissions_boundary_usage_count: Some(uses.boundaries),
        is_attachable: Some(true),
        description: None,
        create_date: Some(managed.created),
        update_date: Some(managed.updated),
        tags: None,
    }
}

pub(crate) fn version_id(number: u32) -> String {
    format!("v{number}")
}

/// Lists leave the document out.
pub(crate) fn listed_version(row: &PolicyRow, version: &VersionRow) -> api_iam::PolicyVersion {
    api_iam::PolicyVersion {
        document: None,
        version_id: Some(version_id(version.number)),
        is_default_version: Some(version.number == row.default_version),
        create_date: Some(version.created),
    }
}

pub(crate) fn version(row: &PolicyRow, version: &VersionRow) -> api_iam::PolicyVersion {
    api_iam::PolicyVersion { document: Some(encoded(&version.document)), ..listed_version(row, version) }
}
