//! A function's code and package type.

use serde_json::{Value, json};

use crate::error::Result;
use crate::generated::{Declared, Generated};
use crate::location;
use crate::tree::{Entries, truthy};

pub(super) fn construct(declared: &Declared) -> Result<Entries> {
    let package = declared.set("PackageType").map_or_else(|| json!("Zip"), Value::clone);
    match package.as_str() {
        Some("Zip") => zip(declared),
        Some("Image") => image(declared),
        _ => Err(declared.error(format!("invalid 'PackageType' : {}", crate::python::shown(&package)))),
    }
}

fn zip(declared: &Declared) -> Result<Entries> {
    let mut code = match (declared.get("InlineCode"), declared.get("CodeUri")) {
        (Some(inline), _) => Entries::from_iter([("ZipFile".to_owned(), inline.clone())]),
        (None, Some(uri)) => location::code(uri, &declared.id, "CodeUri")?,
        (None, None) => return Err(declared.error("Only one of 'InlineCode' or 'CodeUri' can be set.")),
    };
    if let Some(key) = declared.set("SourceKMSKeyArn") {
        code.insert("SourceKMSKeyArn".into(), key.clone());
    }
    Ok(code)
}

fn image(declared: &Declared) -> Result<Entries> {
    match declared.get("ImageUri") {
        None => Err(declared.error("'ImageUri' must be set.")),
        Some(uri) if !truthy(uri) => {
            Err(declared.error("'ImageUri' requires that a image hosted at a registry be specified."))
        }
        Some(uri) => Ok(Entries::from_iter([("ImageUri".to_owned(), uri.clone())])),
    }
}

/// Zip functions have a runtime and handler; images have neither, nor layers.
pub(super) fn check_package(function: &Generated) -> Result<()> {
    let is_set = |name: &str| function.properties.get(name).is_some_and(truthy);
    let has_image = function.properties.get("Code").and_then(|code| code.get("ImageUri")).is_some_and(truthy);
    let error = |message: &str| Err(crate::error::SamError::resource(&function.id, message));
    if function.properties.get("PackageType").is_some_and(|package| package == "Image") {
        if is_set("Handler") || is_set("Runtime") || is_set("Layers") {
            return error("Runtime, Handler, Layers cannot be present when PackageType is of type `Image`");
        }
    } else {
        if !is_set("Runtime") || !is_set("Handler") {
            return error("Runtime and Handler needs to be present when PackageType is of type `Zip`");
        }
        if has_image || is_set("ImageConfig") {
            return error("ImageUri or ImageConfig cannot be present when PackageType is of type `Zip`");
        }
    }
    Ok(())
}
