//! Smaller push events: Alexa, IoT, Cognito, CloudWatch Logs.

use serde_json::{Value, json};

use super::{Invoked, Linked, Permission};
use crate::error::{Result, SamError};
use crate::generated::{Declared, Generated};
use crate::translation::Translation;
use crate::tree::{at, entry_map, get_att, reference, sub, sub_with};

pub(super) fn alexa(event: &Linked, invoked: &Invoked, resources: &mut Vec<Generated>) {
    let mut permission = Permission::new(&event.declared.id, "alexa-appkit.amazon.com", Value::Null);
    permission.token = event.declared.get("SkillId").cloned().unwrap_or_default();
    resources.push(permission.make(invoked));
}

pub(super) fn iot(
    translation: &Translation<'_>,
    event: &Linked,
    invoked: &Invoked,
    resources: &mut Vec<Generated>,
) {
    let declared = &event.declared;
    let partition = translation.context.partition;
    let arn = sub_with(
        &format!("arn:{partition}:iot:${{AWS::Region}}:${{AWS::AccountId}}:rule/${{RuleName}}"),
        json!({"RuleName": reference(&declared.id)}),
    );
    let mut permission = Permission::new(&declared.id, "iot.amazonaws.com", arn);
    permission.source_account = sub("${AWS::AccountId}");
    let permission = permission.make(invoked);
    let mut rule = Generated::new(&declared.id, "AWS::IoT::TopicRule", &invoked.attributes);
    let mut payload = json!({
        "Sql": declared.get("Sql"), "RuleDisabled": false, "Actions": [{"Lambda": {"FunctionArn": invoked.arn}}],
    });
    if let (Some(version), Some(entries)) = (declared.set("AwsIotSqlVersion"), payload.as_object_mut()) {
        entries.insert("AwsIotSqlVersion".into(), version.clone());
    }
    rule.put("TopicRulePayload", payload);
    resources.extend([permission, rule]);
}

pub(super) fn logs(
    translation: &Translation<'_>,
    event: &Linked,
    invoked: &Invoked,
    resources: &mut Vec<Generated>,
) {
    let declared = &event.declared;
    let partition = translation.context.partition;
    let arn = sub_with(
        &format!(
            "arn:{partition}:logs:${{AWS::Region}}:${{AWS::AccountId}}:log-group:${{__LogGroupName__}}:*"
        ),
        json!({"__LogGroupName__": declared.get("LogGroupName")}),
    );
    let permission = Permission::new(&declared.id, "logs.amazonaws.com", arn).make(invoked);
    let mut filter = Generated::new(&declared.id, "AWS::Logs::SubscriptionFilter", &invoked.attributes)
        .depends_on(json!([permission.id]));
    filter.copy(&declared.properties, &["LogGroupName", "FilterPattern"]);
    filter.put("DestinationArn", invoked.arn.clone());
    resources.extend([permission, filter]);
}

pub(super) fn check_user_pool(translation: &Translation<'_>, name: &str, declared: &Declared) -> Result<()> {
    match declared.get("UserPool").and_then(|pool| at(pool, "Ref")) {
        Some(Value::String(id)) if translation.source.contains_key(id) => Ok(()),
        Some(Value::String(_)) | None => Err(SamError::event(
            name,
            "Cognito events must reference a Cognito UserPool in the same template.",
        )),
        Some(_) => Err(SamError::event(&declared.id, "Ref in Userpool is not a string.")),
    }
}

pub(super) fn cognito(
    translation: &mut Translation<'_>,
    event: &Linked,
    invoked: &Invoked,
    resources: &mut Vec<Generated>,
) -> Result<()> {
    const TYPE: &str = "AWS::Cognito::UserPool";
    let declared = &event.declared;
    let pool = declared.get("UserPool").and_then(|pool| at(pool, "Ref")).and_then(Value::as_str);
    let pool = pool.unwrap_or_default().to_owned();
    let prefix = format!("{}Cognito", invoked.id);
    resources
        .push(Permission::new(&prefix, "cognito-idp.amazonaws.com", get_att(&pool, "Arn")).make(invoked));
    let triggers = match declared.get("Trigger") {
        Some(Value::Array(triggers)) => triggers.clone(),
        Some(one) => vec![one.clone()],
        None => Vec::new(),
    };
    let shown = declared.get("Trigger").map(crate::python::shown).unwrap_or_default();
    let Some(properties) = translation.properties_mut(&pool) else { return Ok(()) };
    let config = entry_map(properties, "LambdaConfig")
        .ok_or_else(|| SamError::resource(&pool, "Property 'LambdaConfig' should be a map."))?;
    for trigger in triggers {
        let trigger = crate::python::shown(&trigger);
        if config.contains_key(&trigger) {
            let text = format!("Cognito trigger \"{shown}\" defined multiple times.");
            return Err(SamError::event(&event.name, text));
        }
        config.insert(trigger, invoked.arn.clone());
    }
    let Some(entry) = translation.source.get(&pool).and_then(Value::as_object) else { return Ok(()) };
    let mut made = Generated::new(&pool, TYPE, &serde_json::Map::new());
    made.depends_on = entry.get("DependsOn").cloned();
    made.attributes = entry
        .iter()
        .filter(|(name, _)| !matches!(name.as_str(), "Type" | "DependsOn" | "Properties"))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect();
    made.properties = entry.get("Properties").and_then(Value::as_object).cloned().unwrap_or_default();
    resources.push(made);
    Ok(())
}
