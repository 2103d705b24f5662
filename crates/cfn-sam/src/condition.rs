//! Conditions put together from others.

use serde_json::{Value, json};

use crate::tree::Entries;

/// `Fn::Or` over conditions by name.
pub(crate) fn any_of<'a>(names: impl IntoIterator<Item = &'a str>) -> Value {
    let items: Vec<Value> = names.into_iter().map(|name| json!({"Condition": name})).collect();
    json!({"Fn::Or": items})
}

/// Most operands of an `Fn::Or`.
const MOST: usize = 10;

/// One condition that holds when any of the named ones does, in as many steps as `Fn::Or` needs.
pub(crate) fn combined(names: &[String], name: &str) -> Entries {
    let mut made = Entries::new();
    if names.len() < 2 {
        return made;
    }
    let mut rest = names.to_vec();
    let mut numbered = (names.len() - 2) / (MOST - 1);
    while rest.len() > 1 {
        let step = if numbered > 0 { format!("{name}{numbered}") } else { name.to_owned() };
        numbered = numbered.saturating_sub(1);
        let tail = rest.split_off(rest.len().min(MOST));
        made.insert(step.clone(), any_of(rest.iter().map(String::as_str)));
        rest = tail;
        rest.push(step);
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_conditions_are_joined_in_steps() {
        let names: Vec<String> = (0..12).map(|index| format!("C{index:02}")).collect();
        let made = combined(&names, "Any");
        assert_eq!(made.keys().collect::<Vec<_>>(), ["Any1", "Any"]);
        assert_eq!(made["Any1"]["Fn::Or"].as_array().unwrap().len(), 10);
        assert_eq!(
            made["Any"],
            json!({"Fn::Or": [{"Condition": "C10"}, {"Condition": "C11"}, {"Condition": "Any1"}]})
        );
    }
}
