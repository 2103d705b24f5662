//! Changing `$LATEST`: one way for code and configuration, with its revision and what follows for running environments.

use port::RequestContext;
use wire_codec::ApiError;

use crate::Lambda;
use crate::error::{self, Failure};
use crate::model::FunctionVersion;
use crate::names::FunctionRef;
use crate::tables::FUNCTIONS;

impl Lambda {
    /// Applies `change` to `$LATEST` under a new revision. With `revision_id`, only if that is still the current one.
    pub(crate) async fn change_latest(
        &self,
        cx: &RequestContext,
        target: &FunctionRef,
        revision_id: Option<&str>,
        change: impl Fn(&mut FunctionVersion) + Sync,
    ) -> Result<FunctionVersion, ApiError> {
        let (change, new_revision) = (&change, &self.0.ids.uuid());
        let work = |tx| async move {
            let Some(mut function) = FUNCTIONS.get(&tx, target.key()).await? else {
                return Err(Failure::Api(error::function_not_found(&target.arn())));
            };
            if revision_id.is_some_and(|id| id != function.latest.revision_id) {
                return Err(Failure::Api(error::precondition_failed()));
            }
            change(&mut function.latest);
            function.latest.last_modified = cx.time();
            function.latest.revision_id.clone_from(new_revision);
            FUNCTIONS.put(&tx, target.key(), &function)?;
            Ok(function.latest)
        };
        let latest = self.0.store.transact(work).await?;
        self.forget_specs(&target.arn());
        self.0.engine.retire(&target.arn(), Some(&latest.revision_id));
        Ok(latest)
    }
}
