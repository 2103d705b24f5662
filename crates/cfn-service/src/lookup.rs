//! Finding stacks by name or id, and deciding whether the caller may.

use cfn_exec::model::{ResourceRow, Stack};
use cfn_exec::tables::{NAMES, STACKS};
use cfn_plan::plan::ResourceState;
use indexmap::IndexMap;
use port::{Access, Arn, RequestContext};
use store_kv::{Read, Snapshot};
use wire_codec::ApiError;

use crate::CloudFormation;
use crate::error::{self, Failure, storage};

/// What a caller named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StackRef {
    Name(String),
    /// UUID, from an ARN.
    Id {
        name: String,
        uuid: String,
    },
}

impl StackRef {
    pub fn parse(text: &str) -> Self {
        let parsed = Arn::parse(text).filter(|arn| arn.service == "cloudformation").and_then(|arn| {
            let mut parts = arn.resource.splitn(3, '/');
            let (kind, name, uuid) = (parts.next()?, parts.next()?, parts.next()?);
            (kind == "stack").then(|| Self::Id { name: name.to_owned(), uuid: uuid.to_owned() })
        });
        parsed.unwrap_or_else(|| Self::Name(text.to_owned()))
    }

    /// The ARN that permissions are about.
    pub fn arn(&self, cx: &RequestContext) -> String {
        match self {
            Self::Name(name) => cx.arn("cloudformation", &format!("stack/{name}/*")),
            Self::Id { name, uuid } => cx.arn("cloudformation", &format!("stack/{name}/{uuid}")),
        }
    }
}

/// The stack that has the name now, or had the id ever.
pub async fn find(read: &impl Read, cx: &RequestContext, name: &str) -> Result<Option<Stack>, Failure> {
    let (account, region) = (cx.account(), cx.region());
    let uuid = match StackRef::parse(name) {
        StackRef::Id { uuid, .. } => uuid,
        StackRef::Name(name) => match NAMES.get(read, (account, region, &name)).await? {
            Some(row) => row.uuid,
            None => return Ok(None),
        },
    };
    Ok(STACKS.get(read, (account, region, &uuid)).await?)
}

/// The stack, or "Stack with id .. does not exist".
pub async fn stack(read: &impl Read, cx: &RequestContext, name: &str) -> Result<Stack, Failure> {
    find(read, cx, name).await?.ok_or_else(|| Failure::Api(error::no_stack(name)))
}

/// What a stack consists of, as a plan starts from it.
pub async fn state(read: &impl Read, stack: &Stack) -> Result<IndexMap<String, ResourceState>, Failure> {
    let rows = cfn_exec::run::resources(read, &stack.uuid).await?;
    let state = |(id, row): (String, ResourceRow)| Some((id, row.state?));
    let mut state: IndexMap<String, ResourceState> = rows.into_iter().filter_map(state).collect();
    state.sort_unstable_keys();
    Ok(state)
}

impl CloudFormation {
    /// Decides `cloudformation:{operation}` on the stack the caller named.
    pub(crate) async fn authorize(
        &self,
        cx: &RequestContext,
        operation: &str,
        stack: &str,
    ) -> Result<(), ApiError> {
        let action = format!("cloudformation:{operation}");
        let mut arn = StackRef::parse(stack).arn(cx);
        // By name, policies that name the id hold too.
        if let StackRef::Name(_) = StackRef::parse(stack)
            && let Some(found) = find(&self.snapshot().await?, cx, stack).await?
        {
            arn = found.id();
        }
        Ok(cx.authorize(Access::new(&action, &arn)).await?)
    }

    /// Decides an operation about no stack in particular.
    pub(crate) async fn authorize_all(&self, cx: &RequestContext, operation: &str) -> Result<(), ApiError> {
        let action = format!("cloudformation:{operation}");
        Ok(cx.authorize(Access::new(&action, "*")).await?)
    }

    /// Whether the caller may hand the role to CloudFormation.
    pub(crate) async fn authorize_role(
        &self,
        cx: &RequestContext,
        role: Option<&str>,
    ) -> Result<(), ApiError> {
        let Some(role) = role else { return Ok(()) };
        let access =
            Access::new("iam:PassRole", role).with_key("iam:PassedToService", "cloudformation.amazonaws.com");
        Ok(cx.authorize(access).await?)
    }

    pub(crate) async fn snapshot(&self) -> Result<Snapshot, ApiError> {
        self.store().snapshot().await.map_err(|e| storage(&e))
    }
}
