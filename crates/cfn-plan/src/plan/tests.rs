//! Plans for creates, updates, replacements and deletions.

use super::*;
use crate::intrinsics::Pseudo;
use port::ResourceProperty;
use serde_json::json;

static TYPES: &[ResourceTypeDesc] = &[
    ResourceTypeDesc {
        name: "AWS::SQS::Queue",
        properties: &[ResourceProperty::replacing("QueueName"), ResourceProperty::in_place("DelaySeconds")],
        attributes: &["Arn"],
    },
    ResourceTypeDesc {
        name: "AWS::Lambda::Function",
        properties: &[
            ResourceProperty::replacing("FunctionName"),
            ResourceProperty::in_place("Environment"),
            ResourceProperty::in_place("Code").required(),
        ],
        attributes: &["Arn"],
    },
];

fn catalogue(name: &str) -> Option<&'static ResourceTypeDesc> {
    TYPES.iter().find(|known| known.name == name)
}

fn try_plan(text: &str, state: &IndexMap<String, ResourceState>) -> Result<Plan, PlanError> {
    let template = Template::parse(text).unwrap();
    let scope = Scope::new(Pseudo::default(), &template, IndexMap::new()).unwrap();
    plan(&PlanInput { template: &template, scope: &scope, state, catalogue: &catalogue })
}

fn queue(name: &str, delay: u64, needs: &[&str]) -> ResourceState {
    ResourceState {
        type_name: "AWS::SQS::Queue".into(),
        physical_id: format!("q-{name}"),
        properties: serde_json::from_value(json!({"QueueName": name, "DelaySeconds": delay})).unwrap(),
        attributes: serde_json::from_value(json!({"Arn": format!("arn:{name}")})).unwrap(),
        needs: needs.iter().map(|need| (*need).to_owned()).collect(),
        deletion_policy: DeletionPolicy::Delete,
    }
}

fn function(environment: Value) -> ResourceState {
    ResourceState {
        type_name: "AWS::Lambda::Function".into(),
        physical_id: "f".into(),
        properties: serde_json::from_value(json!({"Code": "c", "Environment": environment})).unwrap(),
        needs: vec!["Q".into()],
        ..ResourceState::default()
    }
}

const SHOP: &str = r#"
Conditions: {Never: !Equals [a, b]}
Resources:
  F:
    Type: AWS::Lambda::Function
    Properties: {Code: c, Environment: {Arn: !GetAtt Q.Arn, Url: !Ref Q}}
  Q: {Type: AWS::SQS::Queue, Properties: {QueueName: new, DelaySeconds: 1}}
  Gone: {Type: AWS::SQS::Queue, Condition: Never}
Outputs:
  Url: {Value: !Ref Q, Export: {Name: url}}
  No: {Value: !Ref Gone, Condition: Never}
"#;

#[test]
fn a_new_stack_is_created_in_dependency_order() {
    let plan = try_plan(SHOP, &IndexMap::new()).unwrap();
    assert_eq!(
        plan.to_string(),
        "  1  create     Q (AWS::SQS::Queue): new in the template\n  2  create     F (AWS::Lambda::Function): new in the template [after 1]\n"
    );
    assert_eq!(plan.changes.len(), 2);
    assert!(plan.changes.iter().all(|change| change.action == ChangeAction::Add));
    assert_eq!(plan.resources.keys().collect::<Vec<_>>(), ["F", "Q"]);
    assert!(matches!(plan.resolve_properties("F", &plan.scope), Some(Err(EvalError::Pending(_)))));
    let mut scope = plan.scope.clone();
    scope.resources.insert("Q".into(), queue("new", 1, &[]).facts());
    let resolved = plan.resolve_properties("F", &scope).unwrap().unwrap();
    assert_eq!(resolved["Environment"], json!({"Arn": "arn:new", "Url": "q-new"}));
    let outputs = plan.resolve_outputs(&scope).unwrap();
    assert_eq!((outputs[0].value.as_str(), outputs[0].export_name.as_deref()), ("q-new", Some("url")));
    assert_eq!(outputs.len(), 1);
}

#[test]
fn nothing_changed_is_nothing_to_do() {
    let environment = json!({"Arn": "arn:new", "Url": "q-new"});
    let state = IndexMap::from([("Q".into(), queue("new", 1, &[])), ("F".into(), function(environment))]);
    let plan = try_plan(SHOP, &state).unwrap();
    assert!(plan.is_empty() && plan.changes.is_empty());
    assert_eq!(plan.to_string(), "No updates are to be performed.\n");
    assert_eq!(plan.scope.resources.len(), 2);
}

#[test]
fn a_number_and_its_text_are_the_same_value() {
    let state = IndexMap::from([("Q".into(), queue("new", 1, &[]))]);
    let text = "Resources: {Q: {Type: 'AWS::SQS::Queue', Properties: {QueueName: new, DelaySeconds: '1'}}}";
    assert!(try_plan(text, &state).unwrap().is_empty());
}

