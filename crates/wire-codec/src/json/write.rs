//! Typed values into JSON.

use crate::schema::{Member, TimestampFormat};
use crate::text;
use crate::value::{List, Map, Structure, View};

/// Writes the body-bound members as an object.
pub(crate) fn structure(value: &dyn Structure, out: &mut Vec<u8>) {
    out.push(b'{');
    members(value, out);
    close(out, b'}');
}

/// Writes the body-bound members, each followed by a comma.
pub(crate) fn members(value: &dyn Structure, out: &mut Vec<u8>) {
    for (index, member) in value.schema().members.iter().enumerate() {
        if !member.in_answer_body() {
            continue;
        }
        let view = value.member(index);
        if matches!(view, View::Absent | View::Stream) {
            continue;
        }
        string(member.wire(), out);
        out.push(b':');
        self::value(view, member, out);
        out.push(b',');
    }
}

/// Ends an object or array, in place of the comma after its last part.
pub(crate) fn close(out: &mut Vec<u8>, bracket: u8) {
    if out.last() == Some(&b',') {
        out.pop();
    }
    out.push(bracket);
}

pub(crate) fn string(text: &str, out: &mut Vec<u8>) {
    // Writing text into a vector cannot fail.
    let _ = serde_json::to_writer(&mut *out, text);
}

/// Writes any value.
pub(crate) fn value(view: View<'_>, member: &Member, out: &mut Vec<u8>) {
    match view {
        View::Absent | View::Stream => out.extend_from_slice(b"null"),
        View::Bool(b) => out.extend_from_slice(if b { b"true" } else { b"false" }),
        View::Int(i) => out.extend_from_slice(itoa::Buffer::new().format(i).as_bytes()),
        View::Float(f) => number(text::special(f64::from(f)), || text::of_f32(f), out),
        View::Double(f) => number(text::special(f), || text::of_f64(f), out),
        View::Str(s) => string(s, out),
        View::Blob(b) => {
            out.push(b'"');
            out.extend_from_slice(text::base64(b).as_bytes());
            out.push(b'"');
        }
        View::Timestamp(t) => match member.timestamp_format(TimestampFormat::EpochSeconds) {
            TimestampFormat::EpochSeconds => out.extend_from_slice(text::of_epoch(t).as_bytes()),
            format => string(&text::of_timestamp(t, format, false), out),
        },
        View::Document(d) => {
            let _ = serde_json::to_writer(&mut *out, d);
        }
        View::List(l) => list(l, member, out),
        View::Map(m) => map(m, member, out),
        View::Structure(s) => structure(s, out),
    }
}

fn number(special: Option<&str>, format: impl Fn() -> String, out: &mut Vec<u8>) {
    match special {
        Some(name) => string(name, out),
        None => out.extend_from_slice(format().as_bytes()),
    }
}

fn list(list: &dyn List, member: &Member, out: &mut Vec<u8>) {
    let element = member.target.element().unwrap_or(member);
    out.push(b'[');
    for index in 0..list.len() {
        value(list.at(index), element, out);
        out.push(b',');
    }
    close(out, b']');
}

fn map(map: &dyn Map, member: &Member, out: &mut Vec<u8>) {
    let of = member.target.members.get(1).unwrap_or(member);
    out.push(b'{');
    for index in 0..map.len() {
        let (key, view) = map.at(index);
        string(key, out);
        out.push(b':');
        value(view, of, out);
        out.push(b',');
    }
    close(out, b'}');
}
