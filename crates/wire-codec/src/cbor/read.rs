//! CBOR (RFC 8949) into typed values. Definite and indefinite lengths; unknown members are skipped; nesting is bounded.

use base_time::Timestamp;
use bytes::Bytes;
use minicbor::Decoder;
use minicbor::data::{Tag, Type};
use minicbor::decode::Error;

use crate::reading::{MAX_DEPTH, Place, ReadError, ReadResult, Reading, Seen};
use crate::schema::{Location, Member, Schema, TimestampFormat};
use crate::text;
use crate::value::{List, Map, Slot, Structure};

/// RFC 8949, 3.4.2: seconds since 1970.
const EPOCH_TAG: u64 = 1;

impl From<Error> for ReadError {
    fn from(e: Error) -> Self {
        Self(format!("Invalid CBOR: {e}"))
    }
}

/// Reads a map into `target`. An empty body is an empty map.
pub(crate) fn structure(
    bytes: &[u8],
    target: &mut dyn Structure,
    seen: &mut Seen,
    reading: &mut Reading,
) -> ReadResult {
    if bytes.is_empty() {
        return Ok(());
    }
    let mut cbor = Decoder::new(bytes);
    members(&mut cbor, target, seen, reading)?;
    if cbor.position() < bytes.len() { Err(ReadError::new("Invalid CBOR: trailing bytes")) } else { Ok(()) }
}

fn members(
    cbor: &mut Decoder<'_>,
    target: &mut dyn Structure,
    seen: &mut Seen,
    reading: &mut Reading,
) -> ReadResult {
    let schema = target.schema();
    let mut hint = 0;
    let mut left = Remaining(cbor.map()?);
    while left.more(cbor)? {
        let key = string(cbor)?;
        let found =
            schema.find(&key, hint, Member::wire).filter(|i| schema.members[*i].location == Location::Body);
        let Some(index) = found else {
            skip(cbor, 0)?;
            continue;
        };
        let member = &schema.members[index];
        reading.enter_member(member.name)?;
        if !value(cbor, member.target, Place::Member(target, index), reading)? {
            seen.mark(index);
        }
        reading.leave();
        hint = index + 1;
    }
    Ok(())
}

/// Items left in a container.
struct Remaining(Option<u64>);

impl Remaining {
    fn more(&mut self, cbor: &mut Decoder<'_>) -> Result<bool, ReadError> {
        match &mut self.0 {
            Some(0) => Ok(false),
            Some(n) => {
                *n -= 1;
                Ok(true)
            }
            None if cbor.datatype()? == Type::Break => {
                // The break byte stands alone.
                cbor.set_position(cbor.position() + 1);
                Ok(false)
            }
            None => Ok(true),
        }
    }
}

/// Reads one value; true if it was null and nothing was set.
fn value(
    cbor: &mut Decoder<'_>,
    schema: &'static Schema,
    place: Place<'_>,
    reading: &mut Reading,
) -> Result<bool, ReadError> {
    let found = cbor.datatype()?;
    if matches!(found, Type::Null | Type::Undefined) {
        cbor.skip()?;
        place.null()?;
        return Ok(true);
    }
    match place.slot() {
        Slot::Unknown => skip(cbor, 0)?,
        Slot::Bool(slot) => *slot = cbor.bool()?,
        Slot::Integer(slot) => *slot = i32::try_from(integer(cbor)?).map_err(|_| mismatch(found, schema))?,
        Slot::Long(slot) => *slot = integer(cbor)?,
        Slot::Float(slot) => *slot = number(cbor, schema)? as f32,
        Slot::Double(slot) => *slot = number(cbor, schema)?,
        Slot::Str(slot) => *slot = string(cbor)?,
        slot @ Slot::Enum(_) => {
            text::set(slot, schema, &string(cbor)?, TimestampFormat::EpochSeconds, reading)?;
        }
        Slot::Blob(slot) => *slot = blob(cbor)?,
        Slot::Timestamp(slot) => *slot = timestamp(cbor, schema)?,
        Slot::Structure(target) => {
            let mut seen = Seen::default();
            members(cbor, target, &mut seen, reading)?;
            reading.close(schema, &seen)?;
        }
        Slot::List(list) => elements(cbor, schema, list, reading)?,
        Slot::Map(map) => entries(cbor, schema, map, reading)?,
        Slot::Document(_) | Slot::Body(_) | Slot::Events(_) => return Err(mismatch(found, schema)),
    }
    Ok(false)
}

