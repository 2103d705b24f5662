//! What all readers share: where a value goes, where we are in the input, and what is wrong with it so far.
//!
//! A reader fails at once on what it cannot parse (`ReadError`). What parses but breaks the model (a missing required
//! member, a value outside an enum) is collected, since AWS reports such violations together.

use smallvec::SmallVec;

use crate::schema::{Kind, Schema};
use crate::validate::{MAX_VIOLATIONS, Violation, push_element, push_entry, push_member};
use crate::value::{List, Map, Slot, Structure};

/// Containers nested in a body. DynamoDB's own limit of 32 levels of documents needs about 70.
pub(crate) const MAX_DEPTH: usize = 100;

/// Memory for the elements and entries of one request's collections: `[{},{},{}]` takes far less on the wire. DynamoDB's
/// largest batch stays below.
const MAX_ELEMENT_BYTES: usize = 192 << 20;

/// The body cannot be parsed; the text goes to the caller.
#[derive(Debug, PartialEq)]
pub(crate) struct ReadError(pub String);

impl ReadError {
    pub(crate) fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }
}

pub(crate) type ReadResult = Result<(), ReadError>;

/// One step of the path to a value.
#[derive(Debug)]
enum Step {
    Member(&'static str),
    /// Zero-based; written one-based.
    Element(usize),
    /// The key, kept only where a violation below could name it.
    Entry(Option<Box<str>>),
}

/// State of one reading.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    pub violations: Vec<Violation>,
    /// A union with no or several members set: its shape, and whether none was.
    pub union_fault: Option<(&'static str, bool)>,
    /// The member of the request's line or headers being read; a parse error is about it.
    pub binding: Option<&'static str>,
    path: Vec<Step>,
    element_bytes: usize,
}

impl Reading {
    /// Goes into a structure's member.
    pub(crate) fn enter_member(&mut self, name: &'static str) -> ReadResult {
        self.enter(Step::Member(name))
    }

    /// Goes into the list's next element.
    pub(crate) fn enter_element(&mut self, list: &dyn List) -> ReadResult {
        self.spend(list.element_bytes())?;
        self.enter(Step::Element(list.len()))
    }

    /// Goes into a new entry of the map.
    pub(crate) fn enter_entry(&mut self, map: &dyn Map, key: &str, value: &Schema) -> ReadResult {
        self.spend(map.entry_bytes())?;
        self.enter(Step::Entry(value.constrained.then(|| key.into())))
    }

    fn spend(&mut self, bytes: usize) -> ReadResult {
        self.element_bytes = self.element_bytes.saturating_add(bytes);
        if self.element_bytes > MAX_ELEMENT_BYTES {
            return Err(ReadError::new("The request has too many elements"));
        }
        Ok(())
    }

    fn enter(&mut self, step: Step) -> ReadResult {
        if self.path.len() >= MAX_DEPTH {
            return Err(ReadError::new("The request is nested too deeply"));
        }
        self.path.push(step);
        Ok(())
    }

    pub(crate) fn leave(&mut self) {
        self.path.pop();
    }

    /// Notes required members that were not seen. A union without exactly one member ends the reading.
    pub(crate) fn close(&mut self, schema: &'static Schema, seen: &Seen) -> ReadResult {
        if schema.kind == Kind::Union {
            let set = seen.count();
            if set == 1 {
                return Ok(());
            }
            self.union_fault = Some((schema.name, set == 0));
            return Err(ReadError(format!("Exactly one member of {} must be set", schema.name)));
        }
        for (index, member) in schema.members.iter().enumerate() {
            // Streams have a value anyway: the empty body.
            if member.required && !member.streaming && !seen.has(index) {
                self.note(Violation::missing, Some(member.name));
            }
        }
        Ok(())
    }

    /// Notes a value outside its enum.
    pub(crate) fn outside_enum(&mut self, schema: &Schema, value: &str) {
        self.note(|path| Violation::outside_enum(path, value, schema.values), None);
    }

    /// Beyond the limit violations are not kept: a small body could break the model very often.
    fn note(&mut self, violation: impl FnOnce(String) -> Violation, last: Option<&'static str>) {
        if self.violations.len() < MAX_VIOLATIONS {
            let path = self.path_to(last);
            self.violations.push(violation(path));
        }
    }

    fn path_to(&self, last: Option<&'static str>) -> String {
        let mut out = String::new();
        for step in &self.path {
            match step {
                Step::Member(name) => push_member(&mut out, name),
                Step::Element(index) => push_element(&mut out, *index),
                Step::Entry(key) => push_entry(&mut out, key.as_deref().unwrap_or_default()),
            }
        }
        if let Some(name) = last {
            push_member(&mut out, name);
        }
        out
    }
}

/// Which members of a structure have been read.
#[derive(Debug, Default)]
pub(crate) struct Seen(SmallVec<[u64; 1]>);

impl Seen {
    pub(crate) fn mark(&mut self, index: usize) {
        if self.0.len() <= index / 64 {
            self.0.resize(index / 64 + 1, 0);
        }
        if let Some(word) = self.0.get_mut(index / 64) {
            *word |= 1 << (index % 64);
        }
    }

    pub(crate) fn has(&self, index: usize) -> bool {
        self.0.get(index / 64).is_some_and(|word| word & (1 << (index % 64)) != 0)
    }

    fn count(&self) -> u32 {
        self.0.iter().map(|w| w.count_ones()).sum()
    }
}

/// Where the next value goes. Its slot is only asked for once the value is known not to be null.
pub(crate) enum Place<'a> {
    Member(&'a mut dyn Structure, usize),
    Element(&'a mut dyn List),
    Entry(&'a mut dyn Map, String),
}

impl<'a> Place<'a> {
    pub(crate) fn slot(self) -> Slot<'a> {
        match self {
            Self::Member(structure, index) => structure.member_slot(index),
            Self::Element(list) => list.push(),
            Self::Entry(map, key) => map.insert(key),
        }
    }

    /// Puts a null: leaves a member out; refused by collections that cannot hold one.
    pub(crate) fn null(self) -> ReadResult {
        let held = match self {
            Self::Member(..) => true,
            Self::Element(list) => list.push_null(),
            Self::Entry(map, key) => map.insert_null(key),
        };
        if held { Ok(()) } else { Err(ReadError::new("NULL_VALUE cannot be an element of a collection")) }
    }
}
