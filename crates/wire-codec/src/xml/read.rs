//! XML into typed values, element by element. Document types and entities other than the five predefined ones are
//! refused, so nothing expands; nesting is bounded; namespaces are not compared, as AWS does not.

use quick_xml::XmlVersion;
use quick_xml::events::{BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use crate::reading::{MAX_DEPTH, Place, ReadError, ReadResult, Reading, Seen};
use crate::schema::{Location, Member, Schema, TimestampFormat};
use crate::text;
use crate::value::{List, Map, Slot, Structure};

impl From<quick_xml::Error> for ReadError {
    fn from(e: quick_xml::Error) -> Self {
        Self(format!("Invalid XML: {e}"))
    }
}

/// Reads a document's root element into the body-bound members of `target`. An empty body has no members.
pub(crate) fn structure(
    bytes: &[u8],
    target: &mut dyn Structure,
    seen: &mut Seen,
    reading: &mut Reading,
) -> ReadResult {
    let Some(mut xml) = Xml::new(bytes)? else { return Ok(()) };
    let root = xml.root()?;
    members(&mut xml, &root, target, seen, reading)?;
    xml.end()
}

/// Reads a document into a payload member; the root must bear the member's or its shape's name. True if there was none.
pub(crate) fn payload(
    bytes: &[u8],
    member: &'static Member,
    place: Place<'_>,
    reading: &mut Reading,
) -> Result<bool, ReadError> {
    let Some(mut xml) = Xml::new(bytes)? else { return Ok(true) };
    let root = xml.root()?;
    let names = [member.wire_name, member.target.wire_name, Some(member.name), Some(member.target.name)];
    if !names.into_iter().flatten().any(|name| local_of(name) == local(&root)) {
        return Err(ReadError(format!("Unexpected root element {}", local(&root))));
    }
    value(&mut xml, &root, member.target, place, reading)?;
    xml.end()?;
    Ok(false)
}

/// What matters of a document.
enum Token<'b> {
    Start(BytesStart<'b>),
    End,
    Text(String),
    Eof,
}

struct Xml<'b>(Reader<&'b [u8]>);

impl<'b> Xml<'b> {
    /// `None` for a body of nothing but blanks.
    fn new(bytes: &'b [u8]) -> Result<Option<Self>, ReadError> {
        let text = std::str::from_utf8(bytes).map_err(|_| ReadError::new("Invalid XML: not UTF-8"))?;
        if text.trim().is_empty() {
            return Ok(None);
        }
        let mut reader = Reader::from_str(text);
        reader.config_mut().expand_empty_elements = true;
        Ok(Some(Self(reader)))
    }

    fn next(&mut self) -> Result<Token<'b>, ReadError> {
        loop {
            return Ok(match self.0.read_event()? {
                Event::Start(start) | Event::Empty(start) => Token::Start(start),
                Event::End(_) => Token::End,
                Event::Text(text) => Token::Text(text.xml10_content().into_owned()),
                Event::CData(data) => Token::Text(data.into_inner().into_owned()),
                Event::GeneralRef(entity) => Token::Text(resolve(&entity)?.to_string()),
                Event::DocType(_) => {
                    return Err(ReadError::new("Invalid XML: a document type is not allowed"));
                }
                Event::Eof => Token::Eof,
                Event::Comment(_) | Event::Decl(_) | Event::PI(_) => continue,
            });
        }
    }

    fn root(&mut self) -> Result<BytesStart<'b>, ReadError> {
        loop {
            match self.next()? {
                Token::Start(start) => return Ok(start),
                Token::Text(text) if text.trim().is_empty() => {}
                _ => return Err(ReadError::new("Invalid XML: no root element")),
            }
        }
    }

    /// Nothing may follow the root.
    fn end(&mut self) -> ReadResult {
        loop {
            match self.next()? {
                Token::Eof => return Ok(()),
                Token::Text(text) if text.trim().is_empty() => {}
                _ => return Err(ReadError::new("Invalid XML: content after the root element")),
            }
        }
    }

    /// The next child of the current element; `None` at its end.
    fn child(&mut self) -> Result<Option<BytesStart<'b>>, ReadError> {
        loop {
            match self.next()? {
                Token::Start(start) => return Ok(Some(start)),
                Token::End => return Ok(None),
                Token::Text(_) => {}
                Token::Eof => return Err(cut()),
            }
        }
    }

    /// The text of the current element, up to its end.
    fn text(&mut self) -> Result<String, ReadError> {
        let mut all = String::new();
        loop {
            match self.next()? {
                Token::Text(text) => all.push_str(&text),
                Token::End => return Ok(all),
                Token::Start(start) => {
                    return Err(ReadError(format!("Unexpected element {} inside a value", local(&start))));
                }
                Token::Eof => return Err(cut()),
            }
        }
    }

    /// Skips the rest of the current element.
    fn skip(&mut self) -> ReadResult {
        let mut depth = 1usize;
        while depth > 0 {
            match self.next()? {
                Token::Start(_) => depth += 1,
                Token::End => depth -= 1,
                Token::Text(_) => {}
                Token::Eof => return Err(cut()),
            }
            if depth > MAX_DEPTH {
                return Err(ReadError::new("The request is nested too deeply"));
            }
        }
        Ok(())
    }
}

fn cut() -> ReadError {
    ReadError::new("Invalid XML: the document ends within an element")
}

fn resolve(entity: &BytesRef<'_>) -> Result<char, ReadError> {
    if let Some(c) = entity.resolve_char_ref()? {
        return Ok(c);
    }
    Ok(match &**entity {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        _ => return Err(ReadError::new("Invalid XML: an entity is not allowed")),
    })
}

fn local<'a>(start: &'a BytesStart<'_>) -> &'a str {
    local_of(start.name().into_inner())
}

