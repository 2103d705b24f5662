//! Typed values into a REST answer's status and headers.

use http::{HeaderMap, HeaderName, HeaderValue};

use super::header;
use crate::schema::{Location, Member, TimestampFormat};
use crate::text;
use crate::value::{List, Map, Structure, View};

/// Writes the members bound to headers; gives the status if a member is bound to it.
pub(crate) fn bindings(value: &dyn Structure, headers: &mut HeaderMap) -> Option<u16> {
    let mut status = None;
    for (index, member) in value.schema().members.iter().enumerate() {
        match (member.location, value.member(index)) {
            (Location::StatusCode, View::Int(code)) => status = u16::try_from(code).ok(),
            (Location::Header, View::List(list)) => put(headers, member.wire(), &joined(list, member)),
            (Location::Header, view) => {
                if let Some(text) = text::of(view, member, TimestampFormat::HttpDate, false) {
                    let text = if member.json_value { text::base64(text.as_bytes()) } else { text };
                    put(headers, member.wire(), &text);
                }
            }
            (Location::Headers, View::Map(map)) => prefixed(map, member, headers),
            _ => {}
        }
    }
    status
}

fn joined(list: &dyn List, member: &Member) -> String {
    let Some(element) = member.target.element() else { return String::new() };
    let dates = header::is_date_list(element);
    let texts =
        (0..list.len()).filter_map(|i| text::of(list.at(i), element, TimestampFormat::HttpDate, false));
    texts.map(|t| if dates { t } else { header::quote(&t) }).collect::<Vec<_>>().join(", ")
}

fn prefixed(map: &dyn Map, member: &Member, headers: &mut HeaderMap) {
    for index in 0..map.len() {
        let (key, view) = map.at(index);
        if let View::Str(text) = view {
            put(headers, &format!("{}{key}", member.wire_name.unwrap_or_default()), text);
        }
    }
}

/// Sets a header; a value that HTTP cannot carry is left out rather than altered.
pub(crate) fn put(headers: &mut HeaderMap, name: &str, value: &str) {
    if let (Ok(name), Ok(value)) =
        (HeaderName::from_bytes(name.as_bytes()), HeaderValue::from_bytes(value.as_bytes()))
    {
        headers.insert(name, value);
    }
}
