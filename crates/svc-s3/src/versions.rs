//! How a key's versions change (S3 User Guide, "How S3 Versioning works"). Pure: from the rows there are to the rows
//! there shall be.
//!
//! ```text
//!            put (Off, Suspended)                 put, delete (Enabled)
//! null head ----------------------> null head     any head ------------> new head, the old one noncurrent
//!
//!            delete (Suspended): a null delete marker becomes head; the null version, wherever it is, goes
//!            delete (Off): the head goes; delete of a version: it goes, and the newest noncurrent one becomes head
//! ```

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::model::{Head, Version, Versioning};

/// Bytes of a version id: the order and randomness. 32 characters, as AWS's.
const VERSION_ID_BYTES: usize = 24;

/// What is to be done with a key's rows.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// The row of `OBJECTS`; none: it is deleted.
    pub head: Option<Head>,
    /// Goes from head to `VERSIONS`.
    pub demoted: Option<Version>,
    /// The head that is no longer kept anywhere.
    pub dropped: Option<Version>,
    /// The order of the null version that goes from `VERSIONS`; its bytes are to be freed.
    pub dropped_null: Option<u64>,
}

/// Puts `new` (a version or a delete marker) on top of what there is.
pub fn put(head: Option<Head>, new: Version) -> Change {
    let Some(head) = head else {
        return Change { head: Some(Head { current: new, null_order: None }), ..Change::default() };
    };
    match (new.is_null(), head.current.is_null()) {
        // The null version is replaced where it is: at the head or behind it.
        (true, true) => Change {
            head: Some(Head { current: new, null_order: None }),
            dropped: Some(head.current),
            dropped_null: head.null_order,
            ..Change::default()
        },
        (true, false) => Change {
            head: Some(Head { current: new, null_order: None }),
            demoted: Some(head.current),
            dropped_null: head.null_order,
            ..Change::default()
        },
        (false, true) => Change {
            head: Some(Head { current: new, null_order: Some(head.current.order) }),
            demoted: Some(head.current),
            ..Change::default()
        },
        (false, false) => Change {
            head: Some(Head { current: new, null_order: head.null_order }),
            demoted: Some(head.current),
            ..Change::default()
        },
    }
}

/// Takes the head away; `next` is the newest noncurrent version, which is no longer noncurrent.
pub fn remove_head(head: Head, next: Option<Version>) -> Change {
    let promoted = next.map(|next| {
        let null_order = head.null_order.filter(|order| *order != next.order);
        Head { current: next, null_order }
    });
    Change { head: promoted, dropped: Some(head.current), ..Change::default() }
}

/// The order of a version made at `now_ms` on top of `head`.
pub fn next_order(head: Option<&Head>, now_ms: i64) -> u64 {
    let by_time = u64::try_from(now_ms).unwrap_or(0) << 16;
    head.map_or(by_time, |head| by_time.max(head.current.order + 1))
}

/// Whether a new version gets an id of its own.
pub fn gets_id(versioning: Versioning) -> bool {
    versioning == Versioning::Enabled
}

/// A version id that carries its order.
pub fn version_id(order: u64, random: [u8; 16]) -> String {
    let mut bytes = [0; VERSION_ID_BYTES];
    bytes[..8].copy_from_slice(&order.to_be_bytes());
    bytes[8..].copy_from_slice(&random);
    URL_SAFE_NO_PAD.encode(bytes)
}

/// The order in a version id; none if it isn't one.
pub fn order_of(version_id: &str) -> Option<u64> {
    let bytes: [u8; VERSION_ID_BYTES] = URL_SAFE_NO_PAD.decode(version_id).ok()?.try_into().ok()?;
    let (order, _) = bytes.split_first_chunk::<8>()?;
    Some(u64::from_be_bytes(*order))
}

#[cfg(test)]
mod tests {
    use base_time::Timestamp;
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Data, Description, ObjectFacts};

    fn version(order: u64, is_null: bool, is_marker: bool) -> Version {
        let facts = ObjectFacts {
            size_bytes: order,
            etag: String::new(),
            checksum: None,
            data: Data::Empty,
            parts: None,
            description: Description::default(),
        };
        Version {
            order,
            version_id: (!is_null).then(|| version_id(order, [7; 16])),
            modified: Timestamp::EPOCH,
            object: (!is_marker).then_some(facts),
        }
    }

    /// The rows of one key, as the store would hold them.
    #[derive(Default)]
    struct Rows {
        head: Option<Head>,
        noncurrent: Vec<Version>,
    }

    impl Rows {
        fn apply(&mut self, change: Change) {
            self.noncurrent.retain(|version| Some(version.order) != change.dropped_null);
            self.noncurrent.extend(change.demoted);
            self.head = change.head;
        }

        fn newest_first(&self) -> Vec<Version> {
            let mut all: Vec<_> = self.noncurrent.clone();
            all.extend(self.head.as_ref().map(|head| head.current.clone()));
            all.sort_by_key(|version| std::cmp::Reverse(version.order));
            all
        }

        fn remove(&mut self, order: u64) {
            match &mut self.head {
                Some(head) if head.current.order == order => {
                    self.noncurrent.sort_by_key(|version| version.order);
                    let next = self.noncurrent.pop();
                    let change = remove_head(head.clone(), next);
                    self.apply(change);
                }
                Some(head) => {
                    self.noncurrent.retain(|version| version.order != order);
                    head.null_order = head.null_order.filter(|null| *null != order);
                }
                None => {}
            }
        }
    }

    #[test]
    fn an_id_carries_its_order() {
        let id = version_id(42, [9; 16]);
        assert_eq!((id.len(), order_of(&id)), (32, Some(42)));
        assert_eq!(order_of("null"), None);
        assert_eq!(order_of("../../etc/passwd"), None);
    }

    #[test]
    fn orders_grow_though_the_clock_stands_or_falls_back() {
        let head = Head { current: version(next_order(None, 1000), false, false), null_order: None };
        assert!(next_order(Some(&head), 1000) > head.current.order);
        assert!(next_order(Some(&head), 10) > head.current.order);
    }

    #[derive(Clone, Debug)]
    enum Step {
        Put { is_null: bool, is_marker: bool },
        Remove(usize),
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            3 => (any::<bool>(), any::<bool>()).prop_map(|(is_null, is_marker)| Step::Put { is_null, is_marker }),
            1 => (0usize..6).prop_map(Step::Remove),
        ]
    }

    proptest! {
        /// The reference: a list of versions in which a null one replaces the other.
        #[test]
        fn rows_hold_what_a_plain_list_of_versions_would(steps in prop::collection::vec(step(), 0..30)) {
            let (mut rows, mut reference) = (Rows::default(), Vec::<Version>::new());
            for step in steps {
                match step {
                    Step::Put { is_null, is_marker } => {
                        let new = version(next_order(rows.head.as_ref(), 0), is_null, is_marker);
                        if is_null {
                            reference.retain(|version| !version.is_null());
                        }
                        reference.insert(0, new.clone());
                        let change = put(rows.head.take(), new);
                        rows.apply(change);
                    }
                    Step::Remove(at) if at < reference.len() => {
                        let gone = reference.remove(at);
                        rows.remove(gone.order);
                    }
                    Step::Remove(_) => {}
                }
                prop_assert_eq!(&rows.newest_first(), &reference);
                let null = rows.noncurrent.iter().find(|version| version.is_null()).map(|version| version.order);
                let known = rows.head.as_ref().and_then(|head| head.null_order);
                prop_assert_eq!(known, null);
            }
        }
    }
}
