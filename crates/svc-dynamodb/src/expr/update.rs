//! Applies an update to an item.
//!
//! Every read is of the item as it was. Removals come last and from the back, so that indexes mean the same elements
//! throughout; values set beyond a list's end are appended in the order of their indexes.

use std::sync::Arc;

use super::ast::{Path, PathElement, SetOperand, SetValue, Update};
use crate::value::size::{MAX_ITEM_BYTES, value_size};
use crate::value::validate::Invalid;
use crate::value::{Attributes, Number, Value};

/// An operand does not fit the value it is combined with.
pub const INCORRECT_TYPE: &str = "An operand in the update expression has an incorrect data type";
const INVALID_PATH: &str = "The document path provided in the update expression is invalid for update";
/// The item would be larger than an item may be.
pub const TOO_LARGE: &str = "Item size to update has exceeded the maximum allowed size";
const MISSING: &str = "The provided expression refers to an attribute that does not exist in the item";

impl Update {
    /// The item after the update. `item` is empty but for its key where there was none.
    pub fn apply(&self, item: &Attributes) -> Result<Attributes, Invalid> {
        let mut updated = item.clone();
        let mut removals: Vec<&Path> = self.remove.iter().collect();
        for (path, value) in self.values_to_set(item)? {
            set(&mut updated, path, value)?;
        }
        for (path, operand) in &self.delete {
            check_parent(path, item)?;
            let Some(existing) = path.resolve(item) else { continue };
            match without(existing, operand)? {
                Some(rest) => set(&mut updated, path, rest)?,
                None => removals.push(path),
            }
        }
        for path in &self.remove {
            check_parent(path, item)?;
        }
        // From the back: what is removed never moves what is still to be removed.
        removals.sort_unstable_by(|a, b| b.cmp(a));
        for path in removals {
            remove(&mut updated, path);
        }
        Ok(updated)
    }

    /// All values of SET and ADD, evaluated on the old item; list elements in the order of their indexes. Ends as soon as they are
    /// more than any item may hold: a short expression can name a large attribute hundreds of times.
    fn values_to_set(&self, item: &Attributes) -> Result<Vec<(&Path, Value)>, Invalid> {
        let mut values = Vec::with_capacity(self.set.len() + self.add.len());
        let mut bytes = 0;
        for (path, value) in &self.set {
            let value = value.evaluate(item)?;
            bytes += value_size(&value);
            check_size(bytes)?;
            values.push((path, value));
        }
        for (path, operand) in &self.add {
            values.push((path, added(path.resolve(item), operand)?));
        }
        values.sort_by_key(|(path, _)| match path.rest.last() {
            Some(PathElement::Index(index)) => *index,
            _ => 0,
        });
        Ok(values)
    }
}

fn check_size(bytes: usize) -> Result<(), Invalid> {
    if bytes > MAX_ITEM_BYTES { Err(TOO_LARGE.to_owned()) } else { Ok(()) }
}

impl SetValue {
    fn evaluate(&self, item: &Attributes) -> Result<Value, Invalid> {
        match self {
            Self::Operand(operand) => operand.evaluate(item),
            Self::Plus(a, b) => {
                let (a, b) = (numeric(a.evaluate(item)?)?, numeric(b.evaluate(item)?)?);
                a.plus(b).map(Value::N).map_err(|error| error.to_string())
            }
            Self::Minus(a, b) => {
                let (a, b) = (numeric(a.evaluate(item)?)?, numeric(b.evaluate(item)?)?);
                a.minus(b).map(Value::N).map_err(|error| error.to_string())
            }
        }
    }
}

impl SetOperand {
    fn evaluate(&self, item: &Attributes) -> Result<Value, Invalid> {
        match self {
            Self::Path(path) => path.resolve(item).cloned().ok_or_else(|| MISSING.to_owned()),
            Self::Value(value) => Ok(Arc::as_ref(value).clone()),
            Self::IfNotExists(path, otherwise) => match path.resolve(item) {
                Some(value) => Ok(value.clone()),
                None => otherwise.evaluate(item),
            },
            Self::ListAppend(a, b) => match (a.evaluate(item)?, b.evaluate(item)?) {
                (Value::L(mut list), Value::L(tail)) => {
                    list.extend(tail);
                    let list = Value::L(list);
                    check_size(value_size(&list))?;
                    Ok(list)
                }
                _ => Err(INCORRECT_TYPE.to_owned()),
            },
        }
    }
}

fn numeric(value: Value) -> Result<Number, Invalid> {
    match value {
        Value::N(number) => Ok(number),
        _ => Err(INCORRECT_TYPE.to_owned()),
    }
}

