//! From what is stored of an operation to its plan: the same rows give the same plan, which is why a restart can go on.

use cfn_plan::intrinsics::dynamic::{self, DynamicReference};
use cfn_plan::intrinsics::{EvalError, Pseudo, Scope};
use cfn_plan::parameters::{self, ParameterError};
use cfn_plan::plan::{Action, Plan, PlanError, PlanInput, ResourceState, Step, plan};
use cfn_plan::rules::{self, RuleError};
use cfn_plan::template::{Template, TemplateError};
use indexmap::IndexMap;
use serde_json::{Map, Value};

use crate::catalogue::Catalogue;
use crate::model::Spec;

/// What a plan is made of.
#[derive(Clone, Copy)]
pub struct DesignInput<'a> {
    pub catalogue: &'a Catalogue,
    pub account: &'a str,
    pub region: &'a str,
    pub stack_name: &'a str,
    pub stack_id: &'a str,
    /// After transforms.
    pub template: &'a Value,
    pub spec: &'a Spec,
    /// What may be imported, by export name.
    pub exports: &'a IndexMap<String, String>,
    /// Sorted by logical id.
    pub state: &'a IndexMap<String, ResourceState>,
    /// The stack's tags change: what has tags and would stay is updated.
    pub retag: bool,
}

/// A template with its plan.
#[derive(Debug, Clone)]
pub struct Design {
    pub template: Template,
    pub scope: Scope,
    pub plan: Plan,
}

/// Why there is no plan. Nothing has been touched.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum DesignError {
    #[error(transparent)]
    Template(#[from] TemplateError),
    #[error(transparent)]
    Parameter(#[from] ParameterError),
    #[error(transparent)]
    Rule(#[from] RuleError),
    #[error(transparent)]
    Plan(#[from] PlanError),
    #[error(transparent)]
    Value(#[from] EvalError),
    #[error(transparent)]
    Dynamic(#[from] dynamic::DynamicError),
    /// A dynamic reference of a kind that isn't built.
    #[error("Dynamic references of {0} are not supported")]
    NotSupported(&'static str),
}

/// Makes the plan.
///
/// # Errors
/// Whatever can be refused before anything is made.
pub fn design(input: &DesignInput<'_>) -> Result<Design, DesignError> {
    let template = Template::from_value(input.template.clone())?;
    let mut scope = scope_of(input, &template)?;
    rules::check(&template.rules, &scope)?;
    scope.exports.clone_from(input.exports);
    refuse_references(&template)?;
    let find = |name: &str| input.catalogue.find(name);
    let request = PlanInput { template: &template, scope: &scope, state: input.state, catalogue: &find };
    let mut plan = plan(&request)?;
    if input.retag {
        retag(&mut plan);
    }
    Ok(Design { template, scope, plan })
}

fn scope_of(input: &DesignInput<'_>, template: &Template) -> Result<Scope, DesignError> {
    let given = input.spec.parameters.iter().map(|(name, v)| (name.clone(), v.value.clone())).collect();
    let ssm = input
        .spec
        .parameters
        .iter()
        .filter_map(|(name, value)| Some((name.clone(), value.resolved.clone()?)))
        .collect();
    let parameters = parameters::resolve(&template.parameters, &given, &ssm)?;
    let pseudo = Pseudo {
        account_id: input.account.to_owned(),
        region: input.region.to_owned(),
        partition: "aws".to_owned(),
        url_suffix: "amazonaws.com".to_owned(),
        stack_name: input.stack_name.to_owned(),
        stack_id: input.stack_id.to_owned(),
        notification_arns: Vec::new(),
    };
    Ok(Scope::new(pseudo, template, parameters)?)
}

fn refuse_references(template: &Template) -> Result<(), DesignError> {
    for resource in template.resources.values() {
        for reference in dynamic::collect(&Value::Object(resource.properties.clone()))?.values() {
            match reference {
                DynamicReference::Ssm { .. } => {}
                DynamicReference::SsmSecure { .. } => return Err(DesignError::NotSupported("ssm-secure")),
                DynamicReference::Secret { .. } => return Err(DesignError::NotSupported("secretsmanager")),
            }
        }
    }
    Ok(())
}

/// Adds updates of what has tags and would otherwise stay as it is.
fn retag(plan: &mut Plan) {
    let work = plan.steps.iter().filter(|step| !step.is_cleanup()).count();
    let mut added: Vec<Step> = Vec::new();
    for (id, resource) in &plan.resources {
        let has_tags = resource.description.properties.iter().any(|property| property.name == "Tags");
        if !has_tags || plan.steps.iter().any(|step| step.logical_id == *id && !step.is_cleanup()) {
            continue;
        }
        added.push(Step {
            index: work + added.len(),
            logical_id: id.clone(),
            type_name: resource.declared.type_name.clone(),
            action: Action::Update { changed: vec!["Tags".to_owned()] },
            after: Vec::new(),
            reason: "the stack's tags changed".to_owned(),
        });
    }
    let shift = added.len();
    let cleanup = plan.steps.split_off(work);
    plan.steps.extend(added);
    for mut step in cleanup {
        step.index += shift;
        for before in &mut step.after {
            if *before >= work {
                *before += shift;
            }
        }
        step.after.extend(work..work + shift);
        plan.steps.push(step);
    }
}

/// The names a template imports, in the branches its conditions take.
///
/// # Errors
/// If a name can't be evaluated.
pub fn imports(template: &Template, scope: &Scope) -> Result<Vec<String>, EvalError> {
    let mut names = Vec::new();
    let holds = |condition: &Option<String>| {
        condition.as_ref().is_none_or(|name| scope.conditions.get(name).copied().unwrap_or(false))
    };
    for resource in template.resources.values().filter(|resource| holds(&resource.condition)) {
        walk_entries(&resource.properties, scope, &mut names)?;
    }
    for output in template.outputs.values().filter(|output| holds(&output.condition)) {
        walk(&output.value, scope, &mut names)?;
    }
    Ok(names)
}

fn walk(value: &Value, scope: &Scope, names: &mut Vec<String>) -> Result<(), EvalError> {
    match value {
        Value::Array(items) => items.iter().try_for_each(|item| walk(item, scope, names)),
        Value::Object(entries) => walk_entries(entries, scope, names),
        _ => Ok(()),
    }
}

fn walk_entries(
    entries: &Map<String, Value>,
    scope: &Scope,
    names: &mut Vec<String>,
) -> Result<(), EvalError> {
    if let (1, Some(argument)) = (entries.len(), entries.get("Fn::ImportValue")) {
        if let Value::String(name) = scope.evaluate(argument)?
            && !names.contains(&name)
        {
            names.push(name);
        }
        return Ok(());
    }
    if let (1, Some(Value::Array(branches))) = (entries.len(), entries.get("Fn::If"))
        && let [Value::String(condition), yes, no] = branches.as_slice()
    {
        return walk(if scope.condition(condition)? { yes } else { no }, scope, names);
    }
    entries.values().try_for_each(|entry| walk(entry, scope, names))
}
