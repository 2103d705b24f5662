//! Is a value what the case says?

use base64::Engine;
use serde_json::Value as Json;

use crate::schema::{Kind, Location, Member, Schema};
use crate::value::{Map, Structure, View};

/// An error tells the path to the first difference.
pub(super) fn structure(value: &dyn Structure, expected: &Json) -> Result<(), String> {
    for (index, member) in value.schema().members.iter().enumerate() {
        let (view, wanted) = (value.member(index), &expected[member.name]);
        if member.idempotency_token && wanted.is_null() {
            continue;
        }
        if let (Location::QueryString, View::Map(map)) = (member.location, view) {
            query_map(map, value.schema(), wanted).map_err(|e| format!("{}.{e}", member.name))?;
            continue;
        }
        same(view, member, wanted).map_err(|e| format!("{}.{e}", member.name))?;
    }
    let unknown = |name: &String| value.schema().members.iter().all(|m| m.name != *name);
    match expected.as_object().into_iter().flat_map(|m| m.keys()).find(|k| unknown(k)) {
        Some(name) => Err(format!("{name} is unknown")),
        None => Ok(()),
    }
}

/// A server sees all parameters in the map, those bound to other members as well; clients need not have put them there.
fn query_map(map: &dyn Map, schema: &Schema, expected: &Json) -> Result<(), String> {
    let bound =
        |key: &str| schema.members.iter().any(|m| m.location == Location::QueryString && m.wire() == key);
    for i in 0..map.len() {
        let (key, view) = map.at(i);
        let value =
            schema.members.iter().find(|m| m.location == Location::QueryString && m.target.kind == Kind::Map);
        let value = value.and_then(|m| m.target.members.get(1)).ok_or("no map")?;
        match &expected[key] {
            Json::Null if bound(key) => {}
            Json::Null => return Err(format!("has a key {key}")),
            wanted => same(view, value, wanted).map_err(|e| format!("{key}.{e}"))?,
        }
    }
    let missing = |key: &&String| (0..map.len()).all(|i| map.at(i).0 != key.as_str());
    match expected.as_object().into_iter().flat_map(|m| m.keys()).find(missing) {
        Some(key) => Err(format!("has no key {key}")),
        None => Ok(()),
    }
}

fn same(view: View<'_>, member: &Member, expected: &Json) -> Result<(), String> {
    let equal = match (view, expected) {
        (View::Absent, Json::Null) => true,
        // An empty collection leaves nothing in headers, query strings and forms.
        (View::Absent, Json::Array(l)) if l.is_empty() && member.location != Location::Body => true,
        (View::Absent, Json::Object(m)) if m.is_empty() && member.location != Location::Body => true,
        (View::Absent, _) => return Err(format!("is absent, not {expected}")),
        (_, Json::Null) => return Err(format!("is there: {}", show(view))),
        (View::Structure(s), _) => return structure(s, expected),
        (View::List(list), Json::Array(wanted)) => {
            let element = member.target.element().ok_or("no element")?;
            for (i, wanted) in wanted.iter().enumerate().take(list.len()) {
                same(list.at(i), element, wanted).map_err(|e| format!("{i}.{e}"))?;
            }
            list.len() == wanted.len()
        }
        (View::Map(map), Json::Object(wanted)) => {
            // Names of headers have no case.
            let headers = member.location == Location::Headers;
            for i in 0..map.len() {
                let (key, view) = map.at(i);
                let found =
                    wanted.iter().find(|(k, _)| *k == key || (headers && k.eq_ignore_ascii_case(key)));
                let Some((_, wanted)) = found else { return Err(format!("has a key {key}")) };
                same(view, &member.target.members[1], wanted).map_err(|e| format!("{key}.{e}"))?;
            }
            map.len() == wanted.len()
        }
        (View::Str(s), Json::String(wanted)) => s == wanted,
        (View::Str(s), wanted) if member.json_value => {
            serde_json::from_str::<Json>(s).ok().as_ref() == Some(wanted)
        }
        (View::Bool(b), Json::Bool(wanted)) => b == *wanted,
        (View::Int(i), Json::Number(wanted)) => wanted.as_i64() == Some(i),
        (View::Float(f), wanted) => float(f64::from(f), wanted, 1e-6),
        (View::Double(f), wanted) => float(f, wanted, 0.0),
        (View::Timestamp(t), Json::Number(wanted)) => {
            (wanted.as_f64().unwrap_or(0.0) - t.as_secs_f64()).abs() < 0.001
        }
        (View::Blob(b), Json::String(wanted)) => {
            let decoded = base64::engine::general_purpose::STANDARD.decode(wanted).unwrap_or_default();
            b[..] == *wanted.as_bytes() || b[..] == decoded
        }
        (View::Document(d), wanted) => d == wanted,
        _ => false,
    };
    if equal { Ok(()) } else { Err(format!("is {}, not {expected}", show(view))) }
}

fn float(f: f64, expected: &Json, tolerance: f64) -> bool {
    match expected {
        Json::String(name) => crate::text::special(f) == Some(name),
        wanted => (wanted.as_f64().unwrap_or(f64::NAN) - f).abs() <= tolerance * f.abs(),
    }
}

fn show(view: View<'_>) -> String {
    match view {
        View::Str(s) => format!("{s:?}"),
        View::Blob(b) => format!("{b:?}"),
        View::List(l) => format!("a list of {}", l.len()),
        View::Map(m) => format!("a map of {}", m.len()),
        View::Structure(_) => "a structure".to_owned(),
        other => {
            let member = Member::new("", &crate::schema::STRING);
            let format = crate::schema::TimestampFormat::DateTime;
            crate::text::of(other, &member, format, false).unwrap_or_else(|| "absent".to_owned())
        }
    }
}
