//! What IAM stores. All under service number 5; accounts first, so that one account's rows lie together.

use base_time::Timestamp;
use serde::{Deserialize, Serialize};
use store_table::{First, JsonRecord, Table, TableId};

pub(crate) const SERVICE: u8 = 5;

/// (account, user name) -> user
pub(crate) const USERS: Table<(String, String), UserRow> = Table::new(TableId::rows(SERVICE, 1));
/// (account, group name) -> group
pub(crate) const GROUPS: Table<(String, String), GroupRow> = Table::new(TableId::rows(SERVICE, 2));
/// (account, role name) -> role
pub(crate) const ROLES: Table<(String, String), RoleRow> = Table::new(TableId::rows(SERVICE, 3));
/// (account, policy name) -> managed policy with its versions
pub(crate) const POLICIES: Table<(String, String), PolicyRow> = Table::new(TableId::rows(SERVICE, 4));
/// (account, `user`|`group`|`role`, entity name, policy name) -> inline policy
pub(crate) const INLINE: Table<(String, String, String, String), InlineRow> =
    Table::new(TableId::rows(SERVICE, 5));
/// (account, kind, entity name, policy ARN) -> presence
pub(crate) const ATTACHMENTS: Table<(String, String, String, String), ()> =
    Table::new(TableId::rows(SERVICE, 6));
/// (account, policy ARN, kind, entity name) -> presence; the other direction of `ATTACHMENTS`
pub(crate) const ATTACHED: Table<(String, String, String, String), ()> =
    Table::new(TableId::rows(SERVICE, 7));
/// (account, group name, user name) -> presence
pub(crate) const MEMBERS: Table<(String, String, String), ()> = Table::new(TableId::rows(SERVICE, 8));
/// (account, user name, group name) -> presence; the other direction of `MEMBERS`
pub(crate) const MEMBERSHIPS: Table<(String, String, String), ()> = Table::new(TableId::rows(SERVICE, 9));
/// access key id -> key
pub(crate) const ACCESS_KEYS: Table<(String,), AccessKeyRow> = Table::new(TableId::rows(SERVICE, 10));
/// (account, user name, access key id) -> presence
pub(crate) const USER_KEYS: Table<(String, String, String), ()> = Table::new(TableId::rows(SERVICE, 11));
/// () -> the platform's own secrets
pub(crate) const PLATFORM: Table<(u8,), PlatformRow> = Table::new(TableId::rows(SERVICE, 12));
/// (account, policy ARN, kind, entity name) -> presence: whose permissions boundary a policy is
pub(crate) const BOUNDED: Table<(String, String, String, String), ()> =
    Table::new(TableId::rows(SERVICE, 13));

/// Key and value, in the order they were given.
pub(crate) type TagRows = Vec<(String, String)>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct UserRow {
    pub name: String,
    pub path: String,
    pub id: String,
    pub created: Timestamp,
    pub tags: TagRows,
    /// ARN of the permissions boundary.
    pub boundary: Option<String>,
    /// The stack's resource that made it.
    pub provisioned_by: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct GroupRow {
    pub name: String,
    pub path: String,
    pub id: String,
    pub created: Timestamp,
    pub provisioned_by: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct RoleRow {
    pub name: String,
    pub path: String,
    pub id: String,
    pub created: Timestamp,
    pub trust_policy: String,
    pub description: Option<String>,
    pub max_session_secs: i32,
    pub tags: TagRows,
    pub boundary: Option<String>,
    pub provisioned_by: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct PolicyRow {
    pub name: String,
    pub path: String,
    pub id: String,
    pub created: Timestamp,
    pub updated: Timestamp,
    pub description: Option<String>,
    pub tags: TagRows,
    /// Number of the default version.
    pub default_version: u32,
    /// The last number given.
    pub last_version: u32,
    /// Newest last.
    pub versions: Vec<VersionRow>,
    pub provisioned_by: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct VersionRow {
    pub number: u32,
    pub document: String,
    pub created: Timestamp,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct InlineRow {
    pub document: String,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct AccessKeyRow {
    pub account: String,
    /// None: the account's root.
    pub user: Option<String>,
    /// Needed in the clear: signatures are computed from it. The data directory is its owner's only.
    pub secret: String,
    pub is_active: bool,
    pub created: Timestamp,
    /// The stack's resource that made it.
    #[serde(default)]
    pub provisioned_by: Option<String>,
}

#[derive(Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct PlatformRow {
    /// 32 bytes in hexadecimal: session tokens and their secrets are derived from it.
    pub session_key: String,
    /// Access key of the root of the platform's first account.
    pub root_access_key_id: String,
}

macro_rules! first_version {
    ($($row:ty),*) => {
        $(impl JsonRecord for $row {
            const VERSION: u8 = 1;
            type Previous = First;
            fn migrate(previous: First) -> Self {
                match previous {}
            }
        })*
    };
}

first_version!(UserRow, GroupRow, RoleRow, PolicyRow, InlineRow, AccessKeyRow, PlatformRow);

impl PolicyRow {
    pub(crate) fn document(&self) -> Option<&str> {
        let version = self.versions.iter().find(|version| version.number == self.default_version)?;
        Some(&version.document)
    }
}
