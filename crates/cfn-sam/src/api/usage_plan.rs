//! `Auth.UsagePlan`: a usage plan with its API key, for one API or shared by all.

use indexmap::IndexSet;
use serde_json::{Value, json};

use crate::condition;
use crate::error::{Result, SamError};
use crate::generated::{Declared, Generated};
use crate::translation::Translation;
use crate::tree::{Entries, at, reference, truthy};

const CONDITION: &str = "SharedUsagePlanCondition";
const KEYS: [&str; 6] = ["CreateUsagePlan", "Description", "Quota", "Tags", "Throttle", "UsagePlanName"];

/// What the APIs with a shared plan have in common.
#[derive(Debug, Default)]
pub(crate) struct SharedUsagePlan {
    stage_keys: Vec<Value>,
    api_stages: Vec<Value>,
    depends_on: Vec<Value>,
    conditions: IndexSet<String>,
    unconditional: bool,
    deletion: Option<String>,
    update_replace: Option<String>,
}

impl SharedUsagePlan {
    /// The strictest attributes of the APIs so far.
    fn combine(&mut self, attributes: &Entries, conditions: &mut Option<Entries>) -> Result<Entries> {
        let text = |name: &str| attributes.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
        if let Some(policy) = text("DeletionPolicy")
            && (self.deletion.is_none() || policy == "Retain")
        {
            self.deletion = Some(policy.to_owned());
        }
        if let Some(policy) = text("UpdateReplacePolicy") {
            let stricter = match self.update_replace.as_deref() {
                None => true,
                Some("Delete") => policy == "Retain" || policy == "Snapshot",
                Some(_) => policy == "Retain",
            };
            if stricter {
                self.update_replace = Some(policy.to_owned());
            }
        }
        self.add_condition(text("Condition"), conditions)?;
        let mut combined = Entries::new();
        combined.extend(self.deletion.as_ref().map(|policy| ("DeletionPolicy".to_owned(), json!(policy))));
        combined.extend(
            self.update_replace.as_ref().map(|policy| ("UpdateReplacePolicy".to_owned(), json!(policy))),
        );
        if !self.conditions.is_empty() && !self.unconditional {
            combined.insert("Condition".into(), json!(CONDITION));
        }
        Ok(combined)
    }

    fn add_condition(&mut self, condition: Option<&str>, conditions: &mut Option<Entries>) -> Result<()> {
        if self.unconditional {
            return Ok(());
        }
        let Some(condition) = condition else {
            self.unconditional = true;
            if let Some(conditions) = conditions {
                conditions.shift_remove(CONDITION);
            }
            return Ok(());
        };
        if !self.conditions.insert(condition.to_owned()) {
            return Ok(());
        }
        let conditions = conditions.as_mut().ok_or_else(|| {
            SamError::template("Can't have condition without having 'Conditions' section in the template")
        })?;
        let value = if self.conditions.len() == 1 {
            json!(condition)
        } else {
            condition::any_of(self.conditions.iter().map(String::as_str))
        };
        conditions.insert(CONDITION.into(), value);
        Ok(())
    }
}

pub(super) fn construct(
    translation: &mut Translation<'_>,
    declared: &Declared,
    stage: &Generated,
) -> Result<Vec<Generated>> {
    let plan = declared.set("Auth").and_then(|auth| at(auth, "UsagePlan"));
    let Some(plan) = plan else { return Ok(Vec::new()) };
    let plan = plan.as_object().ok_or_else(|| declared.error("'UsagePlan' must be a dictionary"))?;
    if plan.keys().any(|key| !KEYS.contains(&key.as_str())) {
        return Err(declared.error("Invalid property for 'UsagePlan'"));
    }
    let create = plan.get("CreateUsagePlan").filter(|create| !create.is_null());
    let create =
        create.ok_or_else(|| declared.error("'CreateUsagePlan' is a required field for UsagePlan."))?;
    let mut made = match create.as_str() {
        Some("NONE") => return Ok(Vec::new()),
        Some("PER_API") => own(declared, stage),
        Some("SHARED") => shared(translation, declared, stage)?,
        _ => {
            return Err(declared.error("'CreateUsagePlan' accepts one of ['SHARED', 'PER_API', 'NONE']."));
        }
    };
    for name in ["UsagePlanName", "Description", "Quota", "Tags", "Throttle"] {
        if let (Some(value), Some(made)) = (plan.get(name).filter(|value| truthy(value)), made.first_mut()) {
            made.put(name, value.clone());
        }
    }
    Ok(made)
}

fn own(declared: &Declared, stage: &Generated) -> Vec<Generated> {
    let api_stage = json!({"ApiId": reference(&declared.id), "Stage": reference(&stage.id)});
    let key = json!({"RestApiId": reference(&declared.id), "StageName": reference(&stage.id)});
    let attributes = declared.inherited();
    parts(&declared.id, json!([declared.id]), json!([api_stage]), json!([key]), [&attributes; 3])
}

fn shared(
    translation: &mut Translation<'_>,
    declared: &Declared,
    stage: &Generated,
) -> Result<Vec<Generated>> {
    let plan = &mut translation.usage_plan;
    let add = |list: &mut Vec<Value>, value: Value| {
        if !list.contains(&value) {
            list.push(value);
        }
    };
    add(&mut plan.depends_on, json!(declared.id));
    add(&mut plan.api_stages, json!({"ApiId": reference(&declared.id), "Stage": reference(&stage.id)}));
    add(
        &mut plan.stage_keys,
        json!({"RestApiId": reference(&declared.id), "StageName": reference(&stage.id)}),
    );
    let attributes = plan.combine(&declared.inherited(), &mut translation.conditions)?;
    let plan = &translation.usage_plan;
    let (depends_on, stages) = (json!(plan.depends_on), json!(plan.api_stages));
    Ok(parts("Serverless", depends_on, stages, json!(plan.stage_keys), [&attributes; 3]))
}

/// Plan, key, and the key's place in the plan.
fn parts(
    prefix: &str,
    depends_on: Value,
    stages: Value,
    keys: Value,
    [for_plan, for_key, for_link]: [&Entries; 3],
) -> Vec<Generated> {
    let plan_id = format!("{prefix}UsagePlan");
    let mut plan = Generated::new(&plan_id, "AWS::ApiGateway::UsagePlan", for_plan).depends_on(depends_on);
    plan.put("ApiStages", stages);
    let key_id = format!("{prefix}ApiKey");
    let mut key = Generated::new(&key_id, "AWS::ApiGateway::ApiKey", for_key).depends_on(json!([plan_id]));
    key.put("Enabled", json!(true)).put("StageKeys", keys);
    let mut link = Generated::new(format!("{prefix}UsagePlanKey"), "AWS::ApiGateway::UsagePlanKey", for_link)
        .depends_on(json!([key_id]));
    link.put("KeyId", reference(&key_id)).put("KeyType", "API_KEY").put("UsagePlanId", reference(&plan_id));
    vec![plan, key, link]
}
