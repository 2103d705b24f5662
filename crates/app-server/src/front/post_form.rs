//! S3's uploads by an HTML form: signed by a policy among the fields, so that the head alone does not say who calls.

use base_time::Timestamp;
use http::request::Parts;
use http::{Request, Response};
use port::{Principal, RequestContext, RequestSource};
use svc_s3::PostForm;
use wire_codec::{ApiError, Body};

use super::{Asked, Front, authenticate, browser, refusal};

impl Front {
    pub(super) async fn post_form(
        &self,
        parts: Parts,
        body: Body,
        asked: Asked,
        source: RequestSource,
    ) -> Response<Body> {
        let head = parts.clone();
        let outcome = self.take_form(Request::from_parts(parts, body), &asked.request_id, source).await;
        outcome.unwrap_or_else(|error| {
            refusal::of(asked.service, asked.protocol, &head, asked.request_id, &error)
        })
    }

    async fn take_form(
        &self,
        request: Request<Body>,
        request_id: &str,
        source: RequestSource,
    ) -> Result<Response<Body>, ApiError> {
        let now = self.clock.now();
        let (parts, body) = request.into_parts();
        let bucket = super::bucket_of(&parts);
        let is_foreign = browser::is_foreign(&parts);
        let form = PostForm::read(&bucket, Request::from_parts(parts, body)).await?;
        let principal = self.poster(&form, is_foreign, now).await?;
        let account = principal.account().unwrap_or(self.authenticator.account()).to_owned();
        let (region, id) = (self.region.clone(), request_id.to_owned());
        let cx = RequestContext::new(principal, account, region, id, now, source, self.authorizer.clone());
        self.s3.post_object(&cx, form).await
    }

    async fn poster(&self, form: &PostForm, is_foreign: bool, now: Timestamp) -> Result<Principal, ApiError> {
        let Some(claim) = form.claim()? else { return Ok(Principal::Anonymous) };
        let token = claim.session_token.as_deref();
        let resolved = self.authenticator.resolve_for_s3(&claim.access_key_id, token, now).await?;
        if resolved.is_verifiable {
            claim.verify(&resolved.secret_access_key)?;
        } else if is_foreign {
            return Err(authenticate::foreign_page());
        }
        Ok(resolved.principal)
    }
}
