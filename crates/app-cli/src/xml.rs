//! Answers of the query protocol as a small tree. For the platform's own answers only: depth and size are bounded.

use anyhow::{Context, Result, bail};
use quick_xml::Reader;
use quick_xml::events::Event;

const MAX_DEPTH: usize = 64;

/// An element: its name, its text, its children in order. Attributes are not kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Element {
    pub name: String,
    pub value: String,
    pub children: Vec<Element>,
}

impl Element {
    pub fn parse(text: &str) -> Result<Self> {
        let mut reader = Reader::from_str(text);
        let mut open = vec![Self::default()];
        loop {
            match reader.read_event().context("the answer is not XML")? {
                Event::Start(start) => {
                    if open.len() > MAX_DEPTH {
                        bail!("the answer is nested deeper than {MAX_DEPTH}");
                    }
                    let name = start.local_name().as_ref().to_owned();
                    open.push(Self { name, ..Self::default() });
                }
                Event::Empty(empty) => {
                    let name = empty.local_name().as_ref().to_owned();
                    last(&mut open)?.children.push(Self { name, ..Self::default() });
                }
                Event::Text(text) => last(&mut open)?.value.push_str(text.as_ref()),
                Event::GeneralRef(reference) => {
                    let text = resolve(&reference)?;
                    last(&mut open)?.value.push(text);
                }
                Event::CData(data) => last(&mut open)?.value.push_str(data.as_ref()),
                Event::End(_) => {
                    let done = open.pop().context("an element ends that never began")?;
                    last(&mut open)?.children.push(done);
                }
                Event::Eof => break,
                Event::DocType(_) => bail!("the answer has a document type"),
                _ => {}
            }
        }
        let root = open.pop().context("the answer is empty")?;
        root.children.into_iter().next().context("the answer is empty")
    }

    /// The first element of that name in or below this one.
    pub fn find(&self, name: &str) -> Option<Self> {
        if self.name == name {
            return Some(self.clone());
        }
        self.children.iter().find_map(|child| child.find(name))
    }

    /// The text of the child of that name; empty if there is none.
    pub fn text(&self, name: &str) -> String {
        self.children
            .iter()
            .find(|child| child.name == name)
            .map(|child| child.value.clone())
            .unwrap_or_default()
    }
}

fn last(open: &mut [Element]) -> Result<&mut Element> {
    open.last_mut().context("text outside of an element")
}

fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Result<char> {
    if let Some(c) = reference.resolve_char_ref()? {
        return Ok(c);
    }
    Ok(match reference.as_ref() {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "apos" => '\'',
        "quot" => '"',
        other => bail!("the answer has an entity &{other};"),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn elements_text_and_entities_are_read() {
        let root =
            Element::parse("<R xmlns='u'><A>x &lt; y&#33;</A><L><member>1</member><E/></L></R>").unwrap();
        assert_eq!(root.text("A"), "x < y!");
        assert_eq!(root.find("member").unwrap().value, "1");
        assert_eq!(root.find("L").unwrap().children.len(), 2);
    }

    #[test]
    fn broken_answers_are_errors() {
        assert!(Element::parse("").is_err());
        assert!(Element::parse("<a><b></a>").is_err());
        assert!(Element::parse("<!DOCTYPE x><a/>").is_err());
    }
}
