//! Licences of the dependencies against deny.toml's list, for machines without cargo-deny: every crate must come from the
//! registry under a licence that is allowed.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::{houses, screen, steps};

/// Checks all packages of the lock file.
pub fn check() -> Result<()> {
    let allowed = allowed()?;
    let text =
        steps::output(steps::cargo().args(["metadata", "--format-version", "1", "--locked", "--quiet"]))?;
    let metadata: Value = serde_json::from_str(&text).context("what cargo metadata printed")?;
    let packages = metadata["packages"].as_array().context("cargo metadata lists no packages")?;
    let complaints: Vec<String> =
        packages.iter().filter_map(|package| complaint(package, &allowed)).collect();
    if !complaints.is_empty() {
        bail!("deny.toml does not allow:\n    {}", complaints.join("\n    "));
    }
    screen::say(format!("    {} packages, licences and sources as deny.toml allows", packages.len()));
    Ok(())
}

fn allowed() -> Result<BTreeSet<String>> {
    let text = fs::read_to_string(houses::root().join("deny.toml")).context("reading deny.toml")?;
    let settings: toml::Table = text.parse().context("reading deny.toml")?;
    let list = settings["licenses"]
        .get("allow")
        .and_then(toml::Value::as_array)
        .context("deny.toml allows no licences")?;
    Ok(list.iter().filter_map(|licence| licence.as_str().map(str::to_owned)).collect())
}

fn complaint(package: &Value, allowed: &BTreeSet<String>) -> Option<String> {
    let name = format!("{} {}", package["name"].as_str()?, package["version"].as_str()?);
    // A package of this workspace.
    let source = package["source"].as_str()?;
    if !source.starts_with("registry+") {
        return Some(format!("{name}, which does not come from the registry"));
    }
    let licence = package["license"].as_str().unwrap_or("(none)");
    (!is_allowed(licence, allowed)).then(|| format!("{name}: {licence}"))
}

/// An SPDX expression of OR and AND, without nesting beyond one pair of brackets; `/` stands for OR in old packages.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let alternatives = |part: &str| {
        let part = part.trim().trim_start_matches('(').trim_end_matches(')').replace('/', " OR ");
        part.split(" OR ").any(|licence| allowed.contains(licence.trim()))
    };
    expression.split(" AND ").all(alternatives)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_alternative_is_enough_and_all_parts_are_needed() {
        let allowed = BTreeSet::from(["MIT".to_owned(), "Unicode-3.0".to_owned()]);
        assert!(is_allowed("MIT OR Apache-2.0", &allowed));
        assert!(is_allowed("Apache-2.0/MIT", &allowed));
        assert!(is_allowed("(MIT OR Apache-2.0) AND Unicode-3.0", &allowed));
        assert!(!is_allowed("MIT AND GPL-3.0-only", &allowed));
        assert!(!is_allowed("(none)", &allowed));
    }

    #[test]
    fn a_package_from_elsewhere_is_named() {
        let package = serde_json::json!({ "name": "x", "version": "1.0.0", "source": "git+https://x", "license": "MIT" });
        let expected = Some("x 1.0.0, which does not come from the registry".to_owned());
        assert_eq!(complaint(&package, &BTreeSet::from(["MIT".to_owned()])), expected);
    }
}
