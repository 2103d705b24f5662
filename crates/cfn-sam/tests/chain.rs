//! From a SAM template to a plan: what the transform makes is a template the planner can order.

#![expect(clippy::unwrap_used, reason = "a test stops where something is missing")]

use cfn_plan::intrinsics::{Pseudo, Scope};
use cfn_plan::parameters;
use cfn_plan::plan::{Action, Plan, PlanInput, plan};
use cfn_plan::template::{Source, Template};
use cfn_sam::{Context, transform};
use indexmap::IndexMap;
use port::{ResourceProperty, ResourceTypeDesc};
use serde_json::Map;

/// Every type exists, with any property and attribute.
static ANY: ResourceTypeDesc =
    ResourceTypeDesc { name: "*", properties: &[ResourceProperty::in_place("*")], attributes: &["*"] };

fn planned(text: &str) -> Plan {
    let nothing = |_: &str| None;
    let context = Context { region: "us-east-1", partition: "aws", managed_policy: &nothing };
    let transformed = transform(Source::parse(text).unwrap().value, &Map::new(), &context).unwrap();
    let template = Template::from_value(transformed).unwrap();
    let values = parameters::resolve(&template.parameters, &IndexMap::new(), &IndexMap::new()).unwrap();
    let pseudo = Pseudo { region: "us-east-1".into(), stack_name: "shop".into(), ..Pseudo::default() };
    let scope = Scope::new(pseudo, &template, values).unwrap();
    let catalogue = |_: &str| Some(&ANY);
    plan(&PlanInput { template: &template, scope: &scope, state: &IndexMap::new(), catalogue: &catalogue })
        .unwrap()
}

fn position(plan: &Plan, logical_id: &str) -> usize {
    plan.steps.iter().position(|step| step.logical_id == logical_id).unwrap()
}

#[test]
fn a_bucket_waits_for_the_permission_of_the_function_it_notifies() {
    let plan = planned(include_str!("templates/thumbnails.yaml"));
    assert!(plan.steps.iter().all(|step| step.action == Action::Create));
    let order = ["ShrinkRole", "Shrink", "ShrinkDroppedPermission", "Originals"];
    assert!(order.is_sorted_by_key(|id| position(&plan, id)), "{plan}");
}

#[test]
fn stages_come_after_their_deployment_and_mappings_after_function_and_queue() {
    let plan = planned(include_str!("templates/notes-api.yaml"));
    let deployment = plan.steps.iter().find(|step| step.type_name == "AWS::ApiGateway::Deployment").unwrap();
    assert!(position(&plan, "ServerlessRestApi") < deployment.index);
    assert!(deployment.index < position(&plan, "ServerlessRestApiProdStage"));
    assert_eq!(plan.outputs.len(), 4);
    let plan = planned(include_str!("templates/orders.yaml"));
    assert!(position(&plan, "WorkBatch") > position(&plan, "Work").max(position(&plan, "Orders")));
}

#[test]
fn resources_whose_condition_is_false_are_not_planned() {
    let plan = planned(include_str!("templates/http-auth.yaml"));
    assert!(
        !plan.resources.contains_key("One") && plan.resources.contains_key("ServerlessRestApi"),
        "{plan}"
    );
}
