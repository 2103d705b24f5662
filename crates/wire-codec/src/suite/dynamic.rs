//! Values of schemas known at run time only.

use base_time::Timestamp;
use bytes::Bytes;
use indexmap::IndexMap;
use serde_json::Value as Json;

use crate::schema::{Kind, Member, Schema};
use crate::value::{List, Map, Slot, Structure, Value, View};

#[derive(Debug)]
pub(super) enum Dynamic {
    Null,
    Bool(bool),
    Integer(i32),
    Long(i64),
    Float(f32),
    Double(f64),
    Str(String),
    Blob(Bytes),
    Timestamp(Timestamp),
    Document(Json),
    List(Elements),
    Map(Entries),
    Structure(Members),
}

#[derive(Debug)]
pub(super) struct Elements(&'static Schema, Vec<Dynamic>);

#[derive(Debug)]
pub(super) struct Entries(&'static Schema, IndexMap<String, Dynamic>);

#[derive(Debug)]
pub(super) struct Members(&'static Schema, Vec<Dynamic>);

impl Members {
    pub(super) fn new(schema: &'static Schema) -> Self {
        Self(schema, schema.members.iter().map(|_| Dynamic::Null).collect())
    }

    pub(super) fn from_json(schema: &'static Schema, json: &Json) -> Self {
        Self(schema, schema.members.iter().map(|m| Dynamic::of(m, &json[m.name])).collect())
    }
}

impl Dynamic {
    fn empty(schema: &'static Schema) -> Self {
        match schema.kind {
            Kind::Structure | Kind::Union => Self::Structure(Members::new(schema)),
            Kind::List => Self::List(Elements(schema, Vec::new())),
            Kind::Map => Self::Map(Entries(schema, IndexMap::new())),
            Kind::String => Self::Str(String::new()),
            Kind::Blob => Self::Blob(Bytes::new()),
            Kind::Boolean => Self::Bool(false),
            Kind::Integer => Self::Integer(0),
            Kind::Long => Self::Long(0),
            Kind::Float => Self::Float(0.0),
            Kind::Double => Self::Double(0.0),
            Kind::Timestamp => Self::Timestamp(Timestamp::EPOCH),
            Kind::Document => Self::Document(Json::Null),
        }
    }

    /// From the form the cases write values in: blobs as text, timestamps as seconds.
    fn of(member: &Member, json: &Json) -> Self {
        let schema = member.target;
        if json.is_null() {
            return Self::Null;
        }
        let float = || match json {
            Json::String(s) => crate::text::float(s).unwrap(),
            n => n.as_f64().unwrap(),
        };
        match schema.kind {
            Kind::Structure | Kind::Union => Self::Structure(Members::from_json(schema, json)),
            Kind::List => {
                let element = schema.element().unwrap();
                Self::List(Elements(
                    schema,
                    json.as_array().unwrap().iter().map(|e| Self::of(element, e)).collect(),
                ))
            }
            Kind::Map => {
                let value = &schema.members[1];
                let entries = json.as_object().unwrap().iter().map(|(k, v)| (k.clone(), Self::of(value, v)));
                Self::Map(Entries(schema, entries.collect()))
            }
            Kind::String if !json.is_string() => Self::Str(json.to_string()),
            Kind::String => Self::Str(json.as_str().unwrap().to_owned()),
            Kind::Blob => Self::Blob(json.as_str().unwrap().to_owned().into()),
            Kind::Boolean => Self::Bool(json.as_bool().unwrap()),
            Kind::Integer => Self::Integer(json.as_i64().unwrap() as i32),
            Kind::Long => Self::Long(json.as_i64().unwrap()),
            Kind::Float => Self::Float(float() as f32),
            Kind::Double => Self::Double(float()),
            Kind::Timestamp => Self::Timestamp(Timestamp::from_secs_f64(json.as_f64().unwrap())),
            Kind::Document => Self::Document(json.clone()),
        }
    }

    fn filled(&mut self, schema: &'static Schema) -> Slot<'_> {
        if matches!(self, Self::Null) {
            *self = Self::empty(schema);
        }
        self.slot()
    }
}

impl Value for Dynamic {
    fn view(&self) -> View<'_> {
        match self {
            Self::Null => View::Absent,
            Self::Bool(v) => View::Bool(*v),
            Self::Integer(v) => View::Int((*v).into()),
            Self::Long(v) => View::Int(*v),
            Self::Float(v) => View::Float(*v),
            Self::Double(v) => View::Double(*v),
            Self::Str(v) => View::Str(v),
            Self::Blob(v) => View::Blob(v),
            Self::Timestamp(v) => View::Timestamp(*v),
            Self::Document(v) => View::Document(v),
            Self::List(v) => View::List(v),
            Self::Map(v) => View::Map(v),
            Self::Structure(v) => View::Structure(v),
        }
    }

    fn slot(&mut self) -> Slot<'_> {
        match self {
            Self::Null => Slot::Unknown,
            Self::Bool(v) => Slot::Bool(v),
            Self::Integer(v) => Slot::Integer(v),
            Self::Long(v) => Slot::Long(v),
            Self::Float(v) => Slot::Float(v),
            Self::Double(v) => Slot::Double(v),
            Self::Str(v) => Slot::Str(v),
            Self::Blob(v) => Slot::Blob(v),
            Self::Timestamp(v) => Slot::Timestamp(v),
            Self::Document(v) => Slot::Document(v),
            Self::List(v) => Slot::List(v),
            Self::Map(v) => Slot::Map(v),
            Self::Structure(v) => Slot::Structure(v),
        }
    }
}

impl Structure for Members {
    fn schema(&self) -> &'static Schema {
        self.0
    }
    fn member(&self, index: usize) -> View<'_> {
        self.1.get(index).map_or(View::Absent, Value::view)
    }
    fn member_slot(&mut self, index: usize) -> Slot<'_> {
        match self.1.get_mut(index) {
            Some(member) => member.filled(self.0.members[index].target),
            None => Slot::Unknown,
        }
    }
}

impl List for Elements {
    fn len(&self) -> usize {
        self.1.len()
    }
    fn at(&self, index: usize) -> View<'_> {
        self.1[index].view()
    }
    fn push(&mut self) -> Slot<'_> {
        self.1.push(Dynamic::Null);
        self.1.last_mut().unwrap().filled(self.0.members[0].target)
    }
    fn push_null(&mut self) -> bool {
        self.1.push(Dynamic::Null);
        true
    }
    fn element_bytes(&self) -> usize {
        size_of::<Dynamic>()
    }
    fn clear(&mut self) {
        self.1.clear();
    }
}

impl Map for Entries {
    fn len(&self) -> usize {
        self.1.len()
    }
    fn at(&self, index: usize) -> (&str, View<'_>) {
        let (key, value) = self.1.get_index(index).unwrap();
        (key, value.view())
    }
    fn insert(&mut self, key: String) -> Slot<'_> {
        let (index, _) = self.1.insert_full(key, Dynamic::Null);
        self.1[index].filled(self.0.members[1].target)
    }
    fn insert_null(&mut self, key: String) -> bool {
        self.1.insert(key, Dynamic::Null);
        true
    }
    fn entry_bytes(&self) -> usize {
        size_of::<Dynamic>()
    }
    fn clear(&mut self) {
        self.1.clear();
    }
}
