//! Intrinsic functions, each by examples and by property tests.

use super::*;
use proptest::prelude::*;
use serde_json::json;

fn scope() -> Scope {
    let pseudo = Pseudo {
        account_id: "000000000000".into(),
        region: "us-east-1".into(),
        partition: "aws".into(),
        url_suffix: "amazonaws.com".into(),
        stack_name: "shop".into(),
        stack_id: "arn:aws:cloudformation:us-east-1:000000000000:stack/shop/1".into(),
        notification_arns: Vec::new(),
    };
    let mut scope = Scope { pseudo, ..Scope::default() };
    scope.parameters.insert("Env".into(), json!("prod"));
    scope.parameters.insert("Zones".into(), json!(["a", "b"]));
    scope.conditions.insert("IsProd".into(), true);
    scope.conditions.insert("IsDev".into(), false);
    scope.mappings =
        serde_json::from_value(json!({"Sizes": {"prod": {"Memory": 512, "List": ["x"]}}})).unwrap();
    let facts = ResourceFacts {
        reference: json!("shop-table-1"),
        attributes: serde_json::from_value(json!({"Arn": "arn:t", "Outputs.Url": "u"})).unwrap(),
        unsettled: false,
    };
    scope.resources.insert("Table".into(), facts);
    scope.exports.insert("vpc".into(), "vpc-1".into());
    scope
}

fn check(cases: &[(Value, Value)]) {
    for (tree, expected) in cases {
        assert_eq!(scope().evaluate(tree).as_ref(), Ok(expected), "{tree}");
    }
}

#[test]
fn look_ups() {
    check(&[
        (json!({"Ref": "Env"}), json!("prod")),
        (json!({"Ref": "AWS::Region"}), json!("us-east-1")),
        (json!({"Ref": "Table"}), json!("shop-table-1")),
        (json!({"Fn::GetAtt": ["Table", "Arn"]}), json!("arn:t")),
        (json!({"Fn::GetAtt": "Table.Outputs.Url"}), json!("u")),
        (json!({"Fn::FindInMap": ["Sizes", {"Ref": "Env"}, "Memory"]}), json!(512)),
        (json!({"Fn::FindInMap": ["Sizes", "dev", "Memory", {"DefaultValue": 1}]}), json!(1)),
        (json!({"Fn::ImportValue": {"Fn::Sub": "vpc"}}), json!("vpc-1")),
        (json!({"Fn::GetAZs": ""}), json!(["us-east-1a", "us-east-1b", "us-east-1c"])),
    ]);
}

#[test]
fn text_functions() {
    check(&[
        (json!({"Fn::Join": ["-", ["a", {"Ref": "Env"}, 1, true]]}), json!("a-prod-1-true")),
        (json!({"Fn::Join": ["", {"Ref": "Zones"}]}), json!("ab")),
        (json!({"Fn::Split": ["|", "a|b|"]}), json!(["a", "b", ""])),
        (json!({"Fn::Select": ["1", {"Fn::Split": [",", "x,y"]}]}), json!("y")),
        (
            json!({"Fn::Sub": "${Env}/${Table}/${Table.Arn}/${!Kept}/${AWS::StackName}"}),
            json!("prod/shop-table-1/arn:t/${Kept}/shop"),
        ),
        (json!({"Fn::Sub": ["${A}-${Env}", {"A": {"Ref": "Table"}}]}), json!("shop-table-1-prod")),
        (json!({"Fn::Sub": "open ${ and $"}), json!("open ${ and $")),
        (json!({"Fn::Base64": "hi"}), json!("aGk=")),
        (json!({"Fn::Length": {"Ref": "Zones"}}), json!(2)),
        (json!({"Fn::ToJsonString": {"b": 1, "a": {"Ref": "Env"}}}), json!("{\"b\":1,\"a\":\"prod\"}")),
    ]);
}

