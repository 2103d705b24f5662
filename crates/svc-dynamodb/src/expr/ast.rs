//! The checked trees that parsing gives: names and values are resolved, types that can be known are right.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use indexmap::IndexMap;

use crate::value::{Value, ValueType};

/// One step below an attribute.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PathElement {
    /// `.name`.
    Name(String),
    /// `[index]`.
    Index(usize),
}

/// A document path: an attribute and what is reached inside it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Path {
    pub root: String,
    pub rest: Vec<PathElement>,
}

impl Path {
    pub fn attribute(name: impl Into<String>) -> Self {
        Self { root: name.into(), rest: Vec::new() }
    }

    pub fn is_nested(&self) -> bool {
        !self.rest.is_empty()
    }
}

/// `[root, name, [index]]`, as errors show paths.
impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}", self.root)?;
        for element in &self.rest {
            match element {
                PathElement::Name(name) => write!(f, ", {name}")?,
                PathElement::Index(index) => write!(f, ", [{index}]")?,
            }
        }
        f.write_str("]")
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparator {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Comparator {
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "<>",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        }
    }

    /// The comparator that says the same with its operands exchanged.
    pub fn mirrored(self) -> Self {
        match self {
            Self::Equal | Self::NotEqual => self,
            Self::Less => Self::Greater,
            Self::LessOrEqual => Self::GreaterOrEqual,
            Self::Greater => Self::Less,
            Self::GreaterOrEqual => Self::LessOrEqual,
        }
    }
}

/// What a comparison compares.
#[derive(Clone, Debug, PartialEq)]
pub enum Operand {
    Path(Path),
    /// Shared: one value may be named hundreds of times.
    Value(Arc<Value>),
    /// `size(operand)`.
    Size(Box<Operand>),
}

/// A condition, filter or key condition.
#[derive(Clone, Debug, PartialEq)]
pub enum Condition {
    /// True where all are.
    And(Vec<Condition>),
    /// True where one is.
    Or(Vec<Condition>),
    Not(Box<Condition>),
    Compare {
        comparator: Comparator,
        left: Operand,
        right: Operand,
    },
    /// Both bounds included.
    Between {
        operand: Operand,
        lower: Operand,
        upper: Operand,
    },
    In {
        operand: Operand,
        candidates: Vec<Operand>,
    },
    AttributeExists(Path),
    AttributeNotExists(Path),
    AttributeType {
        operand: Operand,
        value_type: ValueType,
    },
    BeginsWith {
        operand: Operand,
        prefix: Operand,
    },
    Contains {
        operand: Operand,
        element: Operand,
    },
}

impl Condition {
    /// Calls `visit` with every path in the condition.
    pub fn visit_paths(&self, visit: &mut impl FnMut(&Path)) {
        match self {
            Self::And(conditions) | Self::Or(conditions) => {
                conditions.iter().for_each(|condition| condition.visit_paths(visit));
            }
            Self::Not(condition) => condition.visit_paths(visit),
            Self::AttributeExists(path) | Self::AttributeNotExists(path) => visit(path),
            Self::AttributeType { operand, .. } => operand.visit_path(visit),
            Self::Compare { left: a, right: b, .. }
            | Self::BeginsWith { operand: a, prefix: b }
            | Self::Contains { operand: a, element: b } => {
                a.visit_path(visit);
                b.visit_path(visit);
            }
            Self::Between { operand, lower, upper } => {
                [operand, lower, upper].into_iter().for_each(|o| o.visit_path(visit));
            }
            Self::In { operand, candidates } => {
                operand.visit_path(visit);
                candidates.iter().for_each(|candidate| candidate.visit_path(visit));
            }
        }
    }
}

impl Operand {
    fn visit_path(&self, visit: &mut impl FnMut(&Path)) {
        match self {
            Self::Path(path) => visit(path),
            Self::Value(_) => {}
            Self::Size(inner) => inner.visit_path(visit),
        }
    }
}

/// What `SET` assigns.
#[derive(Clone, Debug, PartialEq)]
pub enum SetValue {
    Operand(SetOperand),
    Plus(SetOperand, SetOperand),
    Minus(SetOperand, SetOperand),
}

#[derive(Clone, Debug, PartialEq)]
pub enum SetOperand {
    Path(Path),
    Value(Arc<Value>),
    IfNotExists(Path, Box<SetOperand>),
    ListAppend(Box<SetOperand>, Box<SetOperand>),
}

/// An update, its paths free of overlaps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Update {
    pub set: Vec<(Path, SetValue)>,
    pub remove: Vec<Path>,
    /// Values are numbers or sets (lists too, from the legacy parameter).
    pub add: Vec<(Path, Arc<Value>)>,
    /// Values are sets.
    pub delete: Vec<(Path, Arc<Value>)>,
}

impl Update {
    /// The paths that are written.
    pub fn targets(&self) -> impl Iterator<Item = &Path> {
        let set = self.set.iter().map(|(path, _)| path);
        let add = self.add.iter().chain(&self.delete).map(|(path, _)| path);
        set.chain(&self.remove).chain(add)
    }
}

impl Update {
    /// Calls `visit` with every path that is written or read.
    pub fn visit_paths(&self, visit: &mut impl FnMut(&Path)) {
        self.targets().for_each(&mut *visit);
        for (_, value) in &self.set {
            match value {
                SetValue::Operand(operand) => operand.visit_paths(visit),
                SetValue::Plus(a, b) | SetValue::Minus(a, b) => {
                    a.visit_paths(visit);
                    b.visit_paths(visit);
                }
            }
        }
    }
}

impl SetOperand {
    fn visit_paths(&self, visit: &mut impl FnMut(&Path)) {
        match self {
            Self::Path(path) => visit(path),
            Self::Value(_) => {}
            Self::IfNotExists(path, otherwise) => {
                visit(path);
                otherwise.visit_paths(visit);
            }
            Self::ListAppend(a, b) => {
                a.visit_paths(visit);
                b.visit_paths(visit);
            }
        }
    }
}

/// What to keep of an item, as a tree over its paths.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Projection {
    pub attributes: IndexMap<String, ProjectionNode>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ProjectionNode {
    /// The whole value.
    All,
    Names(IndexMap<String, ProjectionNode>),
    /// By index; kept elements close up, in order.
    Indexes(BTreeMap<usize, ProjectionNode>),
}
