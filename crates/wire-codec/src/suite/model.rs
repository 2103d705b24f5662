//! The cases' models as schemas. They are leaked: schemas are static everywhere else.

use std::collections::HashMap;

use serde_json::Value;

use crate::schema::{ErrorTrait, Kind, Location, Member, Schema, TimestampFormat, XmlNamespace};
use crate::service::{Binding, Built, OperationDesc, Protocol, Quirks, ServiceDesc};

pub(super) fn text(value: &Value) -> Option<&'static str> {
    value.as_str().map(|s| &*s.to_owned().leak())
}

fn leak<T>(value: T) -> &'static T {
    Box::leak(Box::new(value))
}

/// Schemas by shape. Recursive shapes are unrolled: the cases are a few levels deep.
pub(super) struct Shapes<'v> {
    shapes: &'v Value,
    done: HashMap<(String, usize), &'static Schema>,
}

const MAX_LEVELS: usize = 9;

impl<'v> Shapes<'v> {
    pub(super) fn new(suite: &'v Value) -> Self {
        Self { shapes: &suite["shapes"], done: HashMap::new() }
    }

    pub(super) fn schema(&mut self, name: &str) -> &'static Schema {
        self.at(name, 0)
    }

    fn at(&mut self, name: &str, level: usize) -> &'static Schema {
        if let Some(schema) = self.done.get(&(name.to_owned(), level)) {
            return schema;
        }
        let shape = &self.shapes[name];
        let mut members = Vec::new();
        if level < MAX_LEVELS {
            for (member, def) in shape["members"].as_object().into_iter().flatten() {
                members.push(self.member(shape, member, def, level));
            }
            for key in ["member", "key", "value"] {
                if shape[key].is_object() {
                    members.push(self.member(shape, key, &shape[key], level));
                }
            }
        }
        let payload = shape["payload"].as_str().and_then(|p| members.iter().position(|m| m.name == p));
        let schema = leak(Schema {
            members: members.leak(),
            values: values(shape),
            wire_name: text(&shape["locationName"]),
            xml_namespace: namespace(&shape["xmlNamespace"]),
            flattened: shape["flattened"] == true,
            timestamp_format: format(shape),
            payload,
            error: (shape["exception"] == true).then(|| error(name, shape)),
            ..Schema::new(name.to_owned().leak(), kind(shape))
        });
        self.done.insert((name.to_owned(), level), schema);
        schema
    }

    fn member(&mut self, shape: &Value, name: &str, def: &Value, level: usize) -> Member {
        let required = shape["required"].as_array().is_some_and(|r| r.iter().any(|n| n == name));
        Member {
            wire_name: text(&def["locationName"]),
            query_name: text(&def["queryName"]),
            location: location(def),
            required,
            flattened: def["flattened"] == true,
            xml_attribute: def["xmlAttribute"] == true,
            xml_namespace: namespace(&def["xmlNamespace"]),
            idempotency_token: def["idempotencyToken"] == true,
            host_label: def["hostLabel"] == true,
            json_value: def["jsonvalue"] == true,
            ..Member::new(name.to_owned().leak(), self.at(def["shape"].as_str().unwrap(), level + 1))
        }
    }
}

fn values(shape: &Value) -> &'static [&'static str] {
    let values: Vec<&str> = shape["enum"].as_array().into_iter().flatten().filter_map(text).collect();
    values.leak()
}

fn kind(shape: &Value) -> Kind {
    match shape["type"].as_str().unwrap() {
        _ if shape["document"] == true => Kind::Document,
        "structure" if shape["union"] == true => Kind::Union,
        "structure" => Kind::Structure,
        "list" => Kind::List,
        "map" => Kind::Map,
        "blob" => Kind::Blob,
        "boolean" => Kind::Boolean,
        "integer" => Kind::Integer,
        "long" => Kind::Long,
        "float" => Kind::Float,
        "double" => Kind::Double,
        "timestamp" => Kind::Timestamp,
        "string" => Kind::String,
        other => panic!("type {other}"),
    }
}

fn location(def: &Value) -> Location {
    match def["location"].as_str() {
        None => Location::Body,
        Some("header") => Location::Header,
        Some("headers") => Location::Headers,
        Some("querystring") => Location::QueryString,
        Some("uri") => Location::Uri,
        Some("statusCode") => Location::StatusCode,
        Some(other) => panic!("location {other}"),
    }
}

