//! What IAM refuses to store, beyond what cannot be parsed.

use std::collections::HashSet;

use super::document::{Policy, StatementText};
use super::error::PolicyError;

/// What a document is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Attached to a user, group or role, or a session policy.
    Identity,
    /// A role's trust policy.
    Trust,
    /// Attached to a bucket, queue or the like.
    Resource,
}

/// Parses a document that is to be stored.
pub fn parse_valid(text: &str, kind: Kind) -> Result<Policy, PolicyError> {
    let mut sids = HashSet::new();
    let policy = Policy::parse_with(text, |statement| {
        if let Some(sid) = statement.fields.get("Sid").and_then(|sid| sid.as_str()) {
            check_sid(sid, kind)?;
            if !sids.insert(sid.to_owned()) {
                return Err(PolicyError::new("Statement IDs (SID) in a single policy must be unique."));
            }
        }
        check_actions(statement)?;
        match kind {
            Kind::Identity => check_identity(statement),
            Kind::Trust => check_trust(statement),
            Kind::Resource => check_of_resource(statement),
        }
    })?;
    if policy.statements.is_empty() {
        return Err(PolicyError::syntax());
    }
    Ok(policy)
}

fn check_sid(sid: &str, kind: Kind) -> Result<(), PolicyError> {
    if kind == Kind::Identity && !sid.bytes().all(|b| b.is_ascii_alphanumeric()) {
        return Err(PolicyError::new(
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*",
        ));
    }
    Ok(())
}

fn check_actions(statement: &StatementText<'_>) -> Result<(), PolicyError> {
    if statement.actions.is_empty() {
        return Err(PolicyError::new("Policy statement must contain actions."));
    }
    for action in &statement.actions {
        let vendor = match action.split_once(':') {
            Some((vendor, verb)) if !verb.is_empty() && !verb.contains(':') => vendor,
            _ if *action == "*" => continue,
            _ => {
                return Err(PolicyError::new(
                    "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc.",
                ));
            }
        };
        let is_vendor = |b: u8| b.is_ascii_alphanumeric() || b == b'-';
        if vendor.is_empty() || !vendor.bytes().all(is_vendor) {
            return Err(PolicyError::new(format!("Vendor {vendor} is not valid")));
        }
    }
    Ok(())
}

fn check_identity(statement: &StatementText<'_>) -> Result<(), PolicyError> {
    if has_principal(statement) {
        return Err(PolicyError::new("Policy document should not specify a principal."));
    }
    if statement.resources.is_empty() {
        return Err(PolicyError::new("Policy statement must contain resources."));
    }
    for resource in &statement.resources {
        check_resource(resource)?;
    }
    Ok(())
}

fn check_resource(resource: &str) -> Result<(), PolicyError> {
    if resource == "*" || resource.starts_with("${") {
        return Ok(());
    }
    if !resource.starts_with("arn:") && !resource.starts_with("arn*") {
        return Err(PolicyError::new(format!("Resource {resource} must be in ARN format or \"*\".")));
    }
    let parts = resource.splitn(6, ':').count();
    if parts < 6 && !resource.ends_with('*') {
        return Err(PolicyError::new(format!("Resource {resource} must be in ARN format or \"*\".")));
    }
    Ok(())
}

fn check_of_resource(statement: &StatementText<'_>) -> Result<(), PolicyError> {
    if !has_principal(statement) {
        return Err(PolicyError::new("Missing required field Principal"));
    }
    if statement.resources.is_empty() {
        return Err(PolicyError::new("Missing required field Resource"));
    }
    Ok(())
}

fn has_principal(statement: &StatementText<'_>) -> bool {
    statement.fields.contains_key("Principal") || statement.fields.contains_key("NotPrincipal")
}