fn mismatch(found: Type, schema: &Schema) -> ReadError {
    ReadError(format!("Invalid CBOR: {found} cannot be converted to {:?}", schema.kind))
}

fn elements(
    cbor: &mut Decoder<'_>,
    schema: &'static Schema,
    list: &mut dyn List,
    reading: &mut Reading,
) -> ReadResult {
    let Some(element) = schema.element() else { return skip(cbor, 0) };
    list.clear();
    let mut left = Remaining(cbor.array()?);
    while left.more(cbor)? {
        reading.enter_element(list)?;
        value(cbor, element.target, Place::Element(list), reading)?;
        reading.leave();
    }
    Ok(())
}

fn entries(
    cbor: &mut Decoder<'_>,
    schema: &'static Schema,
    map: &mut dyn Map,
    reading: &mut Reading,
) -> ReadResult {
    let Some(of) = schema.members.get(1) else { return skip(cbor, 0) };
    map.clear();
    let mut left = Remaining(cbor.map()?);
    while left.more(cbor)? {
        let key = string(cbor)?;
        reading.enter_entry(map, &key, of.target)?;
        value(cbor, of.target, Place::Entry(map, key), reading)?;
        reading.leave();
    }
    Ok(())
}

fn string(cbor: &mut Decoder<'_>) -> Result<String, ReadError> {
    if cbor.datatype()? == Type::String {
        return Ok(cbor.str()?.to_owned());
    }
    let mut all = String::new();
    for part in cbor.str_iter()? {
        all.push_str(part?);
    }
    Ok(all)
}

fn blob(cbor: &mut Decoder<'_>) -> Result<Bytes, ReadError> {
    if cbor.datatype()? == Type::Bytes {
        return Ok(Bytes::copy_from_slice(cbor.bytes()?));
    }
    let mut all = Vec::new();
    for part in cbor.bytes_iter()? {
        all.extend_from_slice(part?);
    }
    Ok(all.into())
}

fn integer(cbor: &mut Decoder<'_>) -> Result<i64, ReadError> {
    match cbor.datatype()? {
        Type::F16 | Type::F32 | Type::F64 => {
            let f = float(cbor)?;
            if f.fract() == 0.0 && f.abs() < 9.0e15 {
                return Ok(f as i64);
            }
            Err(ReadError::new("Invalid CBOR: a fraction cannot be converted to an integer"))
        }
        _ => Ok(cbor.i64()?),
    }
}

fn number(cbor: &mut Decoder<'_>, schema: &Schema) -> Result<f64, ReadError> {
    match cbor.datatype()? {
        Type::F16 | Type::F32 | Type::F64 => float(cbor),
        Type::U8 | Type::U16 | Type::U32 | Type::U64 | Type::I8 | Type::I16 | Type::I32 | Type::I64 => {
            Ok(cbor.i64()? as f64)
        }
        other => Err(mismatch(other, schema)),
    }
}

fn float(cbor: &mut Decoder<'_>) -> Result<f64, ReadError> {
    Ok(match cbor.datatype()? {
        Type::F16 => f64::from(cbor.f16()?),
        Type::F32 => f64::from(cbor.f32()?),
        _ => cbor.f64()?,
    })
}

fn timestamp(cbor: &mut Decoder<'_>, schema: &Schema) -> Result<Timestamp, ReadError> {
    let found = cbor.datatype()?;
    if found == Type::Tag && cbor.tag()? != Tag::new(EPOCH_TAG) {
        return Err(mismatch(found, schema));
    }
    text::epoch(number(cbor, schema)?).ok_or_else(|| mismatch(found, schema))
}

/// Skips one value of any kind.
fn skip(cbor: &mut Decoder<'_>, depth: usize) -> ReadResult {
    if depth > MAX_DEPTH {
        return Err(ReadError::new("The request is nested too deeply"));
    }
    match cbor.datatype()? {
        Type::Array | Type::ArrayIndef => {
            let mut left = Remaining(cbor.array()?);
            while left.more(cbor)? {
                skip(cbor, depth + 1)?;
            }
        }
        Type::Map | Type::MapIndef => {
            let mut left = Remaining(cbor.map()?);
            while left.more(cbor)? {
                skip(cbor, depth + 1)?;
                skip(cbor, depth + 1)?;
            }
        }
        Type::Tag => {
            cbor.tag()?;
            skip(cbor, depth + 1)?;
        }
        Type::Break => return Err(ReadError::new("Invalid CBOR: an unexpected break")),
        _ => cbor.skip()?,
    }
    Ok(())
}
