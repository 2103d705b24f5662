//! `Domain` of HTTP and WebSocket APIs.

use serde_json::{Value, json};

use crate::api::domain::route53;
use crate::error::{Result, SamError};
use crate::generated::{Declared, Generated};
use crate::python::hash_of;
use crate::translation::Translation;
use crate::tree::{Entries, given, reference, truthy};

/// Domain name, mappings and records. `created_by` is the tag that says who made the domain.
pub(crate) fn construct(
    translation: &mut Translation<'_>,
    declared: &Declared,
    created_by: &str,
) -> Result<Vec<Generated>> {
    let Some(config) = declared.get("Domain").and_then(Value::as_object) else { return Ok(Vec::new()) };
    let mut config = config.clone();
    let (Some(name), Some(certificate)) = (given(&config, "DomainName"), given(&config, "CertificateArn"))
    else {
        return Err(
            declared.error("Custom Domains only works if both DomainName and CertificateArn are provided.")
        );
    };
    let id = format!("ApiGatewayDomainNameV2{}", hash_of(name));
    let mut domain = Generated::new(&id, "AWS::ApiGatewayV2::DomainName", &declared.inherited());
    domain.put("DomainName", name.clone()).put("Tags", json!({created_by: "SAM"}));
    let mut settings = json!({"CertificateArn": certificate, "EndpointType": "REGIONAL"});
    match given(&config, "EndpointConfiguration") {
        Some(endpoint) if endpoint != "REGIONAL" => {
            return Err(
                declared.error("EndpointConfiguration for Custom Domains must be one of ['REGIONAL'].")
            );
        }
        _ => config.insert("EndpointConfiguration".into(), json!("REGIONAL")),
    };
    for key in ["OwnershipVerificationCertificateArn", "SecurityPolicy"] {
        let value = config.get(key).filter(|value| truthy(value));
        if let (Some(value), Some(entries)) = (value, settings.as_object_mut()) {
            entries.insert(key.into(), value.clone());
        }
    }
    domain.put("DomainNameConfigurations", json!([settings]));
    domain.put("MutualTlsAuthentication", mutual_tls(declared, &config)?);
    let mut resources = vec![domain];
    resources.extend(mappings(declared, &config, &id)?);
    resources.extend(route53(translation, declared, &mut config, &id)?);
    Ok(resources)
}

fn mutual_tls(declared: &Declared, config: &Entries) -> Result<Value> {
    const FIELDS: &str = "['TruststoreUri', 'TruststoreVersion']";
    let Some(tls) = config.get("MutualTlsAuthentication").filter(|tls| truthy(tls)) else {
        return Ok(Value::Null);
    };
    let tls = tls.as_object().ok_or_else(|| {
        declared.error(format!(
            "MutualTlsAuthentication must be a map with at least one of the following fields {FIELDS}."
        ))
    })?;
    let mut unknown: Vec<&str> = tls
        .keys()
        .map(String::as_str)
        .filter(|key| !matches!(*key, "TruststoreUri" | "TruststoreVersion"))
        .collect();
    if !unknown.is_empty() {
        unknown.sort_unstable();
        let text = format!("Available MutualTlsAuthentication fields are {FIELDS}.");
        return Err(SamError::resource(&unknown.join(","), text));
    }
    let kept = tls.iter().filter(|(_, value)| truthy(value));
    Ok(Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect()))
}

fn mappings(declared: &Declared, config: &Entries, domain: &str) -> Result<Vec<Generated>> {
    let mapping = |id: String, key: Value| {
        let mut mapping = Generated::new(id, "AWS::ApiGatewayV2::ApiMapping", &declared.inherited());
        mapping.put("DomainName", reference(domain)).put("ApiId", reference(&declared.id));
        mapping.put("Stage", reference(&format!("{}.Stage", declared.id))).put("ApiMappingKey", key);
        mapping
    };
    let paths = match config.get("BasePath").filter(|paths| truthy(paths)) {
        Some(one @ Value::String(_)) => vec![one.clone()],
        Some(Value::Array(paths)) => paths.clone(),
        _ => return Ok(vec![mapping(format!("{}ApiMapping", declared.id), Value::Null)]),
    };
    paths
        .iter()
        .map(|path| {
            let path = path.as_str().ok_or_else(|| declared.error("Basepath must be a string."))?;
            if path.chars().any(|c| !c.is_ascii_alphanumeric() && !matches!(c, '/' | '-' | '_')) {
                return Err(declared.error("Invalid Basepath name provided."));
            }
            let plain: String = path.chars().filter(char::is_ascii_alphanumeric).collect();
            Ok(mapping(format!("{}{plain}ApiMapping", declared.id), json!(path.trim_matches('/'))))
        })
        .collect()
}
