//! A deployment's logical id: the hash of all that must make a new deployment when it changes.

use serde_json::{Value, json};

use crate::error::{Result, SamError};
use crate::generated::{Declared, Generated};
use crate::python::{dumps, sha1_hex, shown};
use crate::python27;
use crate::translation::Translation;
use crate::tree::truthy;

pub(super) fn name(
    translation: &Translation<'_>,
    declared: &Declared,
    deployment: &mut Generated,
    definition: &Value,
    domain: Option<&Value>,
) -> Result<()> {
    if !truthy(definition) {
        return Ok(());
    }
    if declared.is_true("AlwaysDeploy") {
        // The translator takes the time of day; a pure transform has none.
        return Err(SamError::resource(&declared.id, "AlwaysDeploy is not supported."));
    }
    let mut parts = vec![python27::definition_text(definition, declared)];
    parts.extend(declared.set("OpenApiVersion").map(shown));
    parts.extend(domain.filter(|domain| truthy(domain)).map(|domain| dumps(&python27::copied_value(domain))));
    parts.extend(translation.function_names.get(&declared.id).cloned());
    let digest = sha1_hex(&parts.join("||"));
    deployment.id = format!("{}{}", deployment.id, &digest[..10]);
    deployment.put("Description", json!(format!("RestApi deployment id: {digest}")));
    Ok(())
}
