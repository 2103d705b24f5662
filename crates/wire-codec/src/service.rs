//! What a service is on the wire: names, protocols and the table of all its operations, built or not.

use crate::schema::Schema;

/// A protocol a request can come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Protocol {
    AwsJson10,
    AwsJson11,
    Query,
    Ec2,
    RestJson,
    RestXml,
    RpcV2Cbor,
}

impl Protocol {
    /// The operation follows from method and path (and headers), not from a header or parameter naming it.
    pub fn is_rest(self) -> bool {
        matches!(self, Self::RestJson | Self::RestXml)
    }
}

/// A service of the model. The generated crates hold one static each.
#[derive(Debug)]
pub struct ServiceDesc {
    /// The model's folder in botocore and the suffix of the crate: `sqs`.
    pub id: &'static str,
    /// The model's `serviceId`: `CloudWatch Logs`. Smithy service ids are this without blanks.
    pub service_id: &'static str,
    /// First label of the service's host names.
    pub endpoint_prefix: &'static str,
    /// Service name in a SigV4 credential scope.
    pub signing_name: &'static str,
    /// `X-Amz-Target` is `<target_prefix>.<Operation>` (JSON protocols).
    pub target_prefix: Option<&'static str>,
    /// `Version` of query requests; date of the API.
    pub api_version: &'static str,
    /// Namespace of XML answers.
    pub xml_namespace: Option<&'static str>,
    /// All protocols served, the preferred first.
    pub protocols: &'static [Protocol],
    /// Error answers carry `x-amzn-query-error`, for clients that knew the query protocol.
    pub query_compatible: bool,
    pub quirks: Quirks,
    pub operations: &'static [OperationDesc],
}

impl ServiceDesc {
    /// The operation of that exact name.
    pub fn operation(&self, name: &str) -> Option<&OperationDesc> {
        self.operations.binary_search_by(|o| o.name.cmp(name)).ok().map(|i| &self.operations[i])
    }
}

/// What differs from service to service and isn't in the models (`models/overlays`).
#[derive(Clone, Copy, Debug)]
pub struct Quirks {
    /// Code of errors found by the model's constraints.
    pub validation_code: &'static str,
    /// How the text of a violated constraint reads.
    pub validation_style: ValidationStyle,
    /// Code of a body that cannot be parsed.
    pub serialization_code: &'static str,
    /// Prefix of `__type` in JSON errors, with its `#`.
    pub error_namespace: &'static str,
    /// Prefix of `__type` for errors raised by the framework (parsing, validation), with its `#`.
    pub framework_namespace: &'static str,
    /// Largest body that is buffered; streaming payloads are the service's own affair.
    pub max_body_bytes: usize,
    /// Answers carry `x-amz-crc32`.
    pub crc32: bool,
    /// Errors, dates, ids and headers as S3 has them.
    pub s3: bool,
}

/// Dialects of validation texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ValidationStyle {
    /// `1 validation error detected: Value 'x' at 'y' failed to satisfy constraint: Member must ...`
    Coral,
    /// S3: codes by member, `MalformedXML` for anything in the body.
    S3,
    /// SQS: `The request must contain the parameter QueueUrl.`
    Sqs,
}

impl Quirks {
    pub const DEFAULT: Self = Self {
        validation_code: "ValidationException",
        validation_style: ValidationStyle::Coral,
        serialization_code: "SerializationException",
        error_namespace: "",
        framework_namespace: "",
        max_body_bytes: 6 << 20,
        crc32: false,
        s3: false,
    };
}

/// One operation of a service.
#[derive(Clone, Copy, Debug)]
pub struct OperationDesc {
    pub name: &'static str,
    pub service: &'static ServiceDesc,
    pub method: &'static str,
    /// URI template: `/{Bucket}/{Key+}?uploads`. Labels end in `+` where they take several segments.
    pub uri: &'static str,
    /// Status of a success.
    pub status: u16,
    /// Headers and query keys the model requires; they tell apart operations that share a method and a template.
    pub required: &'static [Binding],
    /// Host name prefix of the model's endpoint trait: `stream-`, `{AccountId}.`.
    pub host_prefix: Option<&'static str>,
    /// The model allows a payload that isn't signed.
    pub unsigned_payload: bool,
    /// Callable without credentials (`authtype: none`).
    pub anonymous: bool,
    /// Largest body that is buffered, where it isn't the service's.
    pub max_body_bytes: Option<usize>,
    /// Types, for operations listed in the manifest.
    pub built: Option<Built>,
}

impl OperationDesc {
    /// An operation that isn't built, with no traits; fill the rest by struct update.
    pub const fn new(
        name: &'static str,
        service: &'static ServiceDesc,
        method: &'static str,
        uri: &'static str,
    ) -> Self {
        Self {
            name,
            service,
            method,
            uri,
            status: 200,
            required: &[],
            host_prefix: None,
            unsigned_payload: false,
            anonymous: false,
            max_body_bytes: None,
            built: None,
        }
    }

    /// Largest body that is buffered, in bytes.
    pub fn body_limit(&self) -> usize {
        self.max_body_bytes.unwrap_or(self.service.quirks.max_body_bytes)
    }
}

/// The types of an operation that is built.
#[derive(Clone, Copy, Debug)]
pub struct Built {
    pub input: &'static Schema,
    /// Root element and namespace of the XML body of the input, where the model names them on the operation.
    pub input_root: Option<&'static str>,
    pub output: &'static Schema,
    /// Element around the members of a query answer.
    pub result_wrapper: Option<&'static str>,
    /// Root element of a restXml answer, where it isn't the output shape's name.
    pub output_root: Option<&'static str>,
    /// The answer's root element holds the only member's text.
    pub unwrapped_output: bool,
    pub errors: &'static [&'static Schema],
}

impl Built {
    /// With no names of its own; fill the rest by struct update.
    pub const fn new(
        input: &'static Schema,
        output: &'static Schema,
        errors: &'static [&'static Schema],
    ) -> Self {
        Self {
            input,
            input_root: None,
            output,
            result_wrapper: None,
            output_root: None,
            unwrapped_output: false,
            errors,
        }
    }
}

/// A header or query key that the input requires.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    Header(&'static str),
    Query(&'static str),
}
