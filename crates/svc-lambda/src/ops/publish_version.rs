//! PublishVersion: freezes `$LATEST` as the next numbered version, unless nothing has changed since the last one.

use api_lambda::types::{PublishVersionInput, PublishVersionOutput};
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::error::{self, Failure};
use crate::model::{Function, FunctionVersion};
use crate::names::FunctionRef;
use crate::tables::{FUNCTIONS, VERSIONS};
use crate::{Lambda, describe, settings};

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: PublishVersionInput,
) -> Result<PublishVersionOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, None)?;
    lambda.authorize(cx, "lambda:PublishVersion", &target).await?;
    settings::refuse_if(input.publish_to.is_some(), "PublishTo")?;
    publish(
        lambda,
        &target,
        input.description.as_deref(),
        input.code_sha256.as_deref(),
        input.revision_id.as_deref(),
    )
    .await
}

/// Publishes; `code_sha256` (base 64) and `revision_id` are conditions where given.
pub async fn publish(
    lambda: &Lambda,
    target: &FunctionRef,
    description: Option<&str>,
    code_sha256: Option<&str>,
    revision_id: Option<&str>,
) -> Result<PublishVersionOutput, ApiError> {
    let new_revision = &lambda.0.ids.uuid();
    let work = |tx: Transaction| async move {
        let Some(mut function) = FUNCTIONS.get(&tx, target.key()).await? else {
            return Err(Failure::Api(error::function_not_found(&target.arn())));
        };
        check_conditions(&function, code_sha256, revision_id)?;
        let (account, region, name) = target.key();
        if let Some(number) = function.last_published {
            let last = VERSIONS.get(&tx, (account.clone(), region.clone(), name.clone(), number)).await?;
            if let Some(last) = last.filter(|last| is_same(last, &function.latest)) {
                return Ok(last);
            }
        }
        let number = function.next_version;
        let mut version = function.latest.clone();
        version.version = number.to_string();
        version.revision_id.clone_from(new_revision);
        if let Some(description) = description {
            description.clone_into(&mut version.description);
        }
        function.next_version += 1;
        function.last_published = Some(number);
        VERSIONS.put(&tx, (account, region, name, number), &version)?;
        FUNCTIONS.put(&tx, target.key(), &function)?;
        Ok(version)
    };
    let version = lambda.0.store.transact(work).await?;
    Ok(describe::configuration(&FunctionRef { qualifier: None, ..target.clone() }, &version, true))
}

fn check_conditions(
    function: &Function,
    code_sha256: Option<&str>,
    revision_id: Option<&str>,
) -> Result<(), ApiError> {
    let current = describe::code_sha256(&function.latest.code.sha256_hex);
    if let Some(expected) = code_sha256.filter(|expected| *expected != current) {
        return Err(error::invalid_parameter(format!(
            "CodeSHA256 ({expected}) is different from current CodeSHA256 in $LATEST ({current}). Please try again with the CodeSHA256 in $LATEST."
        )));
    }
    if revision_id.is_some_and(|id| id != function.latest.revision_id) {
        return Err(error::precondition_failed());
    }
    Ok(())
}

/// Code and configuration are equal; names, times and revisions aside.
fn is_same(published: &FunctionVersion, latest: &FunctionVersion) -> bool {
    let mut latest = latest.clone();
    latest.version.clone_from(&published.version);
    latest.revision_id.clone_from(&published.revision_id);
    latest.description.clone_from(&published.description);
    latest.last_modified = published.last_modified;
    latest == *published
}
