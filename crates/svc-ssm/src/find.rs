//! From a name, an ARN, or either with a selector, to a parameter and one of its versions.

use port::{Access, Arn, RequestContext};
use store_kv::Read;
use wire_codec::ApiError;

use crate::check;
use crate::error::{self, Failure};
use crate::model::{Parameter, Revision};
use crate::tables::{PARAMETERS, ParameterKey, REVISIONS};

/// A parameter as a request names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    pub key: ParameterKey,
    /// Without its colon.
    pub selector: Option<String>,
    /// From an ARN whose resource has one level: names `a` and `/a` both have it.
    is_ambiguous: bool,
}

/// A version that was asked for.
pub struct Found {
    pub key: ParameterKey,
    pub parameter: Parameter,
    pub revision: Revision,
}

/// `parameter/a` for `a` and for `/a`.
pub fn arn_of((account, region, name): &ParameterKey) -> String {
    format!("arn:aws:ssm:{region}:{account}:parameter/{}", name.strip_prefix('/').unwrap_or(name))
}

pub fn key_of(cx: &RequestContext, name: &str) -> ParameterKey {
    (cx.account().to_owned(), cx.region().to_owned(), name.to_owned())
}

impl Reference {
    /// `name`, `name:3`, `name:label`, or an ARN with or without such a selector.
    pub fn parse(cx: &RequestContext, text: &str) -> Result<Self, ApiError> {
        let Some(arn) = Arn::parse(text) else {
            let (name, selector) = split(text);
            check::asked_name(name)?;
            return Ok(Self { key: key_of(cx, name), selector, is_ambiguous: false });
        };
        let resource = arn.resource.strip_prefix("parameter/").filter(|_| arn.service == "ssm");
        let resource = resource.ok_or_else(|| {
            error::validation(format!("Invalid parameter ARN: {text}. An ARN of a parameter has the form arn:aws:ssm:region:account-id:parameter/name."))
        })?;
        let (name, selector) = split(resource);
        check::asked_name(name)?;
        let is_ambiguous = !name.contains('/');
        let name = if is_ambiguous { name.to_owned() } else { format!("/{name}") };
        Ok(Self { key: (arn.account.to_owned(), arn.region.to_owned(), name), selector, is_ambiguous })
    }

    /// Decides whether the caller may do `action` (without `ssm:`) with it.
    pub async fn authorize(&self, cx: &RequestContext, action: &str) -> Result<(), ApiError> {
        let (action, arn) = (format!("ssm:{action}"), arn_of(&self.key));
        Ok(cx.authorize(Access::new(&action, &arn).owned_by(&self.key.0)).await?)
    }

    /// The version it names; the latest where it names none.
    pub async fn find(&self, read: &impl Read) -> Result<Found, Failure> {
        let (key, parameter) = self.parameter(read).await?;
        let revision = match &self.selector {
            None => parameter.latest.clone(),
            Some(selector) => selected(read, &key, &parameter, selector).await?,
        };
        Ok(Found { key, parameter, revision })
    }

    async fn parameter(&self, read: &impl Read) -> Result<(ParameterKey, Parameter), Failure> {
        if let Some(parameter) = PARAMETERS.get(read, self.key.clone()).await? {
            return Ok((self.key.clone(), parameter));
        }
        let mut key = self.key.clone();
        if self.is_ambiguous {
            key.2.insert(0, '/');
            if let Some(parameter) = PARAMETERS.get(read, key.clone()).await? {
                return Ok((key, parameter));
            }
        }
        Err(error::not_found().into())
    }
}

fn split(text: &str) -> (&str, Option<String>) {
    match text.split_once(':') {
        Some((name, selector)) => (name, Some(selector.to_owned())),
        None => (text, None),
    }
}

async fn selected(
    read: &impl Read,
    key: &ParameterKey,
    parameter: &Parameter,
    selector: &str,
) -> Result<Revision, Failure> {
    let version = match selector.parse::<u64>() {
        Ok(version) => version,
        Err(_) => *parameter.labels.get(selector).ok_or_else(|| error::no_label(&key.2, selector))?,
    };
    let found = revision(read, key, version).await?;
    Ok(found.ok_or_else(|| error::no_version(&key.2, selector))?)
}

pub async fn revision(
    read: &impl Read,
    (account, region, name): &ParameterKey,
    version: u64,
) -> Result<Option<Revision>, Failure> {
    Ok(REVISIONS.get(read, (account.clone(), region.clone(), name.clone(), version)).await?)
}

/// As GetParameter and its like show it.
pub fn shown(key: &ParameterKey, revision: Revision, selector: Option<&str>) -> api_ssm::types::Parameter {
    api_ssm::types::Parameter {
        version: Some(revision.number()),
        name: Some(key.2.clone()),
        r#type: Some(revision.parameter_type.into()),
        value: Some(revision.value),
        selector: selector.map(|selector| format!(":{selector}")),
        source_result: None,
        last_modified_date: Some(revision.modified),
        arn: Some(arn_of(key)),
        data_type: Some(revision.data_type),
    }
}
