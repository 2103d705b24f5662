//! `Domain` of a REST API: custom domain, base paths, DNS records.

use serde_json::{Value, json};

use crate::error::Result;
use crate::generated::{Declared, Generated};
use crate::python::{hash_of, hashed_id, shown};
use crate::translation::Translation;
use crate::tree::{Entries, Owner, at, get_att, reference, truthy};

/// What a domain brings about.
#[derive(Default)]
pub(super) struct Domain {
    pub(super) resources: Vec<Generated>,
    /// The property with what was filled in; it is part of the deployment's hash.
    pub(super) config: Option<Value>,
}

pub(super) fn construct(translation: &mut Translation<'_>, declared: &Declared) -> Result<Domain> {
    let Some(config) = declared.get("Domain") else { return Ok(Domain::default()) };
    let owner = Owner::Resource(&declared.id);
    let mut config = owner.map(Some(config), "Domain")?.clone();
    let name = owner.required(config.get("DomainName"), "Domain.DomainName")?.clone();
    owner.required(config.get("CertificateArn"), "Domain.CertificateArn")?;
    let is_private = config.get("EndpointConfiguration").is_some_and(|endpoint| endpoint == "PRIVATE");
    let (domain, domain_id) = domain_name(declared, &mut config, &name, is_private)?;
    let mut resources = vec![domain];
    resources.extend(base_paths(declared, &config, &domain_id, is_private)?);
    if is_private && let Some(association) = config.get("AccessAssociation").filter(|value| !value.is_null())
    {
        resources.push(access_association(declared, association, &domain_id));
    }
    let alias_name = if is_private { shown(&name) } else { domain_id };
    if let Some(records) = route53(translation, declared, &mut config, &alias_name)? {
        resources.push(records);
    }
    Ok(Domain { resources, config: Some(Value::Object(config)) })
}

fn domain_name(
    declared: &Declared,
    config: &mut Entries,
    name: &Value,
    is_private: bool,
) -> Result<(Generated, String)> {
    let hash = hash_of(name);
    let (prefix, type_name) = if is_private {
        ("ApiGatewayDomainNameV2", "AWS::ApiGateway::DomainNameV2")
    } else {
        ("ApiGatewayDomainName", "AWS::ApiGateway::DomainName")
    };
    let id = format!("{prefix}{hash}");
    if !is_private {
        config.insert("ApiDomainName".into(), json!(id));
    }
    let mut domain = Generated::new(&id, type_name, &declared.inherited());
    domain.put("DomainName", name.clone());
    let endpoint = config.entry("EndpointConfiguration").or_insert(Value::Null);
    if endpoint.is_null() {
        *endpoint = json!("REGIONAL");
    }
    let endpoint = endpoint.clone();
    if !matches!(endpoint.as_str(), Some("EDGE" | "REGIONAL" | "PRIVATE")) {
        return Err(declared.error(
            "EndpointConfiguration for Custom Domains must be one of ['EDGE', 'REGIONAL', 'PRIVATE'].",
        ));
    }
    let certificate = config.get("CertificateArn").cloned().unwrap_or_default();
    let property = if endpoint == "REGIONAL" { "RegionalCertificateArn" } else { "CertificateArn" };
    domain.put(property, certificate);
    let mut endpoints = Entries::from_iter([("Types".to_owned(), json!([endpoint]))]);
    if let Some(kind) = config.get("IpAddressType").filter(|kind| truthy(kind)) {
        endpoints.insert("IpAddressType".into(), kind.clone());
    }
    domain.put("EndpointConfiguration", Value::Object(endpoints));
    if !is_private {
        domain.put("MutualTlsAuthentication", mutual_tls(declared, config)?);
    }
    let policy: &[&str] = if is_private { &["Policy"] } else { &["OwnershipVerificationCertificateArn"] };
    for property in ["SecurityPolicy", "EndpointAccessMode"].iter().chain(policy) {
        if let Some(value) = config.get(*property).filter(|value| truthy(value)) {
            domain.put(property, value.clone());
        }
    }
    Ok((domain, id))
}

fn mutual_tls(declared: &Declared, config: &Entries) -> Result<Value> {
    const FIELDS: [&str; 2] = ["TruststoreUri", "TruststoreVersion"];
    let Some(given) = config.get("MutualTlsAuthentication").filter(|given| truthy(given)) else {
        return Ok(Value::Null);
    };
    let given = Owner::Resource(&declared.id).map(Some(given), "Domain.MutualTlsAuthentication")?;
    if given.keys().any(|key| !FIELDS.contains(&key.as_str())) {
        return Err(declared.error(
            "Available Domain.MutualTlsAuthentication fields are ['TruststoreUri', 'TruststoreVersion'].",
        ));
    }
    let kept = given.iter().filter(|(_, value)| truthy(value));
    Ok(Value::Object(kept.map(|(key, value)| (key.clone(), value.clone())).collect()))
}