/// What `ADD` makes of a value: a sum, a union, or (legacy) a longer list.
fn added(existing: Option<&Value>, operand: &Value) -> Result<Value, Invalid> {
    let Some(existing) = existing else { return Ok(operand.clone()) };
    match (existing, operand) {
        (Value::N(a), Value::N(b)) => a.plus(*b).map(Value::N).map_err(|error| error.to_string()),
        (Value::Ss(a), Value::Ss(b)) => Ok(Value::Ss(union(a, b))),
        (Value::Ns(a), Value::Ns(b)) => Ok(Value::Ns(union(a, b))),
        (Value::Bs(a), Value::Bs(b)) => Ok(Value::Bs(union(a, b))),
        (Value::L(a), Value::L(b)) => Ok(Value::L(a.iter().chain(b).cloned().collect())),
        _ => Err(INCORRECT_TYPE.to_owned()),
    }
}

fn union<T: Ord + Clone>(a: &[T], b: &[T]) -> Vec<T> {
    let mut union: Vec<T> = a.iter().chain(b).cloned().collect();
    union.sort_unstable();
    union.dedup();
    union
}

/// What `DELETE` leaves of a set; `None` where nothing.
fn without(existing: &Value, operand: &Value) -> Result<Option<Value>, Invalid> {
    fn rest<T: Ord + Clone>(a: &[T], b: &[T]) -> Option<Vec<T>> {
        let rest: Vec<T> = a.iter().filter(|element| b.binary_search(element).is_err()).cloned().collect();
        (!rest.is_empty()).then_some(rest)
    }
    match (existing, operand) {
        (Value::Ss(a), Value::Ss(b)) => Ok(rest(a, b).map(Value::Ss)),
        (Value::Ns(a), Value::Ns(b)) => Ok(rest(a, b).map(Value::Ns)),
        (Value::Bs(a), Value::Bs(b)) => Ok(rest(a, b).map(Value::Bs)),
        _ => Err(INCORRECT_TYPE.to_owned()),
    }
}

/// What a path's last element stands in must be there and of the fitting type.
fn check_parent(path: &Path, item: &Attributes) -> Result<(), Invalid> {
    let Some((last, above)) = path.rest.split_last() else { return Ok(()) };
    let parent = Path { root: path.root.clone(), rest: above.to_vec() };
    match (last, parent.resolve(item)) {
        (PathElement::Name(_), Some(Value::M(_))) | (PathElement::Index(_), Some(Value::L(_))) => Ok(()),
        _ => Err(INVALID_PATH.to_owned()),
    }
}

fn set(item: &mut Attributes, path: &Path, value: Value) -> Result<(), Invalid> {
    let Some((last, above)) = path.rest.split_last() else {
        item.insert(path.root.clone(), value);
        return Ok(());
    };
    match (last, resolve_mut(item, &path.root, above)) {
        (PathElement::Name(name), Some(Value::M(map))) => {
            map.insert(name.clone(), value);
            Ok(())
        }
        (PathElement::Index(index), Some(Value::L(list))) => {
            match list.get_mut(*index) {
                Some(slot) => *slot = value,
                None => list.push(value),
            }
            Ok(())
        }
        _ => Err(INVALID_PATH.to_owned()),
    }
}

fn remove(item: &mut Attributes, path: &Path) {
    let Some((last, above)) = path.rest.split_last() else {
        item.shift_remove(&path.root);
        return;
    };
    match (last, resolve_mut(item, &path.root, above)) {
        (PathElement::Name(name), Some(Value::M(map))) => {
            map.shift_remove(name);
        }
        (PathElement::Index(index), Some(Value::L(list))) if *index < list.len() => {
            list.remove(*index);
        }
        _ => {}
    }
}

