//! What a shape looks like on the wire: static tables that the generated crates fill and every protocol reads.
//!
//! Nothing here reads or writes bytes. A `Schema` describes a shape, a `Member` one edge to another shape together with its
//! bindings (Smithy 2.0, "HTTP bindings" and "XML bindings"; names as in botocore's service models).

use crate::pattern::Pattern;

/// The kind of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Structure,
    /// A structure of which exactly one member is set.
    Union,
    List,
    Map,
    String,
    Blob,
    Boolean,
    Integer,
    Long,
    Float,
    Double,
    Timestamp,
    /// Any JSON value.
    Document,
}

/// How a timestamp is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TimestampFormat {
    /// RFC 3339 with `Z`.
    DateTime,
    /// RFC 9110 IMF-fixdate.
    HttpDate,
    /// Seconds since 1970, with a fraction.
    EpochSeconds,
}

/// Where a member of an input or output travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    Body,
    Header,
    /// All headers that begin with the member's wire name.
    Headers,
    QueryString,
    Uri,
    StatusCode,
}

/// An XML namespace declaration.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct XmlNamespace {
    pub prefix: Option<&'static str>,
    pub uri: &'static str,
}

/// What the model says of an error shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ErrorTrait {
    /// The code on the wire of JSON, REST and CBOR protocols (and of query, unless `query_code` says otherwise).
    pub code: &'static str,
    /// The code of the query protocol, sent as `x-amzn-query-error` by query-compatible JSON and CBOR services.
    pub query_code: Option<&'static str>,
    pub status: u16,
    /// The caller's fault (`Sender`) rather than the service's (`Receiver`).
    pub sender: bool,
}

/// A shape. Built by the generated crates as statics, by tests at run time.
#[derive(Clone, Copy, Debug)]
pub struct Schema {
    /// The shape's name in the model.
    pub name: &'static str,
    pub kind: Kind,
    /// Structure and union: the members; list: the element; map: key and value.
    pub members: &'static [Member],
    /// An enum's values; empty for a plain string.
    pub values: &'static [&'static str],
    pub wire_name: Option<&'static str>,
    pub xml_namespace: Option<XmlNamespace>,
    pub flattened: bool,
    pub timestamp_format: Option<TimestampFormat>,
    /// Least length (strings, blobs, lists, maps) or value (numbers).
    pub min: Option<i64>,
    /// Greatest length or value.
    pub max: Option<i64>,
    pub pattern: Option<&'static Pattern>,
    /// Index of the member that is the whole body (structures of REST protocols).
    pub payload: Option<usize>,
    pub error: Option<ErrorTrait>,
    /// A union whose members are events of a stream.
    pub event_stream: bool,
    pub sensitive: bool,
    /// Whether this shape or one it reaches carries a constraint; spares walking large values.
    pub constrained: bool,
}

impl Schema {
    /// A shape with nothing but a name and a kind; fill the rest by struct update.
    pub const fn new(name: &'static str, kind: Kind) -> Self {
        Self {
            name,
            kind,
            members: &[],
            values: &[],
            wire_name: None,
            xml_namespace: None,
            flattened: false,
            timestamp_format: None,
            min: None,
            max: None,
            pattern: None,
            payload: None,
            error: None,
            event_stream: false,
            sensitive: false,
            constrained: false,
        }
    }

    /// The element of a list; the value of a map is `members[1]`.
    pub fn element(&self) -> Option<&'static Member> {
        self.members.first()
    }

    /// The position of the member whose `name(member)` is `wanted`, trying `hint` first: bodies mostly keep the model's
    /// order.
    pub fn find(&self, wanted: &str, hint: usize, name: fn(&Member) -> &'static str) -> Option<usize> {
        if self.members.get(hint).is_some_and(|m| name(m) == wanted) {
            return Some(hint);
        }
        self.members.iter().position(|m| name(m) == wanted)
    }

    /// The index of the member that carries a stream of events, if any.
    pub fn event_stream_member(&self) -> Option<usize> {
        self.members.iter().position(|m| m.target.event_stream)
    }

    /// Structures and unions are read member by member.
    pub fn is_structure(&self) -> bool {
        matches!(self.kind, Kind::Structure | Kind::Union)
    }
}

/// One edge of the shape graph: a structure's member, a list's element, a map's key or value.
#[derive(Clone, Copy, Debug)]
pub struct Member {
    /// The member's name in the model.
    pub name: &'static str,
    pub target: &'static Schema,
    /// The model's `locationName`: JSON key, XML element, header, query key or URI label, by protocol and location.
    pub wire_name: Option<&'static str>,
    /// Name in the ec2 protocol, where it differs from the rule.
    pub query_name: Option<&'static str>,
    pub location: Location,
    pub required: bool,
    pub flattened: bool,
    pub xml_attribute: bool,
    pub xml_namespace: Option<XmlNamespace>,
    /// A blob that isn't buffered.
    pub streaming: bool,
    pub idempotency_token: bool,
    pub host_label: bool,
    /// JSON text inside a header (base64) or a string.
    pub json_value: bool,
    /// Part of an event: its headers or its payload.
    pub event: EventPart,
}

/// Where a member of an event travels within the event stream's message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EventPart {
    /// In the payload, as a member of a structure.
    Implicit,
    Header,
    Payload,
}

impl Member {
    /// A member bound to the body under its own name; fill the rest by struct update.
    pub const fn new(name: &'static str, target: &'static Schema) -> Self {
        Self {
            name,
            target,
            wire_name: None,
            query_name: None,
            location: Location::Body,
            required: false,
            flattened: false,
            xml_attribute: false,
            xml_namespace: None,
            streaming: false,
            idempotency_token: false,
            host_label: false,
            json_value: false,
            event: EventPart::Implicit,
        }
    }

    /// The name on the wire: `wire_name`, else `name`.
    pub fn wire(&self) -> &'static str {
        self.wire_name.unwrap_or(self.name)
    }

    /// Whether an answer carries it in its body: bindings to the request's line mean nothing there.
    pub fn in_answer_body(&self) -> bool {
        matches!(self.location, Location::Body | Location::QueryString | Location::Uri)
    }

    /// Whether a list or map is written without its wrapper element.
    pub fn is_flattened(&self) -> bool {
        self.flattened || self.target.flattened
    }

    /// The format the model asks for, else the protocol's `default`.
    pub fn timestamp_format(&self, default: TimestampFormat) -> TimestampFormat {
        self.target.timestamp_format.unwrap_or(default)
    }
}

/// Shapes without traits, shared by all generated crates.
pub static STRING: Schema = Schema::new("String", Kind::String);
pub static BLOB: Schema = Schema::new("Blob", Kind::Blob);
pub static BOOLEAN: Schema = Schema::new("Boolean", Kind::Boolean);
pub static INTEGER: Schema = Schema::new("Integer", Kind::Integer);
pub static LONG: Schema = Schema::new("Long", Kind::Long);
pub static FLOAT: Schema = Schema::new("Float", Kind::Float);
pub static DOUBLE: Schema = Schema::new("Double", Kind::Double);
pub static TIMESTAMP: Schema = Schema::new("Timestamp", Kind::Timestamp);
pub static DOCUMENT: Schema = Schema::new("Document", Kind::Document);
/// A structure without members: the input or output of an operation that has none.
pub static UNIT: Schema = Schema::new("Unit", Kind::Structure);