fn base_paths(
    declared: &Declared,
    config: &Entries,
    domain: &str,
    is_private: bool,
) -> Result<Vec<Generated>> {
    let (type_name, property) = if is_private {
        ("AWS::ApiGateway::BasePathMappingV2", "DomainNameArn")
    } else {
        ("AWS::ApiGateway::BasePathMapping", "DomainName")
    };
    let mapping = |id: String, path: Option<Value>| {
        let mut mapping = Generated::new(id, type_name, &declared.inherited());
        mapping.put(property, reference(domain));
        mapping.put("RestApiId", reference(&declared.id));
        mapping.put("Stage", reference(&format!("{}.Stage", declared.id)));
        mapping.put("BasePath", path.unwrap_or_default());
        mapping
    };
    let paths = match config.get("BasePath").filter(|paths| truthy(paths)) {
        Some(Value::String(path)) => json!([path]),
        Some(paths @ Value::Array(_)) => paths.clone(),
        _ => return Ok(vec![mapping(format!("{}BasePathMapping", declared.id), None)]),
    };
    let normalize = config.get("NormalizeBasePath").is_none_or(truthy);
    let paths = Owner::Resource(&declared.id).texts(&paths, "Domain.BasePath")?;
    Ok(paths
        .into_iter()
        .map(|path| {
            let plain: String = path.chars().filter(|c| c.is_alphanumeric()).collect();
            let id = format!("{}{plain}BasePathMapping", declared.id);
            mapping(id, Some(json!(if normalize { plain } else { path })))
        })
        .collect())
}

fn access_association(declared: &Declared, association: &Value, domain: &str) -> Generated {
    let endpoint = at(association, "VpcEndpointId").cloned().unwrap_or_default();
    let id = hashed_id("DomainNameAccessAssociation", &json!([endpoint, domain]));
    let mut made = Generated::new(id, "AWS::ApiGateway::DomainNameAccessAssociation", &declared.inherited());
    made.put("DomainNameArn", reference(domain));
    made.put("AccessAssociationSourceType", "VPCE");
    made.put("AccessAssociationSource", endpoint);
    made
}

/// The record set group of the domain, shared with other domains of its zone unless it asks for one of its own.
pub(crate) fn route53(
    translation: &mut Translation<'_>,
    declared: &Declared,
    config: &mut Entries,
    alias: &str,
) -> Result<Option<Generated>> {
    let Some(route53) = config.get("Route53").filter(|value| !value.is_null()).cloned() else {
        return Ok(None);
    };
    let mut route53 = Owner::Resource(&declared.id).map(Some(&route53), "Domain.Route53")?.clone();
    let zone =
        ["HostedZoneId", "HostedZoneName"].iter().find_map(|key| crate::tree::given(&route53, key)).cloned();
    let zone = zone.ok_or_else(|| {
        declared
            .error("HostedZoneId or HostedZoneName is required to enable Route53 support on Custom Domains.")
    })?;
    let separate = route53.get("SeparateRecordSetGroup").filter(|separate| truthy(separate)).cloned();
    if let Some(separate) = &separate {
        Owner::Resource(&declared.id).flag(separate, "Domain.Route53.SeparateRecordSetGroup")?;
    }
    let records = record_sets(config, &mut route53, alias);
    config.insert("Route53".into(), Value::Object(route53.clone()));
    let id = match separate {
        Some(_) => hashed_id("RecordSetGroup", &json!([zone, config.get("DomainName")])),
        None => format!("RecordSetGroup{}", hash_of(&zone)),
    };
    let new = || {
        let mut group = Generated::new(&id, "AWS::Route53::RecordSetGroup", &declared.inherited());
        group.copy(&route53, &["HostedZoneId", "HostedZoneName"]).put("RecordSets", json!([]));
        group
    };
    let mut group = match separate {
        Some(_) => new(),
        None => translation.record_sets.get(&id).cloned().unwrap_or_else(new),
    };
    if let Some(existing) = group.properties.get_mut("RecordSets").and_then(Value::as_array_mut) {
        existing.extend(records);
    }
    if separate.is_none() {
        translation.record_sets.insert(id.clone(), group.clone());
    }
    Ok(Some(group))
}

fn record_sets(config: &Entries, route53: &mut Entries, alias: &str) -> Vec<Value> {
    let target = alias_target(config, route53, alias);
    let record = |kind: &str| {
        let mut record = json!({"Name": config.get("DomainName"), "Type": kind, "AliasTarget": target});
        for name in ["Region", "SetIdentifier"] {
            if let (Some(value), Some(entries)) = (crate::tree::given(route53, name), record.as_object_mut())
            {
                entries.insert(name.into(), value.clone());
            }
        }
        record
    };
    let mut records = vec![record("A")];
    if route53.get("IpV6").is_some_and(|on| on == &json!(true)) {
        records.push(record("AAAA"));
    }
    records
}

fn alias_target(config: &Entries, route53: &mut Entries, alias: &str) -> Value {
    let mut target = Entries::new();
    if let Some(health) = crate::tree::given(route53, "EvaluateTargetHealth") {
        target.insert("EvaluateTargetHealth".into(), health.clone());
    }
    let (zone, name) = match config.get("EndpointConfiguration").and_then(Value::as_str) {
        Some("REGIONAL") => (get_att(alias, "RegionalHostedZoneId"), get_att(alias, "RegionalDomainName")),
        Some("EDGE") => {
            let name = route53.entry("DistributionDomainName").or_insert(Value::Null);
            if name.is_null() {
                *name = get_att(alias, "DistributionDomainName");
            }
            (json!("Z2FDTNDATAQYW2"), name.clone())
        }
        _ => {
            let part = |name: &str| route53.get(name).cloned().unwrap_or_default();
            (part("VpcEndpointHostedZoneId"), part("VpcEndpointDomainName"))
        }
    };
    target.insert("HostedZoneId".into(), zone);
    target.insert("DNSName".into(), name);
    Value::Object(target)
}
