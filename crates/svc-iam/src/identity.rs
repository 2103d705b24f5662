//! What is known of callers, in memory: access keys, and the policies of users and roles. Valid until any of IAM's rows
//! changes, which the store tells before it acknowledges the change.

use std::collections::HashMap;
use std::sync::Arc;

use futures_util::FutureExt;
use parking_lot::Mutex;
use port::Principal;
use store_kv::{Read, Snapshot, Store, Version, Watch};
use store_table::{Scan, TableError};

use crate::credentials::user_principal;
use crate::managed;
use crate::model::{Entity, EntityKind, split_arn};
use crate::policy::{Policy, PolicyCache};
use crate::tables::{
    ACCESS_KEYS, ATTACHMENTS, GROUPS, INLINE, MEMBERSHIPS, POLICIES, ROLES, SERVICE, TagRows, USERS,
};

/// Entries of each map; when full it starts again from nothing.
const MAX_ENTRIES: usize = 20_000;

/// A user or role that calls, with all that decides what it may do.
#[derive(Debug)]
pub(crate) struct Identity {
    pub id: String,
    pub policies: Vec<Arc<Policy>>,
    pub boundary: Option<Arc<Policy>>,
    pub tags: TagRows,
}

/// An access key of a user or the root.
pub(crate) struct KnownKey {
    pub secret: String,
    pub is_active: bool,
    pub principal: Principal,
}

pub(crate) struct Identities {
    store: Store,
    pub parsed: PolicyCache,
    known: Mutex<Known>,
}

struct Known {
    watch: Watch,
    /// Everything kept was read from a snapshot at or after this.
    since: Version,
    keys: HashMap<String, Arc<KnownKey>>,
    /// By ARN.
    identities: HashMap<String, Arc<Identity>>,
    /// Managed policies of accounts, by ARN: what session policies refer to.
    documents: HashMap<String, Arc<Policy>>,
}

impl Known {
    /// Forgets everything if a row of IAM has changed.
    fn refresh(&mut self) {
        if let Some(Ok(version)) = self.watch.changed(self.since).now_or_never() {
            self.since = version;
            self.keys.clear();
            self.identities.clear();
            self.documents.clear();
        }
    }
}

fn keep<V>(map: &mut HashMap<String, Arc<V>>, key: &str, value: &Arc<V>) {
    if map.len() >= MAX_ENTRIES {
        map.clear();
    }
    map.insert(key.to_owned(), value.clone());
}

impl Identities {
    pub(crate) fn new(store: Store) -> Self {
        let watch = store.watch(vec![SERVICE]);
        let known = Known {
            watch,
            since: Version::ZERO,
            keys: HashMap::new(),
            identities: HashMap::new(),
            documents: HashMap::new(),
        };
        Self { store, parsed: PolicyCache::default(), known: Mutex::new(known) }
    }

    fn look<V>(
        &self,
        map: impl FnOnce(&mut Known) -> &mut HashMap<String, Arc<V>>,
        key: &str,
    ) -> Option<Arc<V>> {
        let mut known = self.known.lock();
        known.refresh();
        map(&mut known).get(key).cloned()
    }

    /// Keeps what was read from `snapshot`, unless IAM has changed since.
    fn learn<V>(
        &self,
        map: impl FnOnce(&mut Known) -> &mut HashMap<String, Arc<V>>,
        key: &str,
        value: &Arc<V>,
        snapshot: &Snapshot,
    ) {
        let mut known = self.known.lock();
        known.refresh();
        if snapshot.version() >= known.since {
            keep(map(&mut known), key, value);
        }
    }

    /// The key and whose it is; `None` where there is no such key or its user is gone.
    pub(crate) async fn access_key(&self, id: &str) -> Result<Option<Arc<KnownKey>>, TableError> {
        if let Some(key) = self.look(|known| &mut known.keys, id) {
            return Ok(Some(key));
        }
        let snapshot = self.store.snapshot().await?;
        let Some(row) = ACCESS_KEYS.get(&snapshot, (id,)).await? else { return Ok(None) };
        let principal = match &row.user {
            None => Principal::Root { account: row.account.clone() },
            Some(name) => match USERS.get(&snapshot, (row.account.as_str(), name.as_str())).await? {
                Some(user) => user_principal(&row.account, user, id),
                None => return Ok(None),
            },
        };
        let key = Arc::new(KnownKey { secret: row.secret, is_active: row.is_active, principal });
        self.learn(|known| &mut known.keys, id, &key, &snapshot);
        Ok(Some(key))
    }

    /// The user or role of this ARN (path included), if it is there.
    pub(crate) async fn identity(&self, arn: &str) -> Result<Option<Arc<Identity>>, TableError> {
        if let Some(identity) = self.look(|known| &mut known.identities, arn) {
            return Ok(Some(identity));
        }
        let snapshot = self.store.snapshot().await?;
        let Some(identity) = self.load(&snapshot, arn).await? else { return Ok(None) };
        let identity = Arc::new(identity);
        self.learn(|known| &mut known.identities, arn, &identity, &snapshot);
        Ok(Some(identity))
    }