#[test]
fn a_replacement_makes_its_dependents_reconsider_and_is_cleaned_up_last() {
    let environment = json!({"Arn": "arn:old", "Url": "q-old"});
    let state = IndexMap::from([("Q".into(), queue("old", 1, &[])), ("F".into(), function(environment))]);
    let plan = try_plan(SHOP, &state).unwrap();
    let actions: Vec<(&str, &Action)> =
        plan.steps.iter().map(|step| (step.logical_id.as_str(), &step.action)).collect();
    assert!(matches!(actions[0], ("Q", Action::Replace { changed }) if *changed == ["QueueName"]));
    assert!(matches!(actions[1], ("F", Action::Reconsider { waits_for }) if waits_for.len() == 2));
    let deletion = Action::Delete { physical_id: "q-old".into(), cause: Removal::Replaced };
    assert_eq!(actions[2], ("Q", &deletion));
    assert_eq!(plan.steps[2].after, [0, 1]);
    assert_eq!(plan.changes[0].replacement, Some(Replacement::True));
    assert_eq!(plan.changes[0].policy_action, Some("ReplaceAndDelete"));
    assert_eq!(plan.changes[1].replacement, Some(Replacement::False));
    assert_eq!(plan.changes[1].details[0].causing_entity.as_deref(), Some("Q.Arn"));
    let resolved = serde_json::from_value(json!({"Code": "c", "Environment": {"Arn": "arn:new"}})).unwrap();
    assert_eq!(plan.settle("F", &resolved), Settled::Update { changed: vec!["Environment".into()] });
    assert_eq!(plan.settle("F", &state["F"].properties), Settled::Unchanged);
    assert_eq!(
        (plan.steps[0].undo(), plan.steps[1].undo(), plan.steps[2].undo()),
        (Undo::DeleteNew, Undo::AsSettled, Undo::None)
    );
}

#[test]
fn an_update_in_place_leaves_references_known_and_attributes_open() {
    let environment = json!({"Arn": "arn:new", "Url": "q-new"});
    let state = IndexMap::from([("Q".into(), queue("new", 9, &[])), ("F".into(), function(environment))]);
    let plan = try_plan(SHOP, &state).unwrap();
    assert!(matches!(&plan.steps[0].action, Action::Update { changed } if *changed == ["DelaySeconds"]));
    assert!(
        matches!(&plan.steps[1].action, Action::Reconsider { waits_for } if *waits_for == [Reference::Attribute("Q".into(), "Arn".into())])
    );
}

#[test]
fn what_left_the_template_is_deleted_dependents_first_and_retained_when_asked() {
    let mut kept = queue("kept", 0, &[]);
    kept.deletion_policy = DeletionPolicy::Retain;
    let state = IndexMap::from([
        ("A".into(), queue("a", 0, &[])),
        ("B".into(), queue("b", 0, &["A"])),
        ("K".into(), kept),
    ]);
    let plan = try_plan("Resources: {N: {Type: 'AWS::SQS::Queue'}}", &state).unwrap();
    let ids: Vec<&str> = plan.steps.iter().map(|step| step.logical_id.as_str()).collect();
    assert_eq!(ids, ["N", "B", "K", "A"]);
    assert_eq!(plan.steps[3].after, [0, 1]);
    assert!(matches!(plan.steps[2].action, Action::Retain { .. }));
    let whole = plan_deletion(&state, &["B".to_owned()]);
    assert!(matches!(whole.steps[0].action, Action::Retain { .. }));
    assert_eq!(whole.steps.len(), 3);
}

#[test]
fn what_cannot_work_is_refused_before_anything_is_made() {
    let empty = IndexMap::new();
    for (text, expected) in [
        (
            "Resources: {X: {Type: 'AWS::Foo::Bar'}, Y: {Type: 'AWS::Foo::Bar'}}",
            "Template format error: Unrecognized resource types: [AWS::Foo::Bar]",
        ),
        (
            "Resources: {X: {Type: 'AWS::SQS::Queue', Properties: {Frob: 1}}}",
            "Properties validation failed for resource X with message:\n#: extraneous key [Frob] is not permitted",
        ),
        (
            "Resources: {X: {Type: 'AWS::Lambda::Function'}}",
            "Properties validation failed for resource X with message:\n#: required key [Code] not found",
        ),
        (
            "Resources: {X: {Type: 'AWS::SQS::Queue'}}\nOutputs: {O: {Value: !GetAtt X.Nope}}",
            "Template error: resource X does not support attribute type Nope in Fn::GetAtt",
        ),
        (
            "Conditions: {C: !Equals [a, b]}\nResources: {X: {Type: 'AWS::SQS::Queue', Condition: C}, Y: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !Ref X}}}",
            "Template format error: Unresolved resource dependencies [X] in the Resources block of the template",
        ),
        (
            "Resources: {X: {Type: 'AWS::SQS::Queue', CreationPolicy: {}}}",
            "Template format error: CreationPolicy of resource X is not supported",
        ),
        (
            "Resources: {X: {Type: 'AWS::SQS::Queue', DeletionPolicy: Snapshot}}",
            "Template error: resource type AWS::SQS::Queue does not support deletion policy Snapshot",
        ),
        (
            "Resources: {X: {Type: 'AWS::SQS::Queue', Properties: {QueueName: !ImportValue nope}}}",
            "No export named nope found. (resource X, property QueueName)",
        ),
    ] {
        assert_eq!(try_plan(text, &empty).unwrap_err().to_string(), expected);
    }
    let state = IndexMap::from([("X".into(), function(json!({})))]);
    assert_eq!(
        try_plan("Resources: {X: {Type: 'AWS::SQS::Queue'}}", &state).unwrap_err().to_string(),
        "Update of resource type is not permitted. The new template modifies resource type of the following resources: [X]"
    );
}
