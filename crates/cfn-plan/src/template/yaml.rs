//! YAML events to a value tree, with an explicit stack so that depth is bounded by us and not by the call stack.

use std::collections::HashMap;

use saphyr_parser::{Event, Marker, Parser, ScalarStyle, Span, Tag};
use serde_json::{Map, Value};

use super::scalar::resolve_plain;
use super::source::{Aliases, MAX_DEPTH, MAX_NODES, Position, Source, SourceError};

/// Keys deeper than this have no position of their own.
const POSITION_DEPTH: usize = 5;

/// Short tags and the function each stands for.
const SHORT_TAGS: &[&str] = &[
    "And",
    "Base64",
    "Cidr",
    "Contains",
    "EachMemberEquals",
    "EachMemberIn",
    "Equals",
    "FindInMap",
    "GetAZs",
    "GetAtt",
    "GetStackOutput",
    "If",
    "ImportValue",
    "Join",
    "Length",
    "Not",
    "Or",
    "RefAll",
    "Select",
    "Split",
    "Sub",
    "ToJsonString",
    "Transform",
    "ValueOf",
    "ValueOfAll",
];

/// Parses one YAML document. Further documents are refused, as CloudFormation does.
pub(super) fn parse(text: &str, aliases: Aliases) -> Result<Source, SourceError> {
    let mut builder = Builder::new(aliases);
    let mut documents = 0;
    for item in Parser::new_from_str(text) {
        let (event, span) = item.map_err(|error| not_well_formed(*error.marker()))?;
        if matches!(event, Event::DocumentStart(_)) {
            documents += 1;
            if documents > 1 {
                return Err(not_well_formed(span.start));
            }
        }
        builder.take(event, span)?;
    }
    Ok(Source { value: builder.root.unwrap_or_default(), positions: builder.positions })
}

fn not_well_formed(at: Marker) -> SourceError {
    SourceError::NotWellFormed { format: "YAML", line: at.line(), column: at.col() + 1 }
}

enum Shape {
    List(Vec<Value>),
    Mapping { entries: Map<String, Value>, key: Option<String>, merges: Vec<Value> },
}

struct Frame {
    shape: Shape,
    function: Option<&'static str>,
    anchor: usize,
}

struct Builder {
    aliases: Aliases,
    stack: Vec<Frame>,
    path: Vec<String>,
    anchors: HashMap<usize, (Value, usize)>,
    nodes: usize,
    root: Option<Value>,
    positions: HashMap<String, Position>,
}

impl Builder {
    fn new(aliases: Aliases) -> Self {
        Self {
            aliases,
            stack: Vec::new(),
            path: Vec::new(),
            anchors: HashMap::new(),
            nodes: 0,
            root: None,
            positions: HashMap::new(),
        }
    }

    fn take(&mut self, event: Event<'_>, span: Span) -> Result<(), SourceError> {
        match event {
            Event::Scalar(text, style, anchor, tag) => {
                if self.expects_key() && tag.is_none() {
                    return self.key(text.into_owned(), span.start);
                }
                let value = scalar(&text, style, tag.as_deref(), span.start)?;
                self.place(value, anchor, 1, span.start)
            }
            Event::SequenceStart(anchor, tag) => {
                self.open(Shape::List(Vec::new()), tag.as_deref(), anchor, span.start)
            }
            Event::MappingStart(anchor, tag) => {
                let shape = Shape::Mapping { entries: Map::new(), key: None, merges: Vec::new() };
                self.open(shape, tag.as_deref(), anchor, span.start)
            }
            Event::SequenceEnd | Event::MappingEnd => self.close(span.start),
            Event::Alias(id) => self.alias(id, span.start),
            Event::Nothing
            | Event::StreamStart
            | Event::StreamEnd
            | Event::DocumentStart(_)
            | Event::DocumentEnd => Ok(()),
        }
    }

    fn expects_key(&self) -> bool {
        matches!(self.stack.last(), Some(Frame { shape: Shape::Mapping { key: None, .. }, .. }))
    }

    fn key(&mut self, text: String, at: Marker) -> Result<(), SourceError> {
        if self.path.len() < POSITION_DEPTH {
            let pointer = self.path.iter().fold(String::new(), |path, part| path + "/" + part) + "/" + &text;
            self.positions.entry(pointer).or_insert(Position { line: at.line(), column: at.col() + 1 });
        }
        if let Some(Frame { shape: Shape::Mapping { key, .. }, .. }) = self.stack.last_mut() {
            self.path.push(text.clone());
            *key = Some(text);
        }
        self.count(1)
    }

    fn count(&mut self, nodes: usize) -> Result<(), SourceError> {
        self.nodes += nodes;
        if self.nodes > MAX_NODES { Err(SourceError::TooLarge) } else { Ok(()) }
    }

    fn open(
        &mut self,
        shape: Shape,
        tag: Option<&Tag>,
        anchor: usize,
        at: Marker,
    ) -> Result<(), SourceError> {
        if self.expects_key() {
            return Err(not_well_formed(at));
        }
        if self.stack.len() >= MAX_DEPTH {
            return Err(SourceError::TooDeep { line: at.line(), column: at.col() + 1 });
        }
        let function = function_of(tag, at)?;
        self.stack.push(Frame { shape, function, anchor });
        Ok(())
    }

