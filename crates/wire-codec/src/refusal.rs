//! What a malformed or invalid request is answered, by service.

use crate::error::ApiError;
use crate::reading::{ReadError, Reading};
use crate::schema::{Location, Schema};
use crate::service::{OperationDesc, ValidationStyle};
use crate::validate::{self, Fault, Violation};

const S3_MALFORMED: &str =
    "The XML you provided was not well-formed or did not validate against our published schema";

/// The error for what has been found so far, if anything.
pub(crate) fn check(
    operation: &OperationDesc,
    schema: &'static Schema,
    parsed: Result<(), ReadError>,
    reading: &mut Reading,
) -> Result<(), ApiError> {
    let quirks = &operation.service.quirks;
    if let Some((union, none_set)) = reading.union_fault {
        return Err(union_fault(operation, union, none_set));
    }
    if let Err(ReadError(text)) = parsed {
        if let (true, Some(name)) = (quirks.s3, reading.binding) {
            return Err(ApiError::framework("InvalidArgument", 400, text).with("ArgumentName", name));
        }
        let text = if quirks.s3 { S3_MALFORMED.to_owned() } else { text };
        return Err(ApiError::framework(quirks.serialization_code, 400, text));
    }
    if reading.violations.is_empty() {
        return Ok(());
    }
    Err(match quirks.validation_style {
        ValidationStyle::Coral => {
            ApiError::framework(quirks.validation_code, 400, validate::message(&reading.violations))
        }
        ValidationStyle::S3 => s3(schema, &reading.violations),
        ValidationStyle::Sqs => sqs(schema, &reading.violations),
    })
}

fn union_fault(operation: &OperationDesc, union: &str, none_set: bool) -> ApiError {
    let quirks = &operation.service.quirks;
    if union == "AttributeValue" {
        let text = if none_set {
            "Supplied AttributeValue is empty, must contain exactly one of the supported datatypes"
        } else {
            "Supplied AttributeValue has more than one datatypes set, must contain exactly one of the supported datatypes"
        };
        return ApiError::framework(quirks.validation_code, 400, text);
    }
    ApiError::framework(quirks.serialization_code, 400, format!("Exactly one member of {union} must be set"))
}

/// The body is larger than the operation's limit.
pub(crate) fn too_large(operation: &OperationDesc, limit: usize) -> ApiError {
    if operation.service.quirks.s3 {
        return ApiError::framework("MaxMessageLengthExceeded", 400, "Your request was too big.");
    }
    // Lambda still calls it by its name of 2014.
    let name = if operation.name == "Invoke" { "InvokeFunction" } else { operation.name };
    let text = format!("Request must be smaller than {limit} bytes for the {name} operation");
    ApiError::framework("RequestEntityTooLargeException", 413, text)
}

/// S3 has codes of its own: of the body it only says that it is malformed.
fn s3(schema: &'static Schema, violations: &[Violation]) -> ApiError {
    let payload = schema.payload.and_then(|p| schema.members.get(p)).map_or("", |m| m.name);
    if violations.iter().any(|v| v.fault == Fault::Missing && v.path.eq_ignore_ascii_case(payload)) {
        return ApiError::framework("MissingRequestBodyError", 400, "Request Body is empty");
    }
    let of_header = |v: &&Violation| {
        let member = schema.members.iter().find(|m| m.name.eq_ignore_ascii_case(&v.path));
        member.is_some_and(|m| !matches!(m.location, Location::Body))
    };
    let Some(violation) = violations.iter().find(of_header) else {
        return ApiError::framework("MalformedXML", 400, S3_MALFORMED);
    };
    let value = violation.value.clone().unwrap_or_default();
    match violation.path.as_str() {
        "storageClass" => {
            ApiError::framework("InvalidStorageClass", 400, "The storage class you specified is not valid")
        }
        "serverSideEncryption" => ApiError::framework(
            "InvalidEncryptionAlgorithmError",
            400,
            "The encryption request that you specified is not valid. The valid value is AES256.",
        ),
        path => ApiError::framework("InvalidArgument", 400, "Invalid Argument")
            .with("ArgumentName", path)
            .with("ArgumentValue", value),
    }
}

/// SQS says what is missing, and has a code for attributes it does not know.
fn sqs(schema: &'static Schema, violations: &[Violation]) -> ApiError {
    let Some(first) = violations.first() else { return ApiError::internal() };
    let name = first.path.split('.').next().unwrap_or_default();
    let name = schema.members.iter().find(|m| m.name.eq_ignore_ascii_case(name)).map_or(name, |m| m.name);
    match first.fault {
        Fault::Missing => {
            let missing = first.path.rsplit('.').next().unwrap_or_default();
            let mut chars = missing.chars();
            let missing: String =
                chars.next().into_iter().flat_map(char::to_uppercase).chain(chars).collect();
            let text = format!("The request must contain the parameter {missing}.");
            ApiError::framework("MissingParameter", 400, text)
        }
        Fault::OutsideEnum if name.contains("AttributeNames") => {
            let value = first.value.clone().unwrap_or_default();
            let value = value.trim_matches(['[', ']']);
            ApiError::framework("InvalidAttributeName", 400, format!("Unknown Attribute {value}."))
        }
        _ => ApiError::framework("InvalidParameterValue", 400, validate::message(violations)),
    }
}
