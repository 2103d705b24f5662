//! Python 2.7's dictionaries, as far as they leak into logical ids.
//!
//! A deployment's id hashes the definition as Python 2.7 would have printed it: keys in the order of its hash table,
//! and text from the template marked `u'..'`, text from the translator not. The translator keeps both alive, so
//! do we; see [`text`] for which text comes from where.

mod text;

use serde_json::Value;

use crate::tree::Entries;

pub(crate) use text::definition_text;

const SMALLEST: usize = 8;
/// Tables with more keys than this grow by two, not four.
const LARGE: usize = 50_000;

fn hash(key: &str) -> u64 {
    let Some(first) = key.chars().next() else { return 0 };
    let mut hash = u64::from(u32::from(first)) << 7;
    for c in key.chars() {
        hash = hash.wrapping_mul(1_000_003) ^ u64::from(u32::from(c));
    }
    hash ^ key.chars().count() as u64
}

/// Begins the name of a key that was removed: its slot stays taken until the dictionary is copied, which shows in the order
/// of the others. No key of a definition begins so.
const REMOVED: char = '\u{1}';

/// Removes a key, leaving its mark.
pub(crate) fn remove(entries: &mut Entries, key: &str) -> Option<Value> {
    let removed = entries.get_mut(key)?.take();
    let mark = |(name, value): (String, Value)| {
        if name == key { (format!("{REMOVED}{name}"), Value::Null) } else { (name, value) }
    };
    *entries = std::mem::take(entries).into_iter().map(mark).collect();
    Some(removed)
}

/// Takes the marks of removed keys away, at the top and in the methods of paths, where they can be.
pub(crate) fn forget_removed(definition: &mut Value) {
    let Some(doc) = definition.as_object_mut() else { return };
    doc.retain(|key, _| !key.starts_with(REMOVED));
    let paths = doc.get_mut("paths").and_then(Value::as_object_mut);
    for item in paths.into_iter().flat_map(|paths| paths.values_mut()) {
        if let Some(options) = item.get_mut("options").and_then(Value::as_object_mut) {
            options.retain(|key, _| !key.starts_with(REMOVED));
        }
    }
}

/// A dictionary's hash table.
struct Table<'a> {
    slots: Vec<Option<&'a str>>,
    used: usize,
}

impl<'a> Table<'a> {
    fn new() -> Self {
        Self { slots: vec![None; SMALLEST], used: 0 }
    }

    fn slot_of(&self, key: &str) -> usize {
        let mask = self.slots.len() as u64 - 1;
        let hash = hash(key);
        let (mut walker, mut perturb) = (hash & mask, hash);
        let mut slot = walker as usize;
        while self.slots[slot].is_some_and(|held| held != key) {
            walker = walker.wrapping_mul(5).wrapping_add(perturb).wrapping_add(1);
            slot = (walker & mask) as usize;
            perturb >>= 5;
        }
        slot
    }

    fn add(&mut self, key: &'a str) {
        let key = key.strip_prefix(REMOVED).unwrap_or(key);
        let slot = self.slot_of(key);
        if self.slots[slot].is_some() {
            return;
        }
        self.slots[slot] = Some(key);
        self.used += 1;
        if self.used * 3 >= self.slots.len() * 2 {
            self.grow(self.used * if self.used > LARGE { 2 } else { 4 });
        }
    }

    fn grow(&mut self, least: usize) {
        let mut size = SMALLEST;
        while size <= least {
            size *= 2;
        }
        let old = std::mem::replace(&mut self.slots, vec![None; size]);
        self.used = 0;
        for key in old.into_iter().flatten() {
            self.add(key);
        }
    }
}

/// Keys in the order a dictionary lists them after they were inserted in the given order.
fn listed<'a>(keys: impl Iterator<Item = &'a str>) -> Vec<String> {
    let mut table = Table::new();
    let mut removed = Vec::new();
    for key in keys {
        table.add(key);
        removed.extend(key.strip_prefix(REMOVED));
    }
    table.slots.into_iter().flatten().filter(|key| !removed.contains(key)).map(str::to_owned).collect()
}

/// Keys in the order the translator takes them: of a Python 2.7 dictionary when it emulates one, else as written.
pub(crate) fn order<'a>(keys: impl Iterator<Item = &'a String>, emulated: bool) -> Vec<String> {
    if emulated { listed(keys.map(String::as_str)) } else { keys.cloned().collect() }
}

/// True when the translator emulates: for REST APIs, and for HTTP APIs with a default authorizer.
pub(crate) fn is_emulated(template: &Entries) -> bool {
    let resources = template.get("Resources").and_then(Value::as_object);
    let global =
        template.get("Globals").and_then(|globals| globals.get("HttpApi")).and_then(|api| api.get("Auth"));
    let has_default = |auth: Option<&Value>| {
        auth.and_then(|auth| auth.get("DefaultAuthorizer")).is_some_and(crate::tree::truthy)
    };
    let global = has_default(global);
    resources.into_iter().flatten().any(|(_, resource)| {
        let property = |name: &str| resource.get("Properties").and_then(|properties| properties.get(name));
        let has_event = |kind: &str| {
            let events = property("Events").and_then(Value::as_object);
            events
                .into_iter()
                .flatten()
                .any(|(_, event)| event.get("Type").and_then(Value::as_str) == Some(kind))
        };
        match resource.get("Type").and_then(Value::as_str) {
            Some("AWS::Serverless::Api") => true,
            Some("AWS::Serverless::Function") => has_event("Api") || (global && has_event("HttpApi")),
            Some("AWS::Serverless::StateMachine") => has_event("Api"),
            Some("AWS::Serverless::HttpApi") => global || has_default(property("Auth")),
            _ => false,
        }
    })
}

/// What a deep copy does to the order of keys: they are inserted anew in the order they were listed.
pub(crate) fn copied(entries: &Entries) -> Entries {
    let order = listed(entries.keys().map(String::as_str));
    order.into_iter().filter_map(|key| entries.get(&key).map(|value| (key, copied_value(value)))).collect()
}

pub(crate) fn copied_value(value: &Value) -> Value {
    match value {
        Value::Object(entries) => Value::Object(copied(entries)),
        Value::Array(items) => items.iter().map(copied_value).collect(),
        plain => plain.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn removed_keys_leave_their_slot_until_the_next_copy() {
        let mut doc = Entries::new();
        for key in ["swagger", "info", "paths", "openapi"] {
            doc.insert(key.to_owned(), Value::Bool(true));
        }
        remove(&mut doc, "swagger");
        assert_eq!(doc.len(), 4);
        assert_eq!(copied(&doc).len(), 3);
        let mut value = Value::Object(doc);
        forget_removed(&mut value);
        assert_eq!(value.as_object().unwrap().len(), 3);
    }

    #[test]
    fn keys_are_listed_as_python_2_7_lists_them() {
        // Python 2.7.18: {'info':.., 'paths':.., 'swagger':..}.keys()
        assert_eq!(listed(["swagger", "info", "paths"].into_iter()), ["info", "paths", "swagger"]);
        let many: Vec<String> = (0..20).map(|index| format!("k{index}")).collect();
        assert_eq!(listed(many.iter().map(String::as_str)).len(), 20);
    }
}
