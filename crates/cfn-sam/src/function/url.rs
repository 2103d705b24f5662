//! `FunctionUrlConfig`: the URL, and what lets the public call it.

use serde_json::{Value, json};

use crate::error::Result;
use crate::generated::{Declared, Generated};
use crate::tree::{Owner, at, is_intrinsic, reference, truthy};

pub(super) fn construct(
    declared: &Declared,
    alias: Option<&Generated>,
    resources: &mut Vec<Generated>,
) -> Result<()> {
    let Some(config) = declared.set("FunctionUrlConfig") else { return Ok(()) };
    check_auth(declared, config)?;
    check_cors(declared, config)?;
    let target = reference(alias.map_or(&declared.id, |alias| &alias.id));
    let attributes = declared.inherited();
    let mut url = Generated::new(format!("{}Url", declared.id), "AWS::Lambda::Url", &attributes);
    if let Some(cors) = at(config, "Cors").filter(|cors| truthy(cors)) {
        url.put("Cors", cors.clone());
    }
    url.put("AuthType", at(config, "AuthType").cloned().unwrap_or_default());
    url.put("TargetFunctionArn", target.clone());
    url.put("InvokeMode", at(config, "InvokeMode").cloned().unwrap_or_default());
    resources.push(url);
    if !is_intrinsic(config) && at(config, "AuthType").is_some_and(|auth| auth == "NONE") {
        resources.push(public(declared, &target));
        resources.push(invoke(declared, &target));
    }
    Ok(())
}

fn public(declared: &Declared, target: &Value) -> Generated {
    let id = format!("{}UrlPublicPermissions", declared.id);
    let mut permission = Generated::new(id, "AWS::Lambda::Permission", &declared.inherited());
    permission.put("Action", "lambda:InvokeFunctionUrl");
    permission.put("FunctionName", target.clone());
    permission.put("Principal", "*");
    permission.put("FunctionUrlAuthType", "NONE");
    permission
}

fn invoke(declared: &Declared, target: &Value) -> Generated {
    let id = format!("{}URLInvokeAllowPublicAccess", declared.id);
    let mut permission = Generated::new(id, "AWS::Lambda::Permission", &declared.inherited());
    permission.put("Action", "lambda:InvokeFunction");
    permission.put("Principal", "*");
    permission.put("FunctionName", target.clone());
    permission.put("InvokedViaFunctionUrl", json!(true));
    permission
}

fn check_auth(declared: &Declared, config: &Value) -> Result<()> {
    let auth = at(config, "AuthType");
    if is_intrinsic(config) || auth.is_some_and(is_intrinsic) {
        return Ok(());
    }
    match auth.and_then(Value::as_str) {
        Some("AWS_IAM" | "NONE") => Ok(()),
        _ => Err(declared.error(
            "AuthType is required to configure function property `FunctionUrlConfig`. Please provide either AWS_IAM or NONE.",
        )),
    }
}

fn check_cors(declared: &Declared, config: &Value) -> Result<()> {
    let Some(cors) = at(config, "Cors").filter(|cors| truthy(cors) && !is_intrinsic(cors)) else {
        return Ok(());
    };
    if is_intrinsic(config) {
        return Ok(());
    }
    for (name, value) in Owner::Resource(&declared.id).map(Some(cors), "FunctionUrlConfig.Cors")? {
        let (valid, kind) = match name.as_str() {
            "AllowOrigins" | "AllowMethods" | "AllowHeaders" | "ExposeHeaders" => (value.is_array(), "list"),
            "AllowCredentials" => (value.is_boolean(), "bool"),
            "MaxAge" => (value.is_i64() || value.is_u64() || value.is_boolean(), "int"),
            _ => return Err(declared.error(format!("{name} is not a valid property for configuring Cors."))),
        };
        if !valid && !is_intrinsic(value) {
            return Err(declared.error(format!("{name} must be of type {kind}.")));
        }
    }
    Ok(())
}
