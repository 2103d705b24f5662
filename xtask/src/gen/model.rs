//! The reduced model of one service with everything the emitters ask of it.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::manifest::{Overlay, Service, merge};
use super::names;

/// A service ready to be written as a crate.
pub(crate) struct Model {
    pub id: String,
    pub trait_name: String,
    pub metadata: Value,
    pub operations: Map<String, Value>,
    pub shapes: Map<String, Value>,
    pub overlay: Overlay,
    /// Rust names of structures, unions and enums by shape.
    rust: BTreeMap<String, String>,
}

impl Model {
    pub(crate) fn new(id: &str, service: &Service, overlay: Overlay, mut model: Value) -> Result<Self> {
        merge(&mut model, &overlay.model);
        let take = |model: &mut Value, key: &str| match model[key].take() {
            Value::Object(map) => Ok(map),
            _ => bail!("{id}: the model has no {key}"),
        };
        let operations = take(&mut model, "operations")?;
        let shapes = take(&mut model, "shapes")?;
        let metadata = model["metadata"].take();
        let mut model = Self {
            id: id.to_owned(),
            trait_name: service.trait_name.clone(),
            metadata,
            operations,
            shapes,
            overlay,
            rust: BTreeMap::new(),
        };
        model.check_overlay()?;
        model.name_types()?;
        Ok(model)
    }

    /// Overlays name what the model has; a name that has gone must not pass silently.
    fn check_overlay(&self) -> Result<()> {
        let overlay = &self.overlay;
        let operations =
            overlay.output_roots.keys().chain(&overlay.unwrapped_outputs).chain(overlay.body_limits.keys());
        if let Some(name) = operations.into_iter().find(|name| !self.operations.contains_key(*name)) {
            bail!("{}'s overlay names the operation {name}, which the model lacks", self.id);
        }
        for name in overlay.query_codes.keys().chain(overlay.statuses.keys()) {
            if self.shape(name)?["exception"] != true {
                bail!("{}'s overlay names {name}, which is no error", self.id);
            }
        }
        for path in overlay.query_names.keys() {
            let (shape, member) =
                path.split_once('.').with_context(|| format!("{path} is not Shape.Member"))?;
            if self.shape(shape)?["members"].get(member).is_none() {
                bail!("{}'s overlay names {path}, which the model lacks", self.id);
            }
        }
        for (name, shape) in &self.shapes {
            if shape.get("type").is_none() {
                bail!("{}'s overlay adds to {name}, which the model lacks", self.id);
            }
        }
        Ok(())
    }

    /// Operations with types, in the model's order.
    pub(crate) fn built(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.operations.iter().filter(|(_, o)| o.get("errors").is_some())
    }

    pub(crate) fn shape(&self, name: &str) -> Result<&Value> {
        self.shapes.get(name).with_context(|| format!("{}: no shape {name}", self.id))
    }

    pub(crate) fn rust_name(&self, shape: &str) -> String {
        self.rust.get(shape).cloned().unwrap_or_else(|| names::type_name(shape))
    }

