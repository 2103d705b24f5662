//! Typed values into CBOR, with definite lengths.

use std::convert::Infallible;

use minicbor::Encoder;
use minicbor::data::Tag;
use minicbor::encode::Error;

use crate::schema::Member;
use crate::value::{List, Map, Structure, View};

type Cbor<'a> = Encoder<&'a mut Vec<u8>>;
/// Writing into a vector cannot fail.
type Written = Result<(), Error<Infallible>>;

/// Writes the members that are set as a map, after the given text entries (an error's type and message).
pub(crate) fn structure(value: &dyn Structure, first: &[(&str, &str)], out: &mut Vec<u8>) {
    let _ = members(value, first, &mut Encoder::new(out));
}

fn members(value: &dyn Structure, first: &[(&str, &str)], out: &mut Cbor<'_>) -> Written {
    let schema = value.schema();
    let set = |index: usize| {
        let member = &schema.members[index];
        let view = value.member(index);
        let taken = first.iter().any(|(key, _)| *key == member.wire());
        let written = member.in_answer_body() && !taken && !matches!(view, View::Absent | View::Stream);
        written.then_some((member, view))
    };
    let count = (0..schema.members.len()).filter(|i| set(*i).is_some()).count();
    out.map((count + first.len()) as u64)?;
    for (key, text) in first {
        out.str(key)?.str(text)?;
    }
    for (member, view) in (0..schema.members.len()).filter_map(set) {
        out.str(member.wire())?;
        self::value(view, member, out)?;
    }
    Ok(())
}

fn value(view: View<'_>, member: &Member, out: &mut Cbor<'_>) -> Written {
    match view {
        View::Absent | View::Stream => out.null()?,
        View::Bool(b) => out.bool(b)?,
        View::Int(i) => out.i64(i)?,
        View::Float(f) => out.f32(f)?,
        View::Double(f) => out.f64(f)?,
        View::Str(s) => out.str(s)?,
        View::Blob(b) => out.bytes(b)?,
        View::Timestamp(t) => out.tag(Tag::new(1))?.f64(t.as_secs_f64())?,
        // The protocol has no documents.
        View::Document(_) => out.null()?,
        View::List(l) => return list(l, member, out),
        View::Map(m) => return map(m, member, out),
        View::Structure(s) => return members(s, &[], out),
    };
    Ok(())
}

fn list(list: &dyn List, member: &Member, out: &mut Cbor<'_>) -> Written {
    let element = member.target.element().unwrap_or(member);
    out.array(list.len() as u64)?;
    (0..list.len()).try_for_each(|index| value(list.at(index), element, out))
}

fn map(map: &dyn Map, member: &Member, out: &mut Cbor<'_>) -> Written {
    let of = member.target.members.get(1).unwrap_or(member);
    out.map(map.len() as u64)?;
    (0..map.len()).try_for_each(|index| {
        let (key, view) = map.at(index);
        out.str(key)?;
        value(view, of, out)
    })
}