    fn close(&mut self, at: Marker) -> Result<(), SourceError> {
        let Some(frame) = self.stack.pop() else { return Ok(()) };
        let value = match frame.shape {
            Shape::List(items) => Value::Array(items),
            Shape::Mapping { entries, merges, .. } => Value::Object(merged(entries, merges)),
        };
        let value = match frame.function {
            Some(name) => call(name, value),
            None => value,
        };
        self.place(value, frame.anchor, 1, at)
    }

    fn alias(&mut self, id: usize, at: Marker) -> Result<(), SourceError> {
        if self.aliases == Aliases::Refuse {
            return Err(SourceError::AliasesNotAllowed);
        }
        // The budget is checked before the copy is made.
        let size = self.anchors.get(&id).map_or(0, |(_, size)| *size);
        self.count(size)?;
        let value =
            self.anchors.get(&id).map(|(value, _)| value.clone()).ok_or_else(|| not_well_formed(at))?;
        if self.stack.len() + depth(&value) > MAX_DEPTH {
            return Err(SourceError::TooDeep { line: at.line(), column: at.col() + 1 });
        }
        self.place(value, 0, 0, at)
    }

    fn place(&mut self, value: Value, anchor: usize, nodes: usize, at: Marker) -> Result<(), SourceError> {
        self.count(nodes)?;
        if anchor != 0 && self.aliases == Aliases::Expand {
            let size = size(&value);
            self.count(size)?;
            self.anchors.insert(anchor, (value.clone(), size));
        }
        match self.stack.last_mut().map(|frame| &mut frame.shape) {
            None => self.root = Some(value),
            Some(Shape::List(items)) => items.push(value),
            Some(Shape::Mapping { entries, key, merges }) => {
                let Some(name) = key.take() else { return Err(not_well_formed(at)) };
                self.path.pop();
                if name == "<<" && self.aliases == Aliases::Expand {
                    merges.push(value);
                } else {
                    entries.insert(name, value);
                }
            }
        }
        Ok(())
    }
}

fn scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>, at: Marker) -> Result<Value, SourceError> {
    if let Some(tag) = tag.filter(|tag| tag.is_yaml_core_schema()) {
        return core_scalar(text, tag, at);
    }
    match function_of(tag, at)? {
        Some(name) => Ok(call(name, Value::String(text.to_owned()))),
        None if style == ScalarStyle::Plain && tag.is_none() => Ok(resolve_plain(text)),
        None => Ok(Value::String(text.to_owned())),
    }
}

fn core_scalar(text: &str, tag: &Tag, at: Marker) -> Result<Value, SourceError> {
    match tag.suffix.as_str() {
        "str" => Ok(Value::String(text.to_owned())),
        "int" | "float" | "bool" | "null" => Ok(resolve_plain(text)),
        _ => Err(unknown_tag(tag, at)),
    }
}

fn unknown_tag(tag: &Tag, at: Marker) -> SourceError {
    SourceError::UnknownTag { tag: tag.to_string(), line: at.line(), column: at.col() + 1 }
}

fn function_of(tag: Option<&Tag>, at: Marker) -> Result<Option<&'static str>, SourceError> {
    let Some(tag) = tag else { return Ok(None) };
    if tag.is_yaml_core_schema() && matches!(tag.suffix.as_str(), "map" | "seq") {
        return Ok(None);
    }
    if tag.handle == "!" {
        match tag.suffix.as_str() {
            "Ref" => return Ok(Some("Ref")),
            "Condition" => return Ok(Some("Condition")),
            // A lone `!` makes the scalar a string.
            "" => return Ok(None),
            other => {
                if let Some(name) = SHORT_TAGS.iter().find(|name| **name == other) {
                    return Ok(Some(name));
                }
            }
        }
    }
    Err(unknown_tag(tag, at))
}

fn call(name: &'static str, argument: Value) -> Value {
    let argument = match (name, argument) {
        ("GetAtt", Value::String(text)) => match text.split_once('.') {
            Some((resource, attribute)) => Value::from(vec![resource, attribute]),
            None => Value::String(text),
        },
        (_, argument) => argument,
    };
    let key = if matches!(name, "Ref" | "Condition") { name.to_owned() } else { format!("Fn::{name}") };
    Value::Object(Map::from_iter([(key, argument)]))
}

/// Merge keys: the mapping's own entries win, then earlier merged mappings.
fn merged(entries: Map<String, Value>, merges: Vec<Value>) -> Map<String, Value> {
    let mut result = entries;
    for merge in merges {
        let sources = match merge {
            Value::Array(items) => items,
            other => vec![other],
        };
        for source in sources {
            if let Value::Object(source) = source {
                for (key, value) in source {
                    result.entry(key).or_insert(value);
                }
            }
        }
    }
    result
}

fn size(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(size).sum::<usize>(),
        Value::Object(entries) => 1 + entries.values().map(|entry| 1 + size(entry)).sum::<usize>(),
        _ => 1,
    }
}

fn depth(value: &Value) -> usize {
    match value {
        Value::Array(items) => 1 + items.iter().map(depth).max().unwrap_or(0),
        Value::Object(entries) => 1 + entries.values().map(depth).max().unwrap_or(0),
        _ => 0,
    }
}
