//! `RequestModel` and `RequestParameters` of REST API events.

use serde_json::{Value, json};

use super::Linked;
use crate::definition::Definition;
use crate::definition::request::RequestParameter;
use crate::error::{Result, SamError};
use crate::tree::{Entries, Owner, at, is_intrinsic, truthy};

pub(super) fn apply(
    definition: &mut Definition,
    event: &Linked,
    api: &Entries,
    (path, method): (&str, &str),
) -> Result<()> {
    if let Some(model) = event.declared.set("RequestModel") {
        Owner::Event(&event.name).map(Some(model), "RequestModel")?;
        apply_model(definition, event, api, model, (path, method))?;
    }
    if let Some(parameters) = event.declared.set("RequestParameters").and_then(Value::as_array) {
        let parameters: Result<Vec<RequestParameter>> =
            parameters.iter().map(|parameter| request_parameter(event, parameter)).collect();
        definition.add_request_parameters(path, method, &parameters?)?;
    }
    Ok(())
}

fn apply_model(
    definition: &mut Definition,
    event: &Linked,
    api: &Entries,
    request: &Value,
    (path, method): (&str, &str),
) -> Result<()> {
    let Some(model) = at(request, "Model").filter(|model| truthy(model)) else { return Ok(()) };
    let shown = crate::python::shown(model);
    let unable = |why: &str| {
        let text = format!(
            "Unable to set RequestModel [{shown}] on API method [{method}] for path [{path}] because {why}"
        );
        SamError::event(&event.name, text)
    };
    let models = api.get("Models").filter(|models| truthy(models));
    let models = models.ok_or_else(|| unable("the related API does not define any Models."))?;
    if !is_intrinsic(models) && !models.is_object() {
        return Err(unable("the related API Models defined is of invalid type."));
    }
    let name = model.as_str().ok_or_else(|| unable("the related API does not contain valid Models."))?;
    if !at(models, name).is_some_and(truthy) {
        return Err(unable("it wasn't defined in the API's Models."));
    }
    definition.add_request_model(path, method, name, at(request, "Required"))?;
    let (body, parameters) = (at(request, "ValidateBody"), at(request, "ValidateParameters"));
    if body.is_none() && parameters.is_none() {
        return Ok(());
    }
    let flag = |value: Option<&Value>| {
        value.unwrap_or(&json!(false)).as_bool().ok_or_else(|| {
            let text = format!(
                "Unable to set Validator to RequestModel [{name}] on API method [{method}] for path [{path}] ValidateBody and ValidateParameters must be a boolean type, strings or intrinsics are not supported."
            );
            SamError::event(&event.name, text)
        })
    };
    definition.add_request_validator(path, method, flag(body)?, flag(parameters)?)
}

fn request_parameter(event: &Linked, parameter: &Value) -> Result<RequestParameter> {
    let error = |text: &str| {
        SamError::event(&event.name, format!("Invalid value for 'RequestParameters' property. {text}"))
    };
    let (name, settings) = match parameter {
        Value::String(name) => (name.clone(), None),
        Value::Object(entries) => match entries.iter().next() {
            Some((name, settings)) => (name.clone(), Some(settings)),
            None => return Err(error("Property must be either a string or an object")),
        },
        _ => return Err(error("Property must be either a string or an object")),
    };
    let rest = name.strip_prefix("method.request.").and_then(|rest| rest.split_once('.'));
    if !matches!(rest, Some(("querystring" | "path" | "header", _))) {
        return Err(error(
            "Keys must be in the format 'method.request.[querystring|path|header].{value}', e.g 'method.request.header.Authorization'.",
        ));
    }
    let known = |settings: &Value| {
        settings
            .as_object()
            .is_some_and(|entries| entries.keys().all(|key| key == "Required" || key == "Caching"))
    };
    if settings.is_some_and(|settings| !known(settings)) {
        return Err(error("Values must be an object, e.g { Required: true, Caching: false }"));
    }
    let setting =
        |key: &str| settings.and_then(|settings| settings.get(key)).cloned().unwrap_or_else(|| json!(false));
    Ok(RequestParameter { name, required: setting("Required"), caching: setting("Caching") })
}
