//! Tags of APIs and their stages, which both control planes name by ARN.

use indexmap::IndexMap;
use port::RequestContext;
use store_kv::Transaction;
use wire_codec::ApiError;

use crate::ApiGateway;
use crate::access::{Verb, key};
use crate::error::{self, Failure, bad_request};
use crate::tables::{HTTP_APIS, HTTP_STAGES, REST_APIS, REST_STAGES};

type Tags = IndexMap<String, String>;

/// Tags of a resource (API Gateway quotas).
const MAX_TAGS: usize = 50;

/// What has tags.
enum Tagged<'a> {
    RestApi(&'a str),
    RestStage(&'a str, &'a str),
    HttpApi(&'a str),
    HttpStage(&'a str, &'a str),
}

impl<'a> Tagged<'a> {
    /// From `arn:aws:apigateway:{region}::/restapis/{id}[/stages/{name}]` or the same with `/apis`.
    fn parse(arn: &'a str) -> Result<Self, ApiError> {
        let parsed = port::Arn::parse(arn).filter(|arn| arn.service == "apigateway");
        let path = parsed.map(|arn| arn.resource).unwrap_or_default();
        match path.split('/').collect::<Vec<_>>()[..] {
            ["", "restapis", id] => Ok(Self::RestApi(id)),
            ["", "restapis", id, "stages", name] => Ok(Self::RestStage(id, name)),
            ["", "apis", id] => Ok(Self::HttpApi(id)),
            ["", "apis", id, "stages", name] => Ok(Self::HttpStage(id, name)),
            _ => Err(bad_request(format!("Invalid ARN specified in the request: {arn}"))),
        }
    }
}

impl ApiGateway {
    /// Changes the tags (or does not) and returns them.
    pub(crate) async fn change_tags(
        &self,
        cx: &RequestContext,
        verb: Verb,
        arn: &str,
        change: impl Fn(&mut Tags) + Sync,
    ) -> Result<Tags, ApiError> {
        let resource = format!("/tags/{}", arn.replace(':', "%3A").replace('/', "%2F"));
        self.authorize(cx, verb, &resource).await?;
        let tagged = &Tagged::parse(arn)?;
        let change = |tags: &mut Tags| {
            change(tags);
            if tags.len() > MAX_TAGS {
                return Err(bad_request(format!("A resource can have at most {MAX_TAGS} tags.")));
            }
            Ok(tags.clone())
        };
        let change = &change;
        let work = |tx: Transaction| async move {
            match *tagged {
                Tagged::RestApi(id) => {
                    let found = REST_APIS.get(&tx, key(cx, id)).await?;
                    let mut api = found.ok_or_else(|| error::no_api(cx.account(), id))?;
                    let before = api.settings.tags.clone();
                    let tags = change(&mut api.settings.tags)?;
                    if tags != before {
                        REST_APIS.put(&tx, key(cx, id), &api)?;
                    }
                    Ok::<_, Failure>(tags)
                }
                Tagged::HttpApi(id) => {
                    let found = HTTP_APIS.get(&tx, key(cx, id)).await?;
                    let mut api = found.ok_or_else(|| error::no_api(cx.account(), id))?;
                    let before = api.settings.tags.clone();
                    let tags = change(&mut api.settings.tags)?;
                    if tags != before {
                        HTTP_APIS.put(&tx, key(cx, id), &api)?;
                    }
                    Ok(tags)
                }
                Tagged::RestStage(id, name) => {
                    let found = REST_STAGES.get(&tx, (id, name)).await?;
                    let own = found.filter(|stage| stage.account == cx.account());
                    let mut stage = own.ok_or_else(|| error::no_such("Stage"))?;
                    let before = stage.settings.tags.clone();
                    let tags = change(&mut stage.settings.tags)?;
                    if tags != before {
                        REST_STAGES.put(&tx, (id, name), &stage)?;
                    }
                    Ok(tags)
                }
                Tagged::HttpStage(id, name) => {
                    let found = HTTP_STAGES.get(&tx, (id, name)).await?;
                    let own = found.filter(|stage| stage.account == cx.account());
                    let mut stage = own.ok_or_else(|| error::no_such("Stage"))?;
                    let before = stage.settings.tags.clone();
                    let tags = change(&mut stage.settings.tags)?;
                    if tags != before {
                        HTTP_STAGES.put(&tx, (id, name), &stage)?;
                    }
                    Ok(tags)
                }
            }
        };
        Ok(self.0.store.transact(work).await?)
    }
}
