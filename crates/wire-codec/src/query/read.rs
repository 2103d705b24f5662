//! A form's tree into typed values.

use super::form::Form;
use crate::reading::{Place, ReadError, ReadResult, Reading, Seen};
use crate::schema::{Member, Schema, TimestampFormat};
use crate::text;
use crate::value::{List, Map, Slot, Structure};

/// The two protocols that send forms.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Dialect {
    Query,
    /// Names begin with a capital; lists are never wrapped.
    Ec2,
}

/// Reads the members of `target` from the children of `form`.
pub(crate) fn structure(
    form: &Form,
    dialect: Dialect,
    target: &mut dyn Structure,
    seen: &mut Seen,
    reading: &mut Reading,
) -> ReadResult {
    for (index, member) in target.schema().members.iter().enumerate() {
        let Some(child) = find(form, dialect, member) else { continue };
        reading.enter_member(member.name)?;
        let flattened = dialect == Dialect::Ec2 || member.is_flattened();
        value(child, dialect, member.target, flattened, Place::Member(target, index), reading)?;
        reading.leave();
        seen.mark(index);
    }
    Ok(())
}

fn find<'f>(form: &'f Form, dialect: Dialect, member: &Member) -> Option<&'f Form> {
    match (dialect, member.query_name) {
        (_, Some(name)) => form.child(name),
        (Dialect::Query, None) => form.child(member.wire()).or_else(|| {
            // Older models name a flattened list by its element.
            let element = member.target.element().filter(|_| member.is_flattened())?;
            form.child(element.wire_name?)
        }),
        (Dialect::Ec2, None) => form.child(&capitalized(member.wire())),
    }
}

fn capitalized(name: &str) -> String {
    let mut chars = name.chars();
    chars.next().map(|c| c.to_ascii_uppercase().to_string() + chars.as_str()).unwrap_or_default()
}

fn value(
    form: &Form,
    dialect: Dialect,
    schema: &'static Schema,
    flattened: bool,
    place: Place<'_>,
    reading: &mut Reading,
) -> ReadResult {
    match place.slot() {
        Slot::Unknown => Ok(()),
        Slot::Structure(target) => {
            let mut seen = Seen::default();
            structure(form, dialect, target, &mut seen, reading)?;
            reading.close(schema, &seen)?;
            Ok(())
        }
        Slot::List(list) => elements(form, dialect, schema, flattened, list, reading),
        Slot::Map(map) => entries(form, dialect, schema, flattened, map, reading),
        scalar => {
            let text = form.value.as_deref().ok_or_else(|| ReadError::new("A parameter has no value"))?;
            text::set(scalar, schema, text, TimestampFormat::DateTime, reading)
        }
    }
}

fn elements(
    form: &Form,
    dialect: Dialect,
    schema: &'static Schema,
    flattened: bool,
    list: &mut dyn List,
    reading: &mut Reading,
) -> ReadResult {
    let Some(element) = schema.element() else { return Ok(()) };
    let wrapper = if flattened { None } else { form.child(element.wire_name.unwrap_or("member")) };
    for child in wrapper.unwrap_or(form).numbered() {
        reading.enter_element(list)?;
        let flattened = dialect == Dialect::Ec2 || element.is_flattened();
        value(child, dialect, element.target, flattened, Place::Element(list), reading)?;
        reading.leave();
    }
    Ok(())
}

fn entries(
    form: &Form,
    dialect: Dialect,
    schema: &'static Schema,
    flattened: bool,
    map: &mut dyn Map,
    reading: &mut Reading,
) -> ReadResult {
    let [key_member, value_member] = schema.members else { return Ok(()) };
    let wrapper = if flattened { None } else { form.child("entry") };
    for child in wrapper.unwrap_or(form).numbered() {
        let key = child.child(key_member.wire_name.unwrap_or("key")).and_then(|k| k.value.clone());
        let key = key.ok_or_else(|| ReadError::new("A map's entry has no key"))?;
        let Some(node) = child.child(value_member.wire_name.unwrap_or("value")) else {
            return Err(ReadError::new("A map's entry has no value"));
        };
        reading.enter_entry(map, &key, value_member.target)?;
        let flattened = dialect == Dialect::Ec2 || value_member.is_flattened();
        value(node, dialect, value_member.target, flattened, Place::Entry(map, key), reading)?;
        reading.leave();
    }
    Ok(())
}
