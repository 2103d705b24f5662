//! `DeploymentPreference`: gradual deployments of functions through CodeDeploy.

use indexmap::{IndexMap, IndexSet};
use serde_json::{Value, json};

use crate::condition;
use crate::error::{Result, SamError};
use crate::generated::{Declared, Generated};
use crate::role;
use crate::translation::Translation;
use crate::tree::{
    Entries, at, get_att, if_argument, if_parts, is_intrinsic, is_no_value, reference, sub_with, tag_list,
    truthy,
};

const APPLICATION: &str = "ServerlessDeploymentApplication";
const ROLE: &str = "CodeDeployServiceRole";
const CONDITION: &str = "ServerlessCodeDeployCondition";

/// Configurations that CodeDeploy has by itself.
const PREDEFINED: &[&str] = &[
    "Canary10Percent5Minutes",
    "Canary10Percent10Minutes",
    "Canary10Percent15Minutes",
    "Canary10Percent30Minutes",
    "Linear10PercentEvery1Minute",
    "Linear10PercentEvery2Minutes",
    "Linear10PercentEvery3Minutes",
    "Linear10PercentEvery10Minutes",
    "AllAtOnce",
];

/// What a function asks for.
struct Preference {
    enabled: bool,
    settings: Entries,
    condition: Option<String>,
    tags: Option<Value>,
}

/// What all functions ask for.
#[derive(Default)]
pub(crate) struct Deployments(IndexMap<String, Preference>);

/// Notes a function's preference and gives its alias the update policy.
pub(crate) fn prepare(
    translation: &mut Translation<'_>,
    declared: &Declared,
    alias: Option<&mut Generated>,
) -> Result<()> {
    let Some(given) = declared.set("DeploymentPreference").and_then(Value::as_object) else { return Ok(()) };
    let mut settings = given.clone();
    for name in ["Enabled", "Type", "PassthroughCondition"] {
        if let Some(value) = settings.get(name) {
            let resolved = translation.resolver.look_up(&translation.resolver.resolve(value)?)?;
            settings.insert(name.to_owned(), resolved);
        }
    }
    let passes = passes_condition(declared, settings.get("PassthroughCondition"))?;
    let enabled = settings.get("Enabled");
    let enabled = enabled.is_none_or(|enabled| truthy(enabled) && enabled != "false" && enabled != "False");
    if enabled {
        check(declared, &settings)?;
    }
    let inherited = declared.attributes.get("Condition").and_then(Value::as_str).map(str::to_owned);
    let tags = declared.set("Tags").filter(|_| enabled && declared.is_true("PropagateTags")).cloned();
    let preference =
        Preference { enabled, settings, condition: inherited.filter(|_| passes && enabled), tags };
    if enabled {
        let alias = alias.filter(|_| declared.is_true("AutoPublishAlias")).ok_or_else(|| {
            declared.error("'DeploymentPreference' requires AutoPublishAlias property to be specified.")
        })?;
        // The group is made later; what is wrong with it is said here.
        preference.group(&declared.id)?;
        alias.attributes.insert("UpdatePolicy".into(), preference.update_policy(&declared.id));
    }
    translation.deployments.0.insert(declared.id.clone(), preference);
    Ok(())
}

fn passes_condition(declared: &Declared, value: Option<&Value>) -> Result<bool> {
    match value {
        None => Ok(false),
        Some(Value::Bool(flag)) => Ok(*flag),
        Some(Value::String(text)) if text == "true" || text == "True" => Ok(true),
        Some(Value::String(text)) if text == "false" || text == "False" => Ok(false),
        Some(other) if is_intrinsic(other) => Err(declared.error(
            "Unsupported intrinsic: the only intrinsic functions supported for property PassthroughCondition are FindInMap and parameter Refs.",
        )),
        Some(_) => Err(declared.error("Invalid value for property PassthroughCondition.")),
    }
}

fn check(declared: &Declared, settings: &Entries) -> Result<()> {
    if !settings.contains_key("Type") {
        return Err(declared.error("'DeploymentPreference' is missing required Property 'Type'"));
    }
    if settings.get("Hooks").is_some_and(|hooks| !hooks.is_object()) {
        return Err(declared.error("'Hooks' property of 'DeploymentPreference' must be a dictionary"));
    }
    Ok(())
}

impl Preference {
    fn update_policy(&self, function: &str) -> Value {
        let mut update = json!({
            "ApplicationName": reference(APPLICATION), "DeploymentGroupName": reference(&group_id(function)),
        });
        let hooks = self.settings.get("Hooks");
        for (hook, name) in
            [("PreTraffic", "BeforeAllowTrafficHook"), ("PostTraffic", "AfterAllowTrafficHook")]
        {
            if let (Some(value), Some(entries)) =
                (hooks.and_then(|hooks| at(hooks, hook)), update.as_object_mut())
            {
                entries.insert(name.into(), value.clone());
            }
        }
        json!({"CodeDeployLambdaAliasUpdate": update})
    }

