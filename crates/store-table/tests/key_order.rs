//! The order of encoded keys is the order of the tuples.

use base_time::Timestamp;
use bytes::Bytes;
use proptest::prelude::*;
use store_kv::{Version, Versionstamp};
use store_table::{EncodeAs, KeyCodec, PrefixOf, StartsWith, decode_key};

fn encode<K: KeyCodec>(key: &K) -> Vec<u8> {
    let mut out = Vec::new();
    EncodeAs::<K>::encode(key, &mut out);
    out
}

type Key = (String, i64, Option<Bytes>, u16, bool, Timestamp);

fn text() -> impl Strategy<Value = String> {
    // Few characters, so that texts are often prefixes of each other; zero is the one that is escaped.
    prop::collection::vec(prop::sample::select(vec!['\0', '\u{1}', 'a', '\u{ff}', '\u{10ffff}']), 0..4)
        .prop_map(|characters| characters.into_iter().collect())
}

fn bytes() -> impl Strategy<Value = Bytes> {
    prop::collection::vec(prop::sample::select(vec![0u8, 1, 0xfe, 0xff]), 0..4).prop_map(Bytes::from)
}

fn number() -> impl Strategy<Value = i64> {
    prop_oneof![-2i64..2, any::<i64>()]
}

fn key() -> impl Strategy<Value = Key> {
    let parts = (text(), number(), prop::option::of(bytes()), 0u16..3, any::<bool>(), number());
    parts.prop_map(|(a, b, c, d, e, f)| (a, b, c, d, e, Timestamp::from_millis(f)))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn encoded_keys_sort_as_their_tuples(a in key(), b in key()) {
        prop_assert_eq!(encode(&a).cmp(&encode(&b)), a.cmp(&b));
    }

    #[test]
    fn a_key_is_read_back_as_it_was(a in key()) {
        prop_assert_eq!(decode_key::<Key>(&encode(&a)).unwrap(), a);
    }

    #[test]
    fn any_bytes_are_read_or_refused(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
        if let Ok(key) = decode_key::<Key>(&bytes) {
            prop_assert_eq!(encode(&key), bytes);
        }
    }

    #[test]
    fn a_prefix_holds_exactly_the_keys_that_begin_with_it(a in (text(), text()), b in (text(), text())) {
        let mut whole = Vec::new();
        PrefixOf::<(String, String)>::encode_prefix(&(a.0.as_str(),), &mut whole);
        prop_assert_eq!(encode(&b).starts_with(&whole), b.0 == a.0);
        let mut begun = Vec::new();
        PrefixOf::<(String, String)>::encode_prefix(&(a.0.as_str(), StartsWith(&a.1)), &mut begun);
        prop_assert_eq!(encode(&b).starts_with(&begun), b.0 == a.0 && b.1.starts_with(&a.1));
    }

    #[test]
    fn versionstamps_sort_as_keys_do(a in any::<(u64, u16)>(), b in any::<(u64, u16)>()) {
        let stamp = |(version, order)| Versionstamp { version: Version::from_u64(version), order };
        let (a, b) = (stamp(a), stamp(b));
        prop_assert_eq!(encode(&a).cmp(&encode(&b)), a.cmp(&b));
        prop_assert_eq!(decode_key::<Versionstamp>(&encode(&a)).unwrap(), a);
    }
}
