//! GetUser. A user; the caller itself where none is named.

use super::rows;
use crate::Iam;
use crate::error::validation;
use crate::model::Entity;
use crate::shapes;
use api_iam::{GetUserInput, GetUserOutput, User};
use port::Principal;
use port::RequestContext;
use wire_codec::ApiError;

pub(crate) async fn run(
    iam: &Iam,
    cx: &RequestContext,
    input: GetUserInput,
) -> Result<GetUserOutput, ApiError> {
    let name = match (input.user_name, cx.principal()) {
        (Some(name), _) => name,
        (None, Principal::User { name, .. }) => name.clone(),
        (None, Principal::Root { account }) => return Ok(root(cx, account)),
        (None, _) => return Err(validation("Must specify userName when calling with non-User credentials")),
    };
    iam.allow(cx, "iam:GetUser", Entity::user(&name), &[]).await?;
    let row = rows::user(iam, cx.account(), &name).await?;
    Ok(GetUserOutput { user: shapes::user(cx.account(), &row) })
}

/// The root shows itself as a user without a name.
fn root(cx: &RequestContext, account: &str) -> GetUserOutput {
    cx.needs_no_permission();
    let user = User { user_id: account.to_owned(), arn: cx.principal().arn(), ..User::default() };
    GetUserOutput { user }
}