    /// The shape of an operation's input or output.
    pub(crate) fn io<'a>(operation: &'a Value, key: &str) -> Option<&'a str> {
        operation[key]["shape"].as_str()
    }

    pub(crate) fn kind<'a>(&self, shape: &'a Value) -> &'a str {
        shape["type"].as_str().unwrap_or("structure")
    }

    pub(crate) fn is_document(shape: &Value) -> bool {
        shape["document"] == true
    }

    pub(crate) fn is_union(shape: &Value) -> bool {
        shape["union"] == true || shape["eventstream"] == true
    }

    pub(crate) fn is_enum(shape: &Value) -> bool {
        shape["type"] == "string" && shape.get("enum").is_some()
    }

    pub(crate) fn members(shape: &Value) -> impl Iterator<Item = (&String, &Value)> {
        shape["members"].as_object().into_iter().flatten()
    }

    pub(crate) fn is_required(shape: &Value, member: &str) -> bool {
        shape["required"].as_array().is_some_and(|r| r.iter().any(|n| n == member))
    }

    /// Whether the structure holds a stream, directly.
    pub(crate) fn has_stream(&self, shape: &Value) -> bool {
        Self::members(shape).any(|(_, m)| self.is_streaming(m) || self.is_event_stream(m))
    }

    pub(crate) fn is_streaming(&self, member: &Value) -> bool {
        let target = member["shape"].as_str().and_then(|s| self.shapes.get(s));
        member["streaming"] == true || target.is_some_and(|t| t["streaming"] == true)
    }

    pub(crate) fn is_event_stream(&self, member: &Value) -> bool {
        let target = member["shape"].as_str().and_then(|s| self.shapes.get(s));
        target.is_some_and(|t| t["eventstream"] == true)
    }

    /// Whether a structure holds itself by value, so that the member has to be boxed.
    pub(crate) fn is_recursive(&self, owner: &str, target: &str) -> bool {
        let mut seen = BTreeSet::new();
        self.reaches(target, owner, &mut seen)
    }

    fn reaches<'a>(&'a self, from: &'a str, goal: &str, seen: &mut BTreeSet<&'a str>) -> bool {
        let Some(shape) = self.shapes.get(from).filter(|s| s["type"] == "structure") else { return false };
        if from == goal {
            return true;
        }
        if !seen.insert(from) {
            return false;
        }
        Self::members(shape).any(|(_, m)| m["shape"].as_str().is_some_and(|t| self.reaches(t, goal, seen)))
    }

    /// Shapes that carry or reach a constraint.
    pub(crate) fn is_constrained(&self, shape: &str) -> bool {
        self.constrained(shape, &mut BTreeSet::new())
    }

    fn constrained<'a>(&'a self, name: &'a str, seen: &mut BTreeSet<&'a str>) -> bool {
        let Some(shape) = self.shapes.get(name) else { return false };
        if !seen.insert(name) {
            return false;
        }
        if ["min", "max", "pattern", "enum", "required"].iter().any(|k| shape.get(*k).is_some()) {
            return true;
        }
        let edges =
            Self::members(shape).map(|(_, m)| m).chain([&shape["member"], &shape["key"], &shape["value"]]);
        let targets: Vec<&str> = edges.filter_map(|m| m["shape"].as_str()).collect();
        targets.into_iter().any(|t| self.constrained(t, seen))
    }

    /// `<Operation>Input` and `<Operation>Output` for shapes that serve one operation only.
    fn name_types(&mut self) -> Result<()> {
        let mut uses: BTreeMap<&str, usize> = BTreeMap::new();
        for shape in self.shapes.values() {
            let edges = Self::members(shape).map(|(_, m)| m).chain([&shape["member"], &shape["value"]]);
            for target in edges.filter_map(|m| m["shape"].as_str()) {
                *uses.entry(target).or_default() += 1;
            }
        }
        for (_, operation) in self.built() {
            for key in ["input", "output"] {
                if let Some(shape) = Self::io(operation, key) {
                    *uses.entry(shape).or_default() += 1;
                }
            }
        }
        let mut rust = BTreeMap::new();
        for (name, operation) in self.built() {
            for (key, suffix) in [("input", "Input"), ("output", "Output")] {
                let Some(shape) = Self::io(operation, key) else { continue };
                let wanted = format!("{name}{suffix}");
                let taken = shape != wanted && self.shapes.contains_key(&wanted);
                if uses[shape] == 1 && !taken {
                    rust.insert(shape.to_owned(), wanted);
                }
            }
        }
        self.rust = rust;
        self.check_names()
    }

    fn check_names(&self) -> Result<()> {
        let mut seen = BTreeMap::new();
        for (name, shape) in &self.shapes {
            if shape["type"] != "structure" && !Self::is_enum(shape) {
                continue;
            }
            if let Some(other) = seen.insert(self.rust_name(name), name) {
                bail!("{}: {name} and {other} would both be {}", self.id, self.rust_name(name));
            }
        }
        Ok(())
    }
}