fn local_of(name: &str) -> &str {
    name.rsplit_once(':').map_or(name, |(_, local)| local)
}

fn element_name(member: &Member) -> &'static str {
    if member.xml_attribute { "" } else { local_of(member.wire()) }
}

fn members(
    xml: &mut Xml<'_>,
    start: &BytesStart<'_>,
    target: &mut dyn Structure,
    seen: &mut Seen,
    reading: &mut Reading,
) -> ReadResult {
    let schema = target.schema();
    attributes(start, target, seen, reading)?;
    let mut hint = 0;
    while let Some(child) = xml.child()? {
        let found = schema.find(local(&child), hint, element_name);
        let Some(index) = found.filter(|i| schema.members[*i].location == Location::Body) else {
            xml.skip()?;
            continue;
        };
        let member = &schema.members[index];
        reading.enter_member(member.name)?;
        member_value(xml, &child, member, Place::Member(target, index), reading)?;
        reading.leave();
        seen.mark(index);
        // A flattened collection's elements follow each other.
        hint = if member.is_flattened() { index } else { index + 1 };
    }
    Ok(())
}

fn attributes(
    start: &BytesStart<'_>,
    target: &mut dyn Structure,
    seen: &mut Seen,
    reading: &mut Reading,
) -> ReadResult {
    let schema = target.schema();
    if !schema.members.iter().any(|m| m.xml_attribute) {
        return Ok(());
    }
    for attribute in start.attributes() {
        let attribute = attribute.map_err(|e| ReadError(format!("Invalid XML: {e}")))?;
        let name = attribute.key.into_inner();
        let Some(index) = schema.members.iter().position(|m| m.xml_attribute && m.wire() == name) else {
            continue;
        };
        let text = attribute.normalized_value(XmlVersion::Implicit1_0)?;
        let slot = target.member_slot(index);
        text::set(slot, schema.members[index].target, &text, TimestampFormat::DateTime, reading)?;
        seen.mark(index);
    }
    Ok(())
}

/// A flattened collection's element is one of its values; any other element is the member's whole value.
fn member_value(
    xml: &mut Xml<'_>,
    start: &BytesStart<'_>,
    member: &'static Member,
    place: Place<'_>,
    reading: &mut Reading,
) -> ReadResult {
    if !member.is_flattened() {
        return value(xml, start, member.target, place, reading);
    }
    match place.slot() {
        Slot::List(list) => {
            let Some(element) = member.target.element() else { return xml.skip() };
            reading.enter_element(list)?;
            value(xml, start, element.target, Place::Element(list), reading)?;
            reading.leave();
            Ok(())
        }
        Slot::Map(map) => entry(xml, member.target, map, reading),
        _ => xml.skip(),
    }
}

fn value(
    xml: &mut Xml<'_>,
    start: &BytesStart<'_>,
    schema: &'static Schema,
    place: Place<'_>,
    reading: &mut Reading,
) -> ReadResult {
    match place.slot() {
        Slot::Unknown => xml.skip(),
        Slot::Structure(target) => {
            let mut seen = Seen::default();
            members(xml, start, target, &mut seen, reading)?;
            reading.close(schema, &seen)?;
            Ok(())
        }
        Slot::List(list) => elements(xml, schema, list, reading),
        Slot::Map(map) => {
            map.clear();
            while let Some(child) = xml.child()? {
                if local(&child) == "entry" { entry(xml, schema, map, reading)? } else { xml.skip()? }
            }
            Ok(())
        }
        scalar => text::set(scalar, schema, &xml.text()?, TimestampFormat::DateTime, reading),
    }
}

fn elements(
    xml: &mut Xml<'_>,
    schema: &'static Schema,
    list: &mut dyn List,
    reading: &mut Reading,
) -> ReadResult {
    let Some(element) = schema.element() else { return xml.skip() };
    let name = element.wire_name.map_or("member", local_of);
    list.clear();
    while let Some(child) = xml.child()? {
        if local(&child) != name {
            xml.skip()?;
            continue;
        }
        reading.enter_element(list)?;
        value(xml, &child, element.target, Place::Element(list), reading)?;
        reading.leave();
    }
    Ok(())
}

/// Reads a key and a value, in this order, up to the end of their element.
fn entry(xml: &mut Xml<'_>, schema: &'static Schema, map: &mut dyn Map, reading: &mut Reading) -> ReadResult {
    let [key_member, value_member] = schema.members else { return xml.skip() };
    let mut key = None;
    while let Some(child) = xml.child()? {
        let name = local(&child);
        if name == key_member.wire_name.map_or("key", local_of) {
            key = Some(xml.text()?);
        } else if name == value_member.wire_name.map_or("value", local_of) {
            let key =
                key.take().ok_or_else(|| ReadError::new("Invalid XML: a map's value without its key"))?;
            reading.enter_entry(map, &key, value_member.target)?;
            value(xml, &child, value_member.target, Place::Entry(map, key), reading)?;
            reading.leave();
        } else {
            xml.skip()?;
        }
    }
    Ok(())
}

/// Reads what lies inside the root at `path`, as clients read an answer's wrappers.
#[cfg(test)]
pub(crate) fn nested(
    bytes: &[u8],
    path: &[&str],
    target: &mut dyn Structure,
    seen: &mut Seen,
    reading: &mut Reading,
) -> ReadResult {
    let Some(mut xml) = Xml::new(bytes)? else { return Ok(()) };
    let mut at = xml.root()?;
    for name in path {
        loop {
            match xml.child()? {
                Some(child) if local(&child) == *name => {
                    at = child;
                    break;
                }
                Some(_) => xml.skip()?,
                None => return Ok(()),
            }
        }
    }
    members(&mut xml, &at, target, seen, reading)
}
