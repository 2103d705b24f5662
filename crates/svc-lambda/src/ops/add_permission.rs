//! AddPermission: one statement more in the resource policy of a function, version or alias.

use api_lambda::types::{AddPermissionInput, AddPermissionOutput};
use port::{Arn, RequestContext};
use serde_json::{Map, Value, json};
use store_kv::Transaction;
use wire_codec::ApiError;
use wire_codec::value::EnumValue;

use crate::error::{self, Failure};
use crate::names::FunctionRef;
use crate::tables::{FUNCTIONS, POLICIES};
use crate::{Lambda, settings};

/// A policy's size (Lambda quotas), in bytes.
const MAX_POLICY_BYTES: usize = 20_480;

pub async fn run(
    lambda: &Lambda,
    cx: &RequestContext,
    input: AddPermissionInput,
) -> Result<AddPermissionOutput, ApiError> {
    let target = lambda.target(cx, &input.function_name, input.qualifier.as_deref())?;
    lambda.authorize(cx, "lambda:AddPermission", &target).await?;
    settings::refuse_if(input.event_source_token.is_some(), "EventSourceToken")?;
    settings::refuse_if(input.invoked_via_function_url.is_some(), "InvokedViaFunctionUrl")?;
    let statement = statement(&target, &input)?;
    let (target, statement, input, revision) = (&target, &statement, &input, &lambda.0.ids.uuid());
    let work = |tx: Transaction| async move {
        if !FUNCTIONS.contains(&tx, target.key()).await? {
            return Err(Failure::Api(error::function_not_found(&target.arn())));
        }
        let (account, region, name) = target.key();
        let key = (account, region, name, target.qualifier.clone().unwrap_or_default());
        let mut policy = POLICIES.get(&tx, key.clone()).await?.unwrap_or_default();
        if input.revision_id.as_ref().is_some_and(|id| *id != policy.revision_id) {
            return Err(Failure::Api(error::precondition_failed()));
        }
        if policy.statements.contains_key(&input.statement_id) {
            return Err(Failure::Api(error::conflict(format!(
                "The statement id ({}) provided already exists. Please provide a new statement id, or remove the existing statement.",
                input.statement_id
            ))));
        }
        policy.statements.insert(input.statement_id.clone(), statement.clone());
        policy.revision_id.clone_from(revision);
        if policy.document().len() > MAX_POLICY_BYTES {
            return Err(Failure::Api(ApiError::new(
                "PolicyLengthExceededException",
                400,
                format!("The final policy size is bigger than the limit ({MAX_POLICY_BYTES})."),
            )));
        }
        POLICIES.put(&tx, key, &policy)?;
        Ok(())
    };
    lambda.0.store.transact(work).await?;
    Ok(AddPermissionOutput { statement: Some(statement.to_string()) })
}

fn statement(target: &FunctionRef, input: &AddPermissionInput) -> Result<Value, ApiError> {
    let principal = match input.principal.as_str() {
        "*" => json!("*"),
        service if service.ends_with(".amazonaws.com") => json!({ "Service": service }),
        account if account.len() == 12 && account.bytes().all(|b| b.is_ascii_digit()) => {
            json!({ "AWS": format!("arn:aws:iam::{account}:root") })
        }
        arn if Arn::parse(arn).is_some_and(|a| matches!(a.service, "iam" | "sts")) => json!({ "AWS": arn }),
        _ => {
            return Err(error::invalid_parameter(
                "The provided principal was invalid. Please check the principal and try again.",
            ));
        }
    };
    let mut condition = Map::new();
    if let Some(account) = &input.source_account {
        condition.insert("StringEquals".to_owned(), json!({ "AWS:SourceAccount": account }));
    }
    if let Some(organization) = &input.principal_org_id {
        merge(&mut condition, "StringEquals", "aws:PrincipalOrgID", organization);
    }
    if let Some(auth_type) = &input.function_url_auth_type {
        merge(&mut condition, "StringEquals", "lambda:FunctionUrlAuthType", auth_type.as_str());
    }
    if let Some(arn) = &input.source_arn {
        merge(&mut condition, "ArnLike", "AWS:SourceArn", arn);
    }
    let mut statement = json!({
        "Sid": input.statement_id,
        "Effect": "Allow",
        "Principal": principal,
        "Action": input.action,
        "Resource": target.qualified_arn(),
    });
    if !condition.is_empty() {
        statement["Condition"] = Value::Object(condition);
    }
    Ok(statement)
}

fn merge(condition: &mut Map<String, Value>, operator: &str, key: &str, value: &str) {
    condition.entry(operator).or_insert_with(|| json!({}))[key] = json!(value);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(principal: &str) -> AddPermissionInput {
        AddPermissionInput {
            statement_id: "s".into(),
            action: "lambda:InvokeFunction".into(),
            principal: principal.into(),
            source_arn: Some("arn:aws:s3:::b".into()),
            source_account: Some("123456789012".into()),
            ..AddPermissionInput::default()
        }
    }

    #[test]
    fn a_service_is_allowed_for_its_source_only() {
        let target = FunctionRef::parse("f", None, "123456789012", "us-east-1").unwrap();
        let statement = statement(&target, &input("s3.amazonaws.com")).unwrap();
        assert_eq!(statement["Principal"]["Service"], "s3.amazonaws.com");
        assert_eq!(statement["Condition"]["ArnLike"]["AWS:SourceArn"], "arn:aws:s3:::b");
        assert_eq!(statement["Condition"]["StringEquals"]["AWS:SourceAccount"], "123456789012");
    }

    #[test]
    fn a_principal_that_is_none_is_refused() {
        let target = FunctionRef::parse("f", None, "123456789012", "us-east-1").unwrap();
        assert!(statement(&target, &input("somebody")).is_err());
        assert_eq!(
            statement(&target, &input("210987654321")).unwrap()["Principal"]["AWS"],
            "arn:aws:iam::210987654321:root"
        );
    }
}
