//! The condition keys of a request ("AWS global condition context keys"), each computed when it is asked for.

use std::borrow::Cow;

use port::{Access, Principal, RequestContext, RequestSource};

/// The values of a condition key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Values<'a> {
    One(Cow<'a, str>),
    Many(Vec<Cow<'a, str>>),
}

impl Values<'_> {
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        let slice: &[Cow<'_, str>] = match self {
            Self::One(value) => std::slice::from_ref(value),
            Self::Many(values) => values,
        };
        slice.iter().map(|value| value.as_ref())
    }

    /// The value of a key that has one, as variables want it.
    pub fn single(&self) -> Option<&str> {
        match self {
            Self::One(value) => Some(value),
            Self::Many(values) if values.len() == 1 => values.first().map(|value| value.as_ref()),
            Self::Many(_) => None,
        }
    }
}

/// Where condition keys come from. Keys are asked for in lower case.
pub trait Context: Send + Sync {
    /// `None` where the request does not have the key.
    fn values(&self, key: &str) -> Option<Values<'_>>;
}

/// Fixed pairs: for simulations and tests.
#[derive(Clone, Debug, Default)]
pub struct Facts(Vec<(String, Vec<String>)>);

impl Facts {
    pub fn from_pairs(pairs: &[(&str, &str)]) -> Self {
        let mut facts = Self::default();
        for (key, value) in pairs {
            facts.add(key, vec![(*value).to_owned()]);
        }
        facts
    }

    /// Sets the key, or adds to its values.
    pub fn add(&mut self, key: &str, values: Vec<String>) {
        let key = key.to_ascii_lowercase();
        match self.0.iter_mut().find(|(other, _)| *other == key) {
            Some((_, old)) => old.extend(values),
            None => self.0.push((key, values)),
        }
    }
}

impl Context for Facts {
    fn values(&self, key: &str) -> Option<Values<'_>> {
        let (_, values) = self.0.iter().find(|(other, _)| other == key)?;
        Some(match values.as_slice() {
            [one] => Values::One(one.into()),
            many => Values::Many(many.iter().map(|value| value.as_str().into()).collect()),
        })
    }
}

/// A request on its way to an operation.
pub(crate) struct RequestFacts<'a> {
    pub cx: &'a RequestContext,
    pub access: &'a Access<'a>,
    /// Tags of the user or role that calls.
    pub principal_tags: &'a [(String, String)],
    pub resource_account: &'a str,
}

impl Context for RequestFacts<'_> {
    fn values(&self, key: &str) -> Option<Values<'_>> {
        if let Some(values) = self.of_service(key) {
            return Some(values);
        }
        let name = key.strip_prefix("aws:")?;
        if let Some(tag) = name.strip_prefix("principaltag/") {
            let pair = self.principal_tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(tag))?;
            return Some(Values::One(pair.1.as_str().into()));
        }
        self.of_request(name).or_else(|| self.of_principal(name)).map(Values::One)
    }
}

/// Over TLS, or within the machine, where nobody can listen on the way: else a policy that denies plain HTTP (the SAM CLI
/// puts one on its bucket) would shut out every local caller.
fn is_secure(source: &RequestSource) -> bool {
    source.is_tls || source.ip.is_none_or(|ip| ip.to_canonical().is_loopback())
}

impl RequestFacts<'_> {
    fn of_service(&self, key: &str) -> Option<Values<'_>> {
        let mut found = self.access.keys.iter().filter(|(name, _)| name.eq_ignore_ascii_case(key));
        let first: Cow<'_, str> = found.next()?.1.as_str().into();
        let mut values = vec![first];
        values.extend(found.map(|(_, value)| Cow::from(value.as_str())));
        if values.len() == 1 { values.pop().map(Values::One) } else { Some(Values::Many(values)) }
    }

    fn of_request(&self, name: &str) -> Option<Cow<'_, str>> {
        let source = self.cx.source();
        Some(match name {
            "currenttime" => self.cx.time().to_rfc3339().into(),
            "epochtime" => self.cx.time().as_secs().to_string().into(),
            "requestedregion" => self.cx.region().into(),
            "resourceaccount" => self.resource_account.into(),
            "securetransport" => if is_secure(source) { "true" } else { "false" }.into(),
            "sourceip" => source.ip?.to_canonical().to_string().into(),
            "useragent" => source.user_agent.as_deref()?.into(),
            "viaawsservice" => if source.ip.is_none() { "true" } else { "false" }.into(),
            _ => return None,
        })
    }

    fn of_principal(&self, name: &str) -> Option<Cow<'_, str>> {
        let principal = self.cx.principal();
        match name {
            "principalarn" => principal_arn(principal),
            "principalaccount" => principal.account().map(Cow::from),
            "principaltype" => principal_type(principal).map(Cow::from),
            "principalisawsservice" => {
                Some(if matches!(principal, Principal::Service { .. }) { "true" } else { "false" }.into())
            }
            "principalservicename" => match principal {
                Principal::Service { name, .. } => Some(name.as_str().into()),
                _ => None,
            },
            "username" => match principal {
                Principal::User { name, .. } => Some(name.as_str().into()),
                _ => None,
            },
            "userid" => match principal {
                Principal::Root { account } => Some(account.as_str().into()),
                Principal::User { id, .. } | Principal::AssumedRole { id, .. } => Some(id.as_str().into()),
                Principal::Service { .. } => None,
                Principal::Anonymous => Some("anonymous".into()),
            },
            "sourcearn" => match principal {
                Principal::Service { source_arn, .. } => source_arn.as_deref().map(Cow::from),
                _ => None,
            },
            "sourceaccount" => match principal {
                Principal::Service { source_account, .. } => source_account.as_deref().map(Cow::from),
                _ => None,
            },
            _ => None,
        }
    }
}

/// A session's `aws:PrincipalArn` is its role's.
fn principal_arn(principal: &Principal) -> Option<Cow<'_, str>> {
    match principal {
        Principal::AssumedRole { role_arn, .. } => Some(role_arn.as_str().into()),
        Principal::Root { .. } | Principal::User { .. } => Some(principal.arn().into()),
        Principal::Service { .. } | Principal::Anonymous => None,
    }
}

fn principal_type(principal: &Principal) -> Option<&'static str> {
    Some(match principal {
        Principal::Root { .. } => "Account",
        Principal::User { .. } => "User",
        Principal::AssumedRole { .. } => "AssumedRole",
        Principal::Anonymous => "Anonymous",
        Principal::Service { .. } => return None,
    })
}
