//! Typed values into XML.

use std::fmt::Write;

use crate::schema::{Member, TimestampFormat, XmlNamespace};
use crate::text;
use crate::value::{List, Map, Structure, View};

/// Dialects of XML answers.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Style {
    /// Names of the query protocol where the model has them.
    pub query: bool,
    /// Dates always with milliseconds.
    pub s3: bool,
}

/// A document under construction.
pub(crate) struct Xml {
    out: String,
    style: Style,
}

impl Xml {
    pub(crate) fn new(style: Style) -> Self {
        Self { out: String::new(), style }
    }

    /// With the XML declaration.
    pub(crate) fn document(style: Style) -> Self {
        Self { out: "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n".to_owned(), style }
    }

    pub(crate) fn finish(self) -> Vec<u8> {
        self.out.into_bytes()
    }

    pub(crate) fn open(&mut self, name: &str, namespace: Option<XmlNamespace>) {
        self.begin(name, namespace);
        self.out.push('>');
    }

    pub(crate) fn close(&mut self, name: &str) {
        // An end tag repeats the name, never its attributes.
        let _ = write!(self.out, "</{name}>");
    }

    /// An element of text.
    pub(crate) fn element(&mut self, name: &str, text: &str) {
        self.open(name, None);
        self.text(text);
        self.close(name);
    }

    pub(crate) fn text(&mut self, text: &str) {
        escape(text, &mut self.out);
    }

    fn begin(&mut self, name: &str, namespace: Option<XmlNamespace>) {
        let _ = write!(self.out, "<{name}");
        if let Some(ns) = namespace {
            let colon = if ns.prefix.is_some() { ":" } else { "" };
            let _ = write!(self.out, " xmlns{colon}{}=\"", ns.prefix.unwrap_or_default());
            escape(ns.uri, &mut self.out);
            self.out.push('"');
        }
    }

    /// The structure as one element.
    pub(crate) fn structure(&mut self, name: &str, namespace: Option<XmlNamespace>, value: &dyn Structure) {
        self.begin(name, namespace.or(value.schema().xml_namespace));
        for (index, member) in value.schema().members.iter().enumerate().filter(|(_, m)| m.xml_attribute) {
            if let Some(text) =
                text::of(value.member(index), member, TimestampFormat::DateTime, self.style.s3)
            {
                let _ = write!(self.out, " {}=\"", member.wire());
                escape(&text, &mut self.out);
                self.out.push('"');
            }
        }
        self.out.push('>');
        self.members(value, &[]);
        self.close(name);
    }

    /// The body-bound members as elements, but for those named in `except`.
    pub(crate) fn members(&mut self, value: &dyn Structure, except: &[&str]) {
        for (index, member) in value.schema().members.iter().enumerate() {
            if !member.in_answer_body() || member.xml_attribute || except.contains(&member.name) {
                continue;
            }
            let view = value.member(index);
            if !matches!(view, View::Absent | View::Stream) {
                let name = self.name(member).unwrap_or(member.name);
                self.member(name, member, view);
            }
        }
    }

    fn name(&self, member: &Member) -> Option<&'static str> {
        member.query_name.filter(|_| self.style.query).or(member.wire_name)
    }

    fn member(&mut self, name: &str, member: &Member, view: View<'_>) {
        let flattened = member.is_flattened();
        match view {
            View::List(list) if flattened => self.elements(name, member, list),
            View::Map(map) if flattened => self.entries(name, member, map),
            _ => self.value(name, member.xml_namespace, member, view),
        }
    }

    fn value(&mut self, name: &str, namespace: Option<XmlNamespace>, member: &Member, view: View<'_>) {
        let namespace = namespace.or(member.target.xml_namespace);
        match view {
            View::Structure(value) => return self.structure(name, namespace, value),
            View::List(list) => {
                self.open(name, namespace);
                let element = member.target.element().and_then(|e| self.name(e)).unwrap_or("member");
                self.elements(element, member, list);
            }
            View::Map(map) => {
                self.open(name, namespace);
                self.entries("entry", member, map);
            }
            scalar => {
                self.open(name, namespace);
                if let Some(text) = text::of(scalar, member, TimestampFormat::DateTime, self.style.s3) {
                    self.text(&text);
                }
            }
        }
        self.close(name);
    }

    fn elements(&mut self, name: &str, member: &Member, list: &dyn List) {
        let Some(element) = member.target.element() else { return };
        let namespace = if member.is_flattened() { member.xml_namespace } else { None };
        for index in 0..list.len() {
            self.value(name, namespace.or(element.xml_namespace), element, list.at(index));
        }
    }

    fn entries(&mut self, name: &str, member: &Member, map: &dyn Map) {
        let [key_member, value_member] = member.target.members else { return };
        let namespace = if member.is_flattened() { member.xml_namespace } else { None };
        for index in 0..map.len() {
            let (key, view) = map.at(index);
            self.open(name, namespace);
            let key_name = self.name(key_member).unwrap_or("key");
            self.value(key_name, key_member.xml_namespace, key_member, View::Str(key));
            let value_name = self.name(value_member).unwrap_or("value");
            self.value(value_name, value_member.xml_namespace, value_member, view);
            self.close(name);
        }
    }
}

/// Escapes for text and attributes, control characters and line ends included: they would not survive a parser.
fn escape(text: &str, out: &mut String) {
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\t' => out.push(c),
            c if c.is_control() || c == '\u{2028}' => {
                let _ = write!(out, "&#x{:X};", u32::from(c));
            }
            c => out.push(c),
        }
    }
}
