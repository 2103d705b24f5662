//! JSON into typed values, driven by the schema; nothing is built in between.
//!
//! serde_json tokenizes (and refuses invalid UTF-8, and nesting beyond its own limit); the seeds here carry the schema.

use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use crate::reading::{Place, ReadError, ReadResult, Reading, Seen};
use crate::schema::{Kind, Location, Member, Schema, TimestampFormat};
use crate::text;
use crate::value::{List, Map, Slot, Structure};

/// Reads an object into `target`. Members bound elsewhere than to the body are not looked for. An empty body is `{}`.
pub(crate) fn structure(
    bytes: &[u8],
    target: &mut dyn Structure,
    seen: &mut Seen,
    reading: &mut Reading,
) -> ReadResult {
    if bytes.is_empty() {
        return Ok(());
    }
    let schema = target.schema();
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let seed = StructureSeed { schema, target, seen, reading };
    seed.deserialize(&mut json).and_then(|()| json.end()).map_err(|e| ReadError::new(e.to_string()))
}

/// Reads any value into a place: a REST payload that is a structure, union or document. True if it was null.
pub(crate) fn value(
    bytes: &[u8],
    member: &'static Member,
    place: Place<'_>,
    reading: &mut Reading,
) -> Result<bool, ReadError> {
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let seed = ValueSeed { schema: member.target, place, reading };
    let null = seed.deserialize(&mut json).and_then(|null| json.end().map(|()| null));
    null.map_err(|e| ReadError::new(e.to_string()))
}

struct ValueSeed<'a, 'r> {
    schema: &'static Schema,
    place: Place<'a>,
    reading: &'r mut Reading,
}

/// The value was null, so nothing was set.
type IsNull = bool;

impl<'de> DeserializeSeed<'de> for ValueSeed<'_, '_> {
    type Value = IsNull;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<IsNull, D::Error> {
        if self.schema.kind != Kind::Document {
            return json.deserialize_any(self);
        }
        let document = serde_json::Value::deserialize(json)?;
        if document.is_null() {
            self.place.null().map_err(custom)?;
            return Ok(true);
        }
        if let Slot::Document(slot) = self.place.slot() {
            *slot = document;
        }
        Ok(false)
    }
}

fn custom<E: Error>(e: ReadError) -> E {
    E::custom(e.0)
}

/// Coral's words for a token of the wrong kind.
fn mismatch<E: Error>(token: &str, schema: &Schema) -> E {
    let wanted = match schema.kind {
        Kind::Structure | Kind::Union | Kind::Map | Kind::List => {
            return E::custom(format!(
                "Unexpected field type: {token} where a {:?} was expected",
                schema.kind
            ));
        }
        Kind::Blob => "Blob".to_owned(),
        kind => format!("{kind:?}"),
    };
    E::custom(format!("{token} cannot be converted to {wanted}"))
}

