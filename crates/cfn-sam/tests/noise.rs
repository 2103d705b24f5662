//! Templates of noise: whatever comes, the answer is a template or errors.

use cfn_plan::template::{Aliases, Source};
use cfn_sam::{Context, document_message, transform};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

fn run(template: Value) {
    let nothing = |_: &str| None;
    let context = Context { region: "us-east-1", partition: "aws", managed_policy: &nothing };
    if let Err(errors) = transform(template, &Map::new(), &context) {
        assert!(
            document_message(&errors).starts_with("Invalid Serverless Application Specification document.")
        );
    }
}

const TEMPLATES: &[&str] = &[
    include_str!("templates/thumbnails.yaml"),
    include_str!("templates/notes-api.yaml"),
    include_str!("templates/orders.yaml"),
    include_str!("templates/http-auth.yaml"),
];

/// The places of a tree, as indexes of a walk.
fn places(value: &Value) -> usize {
    1 + match value {
        Value::Object(entries) => entries.values().map(places).sum(),
        Value::Array(items) => items.iter().map(places).sum(),
        _ => 0,
    }
}

fn put(value: &mut Value, place: &mut usize, new: &Value) {
    if *place == 0 {
        *value = new.clone();
    }
    *place = place.wrapping_sub(1);
    match value {
        Value::Object(entries) => entries.values_mut().for_each(|entry| put(entry, place, new)),
        Value::Array(items) => items.iter_mut().for_each(|item| put(item, place, new)),
        _ => {}
    }
}

fn odd() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        Just(json!(7)),
        Just(json!("")),
        Just(json!("x")),
        Just(json!([])),
        Just(json!({})),
        Just(json!([[]])),
        Just(json!({"Ref": 1})),
        Just(json!({"Ref": "AWS::NoValue"})),
        Just(json!({"Fn::If": []})),
        Just(json!({"Fn::If": ["Prod", {"Ref": "AWS::NoValue"}, "y"]})),
        Just(json!({"Fn::GetAtt": ["Rate", "Arn"]})),
        Just(json!({"Fn::Sub": "${"})),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_template_with_a_part_replaced_never_panics(
        which in 0..TEMPLATES.len(), first in any::<prop::sample::Index>(), second in any::<prop::sample::Index>(),
        one in odd(), other in odd(),
    ) {
        let mut template = Source::parse(TEMPLATES[which]).unwrap().value;
        for (index, new) in [(first, one), (second, other)] {
            let mut place = index.index(places(&template));
            put(&mut template, &mut place, &new);
        }
        run(template);
    }

    #[test]
    fn random_text_never_panics(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
        if let Ok(source) = Source::parse_with(&String::from_utf8_lossy(&bytes), Aliases::Expand) {
            run(source.value);
        }
    }
}