    fn group(&self, function: &str) -> Result<Generated> {
        let mut group =
            Generated::new(group_id(function), "AWS::CodeDeploy::DeploymentGroup", &Entries::new());
        group.put("AlarmConfiguration", alarms(function, self.settings.get("Alarms"))?);
        group.put("ApplicationName", reference(APPLICATION));
        let events = ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM", "DEPLOYMENT_STOP_ON_REQUEST"];
        group.put("AutoRollbackConfiguration", json!({"Enabled": true, "Events": events}));
        let kind = self.settings.get("Type").cloned().unwrap_or_default();
        group.put("DeploymentConfigName", config_name(&kind, None));
        let style = json!({"DeploymentType": "BLUE_GREEN", "DeploymentOption": "WITH_TRAFFIC_CONTROL"});
        group.put("DeploymentStyle", style);
        let role = self.role().cloned();
        group.put("ServiceRoleArn", role.unwrap_or_else(|| get_att(ROLE, "Arn")));
        if let Some(triggers) = self.settings.get("TriggerConfigurations").filter(|triggers| truthy(triggers))
        {
            group.put("TriggerConfigurations", triggers.clone());
        }
        if let Some(tags) = &self.tags {
            group.put("Tags", tag_list(tags));
        }
        if let Some(condition) = &self.condition {
            group.attributes.insert("Condition".into(), json!(condition));
        }
        Ok(group)
    }

    fn role(&self) -> Option<&Value> {
        self.settings.get("Role").filter(|role| truthy(role))
    }
}

fn group_id(function: &str) -> String {
    format!("{function}DeploymentGroup")
}

fn alarms(function: &str, alarms: Option<&Value>) -> Result<Value> {
    let Some(alarms) = alarms.filter(|alarms| truthy(alarms) && !is_no_value(alarms)) else {
        return Ok(Value::Null);
    };
    match if_argument(alarms) {
        None => alarm_configuration(function, alarms),
        Some(argument) => {
            let (condition, then, otherwise) = if_parts(argument)
                .ok_or_else(|| SamError::resource(function, "Fn::If requires 3 arguments"))?;
            let then = alarm_configuration(function, then)?;
            let otherwise = alarm_configuration(function, otherwise)?;
            Ok(json!({"Fn::If": [condition, then, otherwise]}))
        }
    }
}

fn alarm_configuration(function: &str, alarms: &Value) -> Result<Value> {
    let alarms = alarms.as_array().ok_or_else(|| SamError::resource(function, "Alarms must be a list"))?;
    if alarms.first().is_none_or(is_no_value) {
        return Ok(json!({}));
    }
    let names: Vec<Value> = alarms.iter().map(|alarm| json!({"Name": alarm})).collect();
    Ok(json!({"Enabled": true, "Alarms": names}))
}

/// Predefined configurations get CodeDeploy's prefix, wherever in the expression they stand.
fn config_name(value: &Value, within: Option<&str>) -> Value {
    match value {
        Value::Array(items) => items.iter().map(|item| config_name(item, None)).collect(),
        Value::Object(entries) if is_intrinsic(value) => Value::Object(
            entries.iter().map(|(key, value)| (key.clone(), config_name(value, Some(key)))).collect(),
        ),
        Value::String(name) if PREDEFINED.contains(&name.as_str()) => {
            let (text, variables) = ("CodeDeployDefault.Lambda${ConfigName}", json!({"ConfigName": name}));
            if within == Some("Fn::Sub") { json!([text, variables]) } else { sub_with(text, variables) }
        }
        other => other.clone(),
    }
}

impl Deployments {
    /// The application, its role, the groups, and the conditions they need.
    pub(crate) fn resources(&self, partition: &str) -> Result<(Vec<Generated>, Entries)> {
        let enabled: Vec<&Preference> = self.0.values().filter(|preference| preference.enabled).collect();
        if enabled.is_empty() {
            return Ok((Vec::new(), Entries::new()));
        }
        let (condition, conditions) = self.condition(&enabled);
        let mut attributes = Entries::new();
        attributes.extend(condition.map(|condition| ("Condition".to_owned(), json!(condition))));
        let mut tags = Entries::new();
        for preference in &enabled {
            tags.extend(preference.tags.as_ref().and_then(Value::as_object).cloned().unwrap_or_default());
        }
        let tags = if tags.is_empty() { Value::Null } else { json!(tag_list(&Value::Object(tags))) };
        let mut application = Generated::new(APPLICATION, "AWS::CodeDeploy::Application", &attributes);
        application.put("ComputePlatform", "Lambda").put("Tags", tags.clone());
        let mut resources = vec![application];
        if enabled.iter().any(|preference| preference.role().is_none()) {
            let mut role = Generated::new(ROLE, "AWS::IAM::Role", &attributes);
            role.put("AssumeRolePolicyDocument", role::trust("codedeploy.amazonaws.com"));
            let isolated = matches!(partition, "aws-iso" | "aws-iso-b");
            let suffix = if isolated { "Limited" } else { "" };
            let policy =
                format!("arn:{partition}:iam::aws:policy/service-role/AWSCodeDeployRoleForLambda{suffix}");
            role.put("ManagedPolicyArns", json!([policy])).put("Tags", tags);
            resources.push(role);
        }
        for (function, preference) in self.0.iter().filter(|(_, preference)| preference.enabled) {
            resources.push(preference.group(function)?);
        }
        Ok((resources, conditions))
    }

    /// The condition shared resources are made under: only when every deployment is conditional.
    fn condition(&self, enabled: &[&Preference]) -> (Option<String>, Entries) {
        if enabled.iter().any(|preference| preference.condition.is_none()) {
            return (None, Entries::new());
        }
        let names: IndexSet<String> =
            self.0.values().filter_map(|preference| preference.condition.clone()).collect();
        let names: Vec<String> = names.into_iter().collect();
        match names.as_slice() {
            [one] => (Some(one.clone()), Entries::new()),
            several => (Some(CONDITION.to_owned()), condition::combined(several, CONDITION)),
        }
    }
}
