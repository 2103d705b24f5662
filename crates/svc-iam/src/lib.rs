//! IAM and STS: who calls and what they may do.
//!
//! `Iam` is the one handle. It implements the generated `api_iam::Iam` and `api_sts::Sts`, decides for everyone
//! (`port::Authorizer`), gives services sessions of roles (`port::RoleAssumer`), finds the caller of a signature
//! (`resolve_credentials`) and provides the `AWS::IAM::*` resource types.
//!
//! Passing a role to a service (Lambda's CreateFunction, say) is an ordinary question of that service:
//! `cx.authorize(Access::new("iam:PassRole", role_arn).with_key("iam:PassedToService", "lambda.amazonaws.com"))`.

mod api;
mod authorize;
mod credentials;
mod error;
mod grants;
mod identity;
mod inputs;
mod managed;
mod model;
mod ops;
pub mod policy;
mod resources;
mod services;
mod session;
mod shapes;
mod tables;

use std::sync::Arc;

use base_id::Ids;
use base_time::Clock;
use port::{Access, RequestContext};
use store_kv::{Store, Transaction};
use wire_codec::ApiError;

pub use credentials::{DEV_ACCOUNT, Resolved, RootCredentials};
pub use services::{IamService, StsService};

use error::Fault;
use identity::{Identities, path_of};
use model::Entity;
use session::Sealer;
use tables::{ACCESS_KEYS, AccessKeyRow, PLATFORM, PlatformRow};

/// How IAM is run.
#[derive(Clone, Copy, Debug, Default)]
pub struct IamConfig {
    /// Accept unknown access keys as root (`Resolved::is_verifiable` is false then). Authorization stays as it is.
    pub dev: bool,
}

/// The service. Cheap to clone; clones share its memory.
#[derive(Clone)]
pub struct Iam(Arc<Inner>);

struct Inner {
    store: Store,
    clock: Clock,
    ids: Ids,
    config: IamConfig,
    sealer: Sealer,
    root: RootCredentials,
    identities: Identities,
}

impl Iam {
    /// Opens IAM on a store. On the first start of a store it makes the root's access key and the secret that session
    /// tokens are sealed with.
    ///
    /// # Errors
    /// If the store fails.
    pub async fn open(
        store: Store,
        clock: Clock,
        ids: Ids,
        account: &str,
        config: IamConfig,
    ) -> Result<Self, ApiError> {
        let (platform, root) = prepare(&store, &clock, &ids, account).await?;
        let key = hex::decode(&platform.session_key).map_err(|_| error::service_failure())?;
        let root = RootCredentials {
            account: root.account,
            access_key_id: platform.root_access_key_id,
            secret_access_key: root.secret,
        };
        let identities = Identities::new(store.clone());
        Ok(Self(Arc::new(Inner { store, clock, ids, config, sealer: Sealer::new(&key), root, identities })))
    }

    /// The root's access key of the account the store was first opened with.
    pub fn root_credentials(&self) -> RootCredentials {
        self.0.root.clone()
    }

    pub(crate) fn is_dev(&self) -> bool {
        self.0.config.dev
    }

    pub(crate) fn store(&self) -> &Store {
        &self.0.store
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.clock
    }

    pub(crate) fn ids(&self) -> &Ids {
        &self.0.ids
    }

    pub(crate) fn sealer(&self) -> &Sealer {
        &self.0.sealer
    }

    pub(crate) fn identities(&self) -> &Identities {
        &self.0.identities
    }

    /// Asks for an action on a user, group or role, by its ARN with the path it has (`/` where it isn't there).
    pub(crate) async fn allow(
        &self,
        cx: &RequestContext,
        action: &str,
        entity: Entity<'_>,
        keys: &[(&str, &str)],
    ) -> Result<(), ApiError> {
        let path = self.path(cx.account(), entity).await?;
        let arn = entity.arn(cx.account(), path.as_deref().unwrap_or("/"));
        let access =
            keys.iter().fold(Access::new(action, &arn), |access, (key, value)| access.with_key(key, *value));
        Ok(cx.authorize(access).await?)
    }

    async fn path(&self, account: &str, entity: Entity<'_>) -> Result<Option<String>, Fault> {
        let snapshot = self.store().snapshot().await?;
        Ok(path_of(&snapshot, account, entity).await?)
    }
}

/// Reads what the first start made, or makes it.
async fn prepare(
    store: &Store,
    clock: &Clock,
    ids: &Ids,
    account: &str,
) -> Result<(PlatformRow, AccessKeyRow), Fault> {
    let mut key = [0u8; 32];
    ids.fill(&mut key);
    let platform =
        PlatformRow { session_key: hex::encode(key), root_access_key_id: format!("AKIA{}", ids.base32(16)) };
    let root = AccessKeyRow {
        account: account.to_owned(),
        user: None,
        secret: ids.base64(40),
        is_active: true,
        created: clock.now(),
        provisioned_by: None,
    };
    store.transact(|tx| make(tx, &platform, &root)).await
}

async fn make(
    tx: Transaction,
    platform: &PlatformRow,
    root: &AccessKeyRow,
) -> Result<(PlatformRow, AccessKeyRow), Fault> {
    if let Some(old) = PLATFORM.get(&tx, (0u8,)).await? {
        let key = ACCESS_KEYS.get(&tx, (old.root_access_key_id.as_str(),)).await?;
        let key = key.ok_or_else(error::service_failure)?;
        return Ok((old, key));
    }
    PLATFORM.put(&tx, (0u8,), platform)?;
    ACCESS_KEYS.put(&tx, (platform.root_access_key_id.as_str(),), root)?;
    Ok((platform.clone(), root.clone()))
}
