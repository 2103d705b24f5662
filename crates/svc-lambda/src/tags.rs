//! Tags of functions and event source mappings, which the API names by ARN.

use indexmap::IndexMap;
use port::{Access, Arn, RequestContext};
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::Lambda;
use crate::error::{self, Failure};
use crate::names::FunctionRef;
use crate::tables::{FUNCTIONS, MAPPINGS};

/// A resource with tags.
pub enum Tagged {
    Function(FunctionRef),
    /// (account, region, UUID)
    Mapping((String, String, String)),
}

impl Tagged {
    pub fn parse(cx: &RequestContext, arn: &str) -> Result<Self, ApiError> {
        if let Some(parsed) = Arn::parse(arn)
            && let Some(uuid) = parsed.resource.strip_prefix("event-source-mapping:")
        {
            return Ok(Self::Mapping((parsed.account.to_owned(), parsed.region.to_owned(), uuid.to_owned())));
        }
        let target = FunctionRef::parse(arn, None, cx.account(), cx.region())?;
        if target.qualifier.is_some() {
            return Err(error::invalid_parameter(
                "Tags on function aliases and versions are not supported. Please specify a function ARN.",
            ));
        }
        Ok(Self::Function(target))
    }
}

impl Lambda {
    pub(crate) async fn change_tags(
        &self,
        cx: &RequestContext,
        action: &str,
        arn: &str,
        change: impl Fn(&mut IndexMap<String, String>) -> Result<(), ApiError> + Sync,
    ) -> Result<(), ApiError> {
        let tagged = &Tagged::parse(cx, arn)?;
        cx.authorize(Access::new(action, arn)).await?;
        let change = &change;
        let work = |tx: Transaction| async move {
            match tagged {
                Tagged::Function(target) => {
                    let found = FUNCTIONS.get(&tx, target.key()).await?;
                    let mut function = found.ok_or_else(|| error::function_not_found(&target.arn()))?;
                    change(&mut function.tags)?;
                    FUNCTIONS.put(&tx, target.key(), &function)?;
                }
                Tagged::Mapping(key) => {
                    let found = MAPPINGS.get(&tx, key).await?;
                    let mut mapping = found
                        .ok_or_else(|| error::not_found("The resource you requested does not exist."))?;
                    change(&mut mapping.tags)?;
                    MAPPINGS.put(&tx, key, &mapping)?;
                }
            }
            Ok::<_, Failure>(())
        };
        Ok(self.0.store.transact(work).await?)
    }
}

impl Lambda {
    /// Makes the tags of a function exactly these.
    pub(crate) async fn replace_tags(
        &self,
        cx: &RequestContext,
        arn: &str,
        tags: IndexMap<String, String>,
    ) -> Result<(), ApiError> {
        self.change_tags(cx, "lambda:TagResource", arn, |present| {
            present.clone_from(&tags);
            Ok(())
        })
        .await
    }
}
