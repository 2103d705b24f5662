//! Resource policies of REST APIs (`x-amazon-apigateway-policy`), from the lists SAM offers.

use serde_json::{Map, Value, json};

use super::swagger::method_list;
use super::{ANY_METHOD, Definition, path_pattern};
use crate::error::{Result, SamError};
use crate::tree::{Entries, sub_with, truthy};

const POLICY: &str = "x-amazon-apigateway-policy";

impl Definition {
    /// Adds the statements that a `ResourcePolicy` asks for on a path.
    pub(crate) fn add_resource_policy(&mut self, policy: &Value, path: &str, stage: &Value) -> Result<()> {
        let Some(policy) = policy.as_object() else {
            return Err(SamError::template("Resource Policy is not a valid dictionary."));
        };
        let resources = self.method_resources(path, stage)?;
        for (name, effect) in [("AwsAccountWhitelist", "Allow"), ("AwsAccountBlacklist", "Deny")] {
            if let Some(accounts) = policy.get(name).filter(|accounts| truthy(accounts)) {
                self.add_accounts(accounts, effect, &resources)?;
            }
        }
        for (name, test) in [("IpRangeWhitelist", "NotIpAddress"), ("IpRangeBlacklist", "IpAddress")] {
            if let Some(ranges) = policy.get(name).filter(|ranges| truthy(ranges)) {
                let ranges = if ranges.is_array() { ranges.clone() } else { json!([ranges]) };
                self.add_allow_and_deny(&json!({test: {"aws:SourceIp": ranges}}), &resources);
            }
        }
        for (list, test) in [("Blacklist", "StringEquals"), ("Whitelist", "StringNotEquals")] {
            let sources = vpc_sources(policy, list)?;
            if !sources.is_empty() {
                self.add_allow_and_deny(&json!({test: sources}), &resources);
            }
        }
        self.edit_policy(|_| {});
        Ok(())
    }

    /// Adds statements as the template wrote them.
    pub(crate) fn add_custom_statements(&mut self, statements: &Value) {
        let list =
            if let Value::Array(items) = statements { items.clone() } else { vec![statements.clone()] };
        self.edit_policy(|policy| {
            policy.insert("Version".into(), json!("2012-10-17"));
            match policy.get("Statement") {
                None => {
                    policy.insert("Statement".into(), statements.clone());
                }
                Some(_) => add_statements(policy, list, true),
            }
        });
    }

    /// Edits the policy, made empty when there is none.
    fn edit_policy(&mut self, edit: impl FnOnce(&mut Entries)) {
        let slot = self.doc.entry(POLICY).or_insert(Value::Null);
        if !slot.is_object() {
            *slot = json!({});
        }
        if let Value::Object(policy) = slot {
            edit(policy);
        }
    }

    fn method_resources(&self, path: &str, stage: &Value) -> Result<Vec<Value>> {
        let pattern = path_pattern(path);
        let mut resources = Vec::new();
        for item in self.items(path)? {
            for method in method_list(item) {
                let method = if method == ANY_METHOD { "*".to_owned() } else { method.to_uppercase() };
                let text = format!("execute-api:/${{__Stage__}}/{method}{pattern}");
                resources.push(sub_with(&text, json!({"__Stage__": stage})));
            }
        }
        Ok(resources)
    }

    fn add_accounts(&mut self, accounts: &Value, effect: &str, resources: &[Value]) -> Result<()> {
        let accounts = match accounts {
            Value::Array(_) => accounts.clone(),
            Value::Object(_) => json!([accounts]),
            other => {
                let shown = crate::python::shown(other);
                return Err(SamError::template(format!("Type of '{shown}' must be a list or dictionary")));
            }
        };
        let statement = json!({
            "Effect": effect, "Action": "execute-api:Invoke", "Resource": resources, "Principal": {"AWS": accounts},
        });
        self.edit_policy(|policy| {
            policy.insert("Version".into(), json!("2012-10-17"));
            if policy.contains_key("Statement") {
                add_statements(policy, vec![statement], false);
            } else {
                policy.insert("Statement".into(), statement);
            }
        });
        Ok(())
    }

    fn add_allow_and_deny(&mut self, condition: &Value, resources: &[Value]) {
        let allow = json!({
            "Effect": "Allow", "Action": "execute-api:Invoke", "Resource": resources, "Principal": "*",
        });
        let mut deny = allow.clone();
        if let Some(deny) = deny.as_object_mut() {
            deny.insert("Effect".into(), json!("Deny"));
            deny.insert("Condition".into(), condition.clone());
        }
        self.edit_policy(|policy| {
            policy.insert("Version".into(), json!("2012-10-17"));
            add_statements(policy, vec![allow, deny], true);
        });
    }
}

/// Adds statements, those that are there already only when not `once`.
fn add_statements(policy: &mut Entries, added: Vec<Value>, once: bool) {
    let slot = policy.entry("Statement").or_insert_with(|| json!([]));
    if !slot.is_array() {
        *slot = json!([slot.take()]);
    }
    let Some(statements) = slot.as_array_mut() else { return };
    for statement in added {
        if !once || !statements.contains(&statement) {
            statements.push(statement);
        }
    }
}

fn vpc_sources(policy: &Entries, list: &str) -> Result<Entries> {
    let (mut vpcs, mut endpoints) = (Vec::new(), Vec::new());
    if let Some(named) = policy.get(&format!("SourceVpc{list}")).filter(|named| !named.is_null()) {
        let texts: Option<Vec<&str>> =
            named.as_array().and_then(|items| items.iter().map(Value::as_str).collect());
        let texts = texts.ok_or_else(|| {
            SamError::template(format!(
                "SourceVpc{list} must be a list of strings. Use IntrinsicVpc{list} instead for values that use Intrinsic Functions"
            ))
        })?;
        vpcs.extend(texts.iter().filter(|text| text.starts_with("vpc-")).map(|text| json!(text)));
        endpoints.extend(texts.iter().filter(|text| text.starts_with("vpce-")).map(|text| json!(text)));
    }
    let computed = |name: String| policy.get(&name).and_then(Value::as_array).cloned().unwrap_or_default();
    vpcs.extend(computed(format!("IntrinsicVpc{list}")));
    endpoints.extend(computed(format!("IntrinsicVpce{list}")));
    let mut sources = Map::new();
    if !vpcs.is_empty() {
        sources.insert("aws:SourceVpc".into(), Value::Array(vpcs));
    }
    if !endpoints.is_empty() {
        sources.insert("aws:SourceVpce".into(), Value::Array(endpoints));
    }
    Ok(sources)
}