    /// A managed policy's default version, AWS's or an account's.
    pub(crate) async fn managed(&self, arn: &str) -> Result<Option<Arc<Policy>>, TableError> {
        if let Some(policy) = managed::find(arn) {
            return Ok(self.parse(&policy.document));
        }
        if let Some(policy) = self.look(|known| &mut known.documents, arn) {
            return Ok(Some(policy));
        }
        let snapshot = self.store.snapshot().await?;
        let Some(policy) = self.load_managed(&snapshot, arn).await? else { return Ok(None) };
        self.learn(|known| &mut known.documents, arn, &policy, &snapshot);
        Ok(Some(policy))
    }

    async fn load(&self, read: &Snapshot, arn: &str) -> Result<Option<Identity>, TableError> {
        if let Some((account, name)) = split_arn(arn, "role") {
            let Some(row) = ROLES.get(read, (account, name)).await? else { return Ok(None) };
            let entity = Entity::role(name);
            if entity.arn(account, &row.path) != arn {
                return Ok(None);
            }
            let mut policies = Vec::new();
            self.load_policies(read, account, entity, &mut policies).await?;
            let boundary = self.load_boundary(read, row.boundary.as_deref()).await?;
            return Ok(Some(Identity { id: row.id, policies, boundary, tags: row.tags }));
        }
        let Some((account, name)) = split_arn(arn, "user") else { return Ok(None) };
        let Some(row) = USERS.get(read, (account, name)).await? else { return Ok(None) };
        let entity = Entity::user(name);
        if entity.arn(account, &row.path) != arn {
            return Ok(None);
        }
        let mut policies = Vec::new();
        self.load_policies(read, account, entity, &mut policies).await?;
        let groups = MEMBERSHIPS.scan(read, (account, name), Scan::forward()).await?;
        for ((_, _, group), ()) in groups.rows {
            if GROUPS.contains(read, (account, group.as_str())).await? {
                self.load_policies(read, account, Entity::group(&group), &mut policies).await?;
            }
        }
        let boundary = self.load_boundary(read, row.boundary.as_deref()).await?;
        Ok(Some(Identity { id: row.id, policies, boundary, tags: row.tags }))
    }

    async fn load_policies(
        &self,
        read: &Snapshot,
        account: &str,
        entity: Entity<'_>,
        into: &mut Vec<Arc<Policy>>,
    ) -> Result<(), TableError> {
        let prefix = (account, entity.kind.word(), entity.name);
        let mut after = None;
        loop {
            let page = INLINE.scan(read, prefix, Scan::forward().after(after)).await?;
            into.extend(page.rows.iter().map(|(_, row)| self.parse_or_deny(&row.document)));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        let attached = ATTACHMENTS.scan(read, prefix, Scan::forward()).await?;
        for ((_, _, _, arn), ()) in attached.rows {
            match managed::find(&arn) {
                Some(policy) => into.push(self.parse_or_deny(&policy.document)),
                None => into.extend(self.load_managed(read, &arn).await?),
            }
        }
        Ok(())
    }

    /// A boundary that cannot be found allows nothing.
    async fn load_boundary(
        &self,
        read: &Snapshot,
        arn: Option<&str>,
    ) -> Result<Option<Arc<Policy>>, TableError> {
        let Some(arn) = arn else { return Ok(None) };
        let found = match managed::find(arn) {
            Some(policy) => self.parse(&policy.document),
            None => self.load_managed(read, arn).await?,
        };
        Ok(Some(found.unwrap_or_else(deny_all)))
    }

    async fn load_managed(&self, read: &impl Read, arn: &str) -> Result<Option<Arc<Policy>>, TableError> {
        let Some((account, name)) = split_arn(arn, "policy") else { return Ok(None) };
        let row = POLICIES.get(read, (account, name)).await?;
        Ok(row.as_ref().and_then(|row| row.document()).map(|document| self.parse_or_deny(document)))
    }

    pub(crate) fn parse(&self, document: &str) -> Option<Arc<Policy>> {
        self.parsed.get(document).ok()
    }

    /// Documents are validated before they are stored; one that cannot be read all the same must not be taken for less
    /// than it says.
    fn parse_or_deny(&self, document: &str) -> Arc<Policy> {
        self.parsed.get(document).unwrap_or_else(|error| {
            tracing::error!(%error, "a stored policy cannot be read: it denies everything");
            deny_all()
        })
    }
}

/// What stands for a policy that cannot be read.
pub(crate) fn deny_all() -> Arc<Policy> {
    let text = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Principal":"*","Action":"*"}]}"#;
    Arc::new(Policy::parse(text).unwrap_or(Policy { statements: Vec::new() }))
}

/// The path an entity was made with, where it is there.
pub(crate) async fn path_of(
    read: &impl Read,
    account: &str,
    entity: Entity<'_>,
) -> Result<Option<String>, TableError> {
    let key = (account, entity.name);
    Ok(match entity.kind {
        EntityKind::User => USERS.get(read, key).await?.map(|row| row.path),
        EntityKind::Group => GROUPS.get(read, key).await?.map(|row| row.path),
        EntityKind::Role => ROLES.get(read, key).await?.map(|row| row.path),
    })
}
