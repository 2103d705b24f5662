//! A REST request's path, query, headers and payload into typed values.

use http::HeaderMap;
use http::request::Parts;
use percent_encoding::percent_decode_str;

use super::header;
use super::uri::{Template, matches};
use crate::query::pairs;
use crate::reading::{Place, ReadError, ReadResult, Reading, Seen};
use crate::schema::{Kind, Location, Member, TimestampFormat};
use crate::text;
use crate::value::{List, Slot, Structure};

/// Reads everything but the body.
pub(crate) fn bindings(
    parts: &Parts,
    uri: &'static str,
    target: &mut dyn Structure,
    seen: &mut Seen,
    reading: &mut Reading,
) -> ReadResult {
    let schema = target.schema();
    let template = Template::parse(uri);
    let labels = matches(&template.path, parts.uri.path()).unwrap_or_default();
    let query: Result<Vec<_>, ReadError> = pairs(parts.uri.query().unwrap_or_default()).collect();
    let query = query?;
    for (index, member) in schema.members.iter().enumerate() {
        reading.enter_member(member.name)?;
        reading.binding = Some(member.wire());
        let place = Place::Member(target, index);
        let found = match member.location {
            Location::Uri => label(&labels, member, place, reading)?,
            Location::Header => header(&parts.headers, member, place, reading)?,
            Location::Headers => prefixed(&parts.headers, member, place),
            Location::QueryString if member.target.kind == Kind::Map => {
                let fixed = |key: &str| template.query.iter().any(|(k, _)| *k == key);
                let free = query.iter().filter(|(k, _)| !fixed(k)).map(|(k, v)| (&**k, &**v));
                query_map(free, member, place, reading)?
            }
            Location::QueryString => {
                let values: Vec<&str> =
                    query.iter().filter(|(k, _)| k == member.wire()).map(|(_, v)| &**v).collect();
                query_values(&values, member, place, reading)?
            }
            Location::Body | Location::StatusCode => false,
        };
        reading.leave();
        if found {
            seen.mark(index);
        }
    }
    reading.binding = None;
    Ok(())
}

fn label(
    labels: &[(&'static str, &str)],
    member: &'static Member,
    place: Place<'_>,
    reading: &mut Reading,
) -> Result<bool, ReadError> {
    let Some((_, raw)) = labels.iter().find(|(name, _)| *name == member.wire()) else { return Ok(false) };
    let decoded =
        percent_decode_str(raw).decode_utf8().map_err(|_| ReadError::new("The URI is not valid UTF-8"))?;
    text::set(place.slot(), member.target, &decoded, TimestampFormat::DateTime, reading)?;
    Ok(true)
}

fn query_values(
    values: &[&str],
    member: &'static Member,
    place: Place<'_>,
    reading: &mut Reading,
) -> Result<bool, ReadError> {
    let Some(first) = values.first() else { return Ok(false) };
    match (place.slot(), member.target.element()) {
        (Slot::List(list), Some(element)) => texts(values.iter().copied(), element, list, reading)?,
        // A switch without a value: `?includeValues`.
        (Slot::Bool(slot), _) if first.is_empty() => *slot = true,
        (slot, _) => text::set(slot, member.target, first, TimestampFormat::DateTime, reading)?,
    }
    Ok(true)
}

fn texts<'t>(
    values: impl Iterator<Item = &'t str>,
    element: &'static Member,
    list: &mut dyn List,
    reading: &mut Reading,
) -> ReadResult {
    for value in values {
        reading.enter_element(list)?;
        text::set(list.push(), element.target, value, TimestampFormat::DateTime, reading)?;
        reading.leave();
    }
    Ok(())
}

/// All query parameters but the template's own: those bound to other members as well (Smithy, `httpQueryParams`).
fn query_map<'q>(
    pairs: impl Iterator<Item = (&'q str, &'q str)>,
    member: &'static Member,
    place: Place<'_>,
    reading: &mut Reading,
) -> Result<bool, ReadError> {
    let mut grouped: indexmap::IndexMap<&str, Vec<&str>> = indexmap::IndexMap::new();
    for (key, value) in pairs {
        grouped.entry(key).or_default().push(value);
    }
    let Some(of) = member.target.members.get(1) else { return Ok(false) };
    if grouped.is_empty() {
        return Ok(false);
    }
    if let Slot::Map(map) = place.slot() {
        for (key, values) in grouped {
            query_values(&values, of, Place::Entry(map, key.to_owned()), reading)?;
        }
    }
    Ok(true)
}

