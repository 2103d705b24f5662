//! What the translator's ids depend on: how Python writes JSON, and SHA-1 over it.

use serde_json::Value;
use sha1::{Digest, Sha1};

/// How many characters of a hash go into a logical id.
const HASH_LENGTH: usize = 10;

/// `json.dumps(value, separators=(",", ":"), sort_keys=True)`.
pub(crate) fn dumps_sorted(value: &Value) -> String {
    Dump { item: ",", key: ":", sorted: true, indent: None }.text(value)
}

/// `json.dumps(value)`.
pub(crate) fn dumps(value: &Value) -> String {
    Dump { item: ", ", key: ": ", sorted: false, indent: None }.text(value)
}

/// `json.dumps(value, sort_keys=True, indent=4, separators=(",", ": "))`.
pub(crate) fn dumps_indented(value: &Value) -> String {
    Dump { item: ",", key: ": ", sorted: true, indent: Some(4) }.text(value)
}

struct Dump {
    item: &'static str,
    key: &'static str,
    sorted: bool,
    indent: Option<usize>,
}

impl Dump {
    fn text(&self, value: &Value) -> String {
        let mut out = String::new();
        self.write(value, 0, &mut out);
        out
    }

    fn newline(&self, depth: usize, out: &mut String) {
        if let Some(width) = self.indent {
            out.push('\n');
            out.push_str(&" ".repeat(width * depth));
        }
    }

    fn write(&self, value: &Value, depth: usize, out: &mut String) {
        match value {
            Value::Null => out.push_str("null"),
            Value::Bool(flag) => out.push_str(if *flag { "true" } else { "false" }),
            Value::Number(number) => out.push_str(&number.to_string()),
            Value::String(text) => quote(text, out),
            Value::Array(items) if items.is_empty() => out.push_str("[]"),
            Value::Array(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    if index > 0 {
                        out.push_str(self.item);
                    }
                    self.newline(depth + 1, out);
                    self.write(item, depth + 1, out);
                }
                self.newline(depth, out);
                out.push(']');
            }
            Value::Object(entries) if entries.is_empty() => out.push_str("{}"),
            Value::Object(entries) => {
                let mut keys: Vec<&String> = entries.keys().collect();
                if self.sorted {
                    keys.sort();
                }
                out.push('{');
                for (index, key) in keys.into_iter().enumerate() {
                    if index > 0 {
                        out.push_str(self.item);
                    }
                    self.newline(depth + 1, out);
                    quote(key, out);
                    out.push_str(self.key);
                    self.write(&entries[key], depth + 1, out);
                }
                self.newline(depth, out);
                out.push('}');
            }
        }
    }
}

/// ASCII only, as Python's default is.
fn quote(text: &str, out: &mut String) {
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            ' '..='~' => out.push(c),
            _ => {
                for unit in c.encode_utf16(&mut [0; 2]) {
                    out.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    out.push('"');
}

/// The whole SHA-1, in hexadecimal.
pub(crate) fn sha1_hex(text: &str) -> String {
    Sha1::digest(text.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Prefix and hash of the data: text as it is, anything else as sorted JSON; no hash when the data is empty.
pub(crate) fn hashed_id(prefix: &str, data: &Value) -> String {
    format!("{prefix}{}", hash_of(data))
}

pub(crate) fn hash_of(data: &Value) -> String {
    if !crate::tree::truthy(data) {
        return String::new();
    }
    let text = match data {
        Value::String(text) => text.clone(),
        other => dumps_sorted(other),
    };
    sha1_hex(&text)[..HASH_LENGTH].to_owned()
}

/// `prefix + suffix` when the suffix is alphanumeric, else the prefix with the suffix's hash.
pub(crate) fn suffixed_id(prefix: &str, suffix: &str) -> String {
    if !suffix.is_empty() && suffix.chars().all(char::is_alphanumeric) {
        return format!("{prefix}{suffix}");
    }
    hashed_id(prefix, &Value::from(suffix))
}

/// How Python's `str` shows a value inside a message.
pub(crate) fn shown(value: &Value) -> String {
    match value {
        Value::Null => "None".to_owned(),
        Value::Bool(flag) => if *flag { "True" } else { "False" }.to_owned(),
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        Value::Array(items) => format!("[{}]", items.iter().map(repr).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let parts: Vec<String> =
                entries.iter().map(|(key, value)| format!("'{key}': {}", repr(value))).collect();
            format!("{{{}}}", parts.join(", "))
        }
    }
}

fn repr(value: &Value) -> String {
    match value {
        Value::String(text) => format!("'{text}'"),
        other => shown(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn json_is_written_as_python_writes_it() {
        let value = json!({"b": [1, "ü\n"], "a": {"x": null, "y": []}});
        assert_eq!(dumps_sorted(&value), "{\"a\":{\"x\":null,\"y\":[]},\"b\":[1,\"\\u00fc\\n\"]}");
        assert_eq!(dumps(&json!({"b": 1, "a": [true, false]})), "{\"b\": 1, \"a\": [true, false]}");
        assert_eq!(dumps_indented(&json!({"b": 1, "a": {}})), "{\n    \"a\": {},\n    \"b\": 1\n}");
    }

    #[test]
    fn ids_carry_ten_characters_of_the_hash() {
        assert_eq!(hashed_id("X", &json!("abc")), "Xa9993e3647");
        assert_eq!(hashed_id("X", &json!("")), "X");
        assert_eq!(suffixed_id("X", "Prod"), "XProd");
        assert_eq!(suffixed_id("X", "a-b").len(), 11);
    }
}