fn check_trust(statement: &StatementText<'_>) -> Result<(), PolicyError> {
    if statement.fields.contains_key("Resource") || statement.fields.contains_key("NotResource") {
        return Err(PolicyError::new("Has prohibited field Resource"));
    }
    if !has_principal(statement) {
        return Err(PolicyError::new("Missing required field Principal"));
    }
    let is_sts = |action: &&str| *action == "*" || action.to_ascii_lowercase().starts_with("sts:");
    if !statement.actions.iter().all(is_sts) {
        return Err(PolicyError::new("AssumeRole policy may only specify STS AssumeRole actions."));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn refusal(text: &str, kind: Kind) -> String {
        parse_valid(text, kind).unwrap_err().0
    }

    fn identity(statement: &str) -> String {
        refusal(&format!(r#"{{"Version":"2012-10-17","Statement":[{statement}]}}"#), Kind::Identity)
    }

    #[test]
    fn good_documents_are_taken() {
        let one = r#"{"Version":"2012-10-17","Statement":{"Sid":"A1","Effect":"Allow","Action":"s3:*","Resource":"*"}}"#;
        assert_eq!(parse_valid(one, Kind::Identity).unwrap().statements.len(), 1);
        let trust = r#"{"Statement":[{"Effect":"Allow","Principal":{"Service":["lambda.amazonaws.com"]},"Action":"sts:AssumeRole"}]}"#;
        assert!(parse_valid(trust, Kind::Trust).is_ok());
    }

    #[test]
    fn refusals_have_iams_words() {
        assert_eq!(refusal("{", Kind::Identity), "Syntax errors in policy.");
        assert_eq!(
            identity(r#"{"Effect":"Allow","Resource":"*"}"#),
            "Policy statement must contain actions."
        );
        assert_eq!(
            identity(r#"{"Effect":"Allow","Action":"s3:*"}"#),
            "Policy statement must contain resources."
        );
        assert_eq!(
            identity(r#"{"Effect":"Allow","Action":"GetObject","Resource":"*"}"#),
            "Actions/Conditions must be prefaced by a vendor, e.g., iam, sdb, ec2, etc."
        );
        assert_eq!(
            identity(r#"{"Effect":"Allow","Action":"s3:*","Resource":"bucket"}"#),
            "Resource bucket must be in ARN format or \"*\"."
        );
        assert_eq!(
            identity(r#"{"Effect":"Allow","Action":"s3:*","Resource":"*","Principal":"*"}"#),
            "Policy document should not specify a principal."
        );
        assert_eq!(
            refusal(
                r#"{"Statement":[{"Effect":"Allow","Principal":{"AWS":"bob"},"Action":"sts:AssumeRole"}]}"#,
                Kind::Trust
            ),
            "Invalid principal in policy: \"AWS\":\"bob\""
        );
        assert_eq!(
            refusal(
                r#"{"Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject"}]}"#,
                Kind::Trust
            ),
            "AssumeRole policy may only specify STS AssumeRole actions."
        );
    }

    #[test]
    fn a_resources_policy_names_principals_and_resources() {
        let good = r#"{"Statement":[{"Sid":"a b","Effect":"Allow","Principal":"*","Action":"s3:*","Resource":"*"}]}"#;
        assert!(parse_valid(good, Kind::Resource).is_ok());
        let bare = r#"{"Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}"#;
        assert_eq!(refusal(bare, Kind::Resource), "Missing required field Principal");
        let no_resource = r#"{"Statement":[{"Effect":"Allow","Action":"s3:*","Principal":"*"}]}"#;
        assert_eq!(refusal(no_resource, Kind::Resource), "Missing required field Resource");
    }

    #[test]
    fn sids_are_unique() {
        let statement = r#"{"Sid":"A","Effect":"Allow","Action":"s3:*","Resource":"*"}"#;
        let text = format!(r#"{{"Version":"2012-10-17","Statement":[{statement},{statement}]}}"#);
        assert_eq!(refusal(&text, Kind::Identity), "Statement IDs (SID) in a single policy must be unique.");
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in r#"(\{|\}|\[|\]|"Statement":|"Effect":|"Allow"|"Action":|"s3:\*"|"Condition":|"\$\{a"|,|:|"x"|1){0,30}"#) {
            let _ = parse_valid(&text, Kind::Identity);
            let _ = parse_valid(&text, Kind::Trust);
        }
    }
}