fn header(
    headers: &HeaderMap,
    member: &'static Member,
    place: Place<'_>,
    reading: &mut Reading,
) -> Result<bool, ReadError> {
    let Some(text) = joined(headers, member.wire())? else { return Ok(false) };
    // Only text can be empty; of other kinds an empty header says nothing.
    if text.is_empty() && (member.target.kind != Kind::String || !member.target.values.is_empty()) {
        return Ok(false);
    }
    // HTTP has recipients ignore conditions whose date they cannot read (RFC 9110, 13.1.3).
    if member.target.kind == Kind::Timestamp && member.wire().starts_with("If-") {
        let format = member.timestamp_format(TimestampFormat::HttpDate);
        if text::timestamp(text.trim(), format).is_err() {
            return Ok(false);
        }
    }
    match (place.slot(), member.target.element()) {
        (Slot::List(list), Some(element)) => {
            for value in header::split(&text, header::is_date_list(element)) {
                reading.enter_element(list)?;
                text::set(list.push(), element.target, &value, TimestampFormat::HttpDate, reading)?;
                reading.leave();
            }
        }
        (slot, _) if member.json_value => {
            let json = String::from_utf8(text::blob(&text)?.to_vec());
            let json = json.map_err(|_| ReadError::new("A header's JSON is not UTF-8"))?;
            text::set(slot, member.target, &json, TimestampFormat::HttpDate, reading)?;
        }
        (slot, _) => text::set(slot, member.target, &text, TimestampFormat::HttpDate, reading)?,
    }
    Ok(true)
}

/// The value of a header, lines of the same name joined.
fn joined(headers: &HeaderMap, name: &str) -> Result<Option<String>, ReadError> {
    let mut all: Option<String> = None;
    for value in headers.get_all(name) {
        let value =
            std::str::from_utf8(value.as_bytes()).map_err(|_| ReadError::new("A header is not UTF-8"))?;
        match &mut all {
            Some(all) => {
                all.push_str(", ");
                all.push_str(value);
            }
            None => all = Some(value.to_owned()),
        }
    }
    Ok(all)
}

/// Headers that begin with the member's prefix; their names are lower case here.
fn prefixed(headers: &HeaderMap, member: &Member, place: Place<'_>) -> bool {
    let prefix = member.wire_name.unwrap_or_default().to_ascii_lowercase();
    let mut names: Vec<&str> =
        headers.keys().map(http::HeaderName::as_str).filter(|n| n.starts_with(&prefix)).collect();
    names.dedup();
    if names.is_empty() {
        return false;
    }
    let Slot::Map(map) = place.slot() else { return false };
    for name in names {
        if let Ok(Some(value)) = joined(headers, name)
            && let Slot::Str(slot) = map.insert(name[prefix.len()..].to_owned())
        {
            *slot = value;
        }
    }
    true
}

/// Reads a payload member that is text or bytes; structures and documents are their protocol's affair. True if absent.
pub(crate) fn scalar_payload(
    bytes: bytes::Bytes,
    member: &'static Member,
    place: Place<'_>,
    reading: &mut Reading,
) -> Result<bool, ReadError> {
    if bytes.is_empty() {
        return Ok(true);
    }
    match place.slot() {
        Slot::Blob(slot) => *slot = bytes,
        slot => {
            let text = std::str::from_utf8(&bytes).map_err(|_| ReadError::new("The body is not UTF-8"))?;
            text::set(slot, member.target, text, TimestampFormat::DateTime, reading)?;
        }
    }
    Ok(false)
}