#[test]
fn conditions_and_no_value() {
    check(&[
        (json!({"Fn::If": ["IsProd", 1, 2]}), json!(1)),
        (json!({"Fn::If": ["IsDev", {"Ref": "NotThere"}, "x"]}), json!("x")),
        (
            json!({"a": {"Ref": "AWS::NoValue"}, "b": [1, {"Fn::If": ["IsDev", 2, {"Ref": "AWS::NoValue"}]}]}),
            json!({"b": [1]}),
        ),
        (json!({"Fn::Equals": [1, "1"]}), json!(true)),
        (json!({"Fn::Not": [{"Condition": "IsProd"}]}), json!(false)),
        (
            json!({"Fn::And": [{"Condition": "IsProd"}, {"Fn::Equals": [{"Ref": "Env"}, "prod"]}]}),
            json!(true),
        ),
        (json!({"Fn::Or": [{"Condition": "IsDev"}, {"Fn::Contains": [["a", "b"], "b"]}]}), json!(true)),
    ]);
    assert_eq!(scope().evaluate(&json!({"Ref": "AWS::NoValue"})), Ok(Value::Null));
}

#[test]
fn what_is_not_there_yet_is_pending_and_named() {
    let tree = json!({"a": {"Ref": "Queue"}, "b": {"Fn::Sub": "${Queue.Arn} ${Role.Arn}"}});
    let Err(EvalError::Pending(references)) = scope().evaluate(&tree) else { panic!("not pending") };
    let names: Vec<String> = references.iter().map(Reference::to_string).collect();
    assert_eq!(names, ["Queue", "Queue.Arn", "Role.Arn"]);
}

#[test]
fn wrong_use_is_told_in_the_services_words() {
    for (tree, expected) in [
        (
            json!({"Fn::GetAtt": ["Table", "Nope"]}),
            "resource Table does not support attribute type Nope in Fn::GetAtt",
        ),
        (json!({"Fn::Select": [9, ["a"]]}), "Fn::Select cannot select nonexistent value at index 9"),
        (json!({"Fn::Sub": "${Zones}"}), "variable Zones in Fn::Sub expression does not resolve to a string"),
        (
            json!({"Fn::FindInMap": ["Sizes", "dev", "Memory"]}),
            "Unable to get mapping for Sizes::dev::Memory",
        ),
        (
            json!({"Fn::FindInMap": ["No", "dev", "Memory"]}),
            "Mapping named 'No' is not present in the 'Mappings' section of template.",
        ),
        (json!({"Fn::Frob": 1}), "Fn::Frob is not a supported function"),
    ] {
        assert_eq!(scope().evaluate(&tree).unwrap_err().to_string(), format!("Template error: {expected}"));
    }
    assert_eq!(
        scope().evaluate(&json!({"Fn::ImportValue": "x"})).unwrap_err().to_string(),
        "No export named x found."
    );
}

#[test]
fn a_template_decides_its_conditions_in_any_order() {
    let template = crate::template::Template::parse(
        "Parameters: {Env: {Type: String}}\nConditions:\n  A: !Not [!Condition B]\n  B: !Equals [!Ref Env, prod]\nResources: {T: {Type: 'A::B::C'}}\n",
    )
    .unwrap();
    let parameters = IndexMap::from([("Env".to_owned(), json!("prod"))]);
    let scope = Scope::new(Pseudo::default(), &template, parameters).unwrap();
    assert_eq!(scope.conditions, IndexMap::from([("A".to_owned(), false), ("B".to_owned(), true)]));
}

fn tree() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(json!({"Ref": "Env"})),
        Just(json!({"Ref": "Nope"})),
        "[a-z${}.!]{0,8}".prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        Just(Value::Null),
    ];
    let names = prop::sample::select(vec![
        "Ref",
        "Fn::GetAtt",
        "Fn::Sub",
        "Fn::Join",
        "Fn::Select",
        "Fn::Split",
        "Fn::FindInMap",
        "Fn::If",
        "Fn::And",
        "Fn::Not",
        "Fn::Equals",
        "Fn::ImportValue",
        "Fn::Base64",
        "Fn::Cidr",
        "Fn::GetAZs",
        "Fn::Length",
        "Fn::ToJsonString",
        "Condition",
        "x",
    ]);
    leaf.prop_recursive(5, 40, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            (names.clone(), inner).prop_map(|(name, value)| json!({name: value})),
        ]
    })
}

proptest! {
    #[test]
    fn evaluation_never_panics(tree in tree()) {
        let _ = scope().evaluate(&tree);
        let _ = reference::Mentions::of(&tree);
        let _ = reference::Mentions::taken(&tree, &scope());
    }
}