fn resolve_mut<'a>(item: &'a mut Attributes, root: &str, rest: &[PathElement]) -> Option<&'a mut Value> {
    let mut value = item.get_mut(root)?;
    for element in rest {
        value = match (element, value) {
            (PathElement::Name(name), Value::M(map)) => map.get_mut(name)?,
            (PathElement::Index(index), Value::L(list)) => list.get_mut(*index)?,
            _ => return None,
        };
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use super::super::{Bindings, parse_update};
    use super::*;
    use crate::value::validate::string_set;
    use indexmap::IndexMap;

    fn n(value: i64) -> Value {
        Value::N(Number::from_i64(value))
    }

    fn numbers(values: &[i64]) -> Value {
        Value::L(values.iter().map(|v| n(*v)).collect())
    }

    fn apply(text: &str, item: &Attributes, values: &[(&str, Value)]) -> Result<Attributes, String> {
        let values = values.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect::<IndexMap<_, _>>();
        let mut bindings = Bindings::new(None, (!values.is_empty()).then_some(values)).unwrap();
        parse_update(text, &mut bindings).unwrap().apply(item)
    }

    fn item(entries: &[(&str, Value)]) -> Attributes {
        entries.iter().map(|(k, v)| ((*k).to_owned(), v.clone())).collect()
    }

    #[test]
    fn right_sides_read_the_item_as_it_was() {
        let old = item(&[("a", n(1)), ("b", n(2))]);
        let new = apply("SET a = b, b = a, c = a + b REMOVE d", &old, &[]).unwrap();
        assert_eq!(new, item(&[("a", n(2)), ("b", n(1)), ("c", n(3))]));
    }

    #[test]
    fn list_indexes_mean_the_same_elements_throughout() {
        let old = item(&[("l", numbers(&[0, 1, 2, 3]))]);
        let new = apply(
            "REMOVE l[0], l[2] SET l[1] = :x, l[9] = :z, l[7] = :y",
            &old,
            &[(":x", n(10)), (":y", n(70)), (":z", n(90))],
        )
        .unwrap();
        assert_eq!(new, item(&[("l", numbers(&[10, 3, 70, 90]))]));
    }

    #[test]
    fn elements_set_and_added_beyond_a_list_come_in_the_order_of_their_indexes() {
        let old = item(&[("l", numbers(&[1, 3]))]);
        let text = "SET l[4] = :x, l[2] = :y ADD l[8] :z, l[6] :w";
        let new = apply(text, &old, &[(":x", n(40)), (":y", n(20)), (":z", n(80)), (":w", n(60))]).unwrap();
        assert_eq!(new, item(&[("l", numbers(&[1, 3, 20, 40, 60, 80]))]));
    }

    #[test]
    fn add_and_delete_work_on_numbers_and_sets() {
        let set = |names: &[&str]| string_set(names.iter().map(|s| (*s).to_owned()).collect()).unwrap();
        let old = item(&[("n", n(1)), ("s", set(&["a", "b"])), ("t", set(&["a"]))]);
        let new = apply(
            "ADD n :one, m :one, s :c DELETE t :a, gone :a",
            &old,
            &[(":one", n(1)), (":c", set(&["c"])), (":a", set(&["a"]))],
        )
        .unwrap();
        assert_eq!(new, item(&[("n", n(2)), ("m", n(1)), ("s", set(&["a", "b", "c"]))]));
        assert_eq!(apply("ADD s :one", &old, &[(":one", n(1))]).unwrap_err(), INCORRECT_TYPE);
    }

    #[test]
    fn if_not_exists_and_list_append_nest() {
        let old = item(&[("l", numbers(&[1]))]);
        let text = "SET l = list_append(if_not_exists(l, :e), :t), k = list_append(if_not_exists(k, :e), :t)";
        let new = apply(text, &old, &[(":e", numbers(&[])), (":t", numbers(&[2]))]).unwrap();
        assert_eq!(new, item(&[("l", numbers(&[1, 2])), ("k", numbers(&[2]))]));
    }

    #[test]
    fn expressions_cannot_multiply_a_large_attribute() {
        let big = item(&[("l", Value::L(vec![Value::S("x".repeat(300_000))]))]);
        let nested = format!("SET m = {}l{}", "list_append(l, ".repeat(90), ")".repeat(90));
        assert_eq!(apply(&nested, &big, &[]).unwrap_err(), TOO_LARGE);
        let copies: Vec<String> = (0..200).map(|i| format!("c{i} = l")).collect();
        assert_eq!(apply(&format!("SET {}", copies.join(", ")), &big, &[]).unwrap_err(), TOO_LARGE);
    }

    #[test]
    fn errors_at_evaluation_have_the_services_texts() {
        let old = item(&[("a", n(1)), ("m", Value::M(Attributes::new())), ("s", Value::S("x".into()))]);
        assert_eq!(apply("SET b = gone", &old, &[]).unwrap_err(), MISSING);
        assert_eq!(apply("SET gone.x = a", &old, &[]).unwrap_err(), INVALID_PATH);
        assert_eq!(apply("REMOVE a.x", &old, &[]).unwrap_err(), INVALID_PATH);
        assert_eq!(apply("SET b = a + s", &old, &[]).unwrap_err(), INCORRECT_TYPE);
        assert!(apply("REMOVE m.x, gone", &old, &[]).is_ok());
    }
}