impl<'de> Visitor<'de> for ValueSeed<'_, '_> {
    type Value = IsNull;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a {:?}", self.schema.kind)
    }

    fn visit_unit<E: Error>(self) -> Result<IsNull, E> {
        self.place.null().map_err(custom)?;
        Ok(true)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<IsNull, E> {
        match self.place.slot() {
            Slot::Bool(slot) => *slot = value,
            Slot::Unknown => {}
            _ => return Err(mismatch(if value { "TRUE_VALUE" } else { "FALSE_VALUE" }, self.schema)),
        }
        Ok(false)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<IsNull, E> {
        match self.place.slot() {
            Slot::Integer(slot) => {
                *slot = i32::try_from(value).map_err(|_| mismatch("NUMBER_VALUE", self.schema))?
            }
            Slot::Long(slot) => *slot = value,
            Slot::Float(slot) => *slot = value as f32,
            Slot::Double(slot) => *slot = value as f64,
            Slot::Timestamp(slot) => {
                *slot = text::epoch(value as f64).ok_or_else(|| mismatch("NUMBER_VALUE", self.schema))?;
            }
            Slot::Unknown => {}
            _ => return Err(mismatch("NUMBER_VALUE", self.schema)),
        }
        Ok(false)
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<IsNull, E> {
        match i64::try_from(value) {
            Ok(value) => self.visit_i64(value),
            Err(_) => self.visit_f64(value as f64),
        }
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<IsNull, E> {
        let schema = self.schema;
        // `5.0` and `5e0` are integers to AWS as well.
        let whole = (value.fract() == 0.0 && value.abs() < 9.0e15).then_some(value as i64);
        match self.place.slot() {
            Slot::Float(slot) => *slot = value as f32,
            Slot::Double(slot) => *slot = value,
            Slot::Timestamp(slot) => {
                *slot = text::epoch(value).ok_or_else(|| mismatch("NUMBER_VALUE", schema))?
            }
            Slot::Integer(slot) => {
                *slot = whole
                    .and_then(|w| i32::try_from(w).ok())
                    .ok_or_else(|| mismatch("DECIMAL_VALUE", schema))?;
            }
            Slot::Long(slot) => *slot = whole.ok_or_else(|| mismatch("DECIMAL_VALUE", schema))?,
            Slot::Unknown => {}
            _ => return Err(mismatch("DECIMAL_VALUE", schema)),
        }
        Ok(false)
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<IsNull, E> {
        match self.place.slot() {
            Slot::Str(slot) => value.clone_into(slot),
            Slot::Float(slot) => *slot = special(value, self.schema)? as f32,
            Slot::Double(slot) => *slot = special(value, self.schema)?,
            slot @ (Slot::Enum(_) | Slot::Blob(_) | Slot::Timestamp(_) | Slot::Unknown) => {
                text::set(slot, self.schema, value, TimestampFormat::EpochSeconds, self.reading)
                    .map_err(custom)?;
            }
            _ => return Err(mismatch("STRING_VALUE", self.schema)),
        }
        Ok(false)
    }

    fn visit_string<E: Error>(self, value: String) -> Result<IsNull, E> {
        self.visit_str(&value)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, seq: A) -> Result<IsNull, A::Error> {
        match self.place.slot() {
            Slot::List(list) => elements(self.schema, list, self.reading, seq)?,
            Slot::Unknown => {}
            _ => return Err(mismatch("START_ARRAY", self.schema)),
        }
        Ok(false)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<IsNull, A::Error> {
        match self.place.slot() {
            Slot::Structure(target) => {
                let mut seen = Seen::default();
                members(self.schema, target, &mut seen, self.reading, map)?;
                self.reading.close(self.schema, &seen).map_err(custom)?;
            }
            Slot::Map(target) => entries(self.schema, target, self.reading, map)?,
            Slot::Unknown => {}
            _ => return Err(mismatch("START_OBJECT", self.schema)),
        }
        Ok(false)
    }
}

/// A string is a number only where Smithy spells one as such.
fn special<E: Error>(value: &str, schema: &Schema) -> Result<f64, E> {
    match value {
        "NaN" | "Infinity" | "-Infinity" => text::float(value).map_err(custom),
        _ => Err(mismatch("STRING_VALUE", schema)),
    }
}

struct StructureSeed<'a> {
    schema: &'static Schema,
    target: &'a mut dyn Structure,
    seen: &'a mut Seen,
    reading: &'a mut Reading,
}

impl<'de> DeserializeSeed<'de> for StructureSeed<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for StructureSeed<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        members(self.schema, self.target, self.seen, self.reading, map)
    }
}

/// Finds a key's member; borrows the key where the text has no escapes.
struct KeySeed {
    schema: &'static Schema,
    hint: usize,
}

impl<'de> DeserializeSeed<'de> for KeySeed {
    type Value = Option<usize>;

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<Self::Value, D::Error> {
        json.deserialize_str(self)
    }
}

impl Visitor<'_> for KeySeed {
    type Value = Option<usize>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a key")
    }

    fn visit_str<E: Error>(self, key: &str) -> Result<Self::Value, E> {
        let found = self.schema.find(key, self.hint, Member::wire);
        Ok(found.filter(|i| self.schema.members[*i].location == Location::Body))
    }
}

fn members<'de, A: MapAccess<'de>>(
    schema: &'static Schema,
    target: &mut dyn Structure,
    seen: &mut Seen,
    reading: &mut Reading,
    mut map: A,
) -> Result<(), A::Error> {
    let mut hint = 0;
    while let Some(found) = map.next_key_seed(KeySeed { schema, hint })? {
        let Some(index) = found else {
            map.next_value::<IgnoredAny>()?;
            continue;
        };
        let member = &schema.members[index];
        reading.enter_member(member.name).map_err(custom)?;
        let seed = ValueSeed { schema: member.target, place: Place::Member(target, index), reading };
        if !map.next_value_seed(seed)? {
            seen.mark(index);
        }
        reading.leave();
        hint = index + 1;
    }
    Ok(())
}

fn elements<'de, A: SeqAccess<'de>>(
    schema: &'static Schema,
    list: &mut dyn List,
    reading: &mut Reading,
    mut seq: A,
) -> Result<(), A::Error> {
    let Some(element) = schema.element() else { return Ok(()) };
    list.clear();
    loop {
        reading.enter_element(list).map_err(custom)?;
        let seed = ValueSeed { schema: element.target, place: Place::Element(list), reading };
        let more = seq.next_element_seed(seed)?.is_some();
        reading.leave();
        if !more {
            return Ok(());
        }
    }
}

fn entries<'de, A: MapAccess<'de>>(
    schema: &'static Schema,
    target: &mut dyn Map,
    reading: &mut Reading,
    mut map: A,
) -> Result<(), A::Error> {
    let Some(value) = schema.members.get(1) else { return Ok(()) };
    target.clear();
    while let Some(key) = map.next_key::<String>()? {
        reading.enter_entry(target, &key, value.target).map_err(custom)?;
        let seed = ValueSeed { schema: value.target, place: Place::Entry(target, key), reading };
        map.next_value_seed(seed)?;
        reading.leave();
    }
    Ok(())
}
