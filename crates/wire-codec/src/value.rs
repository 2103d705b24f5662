//! Typed values seen by the codec: a `View` to write from, a `Slot` to read into.
//!
//! Writers and readers walk the schema and ask values for views and slots, so that one codec serves every generated type
//! through dynamic dispatch. Generated structures implement `Structure`; scalars, lists, maps and options are implemented
//! here.

use base_time::Timestamp;
use bytes::Bytes;
use indexmap::IndexMap;

use crate::body::Body;
use crate::event_stream::Events;
use crate::schema::Schema;

/// A value as a writer sees it.
#[derive(Clone, Copy)]
pub enum View<'a> {
    /// An option that isn't set, or an explicit null of a sparse collection.
    Absent,
    Bool(bool),
    Int(i64),
    Float(f32),
    Double(f64),
    Str(&'a str),
    Blob(&'a Bytes),
    Timestamp(Timestamp),
    Document(&'a serde_json::Value),
    List(&'a dyn List),
    Map(&'a dyn Map),
    Structure(&'a dyn Structure),
    /// Streams are moved out through their slot, never viewed.
    Stream,
}

impl View<'_> {
    pub fn is_absent(&self) -> bool {
        matches!(self, View::Absent)
    }
}

/// A value as a reader sees it. Asking an option for its slot sets it.
pub enum Slot<'a> {
    /// The structure has no such member.
    Unknown,
    Bool(&'a mut bool),
    Integer(&'a mut i32),
    Long(&'a mut i64),
    Float(&'a mut f32),
    Double(&'a mut f64),
    Str(&'a mut String),
    Enum(&'a mut dyn EnumValue),
    Blob(&'a mut Bytes),
    Timestamp(&'a mut Timestamp),
    Document(&'a mut serde_json::Value),
    List(&'a mut dyn List),
    Map(&'a mut dyn Map),
    Structure(&'a mut dyn Structure),
    Body(&'a mut Body),
    Events(&'a mut Events),
}

/// Anything a member can hold.
pub trait Value {
    fn view(&self) -> View<'_>;
    fn slot(&mut self) -> Slot<'_>;
}

/// A structure or union, described by its schema. Of a union, `member` answers only for the one that is set, and
/// `member_slot` makes the asked member the set one.
pub trait Structure: Send + Sync {
    fn schema(&self) -> &'static Schema;
    fn member(&self, index: usize) -> View<'_>;
    fn member_slot(&mut self, index: usize) -> Slot<'_>;
}

/// A list of values.
pub trait List {
    fn len(&self) -> usize;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    fn at(&self, index: usize) -> View<'_>;
    /// Adds a default element and gives its slot.
    fn push(&mut self) -> Slot<'_>;
    /// Adds a null; false if the list cannot hold one.
    fn push_null(&mut self) -> bool;
    /// Memory that one more element takes at once, in bytes.
    fn element_bytes(&self) -> usize;
    fn clear(&mut self);
}

/// A map from text to values, in order of insertion.
pub trait Map {
    fn len(&self) -> usize;
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
    fn at(&self, index: usize) -> (&str, View<'_>);
    /// Sets a default value under the key and gives its slot.
    fn insert(&mut self, key: String) -> Slot<'_>;
    /// Sets a null under the key; false if the map cannot hold one.
    fn insert_null(&mut self, key: String) -> bool;
    /// Memory that one more entry takes at once, in bytes, without its key's text.
    fn entry_bytes(&self) -> usize;
    fn clear(&mut self);
}

/// A generated enum.
pub trait EnumValue {
    fn as_str(&self) -> &'static str;
    /// False, and nothing changed, if the model does not list `text`.
    fn set(&mut self, text: &str) -> bool;
}

macro_rules! scalar {
    ($type:ty, $view:ident, $slot:ident, $($as:ty)?) => {
        impl Value for $type {
            fn view(&self) -> View<'_> {
                View::$view(*self $(as $as)?)
            }
            fn slot(&mut self) -> Slot<'_> {
                Slot::$slot(self)
            }
        }
    };
}

scalar!(bool, Bool, Bool,);
scalar!(i32, Int, Integer, i64);
scalar!(i64, Int, Long,);
scalar!(f32, Float, Float,);
scalar!(f64, Double, Double,);
scalar!(Timestamp, Timestamp, Timestamp,);

impl Value for String {
    fn view(&self) -> View<'_> {
        View::Str(self)
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Str(self)
    }
}

impl Value for Bytes {
    fn view(&self) -> View<'_> {
        View::Blob(self)
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Blob(self)
    }
}

impl Value for serde_json::Value {
    fn view(&self) -> View<'_> {
        View::Document(self)
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Document(self)
    }
}

impl Value for Body {
    fn view(&self) -> View<'_> {
        View::Stream
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Body(self)
    }
}

impl Value for Events {
    fn view(&self) -> View<'_> {
        View::Stream
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Events(self)
    }
}

impl<T: Value + Default> Value for Option<T> {
    fn view(&self) -> View<'_> {
        self.as_ref().map_or(View::Absent, Value::view)
    }
    fn slot(&mut self) -> Slot<'_> {
        self.get_or_insert_default().slot()
    }
}

impl<T: Value> Value for Box<T> {
    fn view(&self) -> View<'_> {
        self.as_ref().view()
    }
    fn slot(&mut self) -> Slot<'_> {
        self.as_mut().slot()
    }
}

impl<T: Value + Default> Value for Vec<T> {
    fn view(&self) -> View<'_> {
        View::List(self)
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::List(self)
    }
}

impl<T: Value + Default> List for Vec<T> {
    fn len(&self) -> usize {
        Vec::len(self)
    }
    fn at(&self, index: usize) -> View<'_> {
        self.get(index).map_or(View::Absent, Value::view)
    }
    fn push(&mut self) -> Slot<'_> {
        Vec::push(self, T::default());
        self.last_mut().map_or(Slot::Unknown, Value::slot)
    }
    fn push_null(&mut self) -> bool {
        false
    }
    fn element_bytes(&self) -> usize {
        size_of::<T>()
    }
    fn clear(&mut self) {
        Vec::clear(self);
    }
}

impl<T: Value + Default> Value for IndexMap<String, T> {
    fn view(&self) -> View<'_> {
        View::Map(self)
    }
    fn slot(&mut self) -> Slot<'_> {
        Slot::Map(self)
    }
}

impl<T: Value + Default> Map for IndexMap<String, T> {
    fn len(&self) -> usize {
        IndexMap::len(self)
    }
    fn at(&self, index: usize) -> (&str, View<'_>) {
        self.get_index(index).map_or(("", View::Absent), |(k, v)| (k, v.view()))
    }
    fn insert(&mut self, key: String) -> Slot<'_> {
        let (index, _) = self.insert_full(key, T::default());
        self.get_index_mut(index).map_or(Slot::Unknown, |(_, v)| v.slot())
    }
    fn insert_null(&mut self, _key: String) -> bool {
        false
    }
    fn entry_bytes(&self) -> usize {
        // Value, key, hash, and the index's share.
        size_of::<T>() + size_of::<String>() + 4 * size_of::<usize>()
    }
    fn clear(&mut self) {
        IndexMap::clear(self);
    }
}

/// Implements what the generated enums share: text forms, parsing and the codec's traits.
#[macro_export]
macro_rules! string_enum {
    ($name:ident { $($variant:ident => $text:literal,)* }) => {
        impl $name {
            /// All values, in the model's order.
            pub const VALUES: &'static [Self] = &[$(Self::$variant),*];

            /// The value's text on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),* }
            }

            /// `None` if the model does not list `text`.
            pub fn parse(text: &str) -> Option<Self> {
                match text { $($text => Some(Self::$variant),)* _ => None }
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::EnumValue for $name {
            fn as_str(&self) -> &'static str {
                (*self).as_str()
            }
            fn set(&mut self, text: &str) -> bool {
                Self::parse(text).map(|v| *self = v).is_some()
            }
        }

        impl $crate::Value for $name {
            fn view(&self) -> $crate::View<'_> {
                $crate::View::Str((*self).as_str())
            }
            fn slot(&mut self) -> $crate::Slot<'_> {
                $crate::Slot::Enum(self)
            }
        }
    };
}
