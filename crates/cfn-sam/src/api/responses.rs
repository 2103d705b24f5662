//! The `GatewayResponses` property.

use serde_json::{Value, json};

use super::Api;
use crate::error::Result;
use crate::tree::{Entries, Owner, is_intrinsic, truthy};

pub(super) fn apply(api: &mut Api<'_>) -> Result<()> {
    let Some(responses) = api.declared.set("GatewayResponses").and_then(Value::as_object) else {
        return Ok(());
    };
    if api.body.is_none() {
        return api.editable("GatewayResponses").map(drop);
    }
    for (name, response) in responses {
        check(api, name, response)?;
    }
    let mut definition = api.editable("GatewayResponses")?;
    let mut made = Entries::new();
    for (name, response) in responses {
        made.insert(name.clone(), response_value(api, name, response)?);
    }
    definition.set_gateway_responses(made);
    api.set_body(definition);
    Ok(())
}

fn check(api: &Api<'_>, name: &str, response: &Value) -> Result<()> {
    if is_intrinsic(response) {
        return Err(api.declared.error(
            "Unable to set GatewayResponses attribute because intrinsic functions are not supported for this field.",
        ));
    }
    let Some(entries) = response.as_object() else {
        let kind = match response {
            Value::String(_) => "Py27UniStr",
            Value::Array(_) => "list",
            Value::Bool(_) => "bool",
            Value::Number(_) => "int",
            _ => "NoneType",
        };
        return Err(api.declared.error(format!(
            "Invalid property type '{kind}' for GatewayResponses. Expected an object of type 'GatewayResponse'."
        )));
    };
    let known = ["ResponseParameters", "ResponseTemplates", "StatusCode"];
    match entries.keys().find(|key| !known.contains(&key.as_str())) {
        Some(key) => Err(api
            .declared
            .error(format!("Invalid property '{key}' in 'GatewayResponses' property '{name}'."))),
        None => Ok(()),
    }
}

fn response_value(api: &Api<'_>, name: &str, response: &Value) -> Result<Value> {
    let owner = Owner::Resource(&api.declared.id);
    let part = |key: &str| response.get(key).filter(|value| truthy(value));
    let mut parameters = Entries::new();
    if let Some(given) = part("ResponseParameters") {
        let given = owner.map(Some(given), &format!("GatewayResponses.{name}.ResponseParameters"))?;
        let known = ["Headers", "Paths", "QueryStrings"];
        if let Some(key) = given.keys().find(|key| !known.contains(&key.as_str())) {
            return Err(api.declared.error(format!("Invalid gateway response parameter '{key}'")));
        }
        for (key, prefix) in [("Headers", "header"), ("Paths", "path"), ("QueryStrings", "querystring")] {
            let Some(values) = given.get(key) else { continue };
            for (name, value) in owner.map(Some(values), &format!("ResponseParameters.{key}"))? {
                parameters.insert(format!("gatewayresponse.{prefix}.{name}"), value.clone());
            }
        }
    }
    let templates = part("ResponseTemplates").cloned().unwrap_or_else(|| json!({}));
    let mut made = json!({"responseParameters": parameters, "responseTemplates": templates});
    if let (Some(status), Some(entries)) =
        (part("StatusCode").map(crate::python::shown), made.as_object_mut())
    {
        if !(1..=3).contains(&status.len()) || !status.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(api.declared.error("Property 'StatusCode' must be numeric"));
        }
        entries.insert("statusCode".into(), json!(status));
    }
    Ok(made)
}