fn format(shape: &Value) -> Option<TimestampFormat> {
    shape["timestampFormat"].as_str().map(|f| match f {
        "iso8601" => TimestampFormat::DateTime,
        "rfc822" => TimestampFormat::HttpDate,
        _ => TimestampFormat::EpochSeconds,
    })
}

fn namespace(value: &Value) -> Option<XmlNamespace> {
    match value {
        Value::String(_) => Some(XmlNamespace { prefix: None, uri: text(value)? }),
        Value::Object(map) => {
            Some(XmlNamespace { prefix: text(&value["prefix"]), uri: text(map.get("uri")?)? })
        }
        _ => None,
    }
}

fn error(name: &str, shape: &Value) -> ErrorTrait {
    let sender = shape["fault"] != true;
    ErrorTrait {
        code: text(&shape["error"]["code"]).unwrap_or(name.to_owned().leak()),
        query_code: None,
        status: shape["error"]["httpStatusCode"]
            .as_u64()
            .map_or(if sender { 400 } else { 500 }, |s| s as u16),
        sender,
    }
}

/// The operation of a case, in a service of its own.
pub(super) fn operation(
    suite: &Value,
    case: &Value,
) -> (&'static OperationDesc, Protocol, Option<&'static Schema>) {
    let metadata = &suite["metadata"];
    let given = &case["given"];
    let mut shapes = Shapes::new(suite);
    let mut io = |key: &str| given[key]["shape"].as_str().map(|s| shapes.schema(s));
    let (input, output) = (io("input"), io("output"));
    let query_compatible = metadata.get("awsQueryCompatible").is_some();
    let error = given["errors"][0]["shape"].as_str().map(|s| {
        let mut schema = *shapes.schema(s);
        if let (true, Some(mut error)) = (query_compatible, schema.error) {
            // The model's code and status are the query protocol's.
            let code = suite["shapes"][s]["error"]["code"].as_str();
            error =
                ErrorTrait { query_code: code.map(|_| error.code), code: schema.name, status: 400, ..error };
            schema.error = Some(error);
        }
        leak(schema)
    });
    let protocol = protocol(metadata);
    let service = leak(ServiceDesc {
        id: "suite",
        service_id: "Suite",
        endpoint_prefix: "suite",
        signing_name: "suite",
        target_prefix: text(&metadata["targetPrefix"]),
        api_version: text(&metadata["apiVersion"]).unwrap(),
        xml_namespace: None,
        protocols: leak([protocol]),
        query_compatible,
        quirks: Quirks::DEFAULT,
        operations: &[],
    });
    let operation = leak(OperationDesc {
        name: text(&given["name"]).unwrap(),
        service,
        method: text(&given["http"]["method"]).unwrap(),
        uri: text(&given["http"]["requestUri"]).unwrap(),
        status: given["http"]["responseCode"].as_u64().unwrap_or(200) as u16,
        required: required(input),
        host_prefix: text(&given["endpoint"]["hostPrefix"]),
        unsigned_payload: false,
        anonymous: false,
        max_body_bytes: None,
        built: Some(Built {
            input: input.unwrap_or(&crate::schema::UNIT),
            input_root: text(&given["input"]["locationName"]),
            output: output.unwrap_or(&crate::schema::UNIT),
            result_wrapper: output.map(|_| &*format!("{}Result", given["name"].as_str().unwrap()).leak()),
            output_root: None,
            unwrapped_output: false,
            errors: error.map_or(&[], |e| std::slice::from_ref(leak(e))),
        }),
    });
    (operation, protocol, error)
}

fn required(input: Option<&'static Schema>) -> &'static [Binding] {
    let members = input.map_or(&[][..], |s| s.members).iter().filter(|m| m.required);
    let bindings: Vec<Binding> = members
        .filter_map(|m| match m.location {
            Location::Header => Some(Binding::Header(m.wire())),
            Location::QueryString => Some(Binding::Query(m.wire())),
            _ => None,
        })
        .collect();
    bindings.leak()
}

fn protocol(metadata: &Value) -> Protocol {
    match metadata["protocol"].as_str().unwrap() {
        "json" if metadata["jsonVersion"] == "1.0" => Protocol::AwsJson10,
        "json" => Protocol::AwsJson11,
        "query" => Protocol::Query,
        "ec2" => Protocol::Ec2,
        "rest-json" => Protocol::RestJson,
        "rest-xml" => Protocol::RestXml,
        "smithy-rpc-v2-cbor" => Protocol::RpcV2Cbor,
        other => panic!("protocol {other}"),
    }
}
